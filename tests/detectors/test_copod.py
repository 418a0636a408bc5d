"""COPOD against counting, row by row and beyond what it has seen."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import pytest

from likely.detectors import COPOD, ECOD
from likely.testing.naive import statistical as naive

TAILS = pytest.mark.parametrize("tail", ["column", "row"])
Tail = Literal["column", "row"]


def _rows(n: int = 120) -> np.ndarray:
    rng = np.random.default_rng(0)
    rows = np.column_stack(
        [
            rng.normal(size=n),
            rng.lognormal(size=n),  # skewed to the right
            -rng.exponential(1e5, size=n),  # and to the left
            rng.integers(0, 5, size=n),  # ties
            np.full(n, 3.0),
        ]
    )
    rows[:10] = rows[20:30]  # duplicate rows
    return np.column_stack([rows, np.arange(n) - (n - 1) / 2])  # not skewed at all


@TAILS
def test_training_rows_score_as_counted(tail: Tail) -> None:
    rows = _rows()
    model = COPOD(tail=tail).fit(rows)
    assert model.skew_[4:].tolist() == [0.0, 0.0]
    np.testing.assert_allclose(-model.training_scores_, naive.copod(rows, tail), rtol=1e-9)
    np.testing.assert_allclose(model.score_samples(rows), model.training_scores_, rtol=1e-12)
    np.testing.assert_allclose(
        model.contributions(rows).sum(axis=1), -model.training_scores_, rtol=1e-12
    )


def test_the_tail_that_a_column_is_skewed_to_counts_in_full() -> None:
    n = 400
    rows = np.random.default_rng(1).exponential(size=(n, 1))
    low, high = -COPOD().fit(rows).score_samples([rows.min(axis=0), rows.max(axis=0)])
    assert high == pytest.approx(np.log(n))
    assert low == pytest.approx(np.log(n) / 2)
    both = -ECOD().fit(rows).score_samples([rows.min(axis=0), rows.max(axis=0)])
    np.testing.assert_allclose(both, np.log(n))


@TAILS
def test_farther_beyond_the_training_range_is_odder(tail: Tail) -> None:
    rows = _rows()[:, :1]
    model = COPOD(tail=tail).fit(rows)
    outwards = np.concatenate([[0.0], np.geomspace(1e-6, 1e40, 60)])
    for line in (rows.max() + outwards, rows.min() - outwards):
        odd = -model.score_samples(line[:, None])
        assert np.isfinite(odd).all()
        assert (np.diff(odd) > 0).all()
        assert odd[1] == pytest.approx(odd[0], abs=1e-4)  # no jump at the end of the rows


def test_the_batch_does_not_matter() -> None:
    rows = _rows()
    model = COPOD().fit(rows)
    new = rows[:3] + 0.1
    among_many = model.score_samples(np.vstack([new, np.repeat(rows * 100, 9, axis=0)]))[:3]
    np.testing.assert_allclose(model.score_samples(new), among_many, rtol=1e-12)


def test_rare_categories_and_gaps_count_as_their_share_says() -> None:
    colour = ["red"] * 50 + ["blue"] * 48 + ["mauve"] * 2
    table = pd.DataFrame({"colour": colour, "size": [1.0, None, *range(98)]})
    model = COPOD().fit(table)
    new = pd.DataFrame({"colour": ["red", "mauve", "never seen"], "size": [50.0] * 3})
    usual, rare, unseen = -model.score_samples(new)
    assert usual < rare < unseen
    assert model.contributions(new)[1].argmax() == 0


def test_a_value_never_seen_in_a_constant_column_is_odd() -> None:
    model = COPOD().fit(np.full((50, 1), 7.0))
    assert (model.training_scores_ == 0).all()
    assert (model.score_samples([[8.0], [6.0]]) < -np.log(50)).all()


def test_two_rows_are_enough() -> None:
    model = COPOD().fit([[0.0, 1.0], [1.0, 1.0]])
    assert np.isfinite(model.score_samples([[0.5, 1.0], [-1e308, 1e308]])).all()
