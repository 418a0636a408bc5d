"""Whatever a table holds: learnt, saved, loaded and drawn, it keeps its columns and types."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

import likely

NAMES = ["a", "B c", "x=1", "`q`", "ünï", " ", "select", "0", "id", "end", "and", "名", '"', "\n"]
KINDS = [
    "number", "huge", "whole", "nullable", "bool", "maybe", "text", "ordered", "labels", "date",
    "zoned", "nothing", "constant", "id", "span", "prose", "counter",
]  # fmt: skip


def column(kind: str, n: int, gaps: float, rng: np.random.Generator) -> pd.Series:
    """Return a column of n cells, of which a share is missing where its type can."""
    days = pd.to_timedelta(rng.integers(0, 400, n), unit="D")
    made = {
        "number": lambda: pd.Series(rng.normal(size=n)),
        "huge": lambda: pd.Series(rng.normal(size=n) * 1e12),
        "whole": lambda: pd.Series(rng.integers(-5, 100, n).astype("int8")),
        "nullable": lambda: pd.Series(pd.array(rng.integers(0, 9, n), "Int64")),
        "bool": lambda: pd.Series(rng.random(n) < 0.5),
        "maybe": lambda: pd.Series(pd.array(rng.random(n) < 0.5, "boolean")),
        "text": lambda: pd.Series(rng.choice(["a", "yes", "no", "", "1", "é"], n)),
        "ordered": lambda: pd.Series(pd.Categorical(rng.choice(["x", "y"], n), list("zyx"), True)),
        "labels": lambda: pd.Series(pd.Categorical(rng.integers(0, 4, n))),
        "date": lambda: pd.Series(pd.Timestamp("2020-01-01") + days),
        "zoned": lambda: pd.Series(pd.date_range("2024-03-20", periods=n, freq="h", tz="CET")),
        "nothing": lambda: pd.Series([None] * n),
        "constant": lambda: pd.Series([5] * n),
        "id": lambda: pd.Series([f"{'ab'[i % 2]}-{i:03d}" for i in range(n)]),
        "span": lambda: pd.Series(days),
        "prose": lambda: pd.Series([" ".join(rng.choice(["a", "cat", "sat"], 6)) for _ in days]),
        "counter": lambda: pd.Series(np.arange(n, dtype="int32")),
    }[kind]()
    if kind in ("whole", "bool", "constant", "counter"):
        return made
    return made.mask(pd.Series(rng.random(n) < gaps))


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(KINDS)), min_size=1, max_size=5,
             unique_by=lambda one: one[0]),
    st.sampled_from([2, 3, 5, 21, 60]),
    st.sampled_from([0.0, 0.1, 0.9, 1.0]),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)  # fmt: skip
@settings(max_examples=8, deadline=None, derandomize=True, database=None)
def test_any_table_keeps_its_columns_and_types(
    columns: list[tuple[str, str]], n: int, gaps: float, polars: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({name: column(kind, n, gaps, rng) for name, kind in columns})
    data = pl.from_pandas(frame) if polars else frame
    if not polars and all(frame.isna().all()):
        return  # nothing is known, not even types
    learned = likely.learn(data, aim="generate")
    drawn = learned.generate(7, seed=seed)
    assert list(drawn.columns) == list(data.columns)
    assert list(drawn.dtypes) == list(data.dtypes)
    assert len(drawn) == 7
    assert learned.impute(data).shape == data.shape
    with TemporaryDirectory() as folder:
        learned.save(Path(folder) / "m.likely", rows=False)
        again = likely.load(Path(folder) / "m.likely").generate(7, seed=seed)
    assert list(again.columns) == list(data.columns)
    assert [str(one) for one in again.dtypes] == [str(one) for one in data.dtypes]
