"""Tables of several entities are taken apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from likely.core.errors import DataError
from likely.data.entities import split_by, telling_apart
from likely.data.frames import as_table
from likely.data.timeline import in_order

HOURS = pd.date_range("2026-05-01", periods=50, freq="h")


def long_form() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"at": HOURS.repeat(3), "pump": np.tile(["b", "a", "c"], 50), "heat": rng.normal(size=150)}
    )
    return frame.sample(frac=1, random_state=0, ignore_index=True)


def test_one_table_for_each_entity() -> None:
    frame = long_form()
    frame.loc[7, "pump"] = None
    table = as_table(frame)
    found = split_by(table, "pump")
    assert sorted(one.name for one in found.parts) == ["a", "b", "c"]
    assert [one.name for one in found.short] == ["missing"]
    assert any("fewer than 8 rows" in note and "'missing'" in note for note in found.notes)
    every = np.concatenate([one.rows for one in (*found.parts, *found.short)])
    assert sorted(every) == list(range(150))
    for one in found.parts:
        assert (frame.pump[one.rows] == one.name).all()
        assert (one.table.matrix == table.matrix[one.rows]).all()
        assert len(in_order(one.table).channels) == 1


def test_numbers_name_entities_too() -> None:
    frame = pd.DataFrame({"unit": [2, 2, 1, 1, 1], "load": np.arange(5.0)})
    found = split_by(as_table(frame), "unit", least=1)
    assert [(one.name, one.rows.tolist()) for one in found.parts] == [
        ("2", [0, 1]),
        ("1", [2, 3, 4]),
    ]
    assert [one.table.names[j] for one in found.parts for j in one.table.used()] == ["load"] * 2
    with pytest.raises(DataError, match="no column named 'pump'"):
        split_by(as_table(frame), "pump")


def test_the_column_that_tells_rows_apart() -> None:
    frame = long_form().assign(
        level=np.random.default_rng(1).integers(0, 60, 150),
        state="on",
        note=[f"n{i}" for i in range(150)],
    )
    table = as_table(frame)
    assert telling_apart(table, 0) == "pump"
    assert telling_apart(as_table(frame.drop(columns="pump")), 0) is None
