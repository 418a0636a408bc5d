"""The generalised ESD test against Rosner's example, the procedure step by step, and simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from likely.core.errors import DataError, ParameterError
from likely.detectors import GeneralizedESD, Grubbs
from likely.detectors.statistical.generalized_esd import generalized_esd
from likely.testing.naive import statistical as naive

# Rosner (1983): the worked example, 54 values tested for up to 10 outliers.
# fmt: off
ROSNER = np.array([
    -0.25, 0.68, 0.94, 1.15, 1.20, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49, 1.49, 1.55, 1.56, 1.58,
    1.65, 1.69, 1.70, 1.76, 1.77, 1.81, 1.91, 1.94, 1.96, 1.99, 2.06, 2.09, 2.10, 2.14, 2.15, 2.23,
    2.24, 2.26, 2.35, 2.37, 2.40, 2.47, 2.54, 2.62, 2.64, 2.90, 2.92, 2.92, 2.93, 3.21, 3.26, 3.30,
    3.59, 3.68, 4.30, 4.64, 5.34, 5.42, 6.01,
])
# fmt: on
STATISTICS = [3.119, 2.943, 3.179, 2.810, 2.816, 2.848, 2.279, 2.310, 2.102, 2.067]
CRITICAL = [3.159, 3.151, 3.144, 3.136, 3.128, 3.120, 3.112, 3.103, 3.094, 3.085]


def test_published_example() -> None:
    found = generalized_esd(ROSNER, max_anomalies=10, alpha=0.05)
    np.testing.assert_allclose(found.statistics, STATISTICS, atol=1e-3)
    np.testing.assert_allclose(found.critical_values, CRITICAL, atol=1e-3)
    assert found.n_outliers == 3
    assert ROSNER[found.outliers].tolist() == [6.01, 5.42, 5.34]


def test_the_model_reproduces_the_published_example_in_any_unit() -> None:
    model = GeneralizedESD(max_anomalies=10).fit(ROSNER[:, None] * 1e-7 + 3)
    test = model.tests_["column_0"]
    np.testing.assert_allclose(test.statistics, STATISTICS, atol=1e-3)
    np.testing.assert_allclose(test.critical_values, CRITICAL, atol=1e-3)
    assert model.outliers_.tolist() == [51, 52, 53]
    assert (np.diff(test.p_values) >= 0).all()
    assert test.p_values[2] < 0.05 < test.p_values[3]


@pytest.mark.parametrize("n", [3, 4, 25, 120])
def test_every_step_is_that_of_the_procedure(n: int) -> None:
    rng = np.random.default_rng(n)
    column = rng.standard_t(2, size=n) * 1e4
    most = (n - 1) // 2
    positions, statistics, critical, count = naive.generalized_esd(column, most, 0.1)
    found = generalized_esd(column, most, alpha=0.1)
    assert found.positions.tolist() == positions
    np.testing.assert_allclose(found.statistics, statistics, rtol=1e-9)
    np.testing.assert_allclose(found.critical_values, critical, rtol=1e-6)
    assert found.n_outliers == count


def test_outliers_that_hide_one_another_from_grubbs_are_found() -> None:
    rows = np.random.default_rng(0).normal(size=(50, 1))
    rows[:6] = [[9.0], [9.1], [9.2], [9.3], [9.4], [9.5]]
    assert Grubbs().fit(rows).outliers_.size == 0
    model = GeneralizedESD(max_anomalies=0.2).fit(rows)
    assert model.outliers_.tolist() == [0, 1, 2, 3, 4, 5]
    # learnt without the outliers: the new row is as far as its distance from the others says
    assert model.score_samples([[9.0]])[0] < -6


def test_gross_values_do_not_blur_the_steps_after_them() -> None:
    column = np.concatenate([np.random.default_rng(1).normal(size=60), [1e15, -1e12, 1e6, 40.0]])
    found = generalized_esd(column, max_anomalies=10)
    assert found.outliers.tolist() == [60, 61, 62, 63]
    rest = generalized_esd(column[:60], max_anomalies=6)
    np.testing.assert_allclose(found.statistics[4:], rest.statistics, rtol=1e-9)


@pytest.mark.parametrize("n", [15, 60])
def test_clean_tables_are_left_quiet_at_the_stated_level(n: int) -> None:
    rng = np.random.default_rng(2)
    alpha, tables = 0.1, 1000
    model = GeneralizedESD(max_anomalies=0.1, alpha=alpha)
    called = sum(len(model.fit(rng.normal(size=(n, 2))).outliers_) > 0 for _ in range(tables))
    # Rosner's critical values hold approximately: allow two points more than chance
    assert called / tables < alpha + 0.02 + 4 * np.sqrt(alpha * (1 - alpha) / tables)


def test_missing_values_are_left_out_and_positions_are_those_of_the_rows() -> None:
    values = np.full(108, np.nan)
    values[::2] = ROSNER
    model = GeneralizedESD(max_anomalies=10).fit(pd.DataFrame({"value": values}))
    np.testing.assert_allclose(model.tests_["value"].statistics, STATISTICS, atol=1e-3)
    assert model.outliers_.tolist() == [102, 104, 106]
    assert (model.training_p_values_[1::2] == 1).all()


def test_half_equal_values_have_nothing_far() -> None:
    found = generalized_esd([2.0] * 20 + [3.0], max_anomalies=5)
    assert found.outliers.tolist() == [20]
    assert found.statistics[1:].tolist() == [0.0] * 4
    assert generalized_esd([1.0] * 9, max_anomalies=2).n_outliers == 0


@pytest.mark.parametrize("rows", [[[1.0], [2.0]], [[1.0]] * 5, [[0.0], [0.0], [1e308]]])
def test_samples_without_a_test_have_p_values_in_range(rows: list[list[float]]) -> None:
    model = GeneralizedESD(max_anomalies=3).fit(rows)
    assert np.isfinite(model.score_samples([[-1e308], [0.0], [1e308]])).all()
    assert ((model.training_p_values_ > 0) & (model.training_p_values_ <= 1)).all()


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ParameterError, match=r"max_anomalies must be from 1 to 26.*Got 27"):
        generalized_esd(ROSNER, max_anomalies=27)
    with pytest.raises(ParameterError, match=r"alpha must be a number in \(0, 0\.5\]"):
        generalized_esd(ROSNER, max_anomalies=3, alpha=0.0)
    with pytest.raises(DataError, match="1 values missing"):
        generalized_esd([1.0, 2.0, np.nan, 3.0], max_anomalies=1)
    with pytest.raises(ParameterError, match="GeneralizedESD: max_anomalies must be"):
        GeneralizedESD(max_anomalies=0.7).fit(ROSNER[:, None])
    with pytest.raises(DataError, match="ECOD and KNN"):
        GeneralizedESD().fit(pd.DataFrame({"city": ["Ulm", "Rome", "Ulm", "Rome"]}))
