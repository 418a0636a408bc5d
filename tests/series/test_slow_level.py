"""The level is the median of the means of blocks that lie behind."""

from __future__ import annotations

import numpy as np
import pytest

from likely.series import slow_level as module
from likely.series.slow_level import slow_level

VALUES = np.random.default_rng(0).normal(size=(97, 2))


def _naive(values: np.ndarray, block: int, blocks: int, step: int) -> np.ndarray:
    means = []
    for j in range(blocks):
        start = step - (j + 1) * block
        if start >= 0:
            means.append(values[start : start + block].mean(axis=0))
    if means:
        return np.median(means, axis=0)
    return values[:step].mean(axis=0) if step else np.zeros(values.shape[1])


@pytest.mark.parametrize(("block", "blocks"), [(1, 1), (5, 3), (24, 7), (200, 2)])
@pytest.mark.parametrize("part", [7, 2**16])
def test_each_step_is_that_of_a_loop(
    block: int, blocks: int, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PART", part)
    level, known = slow_level(VALUES, block, blocks)
    expected = [_naive(VALUES, block, blocks, step) for step in range(len(VALUES))]
    np.testing.assert_allclose(level, expected, atol=1e-12)
    np.testing.assert_allclose(known, np.minimum(np.arange(len(VALUES)) / block, blocks))


def test_three_odd_days_of_seven_do_not_move_it_and_four_do() -> None:
    values = np.zeros((24 * 20, 1))
    values[24 * 10 :] = 5.0
    level, _ = slow_level(values, 24, 7)
    assert level[24 * 13, 0] == 0.0
    assert level[24 * 14, 0] == 5.0
