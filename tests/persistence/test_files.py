"""Whole files: parts of any kind, provenance, and values against type hints."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likely.core.container import pack, unpack
from likely.core.errors import CannotDo, DamagedFile, PersistenceError, UnsupportedFile
from likely.core.params import Interval
from likely.data.frames import as_table
from likely.data.schema import Schema
from likely.detectors import KNN, ZScore
from likely.persistence import (
    Saved,
    inspect,
    load,
    load_model,
    read_as,
    read_columns,
    save,
    save_model,
    write_columns,
)
from likely.persistence.codec import Reader, Writer


@dataclass(frozen=True)
class Tail:
    """A calibration, as a workflow may have one."""

    scores: np.ndarray
    shape: Annotated[float, Interval(0)] = 0.0
    kind: Literal["free", "gpd"] = "gpd"
    notes: tuple[str, ...] = field(default=())


def test_parts_of_every_kind_come_back(tmp_path: Path, mixed_rows: Callable[..., Any]) -> None:
    rows = mixed_rows()
    detector, other = KNN().fit(rows), ZScore().fit(rows)
    tail = Tail(np.sort(np.random.default_rng(0).normal(size=100)), 0.2, "free", ("a", "b"))
    sample = np.array([[1.0, np.nan], [np.inf, -0.0]])
    parts = {
        "detector": detector, "other": other, "schema": detector.schema_, "calibration": tail,
        "sample": sample, "notes": ["first", "second"], "decision": {"fdr": 0.1, "top": None},
        "texts": [f"row {i} ü" for i in range(500)], "pair": (1, 2.5), "spare": KNN(7),
    }  # fmt: skip
    path = tmp_path / "m.likely"
    save(path, Saved("learned", parts, {"likely": "0.1.0", "time": "2026-01-01"}))
    found = load(path, "learned")
    assert found.provenance["time"] == "2026-01-01"
    for name in ("detector", "other"):
        assert found.parts[name].score_samples(rows).tobytes() == (
            parts[name].score_samples(rows).tobytes()
        )
    assert found.parts["sample"].tobytes() == sample.tobytes()
    assert isinstance(found.parts["schema"], Schema)
    for name in ("schema", "notes", "decision", "texts", "pair"):
        assert found.parts[name] == parts[name]
    assert found.parts["spare"].n_neighbors == 7
    again = read_as(Tail, found.parts["calibration"])
    np.testing.assert_array_equal(again.scores, tail.scores)
    assert (again.shape, again.kind, again.notes) == (0.2, "free", ("a", "b"))


def test_what_is_inside_is_told(tmp_path: Path, mixed_rows: Callable[..., Any]) -> None:
    path = tmp_path / "m.likely"
    parts = {"a": KNN(n_neighbors=3).fit(mixed_rows()), "calibration": {"n": 3}}
    save(path, Saved("learned", parts, {"likely": "0.1.0"}))
    found = inspect(path)
    assert found["format"] == "1.0"
    assert found["kind"] == "learned"
    assert found["digest"] == "intact"
    assert found["calibration"] == {"n": 3}
    assert found["parts"] == ["a", "calibration"]
    assert found["bytes"] == path.stat().st_size
    assert found["provenance"] == {"likely": "0.1.0"}
    (model,) = found["models"]
    assert (model["where"], model["class"], model["params"]["n_neighbors"]) == ("a", "KNN/2", 3)
    assert model["columns"][0]["name"] == "amount"
    tensor = next(t for t in found["tensors"] if t["name"] == "parts.a.reference_")
    assert tensor["dtype"] == "float64"
    assert tensor["bytes"] == 8 * np.prod(tensor["shape"])


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(50, 2))
    save_model(KNN().fit(rows), tmp_path / "a.likely")
    save_model(KNN().fit(rows), tmp_path / "b.likely")
    assert (tmp_path / "a.likely").read_bytes() == (tmp_path / "b.likely").read_bytes()


def test_a_file_of_another_kind_says_how_to_open_it(tmp_path: Path) -> None:
    path = tmp_path / "m.likely"
    save(path, Saved("learned", {}))
    with pytest.raises(UnsupportedFile, match=r"likely\.load"):
        load_model(path)


def test_a_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "m.likely"
    save(path, Saved("learned", {"a": 1}))
    before = path.read_bytes()
    with pytest.raises(PersistenceError, match="function"):
        save(path, Saved("learned", {"a": len}))
    with pytest.raises(CannotDo, match="training rows"):
        save(path, Saved("learned", {"a": KNN().fit(np.eye(3))}), rows=False)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["m.likely"]


@pytest.mark.parametrize("name", ["", "A", "a.b", "a/b", "../a", "@", "ä"])
def test_a_part_needs_a_proper_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "m.likely"
    with pytest.raises(PersistenceError, match="cannot be named"):
        save(path, Saved("learned", {name: 1}))
    save(path, Saved("learned", {}))
    document, _ = unpack(path)
    document["parts"] = {name: 1}
    path.write_bytes(pack(document, {}))
    with pytest.raises(DamagedFile, match="proper name"):
        load(path, "learned")


def test_columns_of_text_are_read_by_the_same_rule_after_loading(tmp_path: Path) -> None:
    n = 60
    texts = {
        "comma": [f"{i},5" for i in range(n)],
        "point": [f"{i}.25" for i in range(n)],
        "day": [f"{i % 28 + 1}.{i % 12 + 1}.2024" for i in range(n)],
        "month": [f"{i % 12 + 1}/{i % 28 + 1}/2024" for i in range(n)],
        "year": [f"2024-03-{i % 28 + 1:02d} 10:00" for i in range(n)],
        "answer": ["yes" if i % 3 else "no" for i in range(n)],
        "city": ["Berlin" if i % 4 else "Århus" for i in range(n)],
    }
    rows = pd.DataFrame(texts)
    rows["declared"] = pd.Categorical(["a" if i % 4 else "b" for i in range(n)])
    model = KNN().fit(rows)
    assert {column.reading for column in model.schema_.columns} >= {"number:,", "date:dmy"}
    save_model(model, tmp_path / "m.likely")
    loaded = load_model(tmp_path / "m.likely")
    assert loaded.schema_ == model.schema_
    assert loaded.score_samples(rows).tobytes() == model.score_samples(rows).tobytes()


def test_texts_of_columns_set_aside_stay_out(
    tmp_path: Path, mixed_rows: Callable[..., Any]
) -> None:
    path = tmp_path / "m.likely"
    table = as_table(mixed_rows()).set_aside({"shop": "ignored"})
    model = KNN().fit(table)
    save_model(model, path)
    assert b"shop 1" not in path.read_bytes()
    columns = write_columns(table.columns)
    assert b"shop 1" not in pack({"columns": columns}, {})
    assert read_columns(columns)[0] == table.columns[0]
    columns[0]["reading"] = "number:"
    with pytest.raises(DamagedFile, match="rule of reading"):
        read_columns(columns)
    loaded = load_model(path)
    assert loaded.schema_.used == model.schema_.used
    new = mixed_rows(9, seed=1)
    assert loaded.score_samples(new).tobytes() == model.score_samples(new).tobytes()


def test_a_path_may_be_of_any_kind(tmp_path: Path) -> None:
    save(os.fspath(tmp_path / "m.likely"), Saved("learned", {"a": 1}))
    assert load(os.fspath(tmp_path / "m.likely"), "learned").parts == {"a": 1}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=40)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5).filter(lambda key: key != "@"), inner, max_size=4)
    ),
    max_leaves=50,
)


def refuse(*_: Any) -> None:
    return None


@settings(max_examples=100, deadline=None, database=None, derandomize=True)
@given(values)
def test_any_plain_value_comes_back(value: Any) -> None:
    writer = Writer(refuse)
    stored = writer.value(value, "value")
    reader = Reader(writer.tensors, refuse)
    assert repr(reader.value(stored, "value")) == repr(value)
    reader.finish()


@pytest.mark.parametrize(
    ("hint", "value", "expected"),
    [
        (float, 3, 3.0),
        (int | None, None, None),
        (tuple[int, str], [1, "a"], (1, "a")),
        (list[float], [1.5], [1.5]),
        (dict[str, int], {"a": 1}, {"a": 1}),
        (Literal["a", 1], 1, 1),
        (Any, object, object),
        (Annotated[int, Interval(1, 3)], 3, 3),
    ],
)
def test_values_are_read_as_their_hints_say(hint: Any, value: Any, expected: Any) -> None:
    read = read_as(hint, value)
    assert read == expected
    assert type(read) is type(expected)


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (int, True), (int, 1.0), (bool, 1), (str, None), (float, float("nan")), (float, 10**400),
        (float, "1"), (int | None, "x"), (tuple[int, str], [1]), (tuple[int, ...], 1),
        (list[int], {"a": 1}), (dict[str, int], {"a": "b"}), (dict[str, int], []),
        (Literal["a", 1], True), (Annotated[int, Interval(1, 3)], 4), (np.ndarray, [1.0]),
        (np.ndarray, np.array([np.nan])), (Tail, {}), (Tail, {"scores": np.ones(1), "x": 1}),
        (Tail, {"scores": np.ones(1), "shape": -1.0}), (Tail, []), (object(), 1),
    ],
)  # fmt: skip
def test_values_of_another_type_are_refused(hint: Any, value: Any) -> None:
    with pytest.raises(DamagedFile):
        read_as(hint, value, "here")
