"""A small mixed table, models of it, and a way to write files that lie."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from likely.core.container import pack, unpack
from likely.detectors import KNN
from likely.persistence import save_model


@pytest.fixture(scope="session")
def mixed_rows() -> Callable[..., pd.DataFrame]:
    """Return a function that makes a table of every kind of column."""
    return make_mixed_rows


def make_mixed_rows(n: int = 60, seed: int = 0) -> pd.DataFrame:
    """Return numbers with gaps, few and many categories, yes/no values and dates."""
    rng = np.random.default_rng(seed)
    amounts = rng.lognormal(size=n)
    amounts[3] = np.nan
    return pd.DataFrame(
        {
            "amount": amounts,
            "count": rng.integers(0, 50, n),
            "colour": rng.choice(["red", "green", "bläu"], n),
            "shop": [f"shop {i % 40}" for i in range(n)],
            "paid": rng.random(n) < 0.7,
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 10**7, n), "s"),
        }
    )


@pytest.fixture(scope="session")
def saved_knn(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the content of the file of a small k-NN model of mixed rows."""
    path = tmp_path_factory.mktemp("knn") / "m.likely"
    save_model(KNN(n_neighbors=3).fit(make_mixed_rows()), path)
    return path.read_bytes()


Change = Callable[[dict[str, Any], dict[str, np.ndarray]], Any]


@pytest.fixture
def rewritten(saved_knn: bytes, tmp_path: Path) -> Callable[[Change], Path]:
    """Return a function that changes the k-NN file's content and gives it a right digest again."""

    def rewrite(change: Change) -> Path:
        document, tensors = unpack(saved_knn)
        arrays = {name: array.copy() for name, array in tensors.items()}
        change(document, arrays)
        path = tmp_path / "changed.likely"
        path.write_bytes(pack(document, arrays))
        return path

    return rewrite
