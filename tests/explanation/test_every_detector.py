"""Explanations name what was planted, whichever detector found the row."""

from __future__ import annotations

import numpy as np
import pytest

from likely.core import catalogue
from likely.explanation import explain
from likely.testing.labels import taught

WIDTH, COUNT, PLANTED = 6, 400, 12
SEE_PAIRS = [n for n in ("KNN", "LOF", "Mahalanobis", "GaussianMixture", "Ensemble")]


def clean(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return normal rows whose first two columns correlate at 0.95."""
    x = rng.normal(size=(count, WIDTH))
    x[:, 1] = 0.95 * x[:, 0] + np.sqrt(1 - 0.95**2) * x[:, 1]
    return x


OF_TABLES = [name for name, entry in catalogue.entries().items() if "table" in entry.kinds]


def first_named(name: str, rows: np.ndarray, many: int) -> list[set[str]]:
    model_class = catalogue.entry(name).load()
    data = clean(COUNT, np.random.default_rng(0))
    model = taught(model_class(**model_class.fast), data)
    found = explain(model, model.schema_.match(rows), model.schema_.match(data))
    return [{reason.column for reason in e.reasons[:many]} for e in found]


@pytest.mark.parametrize("name", OF_TABLES)
def test_single_column(name: str) -> None:
    rng = np.random.default_rng(1)
    rows = clean(PLANTED, rng)
    columns = np.arange(PLANTED) % WIDTH
    rows[np.arange(PLANTED), columns] = 8.0
    named = first_named(name, rows, 1)
    hits = [n == {f"column_{j}"} for n, j in zip(named, columns, strict=True)]
    assert sum(hits) >= PLANTED - 1


@pytest.mark.parametrize("name", [n for n in SEE_PAIRS if n in catalogue.entries()])
def test_broken_pair(name: str) -> None:
    rng = np.random.default_rng(2)
    rows = clean(PLANTED, rng)
    rows[:, 0] = rng.choice([-1.5, 1.5], PLANTED)
    rows[:, 1] = -rows[:, 0]
    named = first_named(name, rows, 2)
    assert sum(n == {"column_0", "column_1"} for n in named) >= 0.9 * PLANTED


@pytest.mark.parametrize("name", OF_TABLES)
@pytest.mark.parametrize("value", [1e308, -np.inf, np.nan])
def test_hostile_values(name: str, value: float) -> None:
    rows = clean(3, np.random.default_rng(3))
    rows[0, 2] = value
    rows[1, :] = value
    assert len(first_named(name, rows, 1)) == 3
