"""Labels through learn and detect: told to models that learn from them, kept out for all others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import likely
from likely.calibration.cross_fit import cross_fit
from likely.calibration.known_rows import FEWEST_ORDINARY, judge_by_ordinary
from likely.core.errors import DataError, ParameterError
from likely.data.frames import as_table
from likely.detectors import KNN, FewLabels, Supervised
from likely.workflow.auto import choose

FRAUDS, ROWS = 20, 240
FAST = FewLabels(members=("KNN",), n_trees=20)


def payments(seed: int = 0, **labels: object) -> pd.DataFrame:
    """Return rows whose first 20 are anomalies that are not far out, and a column of labels."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(ROWS, 3))
    rows[:FRAUDS] = 0.3 * rows[:FRAUDS] + [1.4, -1.4, 1.4]
    return pd.DataFrame(rows, columns=["amount", "age", "hour"]).assign(**labels)


def known(anomalies: int, ordinary: int = 0) -> np.ndarray:
    """Label the first anomalies and the last ordinary rows; nothing is known of the others."""
    labels = np.full(ROWS, np.nan)
    labels[:anomalies] = 1
    labels[ROWS - ordinary :] = 0
    return labels


def test_auto_learns_from_labels_and_says_so() -> None:
    model, why = choose("auto", 0, {}, labelled=True)
    assert type(model).__name__ == "FewLabels"
    assert "auto chose a FewLabels" in why


def test_the_label_column_is_no_feature_and_need_not_come_again() -> None:
    learned = likely.learn(payments(fraud=known(10)), FAST, labels="fraud")
    assert [c.name for c in learned.model.schema_.used] == ["amount", "age", "hour"]
    assert any("10 known anomalies are learnt from" in note for note in learned.notes)
    new, truth = payments(seed=1), np.arange(ROWS) < FRAUDS
    p = learned.p_values(new)
    assert np.median(p[truth]) < 0.05
    assert np.median(p[~truth]) > 0.3
    np.testing.assert_array_equal(p, learned.p_values(payments(seed=1, fraud=np.nan)))


def test_a_column_and_an_array_say_the_same() -> None:
    by_name = likely.learn(payments(fraud=known(3)), FAST, labels="fraud")
    for labels in (known(3), pd.Series(known(3)), known(3).tolist()):
        by_array = likely.learn(payments(), FAST, labels=labels)
        new = payments(seed=1)
        np.testing.assert_array_equal(by_array.score_samples(new), by_name.score_samples(new))


def test_each_row_is_judged_by_a_model_that_was_not_told_of_it() -> None:
    """Random labels cannot be found again where no model saw the row that it judges."""
    labels = (np.random.default_rng(5).random(ROWS) < 0.15).astype(float)
    found = likely.detect(payments(), FAST, labels=labels)
    assert abs(likely.evaluation.auroc(labels, -found.scores) - 0.5) < 0.12


def test_known_anomalies_never_enter_the_reference() -> None:
    labels = known(FRAUDS)
    learned = likely.learn(payments(), FAST, labels=labels)
    assert learned.reference.n == ROWS - FRAUDS
    learned = likely.learn(payments(), "KNN", labels=labels)
    assert learned.reference.n <= ROWS - FRAUDS
    assert len(learned.likely_rows) <= ROWS - FRAUDS


def test_a_method_without_labels_learns_nothing_from_known_anomalies() -> None:
    labels = known(FRAUDS)
    learned = likely.learn(payments(), "KNN", labels=labels)
    alone = likely.learn(payments().iloc[FRAUDS:], "KNN")
    new = payments(seed=1)
    np.testing.assert_array_equal(learned.score_samples(new), alone.score_samples(new))
    assert any("KNN does not learn from labels" in note for note in learned.notes)
    found = likely.detect(payments(), "KNN", labels=labels)
    assert len(found) == ROWS
    np.testing.assert_array_equal(
        found.scores[:FRAUDS], found.learned.score_samples(payments().iloc[:FRAUDS])
    )


