"""Gaussian copula: a proper density, the Gaussian it is named for, labels beside numbers."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal

from likely.autoregressive import GaussianCopula

CENTRE = np.array([5.0, -3.0])
SPREAD = np.array([[4.0, 2.4], [2.4, 2.25]])  # correlation 0.8


def correlated(n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.multivariate_normal(CENTRE, SPREAD, n)


def visits(n: int = 3_000) -> pd.DataFrame:
    """A label and a number that go together, and one that is missing more often of one label."""
    rng = np.random.default_rng(1)
    kind = rng.choice(["car", "bike", "walk"], p=[0.5, 0.3, 0.2], size=n)
    mean = pd.Series(kind).map({"car": 30.0, "bike": 8.0, "walk": 2.0}).to_numpy()
    far = mean * np.exp(0.2 * rng.normal(size=n))
    cost = np.where(rng.random(n) < np.where(kind == "car", 0.1, 0.6), np.nan, 0.3 * far)
    return pd.DataFrame({"kind": kind, "far": far, "cost": cost})


def test_probabilities_of_all_rows_sum_to_one() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 3, size=400), rng.integers(0, 2, size=400)
    c = np.where(rng.random(400) < 0.1, np.nan, (a + b) % 3)
    rows = pd.DataFrame({"a": a.astype(str), "b": b == 1, "c": c})
    model = GaussianCopula().fit(rows)
    every = product(["0", "1", "2"], [True, False], [0.0, 1.0, 2.0, np.nan])
    total = np.exp(model.log_prob(pd.DataFrame(every, columns=["a", "b", "c"]))).sum()
    assert 1 - 3 * 2 * 0.5 / 401 <= total <= 1.0  # half a row a column is for what was never seen


def test_a_gaussian_is_learnt_whatever_bends_its_columns() -> None:
    bent = np.array([1.0, -1.0])

    def seen(rows: np.ndarray) -> np.ndarray:
        return np.exp(bent * (rows - CENTRE) / 2)

    model = GaussianCopula().fit(seen(correlated(4_000)))
    spread = np.sqrt(np.diag(model.covariance_))
    assert model.covariance_[0, 1] / spread.prod() == pytest.approx(-0.8, abs=0.03)
    new = correlated(2_000, seed=1)
    truth = multivariate_normal.logpdf(new, CENTRE, SPREAD)
    truth -= np.log(seen(new) / 2).sum(axis=1)  # d exp(s (x - m) / 2) = |s| exp(...) / 2 dx
    assert model.log_prob(seen(new)).mean() == pytest.approx(truth.mean(), abs=0.12)


def test_few_rows_of_unrelated_columns_show_no_relation() -> None:
    rows = np.random.default_rng(2).normal(size=(40, 8))
    found = GaussianCopula().fit(rows).covariance_
    between = found - np.diag(np.diag(found))
    assert abs(between).max() < 0.15  # of 40 rows, chance alone leaves 0.4 or so


def test_what_is_asked_holds_and_its_probability_is_right() -> None:
    rows = correlated(4_000)
    model = GaussianCopula().fit(rows)
    drawn, probability = model.sample_where(500, {"column_0": (7, None), "column_1": (None, -3)})
    asked = (rows[:, 0] >= 7) & (rows[:, 1] <= -3)
    assert probability == pytest.approx(asked.mean(), abs=0.01)
    assert (drawn[:, 0] >= 7).all()
    assert (drawn[:, 1] <= -3).all()


def test_a_number_is_expected_where_the_others_say() -> None:
    model = GaussianCopula().fit(correlated(4_000))
    x = np.array([2.0, 5.0, 8.0])
    filled = model.impute(np.column_stack([x, np.full(3, np.nan)]))
    assert filled[:, 1] == pytest.approx(-3 + 0.6 * (x - 5), abs=0.25)


def test_labels_numbers_and_gaps_go_together() -> None:
    data = visits()
    model = GaussianCopula().fit(data)
    kinds = model.schema_.used[0].labels
    drawn, _ = model.sample_where(1_000, {"kind": "car"}, seed=0)
    assert drawn[:, 1].mean() == pytest.approx(
        data.loc[data["kind"] == "car", "far"].mean(), rel=0.2
    )
    assert np.isnan(drawn[:, 2]).mean() == pytest.approx(0.1, abs=0.06)
    drawn, _ = model.sample_where(1_000, {"far": (None, 2)}, seed=0)
    assert (drawn[:, 0] == kinds.index("walk")).mean() > 0.8


def test_a_label_and_a_number_never_seen_count_as_unlikely_and_not_as_impossible() -> None:
    model = GaussianCopula().fit(visits())
    odd = pd.DataFrame({"kind": ["car", "plane"], "far": [30.0, 900.0], "cost": [9.0, 270.0]})
    known, unknown = model.log_prob(odd)
    assert np.isfinite(unknown)
    assert unknown < known - 10
