"""Z-scores against the formula, and what each variant is for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from likely.core.errors import ParameterError
from likely.detectors import ZScore
from likely.testing.naive import statistical as naive

ROWS = np.random.default_rng(0).gamma(2.0, [1.0, 50.0, 1e-6], size=(101, 3))


@pytest.mark.parametrize("robust", [True, False])
def test_scores_are_those_of_the_formula(robust: bool) -> None:
    z = naive.z_scores(ROWS, robust)
    largest = ZScore(robust=robust, combine="largest").fit(ROWS)
    summed = ZScore(robust=robust, combine="sum").fit(ROWS)
    np.testing.assert_allclose(largest.training_scores_, -z.max(axis=1), rtol=1e-9)
    np.testing.assert_allclose(summed.training_scores_, -(z**2).sum(axis=1), rtol=1e-9)


def test_the_winning_column_carries_the_largest_z() -> None:
    model = ZScore(combine="largest").fit(ROWS)
    contributions = model.contributions(ROWS)
    z = naive.z_scores(ROWS, robust=True)
    assert np.array_equal(contributions.argmax(axis=1), z.argmax(axis=1))
    assert np.array_equal((contributions > 0).sum(axis=1), np.ones(len(ROWS)))
    np.testing.assert_allclose(contributions.sum(axis=1), -model.training_scores_, rtol=1e-12)


def test_gross_rows_hide_others_from_the_classic_variant_only() -> None:
    rows = np.random.default_rng(1).normal(size=(200, 1))
    rows[:2] = [[1e6], [30.0]]
    hidden = ZScore(robust=False).fit(rows).training_scores_
    found = ZScore(robust=True).fit(rows).training_scores_
    assert hidden.argsort()[1] != 1
    assert list(found.argsort()[:2]) == [0, 1]


def test_a_column_of_mostly_equal_values_gives_finite_scores() -> None:
    rows = np.zeros((100, 2))
    rows[:30, 0] = np.linspace(1, 2, 30)
    model = ZScore(robust=True).fit(rows)
    assert np.isfinite(model.training_scores_).all()
    scores = model.score_samples([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [0.0, 1e308]])
    assert np.isfinite(scores).all()
    assert (np.diff(scores) < 0).all()


@pytest.mark.parametrize("robust", [True, False])
def test_a_rare_category_is_odd_but_bounded(robust: bool) -> None:
    rng = np.random.default_rng(2)
    colour = np.where(np.arange(1000) < 3, "mauve", np.where(rng.random(1000) < 0.5, "red", "blue"))
    table = pd.DataFrame({"size": rng.normal(size=1000), "colour": colour})
    new = pd.DataFrame({"size": [0.0, 0.0, 0.0], "colour": ["red", "mauve", "never seen"]})
    model = ZScore(robust=robust, combine="largest").fit(table)
    usual, rare, unseen = -model.score_samples(new)
    assert usual < 2
    assert 3.5 < rare <= 4.0
    assert 3.5 < unseen <= 4.0
    assert model.contributions(new)[1].argmax() == 1


def test_an_unknown_rule_is_named() -> None:
    with pytest.raises(ParameterError, match=r"ZScore: combine must be one of 'sum', 'largest'"):
        ZScore(combine="mean").fit(ROWS)  # pyright: ignore[reportArgumentType]