def test_normal_learns_from_rows_labelled_ordinary_only() -> None:
    learned = likely.learn(payments(), "KNN", labels=known(3, ordinary=100), normal=True)
    assert learned.reference.n == 100
    assert any("100 rows labelled ordinary" in note for note in learned.notes)
    with pytest.raises(DataError, match="Found 0"):
        likely.learn(payments(), "KNN", labels=known(3), normal=True)
    with pytest.raises(ParameterError, match="normal"):
        likely.learn(payments(), FAST, labels=known(3, ordinary=100), normal=True)


def test_anomalies_are_spread_over_the_folds() -> None:
    """With fewer of them than folds, the model for new rows has seen them all."""
    labels = known(2)
    cross = cross_fit(FAST, as_table(payments()), 0, labels=labels)
    assert isinstance(cross.model, FewLabels)
    assert cross.model.weight_ == pytest.approx(0.25 * 20 / 22)
    supervised = Supervised(n_trees=2, folds=2)
    cross_fit(supervised, as_table(payments()), 0, labels=labels)  # each fold holds one back


def test_a_promise_rests_on_rows_labelled_ordinary() -> None:
    found = likely.detect(payments(), FAST, labels=known(10, ordinary=200))
    assert not found.decision.ranking_only
    assert "200 rows labelled ordinary" in found.summary()
    found = likely.detect(payments(), FAST, labels=known(10, ordinary=20))
    assert found.decision.ranking_only
    assert f"{FEWEST_ORDINARY - 20} more rows labelled ordinary" in found.summary()


def test_p_values_by_ordinary_rows_are_uniform() -> None:
    rng = np.random.default_rng(0)
    alarms = []
    for _ in range(200):
        oddness = rng.gumbel(size=300)
        ordinary = np.arange(300) < 100
        judged = judge_by_ordinary(oddness, ordinary)
        assert judged.holds
        alarms.append(np.mean(judged.log_p[~ordinary] <= np.log(0.05)))
    assert 0.04 < np.mean(alarms) < 0.055


