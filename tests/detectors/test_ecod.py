"""ECOD against counting, row by row and beyond what it has seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from likely.detectors import ECOD
from likely.testing.naive import statistical as naive


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
    return rows


@pytest.mark.parametrize("tail", ["column", "row"])
def test_training_rows_score_as_counted(tail: str) -> None:
    rows = _rows()
    model = ECOD(tail=tail).fit(rows)  # pyright: ignore[reportArgumentType]
    np.testing.assert_allclose(-model.training_scores_, naive.ecod(rows, tail), rtol=1e-9)
    np.testing.assert_allclose(model.score_samples(rows), model.training_scores_, rtol=1e-12)
    np.testing.assert_allclose(
        model.contributions(rows).sum(axis=1), -model.training_scores_, rtol=1e-12
    )


@pytest.mark.parametrize("tail", ["column", "row"])
def test_farther_beyond_the_training_range_is_odder(tail: str) -> None:
    rows = _rows()[:, :1]
    model = ECOD(tail=tail).fit(rows)  # pyright: ignore[reportArgumentType]
    low, high = rows.min(), rows.max()
    outwards = np.concatenate([[0.0], np.geomspace(1e-6, 1e40, 60)])
    for line in (high + outwards, low - outwards):
        odd = -model.score_samples(line[:, None])
        assert np.isfinite(odd).all()
        assert (np.diff(odd) > 0).all()
    # no jump where the extrapolation begins
    edge = -model.score_samples([[high], [high + 1e-9]])
    assert edge[0] == pytest.approx(np.log(len(rows)), rel=1e-9)
    assert edge[1] == pytest.approx(edge[0], abs=1e-6)


def test_an_exponential_tail_goes_on_at_its_own_rate() -> None:
    """Of an exponential column -log P(X > x) = x / scale; the extrapolation keeps that slope."""
    rows = np.random.default_rng(1).exponential(7.0, size=(20_000, 1))
    new = rows.max() + np.array([[0.0], [70.0]])
    first, second = -ECOD().fit(rows).score_samples(new)
    assert second - first == pytest.approx(10.0, rel=0.1)


def test_a_bounded_reference_scores_nearly_alike() -> None:
    rng = np.random.default_rng(2)
    rows = np.column_stack([rng.normal(size=20_000), rng.poisson(2.0, size=20_000)])
    full, small = ECOD().fit(rows), ECOD(max_reference=4000).fit(rows)
    assert small.sorted_.shape == (2, 4000)
    assert full.sorted_.shape == (2, 20_000)
    new = rng.normal(size=(500, 2)) * [3, 1] + [0, 2]
    # between kept values a rank is short by at most 9 in 1 000: under 0.01 nats a column
    np.testing.assert_allclose(small.score_samples(new), full.score_samples(new), atol=0.02)
    extreme = rows[rows[:, 0].argsort()[[0, 1, 2, -2, -1]]]
    np.testing.assert_allclose(
        small.contributions(extreme)[:, 0], full.contributions(extreme)[:, 0], rtol=1e-12
    )


def test_rare_categories_and_gaps_count_as_their_share_says() -> None:
    colour = ["red"] * 50 + ["blue"] * 48 + ["mauve"] * 2
    table = pd.DataFrame({"colour": colour, "size": [1.0, None, *range(98)]})
    model = ECOD(tail="row").fit(table)
    new = pd.DataFrame({"colour": ["red", "mauve", "never seen"], "size": [50.0] * 3})
    usual, rare, unseen = -model.score_samples(new)
    assert usual < rare < unseen
    assert rare >= -np.log(2 / 100)
    assert model.contributions(new)[1].argmax() == 0


def test_a_value_never_seen_in_a_constant_column_is_odd() -> None:
    rows = np.full((50, 1), 7.0)
    model = ECOD().fit(rows)
    assert (model.training_scores_ == 0).all()
    assert (model.score_samples([[8.0], [6.0]]) < -np.log(50)).all()


def test_two_rows_are_enough() -> None:
    model = ECOD().fit([[0.0, 1.0], [1.0, 1.0]])
    assert np.isfinite(model.score_samples([[0.5, 1.0], [-1e308, 1e308]])).all()
