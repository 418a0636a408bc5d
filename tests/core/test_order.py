"""The order of rows against numpy's sort by all features."""

from __future__ import annotations

import numpy as np
import pytest

from likely.core.order import ascending

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    "rows",
    [RNG.normal(size=(50, 3)), RNG.integers(0, 2, size=(50, 3)).astype(float), np.zeros((4, 2))],
    ids=["distinct", "ties", "equal"],
)
def test_rows_ascend_by_the_last_feature_first(rows: np.ndarray) -> None:
    np.testing.assert_array_equal(ascending(rows), np.lexsort(rows.T))
