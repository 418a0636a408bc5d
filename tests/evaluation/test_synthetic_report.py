"""Synthetic tables are judged: what gives them away, what they teach, what they tell of whom."""

import json
from typing import Any

import numpy as np
import pytest

from likely.core.errors import DataError, ParameterError
from likely.evaluation import (
    SyntheticReport,
    give_aways,
    judge_synthetic,
    privacy,
    strange_values,
    transfer,
    two_sample_test,
)


def people(n: int, seed: int) -> dict[str, Any]:
    """Rows in which a city says the pay, and seven in ten spend 0."""
    rng = np.random.default_rng(seed)
    city = rng.integers(0, 4, n)
    pay = 10.0 * city + rng.normal(size=n)
    return {
        "city": [None if rng.random() < 0.1 else f"city {c}" for c in city],
        "pay": pay.tolist(),
        "spent": np.where(rng.random(n) < 0.7, 0.0, rng.exponential(size=n)).tolist(),
        "rich": np.where(pay > 15, "yes", "no").tolist(),
        "name": [f"n{k}" for k in rng.integers(0, 2_000, n)],
    }


def shuffled(rows: dict[str, Any], seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {name: rng.permutation(np.array(v, dtype=object)).tolist() for name, v in rows.items()}


@pytest.fixture(scope="module")
def copied() -> SyntheticReport:
    return judge_synthetic(people(80, 0), people(80, 0), people(60, 1), "rich")


def test_trees_see_all_of_a_table_and_nothing_that_is_not_there() -> None:
    real, other = people(300, 0), people(300, 1)
    told = two_sample_test(real, other, "codes", folds=2)
    assert told.auroc_interval[0] < 0.5 < told.auroc_interval[1]
    gaps = {**other, "city": [None if k % 2 else c for k, c in enumerate(other["city"])]}
    assert two_sample_test(real, gaps, "codes", folds=2).auroc > 0.65
    names = {"name": [f"n{k}" for k in np.random.default_rng(5).integers(0, 30, 300)]}
    assert two_sample_test({"name": real["name"]}, names, "codes", folds=2).auroc > 0.9
    order = np.random.default_rng(0).permutation(800)
    once = [{"name": [f"n{k}" for k in half]} for half in np.split(order, 2)]  # no level repeats
    assert abs(two_sample_test(*once, "codes", folds=2).auroc - 0.5) < 0.1
    with pytest.raises(ParameterError, match="logistic"):
        two_sample_test(real, other, "codes", classifier="logistic")


def test_columns_and_pairs_that_give_rows_away_are_named() -> None:
    real, other = people(1_500, 0), people(1_500, 1)
    assert "No single column" in str(give_aways(real, other))
    found = give_aways(real, shuffled(other))
    assert not found.columns
    assert {frozenset(pair[:2]) for pair in found.pairs[:3]} >= {
        frozenset({"city", "pay"}), frozenset({"pay", "rich"}),
    }  # fmt: skip
    smeared = np.array(other["spent"]) + np.random.default_rng(0).normal(0, 1e-3, 1_500)
    found = give_aways(real, {**other, "spent": smeared.tolist()})
    assert [name for name, _ in found.columns] == ["spent"]
    assert "Given away by 'spent'" in str(found)


def test_chance_is_not_named() -> None:
    named = 0
    for seed in range(40):
        rows = np.random.default_rng(seed).integers(0, 40, (400, 4))
        named += bool(give_aways(rows[:200], rows[200:], pairs=0).columns)
    assert named <= 6  # 2 are promised; more than 6 come about once in 200


def test_what_is_learnt_from_shuffled_rows_is_useless() -> None:
    train, test = people(300, 0), people(200, 1)
    good = transfer(train, people(300, 2), test, "rich")
    assert good.metric == "AUROC"
    assert min(good.synthetic, good.real) > 0.95
    assert good.gap_interval[0] <= good.gap <= good.gap_interval[1]
    assert transfer(train, shuffled(train), test, "rich").synthetic < 0.8
    numbers = transfer(train, shuffled(train), test, "pay")
    assert numbers.metric == "R2"
    assert numbers.synthetic < 0.2 < 0.9 < numbers.real
    assert numbers.error_synthetic > 3 * numbers.error_real
    for target, match in (("pai", "no column named"), ("same", "one value only")):
        rows = [{**part, "same": [1.0] * len(part["pay"])} for part in (train, train, test)]
        with pytest.raises(DataError, match=match):
            transfer(*rows, target)


def test_several_levels_and_a_level_never_made() -> None:
    train, test = people(300, 0), people(200, 1)
    lacking = {name: [v for v, c in zip(values, train["city"], strict=True) if c != "city 3"]
               for name, values in train.items()}  # fmt: skip
    found = transfer(train, lacking, test, "city")
    assert found.real > 0.97
    assert 0.7 < found.synthetic < 0.93  # one of four levels has 0.5


def test_copies_and_their_owners_are_found() -> None:
    train, holdout, new = (people(300, seed) for seed in range(3))
    fair = privacy(new, train, holdout)
    assert (fair.copies, fair.copies_real) == (0.0, 0.0)
    assert fair.nearer_interval[0] < 0.5 < fair.nearer_interval[1]
    assert fair.membership_interval[0] < 0.5 < fair.membership_interval[1]
    half = {name: train[name][:150] + new[name][:150] for name in train}
    found = privacy(half, train, holdout)
    assert found.copies == 0.5
    assert found.membership > 0.7
    assert found.nearer_to_training > 0.65
    assert found.distances[25] < fair.distances[25]


def test_values_without_like_are_counted() -> None:
    real = {"age": [20, 40, 60], "sex": ["F", "M", "F"]}
    found = strange_values(real, {"age": [30, 30.5, 61, None], "sex": ["F", "M", "X", "F"]})
    assert found.share == 0.75
    assert set(found.reasons) == {
        "'age': 1 value not whole", "'age': 1 value above the largest of 3",
        "'age': 1 value missing, as none was", "'sex': 1 value of levels never seen",
    }  # fmt: skip
    cents = strange_values({"price": [0.29, 1.1, 3.0, None]}, {"price": [0.57, 1.015, None]})
    assert cents.reasons == ("'price': 1 value with more than 2 decimal places",)


def test_a_report_says_all_beside_real_rows(copied: SyntheticReport) -> None:
    measures = {m.name: m for m in copied.measures}
    assert measures["Copies of training rows"].synthetic == 100.0
    assert measures["Copies of training rows"].real == 0.0
    assert measures["Columns differ"].synthetic < measures["Columns differ"].real
    assert all(np.isfinite([m.synthetic, m.real]).all() for m in copied.measures)
    assert copied.table().column_names[:3] == ["measure", "synthetic", "real"]
    told = json.loads(json.dumps(copied.to_json(), allow_nan=False))
    compared = [name for name in people(1, 0) if name != "name"]  # it looks like an identifier
    assert [column["name"] for column in told["columns"]] == compared
    for words in ("Boosted trees tell 80 synthetic rows", "predict 'rich'", "copies"):
        assert words in str(copied)


def test_the_gate(copied: SyntheticReport) -> None:
    assert copied.passes(max_copies=1.0)
    refused = copied.passes()
    assert not refused
    assert "100.00% of 80 synthetic rows are copies" in str(refused)
    with pytest.raises(ParameterError, match="max_copies"):
        copied.passes(max_copies=2)
    with pytest.raises(DataError, match="5 held-out"):
        judge_synthetic(people(30, 0), people(30, 1), people(5, 2))


def test_any_table_is_judged() -> None:
    def odd(seed: int) -> dict[str, Any]:
        rng = np.random.default_rng(seed)
        return {
            "constant": [1] * 40, "none": [None] * 40, "one": [None] * 39 + [float(seed)],
            "<b>far": [np.inf, *rng.normal(size=39) * 1e200],
            "flag": (rng.random(40) < 0.5).tolist(), "id": [f"{seed}-{k}" for k in range(40)],
        }  # fmt: skip

    report = judge_synthetic(odd(0), odd(1), odd(2), "flag")
    assert json.dumps(report.to_json(), allow_nan=False)
    assert report.synthetic.shapes.names == ("constant", "one", "<b>far", "flag")
    assert all(any(f"{name!r} is set aside" in n for n in report.notes) for name in ("none", "id"))


def test_a_copy_with_a_new_identifier_is_a_copy() -> None:
    parts = [people(80, 0), people(80, 0), people(60, 1)]
    for rows, first in zip(parts, (0, 1_000, 2_000), strict=True):
        del rows["name"]
        rows["order"] = [f"B{first + k:05d}" for k in range(len(rows["pay"]))]
    report = judge_synthetic(*parts, "rich")
    assert report.synthetic.privacy.copies == 1.0
    assert report.real.privacy.copies < 0.1
    assert any("'order' is set aside" in note for note in report.notes)
    assert "order" not in report.learnt.names


def test_a_target_stays_although_it_looks_like_an_identifier() -> None:
    rows = [{"id": list(range(60)), "pay": people(60, seed)["pay"]} for seed in (0, 1, 2)]
    report = judge_synthetic(*rows, target="id")
    assert report.learnt.names == ["id", "pay"]
    assert report.transfer is not None
