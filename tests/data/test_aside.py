"""Columns that no model should look at."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from likely.data.aside import set_aside_useless
from likely.data.frames import as_table

N = 40
SHUFFLED = np.random.default_rng(0).permutation(N)
SENTENCES = [f"the box number {i} came in late and broken" for i in range(N)]


@pytest.mark.parametrize(
    ("name", "cells", "reason"),
    [
        ("anything", [f"u-{i}" for i in range(N)], "id-like"),
        ("anything", np.arange(N) + 1000, "id-like"),
        ("anything", SHUFFLED, "id-like"),
        ("customerId", SHUFFLED * 17, "id-like"),
        ("order_no", SHUFFLED * 17, "id-like"),
        ("amount", SHUFFLED * 17, ""),
        ("identity", SHUFFLED * 17, ""),
        ("customer_id", SHUFFLED % 10, ""),
        ("id", SHUFFLED + 0.5, ""),
        ("anything", SENTENCES, "free text"),
        ("anything", [None] * N, "empty"),
        ("constant", ["x"] * N, ""),
        ("when", pd.date_range("2024-01-01", periods=N), ""),
        ("town", [f"t{i % 12}" for i in range(N)], ""),
    ],
)
def test_verdicts(name, cells, reason):
    other = np.random.default_rng(1).normal(size=N)
    table = set_aside_useless(as_table(pd.DataFrame({name: cells, "other": other})))
    assert [column.set_aside for column in table.columns] == [reason, ""]
    assert len(table.notes) == (reason != "")


def test_the_note_counts():
    frame = pd.DataFrame({"ID": [f"u-{i}" for i in range(N)], "v": [0.5, 1.5] * (N // 2)})
    assert set_aside_useless(as_table(frame)).notes == (
        "column 'ID' is set aside: 40 different values in 40 rows look like an identifier",
    )


def test_the_last_columns_are_kept():
    table = set_aside_useless(as_table(pd.DataFrame({"id": np.arange(N), "e": [None] * N})))
    assert table.used() == [0, 1]
    assert "all are kept" in table.notes[0]


def test_few_rows_and_arrays_are_left_alone():
    few = as_table(pd.DataFrame({"id": np.arange(10), "v": np.arange(10) / 7}))
    assert set_aside_useless(few).used() == [0, 1]
    array = as_table(np.column_stack([np.arange(N), np.full(N, np.nan)]))
    assert set_aside_useless(array) is array
