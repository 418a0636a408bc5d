"""Sequential trees: densities that sum to one, exact conditions, what is missing."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from likely.autoregressive import SequentialTrees
from likely.autoregressive.leaf_smoothing import mixed, spread
from likely.core.errors import DataError


def people(n: int = 2_000) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    sex = rng.choice(["F", "M"], size=n)
    age = rng.integers(18, 80, size=n)
    pay = np.where(age < 60, 1_000 + 50 * age + rng.normal(0, 100, size=n), 0.0)
    return pd.DataFrame({"sex": sex, "age": age, "pay": pay, "old": age >= 60})


@pytest.fixture(scope="module")
def fitted() -> SequentialTrees:
    return SequentialTrees().fit(people())


def test_probabilities_of_all_rows_sum_to_one() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 3, size=400), rng.integers(0, 2, size=400)
    c = np.where(rng.random(400) < 0.1, np.nan, (a + b) % 3)
    rows = pd.DataFrame({"a": a.astype(str), "b": b == 1, "c": c})
    model = SequentialTrees(min_rows_leaf=3).fit(rows)
    every = product(["0", "1", "2"], [True, False], [0.0, 1.0, 2.0, np.nan])
    total = np.exp(model.log_prob(pd.DataFrame(every, columns=["a", "b", "c"]))).sum()
    assert 1 - 3 * 2 * 0.5 / 401 <= total <= 1.0  # half a row a column is for what was never seen


def test_what_is_asked_holds_and_its_probability_is_right(fitted: SequentialTrees) -> None:
    where = {"pay": (2_000, 3_000), "sex": "F", "age": [30, 31, 32]}
    rows, probability = fitted.sample_where(500, where, seed=1)
    data = people()
    asked = (
        data["pay"].between(2_000, 3_000) & (data["sex"] == "F") & data["age"].isin([30, 31, 32])
    )
    assert probability == pytest.approx(asked.mean(), abs=0.006)
    assert (rows[:, 0] == 0).all()
    assert set(rows[:, 1]) <= {30.0, 31.0, 32.0}
    assert ((rows[:, 2] >= 2_000) & (rows[:, 2] <= 3_000)).all()


def test_the_other_columns_follow_what_is_asked(fitted: SequentialTrees) -> None:
    rows, probability = fitted.sample_where(400, {"old": True}, seed=0)
    assert probability == pytest.approx((people()["age"] >= 60).mean(), abs=0.02)
    assert (rows[:, 1] >= 60).mean() > 0.99
    assert (rows[:, 2] == 0).mean() > 0.99


def test_trees_of_other_orders_borrow_as_those_of_the_chain(fitted: SequentialTrees) -> None:
    last = int(fitted.order_[-1])
    known = np.arange(len(fitted.order_)) == last
    for j in fitted.order_[:-1].tolist():
        other = fitted._tree(j, known)
        assert fitted._chain is not None
        own = fitted._chain[j]
        assert set(other.feature[other.feature >= 0]) <= {last}
        assert (other.discount, other.strength) == (own.discount, own.strength)


def test_what_no_row_can_be_is_an_error(fitted: SequentialTrees) -> None:
    with pytest.raises(DataError, match="from 18 to 79"):
        fitted.sample_where(5, {"age": (100, 120)})


def test_what_rows_hardly_can_be_is_said_to_be_rare(fitted: SequentialTrees) -> None:
    rows, probability = fitted.sample_where(5, {"age": 20, "old": True}, seed=0)
    assert probability < 1e-3
    assert (rows[:, [1, 3]] == [20, 1]).all()


def test_what_is_missing_is_expected_given_the_rest(fitted: SequentialTrees) -> None:
    data = people().head(60).astype({"age": float, "old": object})
    gaps = data.copy()
    gaps.loc[::2, "pay"] = np.nan
    gaps.loc[1::2, "old"] = None
    found = fitted.impute(gaps)
    known = (data["age"] < 60).to_numpy() & (np.arange(60) % 2 == 0)
    assert np.abs(found[known, 2] - data["pay"].to_numpy()[known]).mean() < 150
    np.testing.assert_array_equal(found[1::2, 3], data["old"].to_numpy()[1::2].astype(float))
    np.testing.assert_array_equal(found[:, 1], data["age"])


def test_what_is_known_is_kept_when_the_rest_is_drawn(fitted: SequentialTrees) -> None:
    data = people().head(40)
    known = np.array([False, True, False, False])
    found = fitted.complete(data, known, seed=0)
    np.testing.assert_array_equal(found[:, 1], data["age"])
    assert ((found[:, 3] == 1) == (data["age"] >= 60)).mean() > 0.95


def test_drawn_rows_are_distributed_as_the_rows(fitted: SequentialTrees) -> None:
    data, drawn = people(), fitted.sample(4_000, seed=0)
    assert (drawn[:, 2] == 0).mean() == pytest.approx((data["pay"] == 0).mean(), abs=0.03)
    assert np.corrcoef(drawn[drawn[:, 2] > 0][:, 1:3].T)[0, 1] > 0.95
    assert (drawn[:, 1] % 1 == 0).all()


def test_rows_spread_halfway_to_their_nearest_neighbour() -> None:
    counts = np.zeros((1, 9))
    counts[0, [1, 5, 7]] = [1, 1, 2]
    counts[0, 8] = 4  # an atom
    found = spread(counts, np.arange(1, 8))
    # in cells 0 to 6: row 0 reaches 2 cells each way, row 4 one, the pair in 6 stays
    first = [0.4, 0.4, 0.2, 0, 0, 0, 0]  # [0, 2.5), cut off at the end
    second = [0, 0, 0, 0.25, 0.5, 0.25, 0]  # [3.5, 5.5)
    pair = [0, 0, 0, 0, 0, 0, 2]
    np.testing.assert_allclose(found[0], [0, *np.sum([first, second, pair], axis=0), 4])


def test_all_leaves_together_are_distributed_as_the_rows() -> None:
    own = np.array([[0, 0, 0], [8, 0, 0], [0, 0, 0], [1, 1, 0], [0, 2, 4]], dtype=float)
    parent = np.array([-1, 0, 0, 2, 2])
    lent = np.array([0, 0.2, 0.5, 0.7, 0.4])
    chances = mixed(own, parent, lent)
    rows = own.sum(axis=1)
    np.testing.assert_allclose(rows @ chances, own.sum(axis=0))
    np.testing.assert_allclose(chances[rows > 0].sum(axis=1), 1.0)


def test_splits_by_chance_are_undone() -> None:
    rng = np.random.default_rng(0)
    noise = pd.DataFrame(rng.integers(0, 4, size=(1_000, 3)).astype(str), columns=list("abc"))
    told = noise.assign(c=np.where(rng.random(1_000) < 0.8, noise["a"], noise["c"]))
    nodes = [len(SequentialTrees().fit(rows).node_feature_) for rows in (noise, told)]
    assert nodes[0] <= 9  # three roots, and hardly a split
    assert nodes[1] >= nodes[0] + 6  # a tells c, level by level


def test_what_few_large_values_hang_on_is_followed() -> None:
    rng = np.random.default_rng(0)
    a, b, noise = rng.random((3, 4_000))
    large = rng.random(4_000) < 0.04
    rows = np.column_stack([a, b, np.where(large, 1_000 * (1 + 20 * (b > 0.5)), a) + noise])
    drawn = SequentialTrees().fit(rows).sample(4_000, seed=0)
    high, low = (drawn[(drawn[:, 1] > 0.5) == side, 2].mean() for side in (True, False))
    assert high > 5 * low  # 24 times as much in the rows, 1.6 if trees split for ranks alone


def test_huge_numbers_and_gaps_among_them_are_no_obstacle() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=500)
    b = np.where(rng.random(500) < 0.02, np.nan, (a + 0.1 * rng.normal(size=500)) * 1e307)
    model = SequentialTrees().fit(np.column_stack([a, b]))
    drawn = model.sample(2_000, seed=0)
    known = ~np.isnan(drawn[:, 1])
    assert known.mean() == pytest.approx(0.98, abs=0.015)
    assert np.corrcoef(drawn[known, 0], drawn[known, 1] / 1e307)[0, 1] > 0.8
