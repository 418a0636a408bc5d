"""Whatever users hold becomes a Table, and comes back as what they hold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp

from likely.core.errors import DataError
from likely.data.back import give_back, to_frame
from likely.data.frames import as_table

ROWS = 6


def pandas_frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "whole": np.arange(ROWS),
            "float": np.linspace(0, 1, ROWS),
            "nullable": pd.array([1, None] * 3, dtype="Int64"),
            "flag": [True, False] * 3,
            "maybe": pd.array([True, None] * 3, dtype="boolean"),
            "text": ["x", "y", None] * 2,
            "declared": pd.Categorical(["p", None, "q"] * 2),
            "numbered": pd.Categorical([1, 2, 3] * 2),
            "zoned": pd.date_range("2024-03-30", periods=ROWS, freq="12h", tz="Europe/Berlin"),
            "naive": pd.date_range("2024-01-01", periods=ROWS),
            "duration": pd.to_timedelta(np.arange(ROWS), unit="s"),
            "small": np.arange(ROWS, dtype="uint8"),
            "single": np.arange(ROWS, dtype="float32"),
        },
        index=np.arange(ROWS) + 100,
    )


def polars_frame() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "whole": [1, 2, None],
            "declared": pl.Series(["a", "b", None], dtype=pl.Categorical),
            "listed": pl.Series(["a", "b", None], dtype=pl.Enum(["b", "a"])),
            "day": [dt.date(2024, 1, 1), None, dt.date(2024, 1, 2)],
            "zoned": [dt.datetime(2024, 1, 1, 1, tzinfo=dt.UTC)] * 3,
            "duration": [dt.timedelta(seconds=1)] * 3,
            "flag": [True, None, False],
            "float": [1.5, None, 2.5],
        }
    )


def arrow_frame() -> pa.Table:
    return pa.table({"whole": [1, None, 3], "text": ["a", "b", None], "flag": [True, False, None]})


def test_kinds_of_pandas_columns():
    frame = pandas_frame().assign(
        mixed=[1, "a", 2.0] * 2,
        odd=[True, None, False] * 2,
        exact=[Decimal("1.5"), None] * 3,
        month=pd.period_range("2024-01", periods=ROWS, freq="M"),
        nothing=[None] * ROWS,
        moment=[dt.time(1, 2), None] * 3,
    )
    table = as_table(frame)
    kinds = {column.name: column.kind for column in table.columns}
    assert kinds == {
        "whole": "number", "float": "number", "nullable": "number", "flag": "boolean",
        "maybe": "boolean", "text": "category", "declared": "category", "numbered": "category",
        "zoned": "date", "naive": "date", "duration": "number", "small": "number",
        "single": "number", "mixed": "category", "odd": "boolean", "exact": "number",
        "month": "date", "nothing": "category", "moment": "number",
    }  # fmt: skip
    by_name = {column.name: column for column in table.columns}
    assert by_name["zoned"].zone == "Europe/Berlin"
    assert by_name["mixed"].labels == ("1", "2", "a")
    assert by_name["whole"].integer
    assert not by_name["float"].integer


@pytest.mark.parametrize("make", [pandas_frame, polars_frame, arrow_frame])
def test_there_and_back_keeps_types_and_values(make):
    frame = make()
    table = as_table(frame)
    back = to_frame(table, frame)
    assert type(back) is type(frame)
    np.testing.assert_array_equal(as_table(back, table.columns).matrix, table.matrix)
    if isinstance(frame, pd.DataFrame):
        pd.testing.assert_frame_equal(back, frame.reset_index(drop=True))
    else:
        assert back.equals(frame)


def test_names_that_are_no_text():
    frame = pd.DataFrame({0: [1, 2], ("b", 1): ["x", "y"]})
    table = as_table(frame)
    assert table.names == ["0", "('b', 1)"]
    pd.testing.assert_frame_equal(to_frame(table, frame), frame)
    assert give_back(frame, {"odd": [1]}, np.array([1])).to_numpy().tolist() == [[2, "y", 1]]


def test_without_a_model_frame_arrow_comes_back():
    back = to_frame(as_table(np.array([[1.0, 2.5], [np.nan, 3.5]])))
    assert back.to_pydict() == {"column_0": [1, None], "column_1": [2.5, 3.5]}


def test_numbers_read_from_text_come_back_as_numbers():
    frame = pl.DataFrame({"price": ["$1,234.50", "$2.00"]})
    assert to_frame(as_table(frame), frame)["price"].to_list() == [1234.5, 2.0]


@pytest.mark.parametrize(
    ("array", "matrix"),
    [
        (np.eye(2, dtype="f2"), [[1, 0], [0, 1]]),
        (np.eye(2, dtype=">f8"), [[1, 0], [0, 1]]),
        (np.eye(4)[::2, ::2], [[1, 0], [0, 1]]),
        (np.array([[True, False]]), [[1, 0]]),
        (np.array([[1, 2]], dtype=np.uint8), [[1, 2]]),
        (np.array([["1", "x"], ["2", "y"]]), [[1, 0], [2, 1]]),
        (np.array([["1970-01-02", "NaT"]], dtype="M8[D]"), [[86_400e6, np.nan]]),
        (np.array([(1, 2.5)], dtype=[("a", int), ("b", float)]), [[1, 2.5]]),
        (np.array([[10**400, None]], dtype=object), [[np.inf, np.nan]]),
        ([[1, "a"], [None, "b"]], [[1, 0], [np.nan, 1]]),
        ([{"a": 1}, {"b": 2}], [[1, np.nan], [np.nan, 2]]),
        ({"a": [1, 2], "b": ["x", "y"]}, [[1, 0], [2, 1]]),
        (sp.csr_matrix(np.eye(2)), [[1, 0], [0, 1]]),
        (sp.dok_array(np.eye(2)), [[1, 0], [0, 1]]),
        (np.ma.array([[1, 2]], mask=[[False, True]]), [[1, np.nan]]),
    ],
)
def test_arrays_and_lists(array, matrix):
    np.testing.assert_array_equal(as_table(array).matrix, matrix)


def test_a_read_only_memory_map(tmp_path):
    np.save(tmp_path / "rows.npy", np.arange(6.0).reshape(3, 2))
    rows = np.load(tmp_path / "rows.npy", mmap_mode="r")
    assert as_table(rows).matrix.tolist() == [[0, 1], [2, 3], [4, 5]]


def test_nested_cells_are_set_aside_with_a_note():
    table = as_table(pl.DataFrame({"a": [1, 2], "l": [[1], [2]]}))
    assert table.columns[1].set_aside == "nested"
    assert "column 'l' is set aside" in table.notes[0]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "Reshape your data"),
        ([1, 2], "Reshape your data"),
        (pd.Series([1]), "Reshape your data"),
        (np.zeros((2, 2, 2)), "got 3D array"),
        ([[1], [2, 3]], "equally long"),
        ({"a": [1], "b": [1, 2]}, "equally long"),
        (np.zeros((0, 3)), r"0 sample\(s\) \(shape=\(0, 3\)\)"),
        (np.zeros((3, 0)), r"0 feature\(s\) \(shape=\(3, 0\)\) while a minimum of 1 is required"),
        (pd.DataFrame(), r"0 sample\(s\)"),
        (pl.DataFrame({"a": []}), r"0 sample\(s\)"),
        (np.eye(2) * 1j, "Complex data not supported"),
        (np.array([[1j, "x"]], dtype=object), "Complex data not supported"),
        ([[{"a": 1}]], "argument must be a string or a real number"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "'a' stand more than once"),
        (pd.DataFrame([[1, 2]], columns=[1, "1"]), "'1' stand more than once"),
        (pa.table([[1], [2]], names=["a", "a"]), "'a' stand more than once"),
    ],
)
def test_what_is_no_table(data, message):
    with pytest.raises(DataError, match=message):
        as_table(data)


def test_give_back_to_pandas_keeps_the_index():
    frame = pandas_frame()
    found = give_back(frame, {"p_value": np.array([0.5, 0.1])}, np.array([4, 1]))
    assert found.index.tolist() == [104, 101]
    assert found["p_value"].tolist() == [0.5, 0.1]
    pd.testing.assert_frame_equal(found[frame.columns], frame.iloc[[4, 1]])


def test_give_back_does_not_overwrite_a_column():
    found = give_back(pl.DataFrame({"p_value": [7]}), {"p_value": [0.5]})
    assert found.to_dict(as_series=False) == {"p_value": [7], "p_value_2": [0.5]}


@pytest.mark.parametrize(
    "data", [np.array([[1.0, 2.0]]), [[1.0, 2.0]], sp.csr_matrix([[1.0, 2.0]])]
)
def test_give_back_arrays_as_arrow(data):
    found = give_back(data, {"odd": np.array([True])})
    assert found.to_pydict() == {"column_0": [1], "column_1": [2], "odd": [True]}


def test_give_back_a_file_as_its_cells(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n01,x\n$2,y\n")
    found = give_back(as_table(tmp_path / "t.csv"), {"odd": [1.0]}, np.array([1]))
    assert found.to_pydict() == {"a": ["$2"], "b": ["y"], "odd": [1.0]}


def test_give_back_needs_a_value_per_row():
    with pytest.raises(DataError, match="has 1 values for 3 rows"):
        give_back(polars_frame(), {"p": [1.0]})
