"""Orders of columns: which are tried, and that the better one is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from likely.autoregressive import SequentialTrees
from likely.autoregressive.column_order import orders, told
from likely.persistence import load_model, save_model

N = 2_600


def outer() -> pd.DataFrame:
    """Whether a number is far out says nothing of its mean, so the number has to come first."""
    number = np.random.default_rng(0).random(N)
    return pd.DataFrame({"number": number, "outer": 1.0 * (np.abs(number - 0.5) > 0.25)})


def ring() -> pd.DataFrame:
    """Of two numbers neither says where the mean of the other is, so the place comes first."""
    rng = np.random.default_rng(0)
    place = rng.integers(0, 4, size=N)
    x, y = rng.normal(0, 0.1, size=(2, N))
    x += np.array([0, 0, 1, -1])[place]
    y += np.array([1, -1, 0, 0])[place]
    return pd.DataFrame({"x": x, "y": y, "place": place})


def test_dates_come_first_then_few_values_or_labels_and_many_values() -> None:
    sizes = np.array([200, 5, 90, 30, 7, 400])
    is_label = np.array([False, False, False, True, True, False])
    is_date = np.arange(6) == 5
    coarse, fine = orders(sizes, is_label, is_date)
    assert coarse.tolist() == [5, 1, 4, 3, 2, 0]
    assert fine.tolist() == [5, 4, 3, 0, 2, 1]


def test_rows_of_the_same_distribution_are_not_told_apart() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 300, size=(2, 3_000, 3))
    is_label = np.array([True, False, True])
    assert told(first, second, is_label, 0) == pytest.approx(0.5, abs=0.03)
    second[:, 0] //= 2
    assert told(first, second, is_label, 0) > 0.7
    assert told(first, second, is_label, 0) == told(first, second, is_label, 0)


@pytest.mark.parametrize(("rows", "first"), [(outer(), "number"), (ring(), "place")])
def test_the_order_whose_rows_pass_is_chosen(rows: pd.DataFrame, first: str) -> None:
    chosen = SequentialTrees().fit(rows)
    assert rows.columns[chosen.order_[0]] == first
    again = SequentialTrees().fit(rows.sample(frac=1.0, random_state=1))
    np.testing.assert_array_equal(again.order_, chosen.order_)
    np.testing.assert_array_equal(again.sample(50, seed=0), chosen.sample(50, seed=0))


def test_the_chosen_order_draws_what_the_other_one_loses() -> None:
    def wrong(order: str) -> float:
        drawn = SequentialTrees(order=order).fit(outer()).sample(4_000, seed=0)  # type: ignore[arg-type]
        return float(((np.abs(drawn[:, 0] - 0.5) > 0.25) != drawn[:, 1]).mean())

    assert wrong("coarse") > 0.4
    assert wrong("auto") == wrong("fine") < 0.02


def test_few_rows_choose_nothing() -> None:
    rows = outer().head(500)
    assert rows.columns[SequentialTrees().fit(rows).order_[0]] == "outer"


def test_the_chosen_order_is_in_the_file(tmp_path: Path) -> None:
    model = SequentialTrees().fit(outer())
    save_model(model, tmp_path / "a.likely")
    loaded = load_model(tmp_path / "a.likely")
    np.testing.assert_array_equal(loaded.order_, model.order_)
    np.testing.assert_array_equal(loaded.sample(50, seed=0), model.sample(50, seed=0))
    np.testing.assert_array_equal(loaded.log_prob(outer()), model.log_prob(outer()))
