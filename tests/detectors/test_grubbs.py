"""Grubbs' test against published tables, a published example, the formula and simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from likely.base.capabilities import can
from likely.core.errors import DataError, ParameterError
from likely.detectors import Grubbs
from likely.detectors.statistical.grubbs import grubbs_critical_value, grubbs_p_value
from likely.testing.naive import statistical as naive

# Grubbs, F. E. & Beck, G. (1972), Technometrics 14(4), table I: one-sided 5 %, 2.5 %, 1 % and 0.5 %
# points. Two-sided tests at twice the level use the same column.
TABLE = {
    3: (1.153, 1.155, 1.155, 1.155),
    4: (1.463, 1.481, 1.492, 1.496),
    5: (1.672, 1.715, 1.749, 1.764),
    6: (1.822, 1.887, 1.944, 1.973),
    7: (1.938, 2.020, 2.097, 2.139),
    8: (2.032, 2.126, 2.221, 2.274),
    9: (2.110, 2.215, 2.323, 2.387),
    10: (2.176, 2.290, 2.410, 2.482),
    15: (2.409, 2.549, 2.705, 2.806),
    20: (2.557, 2.709, 2.884, 3.001),
    25: (2.663, 2.822, 3.009, 3.135),
    30: (2.745, 2.908, 3.103, 3.236),
}
MASSES = np.array([199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57])


@pytest.mark.parametrize("n", TABLE)
def test_critical_values_are_those_of_the_published_table(n: int) -> None:
    # the table's own last digit is off by one in places
    for alpha, expected in zip((0.05, 0.025, 0.01, 0.005), TABLE[n], strict=True):
        assert grubbs_critical_value(n, alpha, two_sided=False) == pytest.approx(expected, abs=1e-3)
        assert grubbs_critical_value(n, 2 * alpha) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("two_sided", [True, False])
def test_critical_values_are_those_of_students_t(two_sided: bool) -> None:
    sizes = np.array([3, 4, 8, 54, 1000, 100_000])
    for alpha in (0.5, 0.05, 1e-6):
        expected = [naive.critical_value(int(n), alpha, two_sided) for n in sizes]
        found = grubbs_critical_value(sizes, alpha, two_sided)
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_value_at_its_critical_value_has_the_level_as_p_value() -> None:
    sizes = np.array([3, 10, 500])
    for alpha in (0.2, 0.01):
        np.testing.assert_allclose(
            grubbs_p_value(grubbs_critical_value(sizes, alpha), sizes), alpha, rtol=1e-9
        )


def test_published_example() -> None:
    """Tietjen & Moore (1972), mass spectrometer measurements of a uranium isotope: G = 2.4687."""
    model = Grubbs().fit(MASSES[:, None])
    assert model.training_scores_.min() == pytest.approx(-2.4687, abs=1e-4)
    assert grubbs_critical_value(8, 0.05, two_sided=False) == pytest.approx(2.032, abs=1e-3)
    assert model.outliers_.tolist() == [7]
    assert model.score_samples([[245.57]])[0] == pytest.approx(-2.4687, abs=1e-4)


def test_p_values_are_those_of_the_formula() -> None:
    rows = np.random.default_rng(0).normal([5, -3], [2, 1e4], size=(30, 2))
    rows[4, 1] = 6e4
    expected = np.array([naive.grubbs_p_values(rows[:, j]) for j in range(2)])
    p_values = Grubbs().fit_test(rows)
    np.testing.assert_allclose(p_values, np.minimum(1, 2 * expected.min(axis=0)), rtol=1e-9)
    assert can(Grubbs(), "fit_test")


@pytest.mark.parametrize("n", [3, 5, 20])
def test_clean_tables_are_left_quiet_at_the_stated_level(n: int) -> None:
    rng = np.random.default_rng(1)
    alpha, tables = 0.1, 1500
    model = Grubbs(alpha=alpha)
    called = sum(len(model.fit(rng.normal(size=(n, 2))).outliers_) > 0 for _ in range(tables))
    spread = np.sqrt(alpha * (1 - alpha) / tables)
    assert alpha - 0.01 - 4 * spread < called / tables < alpha + 4 * spread


def test_missing_values_are_left_out_of_the_test() -> None:
    values = np.concatenate([MASSES, np.full(20, np.nan)])
    filler = np.random.default_rng(2).normal(size=len(values))
    with_gaps = Grubbs().fit(pd.DataFrame({"mass": values, "filler": filler}))
    assert with_gaps.critical_values_[0] == pytest.approx(grubbs_critical_value(8, 0.025))
    alone = Grubbs().fit(MASSES[:, None])
    assert with_gaps.training_p_values_[7] == pytest.approx(2 * alone.training_p_values_[7])
    new = pd.DataFrame({"mass": [np.nan, 245.57], "filler": [0.0, 0.0]})
    assert with_gaps.score_samples(new)[1] == pytest.approx(-2.4687, abs=1e-4)
    assert with_gaps.score_samples(new)[0] > -1


def test_only_numbers_are_tested() -> None:
    table = pd.DataFrame({"city": ["Ulm"] * 49 + ["Rome"], "mass": np.arange(50.0)})
    model = Grubbs().fit(table)
    assert model.outliers_.size == 0
    assert (model.contributions(table)[:, 0] == 0).all()
    with pytest.raises(DataError, match="none of the 1 columns is one"):
        Grubbs().fit(table[["city"]])


@pytest.mark.parametrize("rows", [[[1.0], [2.0]], [[1.0]] * 5, [[0.0], [0.0], [1e308]]])
def test_samples_without_a_test_have_p_values_in_range(rows: list[list[float]]) -> None:
    model = Grubbs().fit(rows)
    assert np.isfinite(model.score_samples([[-1e308], [0.0], [1e308]])).all()
    assert ((model.training_p_values_ > 0) & (model.training_p_values_ <= 1)).all()


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ParameterError, match=r"n must be at least 3.*Got 2"):
        grubbs_critical_value(2, 0.05)
    with pytest.raises(ParameterError, match=r"alpha must be a number in \(0, 0\.5\]\. Got 0\.9"):
        grubbs_critical_value(5, 0.9)
    with pytest.raises(ParameterError, match=r"Grubbs: alpha must be a number in \(0, 0\.5\]"):
        Grubbs(alpha=0.0).fit(MASSES[:, None])
