"""What is learnt about columns: matching new data, the two views, JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likely.core.errors import DataError
from likely.data.aside import set_aside_useless
from likely.data.back import to_frame
from likely.data.frames import as_table
from likely.data.schema import Schema

N = 60


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "number": rng.normal(size=N),
            "gaps": np.where(np.arange(N) % 7 == 0, np.nan, rng.normal(size=N)),
            "few": rng.choice(["a", "b", "c"], N),
            "many": [f"k{i % 30}" for i in range(N)],
            "flag": rng.random(N) < 0.3,
            "when": pd.date_range("2024-01-01", periods=N, freq="17h", tz="Europe/Berlin"),
        }
    )


def learn(data) -> Schema:
    return Schema.learn(as_table(data))


def test_reordered_columns_and_single_rows_give_the_same_features():
    data = frame()
    schema = learn(data)
    features = schema.features(schema.match(data))
    assert features.shape == (N, len(schema.feature_columns))
    assert np.isfinite(features).all()
    turned = data[data.columns[::-1]]
    np.testing.assert_array_equal(schema.features(schema.match(turned)), features)
    for row in range(0, N, 13):
        alone = schema.features(schema.match(data.iloc[[row]]))
        np.testing.assert_array_equal(alone, features[[row]])


def test_libraries_agree():
    data = frame()
    schema = learn(data)
    expected = schema.features(schema.match(data))
    for other in (_polars(data), _arrow(data)):
        np.testing.assert_array_equal(schema.features(schema.match(other)), expected)


def _polars(data: pd.DataFrame) -> pl.DataFrame:
    return pl.DataFrame({name: data[name].to_list() for name in data}).with_columns(
        pl.col("gaps").fill_nan(None)
    )


def _arrow(data: pd.DataFrame):
    return pa.Table.from_pandas(data)


def test_missing_and_extra_columns_are_listed():
    schema = learn(frame())
    with pytest.raises(DataError, match=r"missing: 'few'; not learnt: 'extra'"):
        schema.match(frame().drop(columns="few").assign(extra=1))


def test_columns_set_aside_may_be_absent():
    data = frame().assign(id=np.arange(N))
    schema = Schema.learn(set_aside_useless(as_table(data)))
    assert [c.name for c in schema.used] == list(frame())
    with_id = schema.features(schema.match(data))
    np.testing.assert_array_equal(schema.features(schema.match(frame())), with_id)
    odd = schema.match(data.assign(id="no number"))
    np.testing.assert_array_equal(schema.features(odd), with_id)


def test_arrays_match_by_position():
    schema = learn(np.eye(3))
    assert schema.match(np.ones((1, 3), dtype=np.float32)).matrix.tolist() == [[1, 1, 1]]
    with pytest.raises(DataError, match="X has 2 features, but it is expecting 3"):
        schema.match(np.ones((1, 2)))
    with pytest.raises(DataError, match=r"0 sample\(s\)"):
        schema.match(np.ones((0, 3)))


def test_news_in_new_data_is_noted():
    schema = learn(frame())
    new = frame().iloc[:4].assign(few=["a", "z", "y", None], number=[1.0, np.nan, 2.0, 3.0])
    notes = schema.match(new).notes
    assert "column 'few': 2 categories were not seen in learning ('y', 'z')" in notes
    assert any(n.startswith("column 'few': 1 of 4 values is missing") for n in notes)
    assert any(n.startswith("column 'number': 1 of 4 values is missing") for n in notes)
    assert not any("gaps" in note for note in notes)
    assert schema.match(frame()).notes == ()
    schema = learn(np.eye(2))
    table = schema.match(np.array([[np.nan, 1.0]]))
    assert len(table.notes) == 1
    assert schema.match(table).notes == table.notes
    assert schema.match(replace(table, notes=("read",))).notes == ("read", *table.notes)


def test_another_kind_is_an_error():
    schema = learn(frame())
    with pytest.raises(DataError, match=r"'number' held numbers .* holds dates now"):
        schema.match(frame().assign(number=datetime(2024, 1, 1)))
    with pytest.raises(DataError, match=r"'number' held numbers .* holds text now"):
        schema.match(frame().assign(number="oops"))
    with pytest.raises(DataError, match=r"'few' held text .* holds dates now"):
        schema.match(frame().assign(few=datetime(2024, 1, 1)))


def test_categories_given_as_numbers():
    schema = learn(pd.DataFrame({"code": ["1", "2", "x", "x"], "v": [1.0, 2, 3, 4]}))
    table = schema.match(pd.DataFrame({"code": [2.0, 1.0, 7.0], "v": 1.0}))
    assert [table.text(i, 0) for i in range(3)] == ["2", "1", "7"]


def test_a_file_read_without_its_rules_is_read_again(tmp_path):
    (tmp_path / "a.csv").write_text("k;v\n1;1,5\nx;2,5\n")
    (tmp_path / "b.csv").write_text("k;v\n1;1.234\n")
    schema = learn(tmp_path / "a.csv")
    for data in (tmp_path / "b.csv", as_table(tmp_path / "b.csv")):
        table = schema.match(data)
        assert (table.text(0, 0), table.matrix[0, 1]) == ("1", 1234)


def test_json_is_strict_and_complete():
    data = frame().assign(huge=np.where(np.arange(N) % 2, 1e308, -1e308), inf=np.inf, none=None)
    schema = learn(data)
    text = json.dumps(schema.to_json(), allow_nan=False)
    again = Schema.from_json(json.loads(text))
    assert again == schema
    features = schema.features(schema.match(data))
    np.testing.assert_array_equal(again.features(again.match(data)), features)
    assert np.isfinite(features).all()


CELLS = {
    "int": (st.integers(-(2**53), 2**53) | st.none(), pl.Int64),
    "float": (st.floats(allow_nan=False) | st.none(), pl.Float64),
    "bool": (st.booleans() | st.none(), pl.Boolean),
    "category": (st.sampled_from(["", "a", "NA", "é\n", "1"]) | st.none(), pl.Categorical),
    "date": (st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1)) | st.none(), pl.Datetime),
}


@st.composite
def frames(draw):
    rows = draw(st.integers(1, 6))
    kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=4))
    columns = {
        f"{kind}{j}": pl.Series(
            draw(st.lists(CELLS[kind][0], min_size=rows, max_size=rows)), dtype=CELLS[kind][1]
        )
        for j, kind in enumerate(kinds)
    }
    return pl.DataFrame(columns)


@settings(max_examples=60, deadline=None)
@given(frames())
def test_codes_are_lossless(data):
    table = as_table(data)
    schema = Schema.learn(table)
    codes = schema.codes(schema.match(data))
    assert to_frame(schema.decode(codes), data).equals(data)
    assert np.isfinite(schema.features(schema.match(data))).all()
    assert Schema.from_json(json.loads(json.dumps(schema.to_json(), allow_nan=False))) == schema
