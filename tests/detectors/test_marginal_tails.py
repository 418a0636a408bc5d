"""Marginal tails against numerical integration and a posterior written out in loops."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from likely.detectors import MarginalTails
from likely.detectors.statistical import marginal_tails
from likely.testing.naive import statistical as naive


def _odd(model: MarginalTails, values: np.ndarray) -> np.ndarray:
    return -model.score_samples(values[:, None])


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0, 8.0])
def test_survival_agrees_with_numerical_integration(power: float) -> None:
    y = np.array([0.0, 0.3, 1.0, 2.0, 4.0])
    fast = marginal_tails._log_survival(y, np.array([1.3]), np.array([power]))[:, 0]
    slow = [naive.exponential_power_log_survival(value, 1.3, power) for value in y]
    np.testing.assert_allclose(fast[y > 0], slow[1:], rtol=1e-6)
    assert fast[0] == slow[0] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("shape", ["normal", "exponential", "with strangers"])
def test_surprise_is_that_of_the_posterior_written_out(shape: str) -> None:
    rng = np.random.default_rng(0)
    rows = rng.exponential(size=101) if shape == "exponential" else rng.normal(size=101)
    if shape == "with strangers":
        rows[:4] = 40.0
    model = MarginalTails().fit(rows[:, None])
    x = model.schema_.features(model.schema_.match(rows[:, None]))[:, 0]
    deviations = x[x > np.median(x)] - np.median(x)
    knots = [3, 20, 35, 45, 50]
    at = marginal_tails._KNOTS[knots] * model.scales_[0, 0]
    expected = naive.marginal_tail(
        deviations,
        list(at),
        marginal_tails._POWERS,
        marginal_tails._RELATIVE_SCALES,
    )
    np.testing.assert_allclose(model.surprises_[0, 0][knots], expected, rtol=1e-6)
    new = model.schema_._centres + model.schema_._scales * (np.median(x) + at)
    np.testing.assert_allclose(_odd(model, new), model.surprises_[0, 0][knots], rtol=1e-9)


def test_a_gaussian_column_has_gaussian_tails() -> None:
    from scipy.stats import norm

    model = MarginalTails().fit(np.random.default_rng(1).normal(5.0, 3.0, size=(20_000, 1)))
    z = np.array([1.0, 2.0, 3.0, 4.0])
    for sign in (1, -1):
        expected = -(np.log(2) + norm.logsf(z))
        np.testing.assert_allclose(_odd(model, 5 + sign * 3 * z), expected, rtol=0.08)


def test_each_side_has_a_tail_of_its_own() -> None:
    model = MarginalTails().fit(np.random.default_rng(2).exponential(size=(4_000, 1)))
    median = np.log(2)
    right, left = _odd(model, median + np.array([0.69, -0.69]))
    assert left > right + 1.0  # 0.69 is a usual step to the right; to the left the data end


def test_farther_out_is_odder_without_end() -> None:
    model = MarginalTails().fit(np.random.default_rng(3).normal(size=(300, 1)))
    outwards = np.geomspace(0.05, 1e30, 80)
    for line in (outwards, -outwards):
        odd = _odd(model, line)
        assert np.isfinite(odd).all()
        assert (np.diff(odd) > 0).all()


def test_gross_rows_hardly_move_the_tail() -> None:
    rows = np.random.default_rng(4).normal(size=(1_000, 1))
    clean = _odd(MarginalTails().fit(rows), np.array([6.0]))
    rows[:12] = 1e6
    assert _odd(MarginalTails().fit(rows), np.array([6.0])) > 0.75 * clean


def test_few_values_count_as_rare_as_they_are() -> None:
    table = pd.DataFrame({"colour": ["red"] * 60 + ["blue"] * 38 + ["mauve"] * 2})
    model = MarginalTails(combine="sum").fit(table)
    new = pd.DataFrame({"colour": ["red", "blue", "mauve", "never seen"]})
    odd = -model.score_samples(new)
    assert (np.diff(odd) > 0).all()
    binary = MarginalTails().fit(np.repeat([[0.0], [1.0]], [96, 3], axis=0))
    expected = -np.log([96 / 100, 3 / 100, 0.5 / 100])
    np.testing.assert_allclose(_odd(binary, np.array([0.0, 1.0, 7.0])), expected, rtol=1e-12)


def test_largest_names_one_column_and_sum_adds_all() -> None:
    rows = np.random.default_rng(5).normal(size=(200, 3))
    new = np.array([[0.1, 8.0, -1.0]])
    largest, summed = MarginalTails().fit(rows), MarginalTails(combine="sum").fit(rows)
    one, all_three = largest.contributions(new)[0], summed.contributions(new)[0]
    assert np.flatnonzero(one).tolist() == [1]
    assert one[1] == all_three[1] == all_three.max()
    assert all_three.sum() == pytest.approx(-summed.score_samples(new)[0])
    assert (all_three > 0).all()


def test_a_sample_of_the_rows_stands_for_all() -> None:
    rows = np.random.default_rng(6).normal(size=(3_000, 1))
    z = np.array([1.0, 2.0, 3.0])
    few, full = MarginalTails(max_reference=1_000, seed=1).fit(rows), MarginalTails().fit(rows)
    np.testing.assert_allclose(_odd(few, z), _odd(full, z), rtol=0.25)
    again = MarginalTails(max_reference=1_000, seed=1).fit(rows)
    np.testing.assert_array_equal(_odd(few, z), _odd(again, z))
    assert (_odd(MarginalTails(max_reference=1_000, seed=2).fit(rows), z) != _odd(few, z)).any()


def test_a_side_without_values_still_judges() -> None:
    rows = np.concatenate([np.zeros(60), np.arange(1.0, 21.0)])[:, None]  # median 0, none below
    odd = _odd(MarginalTails().fit(rows), np.array([0.0, -1.0, -50.0]))
    assert odd[0] < odd[1] < odd[2]
