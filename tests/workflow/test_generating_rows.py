"""`likely.learn(aim=)` and `generate` of tables: conditions, rules, columns set aside, types."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

import likely
from likely.core.errors import CannotDo, DataError, ParameterError
from likely.data.origin import Origin


def people(n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    start = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 90, n), unit="D")
    return pd.DataFrame(
        {
            "id": np.arange(n) + 1_000,
            "age": rng.integers(18, 80, n),
            "sex": pd.Categorical(rng.choice(["F", "M"], n)),
            "income": np.where(rng.random(n) < 0.2, np.nan, rng.normal(3e4, 1e4, n)),
            "start": start.tz_localize("Europe/Berlin"),
            "end": (start + pd.to_timedelta(rng.integers(0, 50, n), unit="D")).tz_localize(
                "Europe/Berlin"
            ),
            "visits": pd.array(np.where(rng.random(n) < 0.1, None, rng.integers(0, 5, n)), "Int64"),
            "member": rng.choice(["yes", "no"], n),
            "customer": [f"C-{i:05d}" for i in range(n)],
            "remark": [f"this is the remark number {i}" for i in range(n)],
            "nothing": [None] * n,
            "weight": rng.normal(70, 9, n).astype("float32"),
        }
    )


@pytest.fixture(scope="module")
def learned() -> likely.Learned:
    return likely.learn(people(), aim="generate", ignore="weight")


def test_rows_come_back_as_the_data_were(learned: likely.Learned) -> None:
    frame, drawn = people(), learned.generate(40)
    assert isinstance(drawn, pd.DataFrame)
    assert list(drawn.columns) == list(frame.columns)
    assert drawn.dtypes.tolist() == frame.dtypes.tolist()
    assert drawn["id"].tolist() == list(range(1_300, 1_340))
    assert drawn["customer"].tolist() == [f"C-{i:05d}" for i in range(300, 340)]
    assert drawn["nothing"].isna().all()
    assert drawn["remark"].isna().all()
    assert set(drawn["member"]) == {"yes", "no"}
    assert drawn["weight"].between(frame["weight"].min() - 1, frame["weight"].max() + 1).all()
    assert 0 < drawn["income"].isna().sum() < 20
    assert "New rows have made-up identifiers in 'id', 'customer'." in learned.notes
    pd.testing.assert_frame_equal(drawn, learned.generate(40))
    assert not drawn["age"].equals(learned.generate(40, seed=1)["age"])


def test_conditions_and_rules_hold_for_every_row(learned: likely.Learned) -> None:
    where = {"age": (40, 60), "sex": "F", "visits": [1, None]}
    rules = ["end >= start", "end - start <= 20", "income > 500 * age"]
    drawn = learned.generate(200, where=where, rules=rules)
    assert len(drawn) == 200
    assert drawn["age"].between(40, 60).all()
    assert (drawn["sex"] == "F").all()
    assert (drawn["visits"].isna() | (drawn["visits"] == 1)).all()
    days = (drawn["end"] - drawn["start"]).dt.days
    assert days.between(0, 20).all()
    assert (drawn["income"].isna() | (drawn["income"] > 500 * drawn["age"])).all()
    assert learned.broken_rules("age < 79") == (
        f"{(people()['age'] >= 79).sum()} of 300 rows learnt from break the rule 'age < 79'.",
    )
    share = (people()["age"].between(40, 60) & (people()["sex"] == "F")).mean()
    found = learned.probability({"age": (40, 60), "sex": "F"})
    assert abs(found - share) < 0.05


def test_what_cannot_be_asked_is_said(learned: likely.Learned) -> None:
    with pytest.raises(DataError, match=r"'id' was set aside \(id-like\)"):
        learned.generate(1, where={"id": 3})
    with pytest.raises(DataError, match="no column named 'agee'"):
        learned.generate(1, where={"agee": 3})
    with pytest.raises(ParameterError, match="where must say for each column"):
        learned.generate(1, where="age")  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"rule 'age > 200' is broken by .* 300 of 300 rows learnt"):
        learned.generate(10, rules="age > 200")
    with pytest.raises(ParameterError, match="go with no prompt"):
        learned.generate(1, rules="age > 20", prompt="a")


def test_files_keep_types_but_no_text_set_aside(learned: likely.Learned, tmp_path: Path) -> None:
    path = tmp_path / "m.likely"
    learned.save(path)
    content = path.read_bytes()
    assert b"C-00017" not in content
    assert b"remark number" not in content
    asked = {"where": {"age": (40, None)}, "rules": ["end >= start"]}
    drawn = learned.generate(20, **asked)
    pd.testing.assert_frame_equal(likely.load(path).generate(20, **asked), drawn)
    learned.save(path, rows=False)
    loaded = likely.load(path)
    again = loaded.generate(20, **asked)
    assert again["customer"].isna().all()
    pd.testing.assert_frame_equal(again.drop(columns="customer"), drawn.drop(columns="customer"))
    assert loaded.broken_rules("age < 30") == ()


def test_one_file_may_hold_a_judge_and_a_generator(tmp_path: Path) -> None:
    frame = pl.from_pandas(people(120).drop(columns=["nothing", "member"]))
    frame = frame.with_columns(odd=pl.Series([0, 1, None] * 40))
    both = likely.learn(frame, aim="both", labels="odd", ignore=["remark"], normal=True)
    both.save(tmp_path / "m.likely")
    loaded = likely.load(tmp_path / "m.likely")
    assert type(loaded.model).__name__ == "KernelDensity"
    assert loaded.held_out
    drawn = loaded.generate(30)
    assert drawn.schema == frame.schema
    assert drawn["odd"].unique().len() == 3  # new rows have labels, with their gaps
    assert loaded.gallery(tmp_path / "page.html", 20).stat().st_size > 1_000


def test_a_judge_says_how_to_get_a_generator() -> None:
    rows = np.random.default_rng(0).normal(size=(60, 2))
    with pytest.raises(CannotDo, match=r'KNN cannot generate rows. Learn with aim="generate"'):
        likely.learn(rows, method="KNN").generate(1)
    with pytest.raises(CannotDo, match=r"KNN draws no samples.*SequentialTrees"):
        likely.learn(rows, method="KNN", aim="generate")
    with pytest.raises(ParameterError, match="aim must be one of"):
        likely.learn(rows, aim="draw")
    with pytest.raises(ParameterError, match="group say how rows are judged"):
        likely.learn(people(50), aim="both", group="sex")


def test_a_generator_ranks_but_promises_nothing() -> None:
    rows = np.random.default_rng(0).normal(size=(60, 2))
    learned = likely.learn(rows, aim="generate")
    found = learned.detect(rows)
    assert found.decision.ranking_only
    assert 'aim="both"' in found.decision.basis


def test_other_samplers_draw_until_enough_satisfy_conditions() -> None:
    rows = np.random.default_rng(0).normal(size=(400, 2)) * [1.0, 30.0]
    learned = likely.learn(pd.DataFrame(rows, columns=["a", "b"]), method="GaussianMixture")
    drawn = learned.generate(50, where={"a": (1, None)}, rules=["b > a"])
    assert (drawn["a"] >= 1).all()
    assert (drawn["b"] > drawn["a"]).all()
    assert abs(learned.probability({"a": (1, None)}) - 0.16) < 0.03
    with pytest.raises(DataError, match=r"fewer than 1 in .* too few to draw 50 rows"):
        learned.generate(50, where={"a": (40, None)})


def test_arrays_come_back_as_arrays() -> None:
    rows = np.random.default_rng(0).integers(0, 9, size=(60, 3), dtype=np.int16)
    drawn = likely.learn(rows, aim="generate").generate(5)
    assert drawn.dtype == np.int16
    assert drawn.shape == (5, 3)
    mixed = np.array([["a", 1], ["b", 2]] * 20, dtype=object)
    drawn = likely.learn(mixed, aim="generate").generate(5)
    assert set(drawn[:, 0]) <= {"a", "b"}
    assert set(drawn[:, 1]) <= {1, 2}


def test_types_survive_without_the_frame() -> None:
    frame = people(30)
    learned = likely.learn(frame, aim="generate")
    known = learned.origin
    told = Origin(known.library, known.types, known.words)
    like = told.like(learned.columns)
    assert like.dtypes.tolist() == frame.dtypes.tolist()
    assert Origin().like(learned.columns) is None