def test_what_was_learnt_is_saved_explained_and_reported(tmp_path: Path) -> None:
    data = payments(fraud=known(10, ordinary=100))
    found = likely.detect(data, FAST, labels="fraud")
    found.learned.save(tmp_path / "m.likely")
    loaded = likely.load(tmp_path / "m.likely")
    new = payments(seed=1)
    np.testing.assert_array_equal(loaded.p_values(new), found.learned.p_values(new))
    assert loaded.explain(new.iloc[:1])[0].sentence
    assert found.report(tmp_path / "r.html").stat().st_size > 10_000
    assert "fraud" in found.frame().columns


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        ({"labels": "nothing"}, DataError, "no column named 'nothing'"),
        ({"labels": "amount"}, DataError, "must be 1"),
        ({"labels": [1, 0]}, DataError, "shape"),
        ({"labels": known(0)}, DataError, "Found 0 anomalies"),
        ({"labels": known(0, ordinary=50)}, DataError, "normal=True"),
        ({"labels": np.ones(ROWS)}, DataError, f"Found {ROWS} anomalies"),
        ({"labels": known(1), "method": "Supervised"}, DataError, "at least 2"),
        ({"labels": None, "method": "Supervised"}, DataError, "labels="),
    ],
)
def test_labels_that_do_not_serve_are_named(
    given: dict[str, object], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        likely.learn(payments(), **given)


def test_unlabelled_models_give_the_same_as_before() -> None:
    table = as_table(payments())
    plain = cross_fit(KNN(), table, 0)
    told = cross_fit(KNN(), table, 0, unlearnt=np.zeros(ROWS, dtype=bool))
    np.testing.assert_array_equal(plain.oddness, told.oddness)


def seasonal(seed: int = 0) -> pd.DataFrame:
    """Return bills whose first 20 rows are a little low for their season and late as well."""
    rng = np.random.default_rng(seed)
    season = rng.choice(["summer", "winter"], ROWS)
    bill, delay = np.where(season == "summer", 200.0, 50.0), rng.normal(0, 1, ROWS)
    bill += rng.normal(0, 10, ROWS)
    bill[:FRAUDS], delay[:FRAUDS] = bill[:FRAUDS] - 13, 0.3 * delay[:FRAUDS] + 1.3
    return pd.DataFrame({"season": season, "bill": bill, "delay": delay})


def test_labels_teach_the_detector_in_a_context() -> None:
    told = likely.learn(seasonal(), FAST, context="season", labels=known(FRAUDS))
    untold = likely.learn(seasonal(), FAST, context="season")
    assert told.model.members_[0].weight_ < untold.model.members_[0].weight_
    assert any("20 known anomalies are learnt from" in note for note in told.notes)
    truth = np.arange(ROWS) < FRAUDS
    found, before = (
        likely.evaluation.auroc(truth, m.surprise(seasonal(1))) for m in (told, untold)
    )
    assert found > max(0.9, before + 0.05)


def test_known_anomalies_do_not_move_what_a_context_lets_expect() -> None:
    data = seasonal()
    data.loc[:59, "bill"] += 300.0
    labels = np.where(np.arange(ROWS) < 60, 1.0, np.nan)
    for method in (FAST, "KNN"):
        model = likely.learn(data, method, context="season", labels=labels).model
        low, high = model.usual(data[data.season == "winter"].iloc[:1], (0.05, 0.95))[0, 1]
        assert 20 < low < high < 80


def test_auto_takes_labels_in_a_context() -> None:
    data = seasonal().assign(fraud=known(10, ordinary=100))
    found = likely.detect(data, context="season", labels="fraud")
    assert type(found.learned.model.member).__name__ == "FewLabels"
    assert [c.name for c in found.learned.model.schema_.used] == ["season", "bill", "delay"]
    assert "100 rows labelled ordinary" in found.summary()


def accounts(seed: int = 0) -> pd.DataFrame:
    """Return 120 accounts; the first twelve have a higher amount in all of their rows."""
    rng = np.random.default_rng(seed)
    account = np.repeat(np.arange(120), 12)
    amount = rng.normal(0, 1, len(account)) + np.where(account < 12, 6.0, 0.0)
    return pd.DataFrame(
        {"account": account, "amount": amount, "age": rng.normal(size=len(account))}
    )


def test_groups_with_a_known_anomaly_are_left_out() -> None:
    data = accounts()
    first = ~data.account.duplicated() & (data.account < 12)  # one row of each of them is labelled
    learned = likely.learn(data, group="account", labels=np.where(first, 1.0, np.nan))
    assert 105 <= learned.reference.n <= 108
    assert any("12 known anomalies are kept out" in n and "new groups" in n for n in learned.notes)
    alone = likely.learn(data[data.account >= 12], group="account")
    new = accounts(seed=1)
    np.testing.assert_array_equal(learned.score_samples(new), alone.score_samples(new))


def test_a_group_is_ordinary_if_all_of_its_members_are() -> None:
    data = accounts()
    data["fraud"] = np.where(data.account < 12, 1.0, np.where(data.account < 100, 0.0, np.nan))
    data.loc[data.index[-1], "fraud"] = 0.0  # of one member only: the others may be odd
    learned = likely.learn(data, group="account", labels="fraud", normal=True)
    assert any("88 groups labelled ordinary only, of 120" in note for note in learned.notes)
    assert learned.reference.n == 88
    assert len(learned.detect(data.drop(columns="fraud"), top=1)) == 120
    few = likely.detect(data, FAST, group="account", labels="fraud")
    assert few.decision.basis.startswith("two assumptions")
    assert few.anomaly[:12].all()


def test_labels_that_do_not_serve_groups_are_named() -> None:
    with pytest.raises(DataError, match="Found 0 anomalies in 120 groups"):
        likely.learn(accounts(), group="account", labels=np.zeros(1440))
    with pytest.raises(DataError, match="one label a row"):
        likely.learn(accounts(), group="account", labels=np.ones(120))
    with pytest.raises(DataError, match="the groups labelled 0 only"):
        likely.learn(accounts(), group="account", labels=np.ones(1440), normal=True)
