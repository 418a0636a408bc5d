"""Numbers that follow from others by a line are filled by it, within what was learnt."""

from __future__ import annotations

import numpy as np

from likely.autoregressive import SequentialTrees
from likely.base.columns_filled import _expectations
from likely.base.columns_regressed import learn_linear, trusted
from likely.data.frames import as_table
from likely.data.pieces import learn_pieces


def on_a_line(n: int = 400) -> np.ndarray:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 2))
    return np.column_stack([x, x @ [1.0, -2.0] + 5])


def with_gaps(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    gaps = np.random.default_rng(1).random(len(rows)) < 0.3
    left = rows.copy()
    left[np.flatnonzero(gaps), np.random.default_rng(2).integers(3, size=gaps.sum())] = np.nan
    return left, np.isnan(left)


def test_lines_are_kept_where_rows_with_gaps_are_all_there_is() -> None:
    rows = on_a_line()
    left, gaps = with_gaps(rows)
    model = SequentialTrees().fit(left)
    away = np.abs(model.impute(left) - rows)[gaps]
    model.linear_share_ = np.zeros(3)
    assert away.mean() < 0.5 * np.abs(model.impute(left) - rows)[gaps].mean()


def test_the_guess_is_the_regression_on_what_is_known() -> None:
    rows = on_a_line()
    table = as_table(rows)
    pieces = [learn_pieces(column, rows[:, j]) for j, column in enumerate(table.columns)]
    codes = np.column_stack([own.code(rows[:, j]) for j, own in enumerate(pieces)])
    linear = learn_linear(rows, codes, pieces)
    asked = np.array([[1.0, np.nan, np.nan], [0.5, 1.0, np.nan]])
    found = linear.expected(asked, np.full(asked.shape, 2))
    slope, start = np.polyfit(rows[:, 0], rows[:, 2], 1)
    assert abs(found[0, 2] - (slope + start)) < 1e-3
    assert abs(found[1, 2] - 3.5) < 1e-3
    assert np.isnan(found[:, 0]).all()


def test_what_is_filled_stays_in_range_and_on_its_step() -> None:
    rng = np.random.default_rng(0)
    whole = np.rint(rng.normal(50, 10, size=300))
    rows = np.column_stack([whole, 3 * whole + np.rint(rng.normal(size=300)), whole > 50])
    model = SequentialTrees().fit(rows)
    found = model.impute([[1e9, np.nan, 1], [60, np.nan, np.nan], [-1e300, np.nan, 0]])
    assert (found[:, 1] == np.rint(found[:, 1])).all()
    assert (found[:, 1] >= rows[:, 1].min()).all()
    assert (found[:, 1] <= rows[:, 1].max()).all()
    assert found[1, 2] == 1


def test_where_the_line_says_nothing_it_is_not_trusted() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(-2, 2, size=2_000)
    model = SequentialTrees().fit(np.column_stack([x, np.sin(4 * x)]))
    assert model.linear_share_[1] < 0.2


def test_rows_in_another_order_are_learnt_alike() -> None:
    left, _ = with_gaps(on_a_line(200))
    model = SequentialTrees().fit(left)
    other = SequentialTrees().fit(left[::-1])
    np.testing.assert_allclose(model.linear_covariance_, other.linear_covariance_)
    np.testing.assert_allclose(model.impute(left), other.impute(left), atol=1e-6)


def test_shares_are_between_nothing_and_all() -> None:
    truth, none = np.array([[1.0, 1.0, np.nan]]), np.zeros((1, 3))
    linear = np.array([[-1.0, 0.5, 1.0]])
    np.testing.assert_array_equal(trusted(truth, none, linear), [0.0, 1.0, 0.0])


def test_nothing_is_expected_of_a_column_without_values() -> None:
    pieces = learn_pieces(as_table(np.ones((1, 1))).columns[0], np.array([np.nan]))
    assert np.isnan(_expectations(pieces, np.array([[1.0, 0.0]]))).all()
