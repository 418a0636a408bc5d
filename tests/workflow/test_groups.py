from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import likely
from likely.core.errors import DamagedFile, DataError, LikelyError, ParameterError
from likely.data.frames import as_table
from likely.workflow.grouping import Grouping


def members(seed: int = 0, groups: int = 120) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    account = np.repeat(np.arange(groups) + 1_000, rng.integers(8, 40, groups))
    n = len(account)
    return {
        "account": account,
        "amount": np.exp(3 + 0.8 * rng.normal(size=n)),
        "age": rng.normal(40, 10, n),
        "country": rng.choice(["DE", "FR", "IT"], n, p=[0.6, 0.3, 0.1]),
    }


def planted() -> dict[str, np.ndarray]:
    columns = members()
    for name in ("amount", "age"):
        mine = columns["account"] == 1_017
        columns[name][mine] = np.resize(columns[name][mine][:3], mine.sum())
    return columns


def test_groups_are_averages_of_their_members() -> None:
    columns = members()
    rows = as_table(pa.table(columns))
    groups, forms = Grouping.learn(rows, "account").groups(rows)
    mine = columns["account"] == 1_005
    assert len(groups) == 120
    assert groups.text(5, 0) == "1005"
    cells = {c.name: groups.matrix[5, j] for j, c in enumerate(groups.columns)}
    assert cells["members"] == mine.sum()
    assert cells["mean of age"] == pytest.approx(columns["age"][mine].mean(), abs=0.5)
    assert cells["spread of age"] == pytest.approx(columns["age"][mine].std(ddof=1), rel=0.1)
    assert cells["share of country = FR"] == pytest.approx(
        (columns["country"][mine] == "FR").mean()
    )
    expected = np.exp(np.log(columns["amount"][mine]).mean())
    assert cells["geometric mean of amount"] == pytest.approx(expected, rel=0.1)
    assert cells["share of repeated rows"] == 0
    assert forms["spread of age"] == "spread"
    assert forms["share of country = FR"] == "share"


def test_a_group_of_repeats_is_found_and_named() -> None:
    found = likely.detect(pa.table(planted()), group="account")
    assert len(found) == 120
    assert found.anomaly[17]
    assert "groups" in found.summary()
    assert "rows" not in found.summary()
    sentence = found.explanations(np.array([17]))[0].sentence
    assert sentence.startswith("account 1017: ")
    assert "repeated rows" in sentence


def test_frames_hold_groups() -> None:
    frame = likely.detect(pa.table(planted()), group="account").frame()
    assert frame.column("account").to_pylist()[:2] == ["1000", "1001"]
    assert {"members", "mean of age", "p_value", "surprise", "reason"} <= set(frame.column_names)


def test_new_groups_are_judged_by_what_was_learnt(tmp_path: Path) -> None:
    learned = likely.learn(pa.table(members()), group="account")
    new = pa.table(planted()).slice(300, 600)
    found = learned.detect(new, fpr=0.01)
    assert len(found) == len(set(new.column("account").to_pylist()))
    learned.save(tmp_path / "m.likely")
    loaded = likely.load(tmp_path / "m.likely")
    assert loaded.detect(new).log_p.tolist() == learned.detect(new).log_p.tolist()


def test_text_groups_survive_a_file(tmp_path: Path) -> None:
    columns = members()
    columns["account"] = np.array([f"customer {a}" for a in columns["account"]])
    learned = likely.learn(pa.table(columns), group="account")
    learned.save(tmp_path / "m.likely", rows=False)
    found = likely.load(tmp_path / "m.likely").detect(pa.table(columns), top=1)
    assert found.frame().column("account").to_pylist()[0].startswith("customer 1")
    assert b"customer 1" not in (tmp_path / "m.likely").read_bytes()


def test_a_contradicting_grouping_is_refused() -> None:
    from likely.workflow.storage import _grouping

    rows = as_table(pa.table(members()))
    grouping = Grouping.learn(rows, "account")
    parts = {"name": "account", **vars(grouping.habits)}
    assert isinstance(_grouping(parts), Grouping)
    for wrong in ({"pairs": np.array([[0, 99]])}, {"knots": parts["knots"][::-1].copy()}):
        with pytest.raises(DamagedFile):
            _grouping({**parts, **wrong})


def test_reports_of_groups_name_them(tmp_path: Path) -> None:
    path = likely.detect(pa.table(planted()), group="account").report(tmp_path / "r.html")
    page = path.read_text(encoding="utf-8")
    assert "account 1017" in page
    assert "Groups judged" in page


def test_clean_tables_stay_quiet() -> None:
    quiet = [
        not likely.detect(pa.table(members(seed, 100)), group="account").anomaly.any()
        for seed in range(50, 60)
    ]
    assert sum(quiet) >= 8


def test_few_groups_are_only_ranked() -> None:
    found = likely.detect(pa.table(members(0, 30)), group="account")
    assert found.decision.ranking_only
    assert "20 more groups" in found.summary()


def test_rows_without_a_group_are_left_out_and_told() -> None:
    columns = members()
    accounts = [None if i < 7 else f"a{a}" for i, a in enumerate(columns["account"])]
    found = likely.detect(pa.table({**columns, "account": accounts}), group="account")
    assert any("7 rows have no account" in note for note in found.notes)


def test_impossible_groups_are_named() -> None:
    table = pa.table(members())
    with pytest.raises(DataError, match="no column named 'client'"):
        likely.detect(table, group="client")
    with pytest.raises(ParameterError, match="not both"):
        likely.detect(table, group="account", context="country")
    with pytest.raises(LikelyError, match="at least 2 groups"):
        likely.detect(pa.table({"g": ["a"] * 50, "x": np.arange(50.0) ** 1.1}), group="g")


def test_a_method_of_ones_own_judges_the_averages() -> None:
    found = likely.detect(pa.table(planted()), "KNN", group="account", top=1)
    assert type(found.learned.model).__name__ == "KNN"
    assert len(found) == 120
