"""Which column is the clock, and how numbers are read as one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from likely.core.errors import DataError
from likely.data.clock_column import clock_of, names_time, with_clock
from likely.data.frames import as_table
from likely.data.schema import Schema
from likely.data.table import Table
from likely.persistence.schemas import write_schema

N = 60
SECONDS = 1_772_323_200 + 60 * np.arange(N)
STAMPS = pd.Series(np.array(SECONDS * 10**6, dtype="M8[us]"))
RNG = np.random.default_rng(0)
LOAD = RNG.normal(size=N)


def clock(**columns: object) -> str | None:
    table = with_clock(as_table(pd.DataFrame(columns)))
    found = clock_of(table)
    return None if found is None else table.names[found]


@pytest.mark.parametrize(
    ("unit", "what"), [(1, "sec"), (1e3, "milli"), (1e6, "micro"), (1e9, "nano")]
)
@pytest.mark.parametrize("name", ["ts", "x"])
def test_numbers_since_1970(unit: float, what: str, name: str) -> None:
    stamps = SECONDS * int(unit)
    table = with_clock(as_table(pd.DataFrame({"load": LOAD, name: stamps})))
    assert clock_of(table) == 1
    np.testing.assert_allclose(table.matrix[:, 1], SECONDS * 1e6, atol=1)
    assert any(f"{name!r}, read as {what}" in note for note in table.notes)
    assert table.text(3, 1) == "2026-03-01 00:03:00"


def test_days_as_digits_and_time_since_the_beginning() -> None:
    days = [int(f"{day:%Y%m%d}") for day in pd.date_range("2024-02-01", periods=N)]
    table = with_clock(as_table(pd.DataFrame({"date": days, "load": LOAD})))
    assert table.text(28, 0) == "2024-02-29"
    for name in ("t", "time (s)", "Time [ms]", "elapsed_seconds"):
        assert clock(load=LOAD, **{name: np.arange(N) + 5}) == name
    table = with_clock(as_table(pd.DataFrame({"time": 0.25 * np.arange(N), "load": LOAD})))
    assert clock_of(table) == 0
    assert table.text(3, 0) == "0.75"


@pytest.mark.parametrize(
    "columns",
    [
        {"load": LOAD},
        {"id": np.arange(N)},
        {"bytes": np.cumsum(RNG.integers(1, 10**7, N)) + 10**9},  # rises, but unevenly
        {"t": LOAD},
        {"t_max": np.arange(N)},
        {"time": RNG.integers(0, 9, N)},
        {"response_time": RNG.lognormal(20, 2, N)},
        {"amount": 1e9 + 1e8 * LOAD},
        {"timestamp": np.full(N, np.nan)},
    ],
)
def test_other_numbers_are_none(columns: dict[str, np.ndarray]) -> None:
    assert clock(**columns, load2=LOAD) is None


def test_a_name_of_time_is_enough_for_rows_in_any_order() -> None:
    order = RNG.permutation(N)
    assert clock(timestamp=SECONDS[order], load=LOAD) == "timestamp"
    assert clock(x=SECONDS[order], load=LOAD) is None


@pytest.mark.parametrize("name", ["ts", "event_time", "unixTime", "Date", "date time", "TIMESTAMP"])
def test_names_of_time(name: str) -> None:
    assert names_time(name)


@pytest.mark.parametrize("name", ["timed", "update", "stay", "x", "", "runtime"])
def test_other_names(name: str) -> None:
    assert not names_time(name)


def test_of_several_dates_the_even_one() -> None:
    late = STAMPS + pd.to_timedelta(RNG.exponential(400, N), unit="s")
    daily = STAMPS.dt.floor("h")
    assert clock(seen=late, at=STAMPS, day=daily, load=LOAD) == "at"
    assert clock(seen=late.sample(frac=1, random_state=0).array, day=daily, load=LOAD) is None


def test_other_clocks_are_no_channels() -> None:
    table = with_clock(as_table(pd.DataFrame({"at": STAMPS, "unix": SECONDS, "load": LOAD})))
    assert [table.names[j] for j in table.used()] == ["at", "load"]
    assert with_clock(table) is table


def test_a_named_clock() -> None:
    table = as_table(pd.DataFrame({"at": STAMPS, "tick": np.arange(N) * 3, "load": LOAD, "t": "a"}))
    chosen = with_clock(table, "tick")
    assert chosen.names[clock_of(chosen) or 0] == "tick"
    assert with_clock(table, "at").columns[1].kind == "number"
    with pytest.raises(DataError, match="'t' holds no dates"):
        clock_of(with_clock(table, "t"), "t")
    with pytest.raises(DataError, match="no column named 'when'"):
        with_clock(table, "when")
    with pytest.raises(DataError, match="numbers repeat"):
        with_clock(as_table(pd.DataFrame({"tick": np.arange(N) % 7, "load": LOAD})), "tick")


def test_new_rows_are_read_as_those_learnt(tmp_path: Path) -> None:
    frame = pd.DataFrame({"ts": SECONDS, "load": LOAD})
    table = with_clock(as_table(frame))
    schema = Schema.from_json(write_schema(Schema.learn(table)))
    path = tmp_path / "new.csv"
    frame.to_csv(path, index=False)
    mixed = np.column_stack([SECONDS, LOAD]).astype(float)
    for new in (frame, frame[["load", "ts"]], path, as_table(frame), as_table(path), mixed, table):
        np.testing.assert_allclose(schema.match(new).matrix, table.matrix)
    one = schema.match(frame.iloc[:1])
    assert one.text(0, 0) == "2026-03-01"


@pytest.mark.parametrize(
    "second", ["2016-12-31 23:59:60", "2038-01-19 03:14:08", "2106-02-07 07:00:00"]
)
def test_leap_seconds_and_late_years(tmp_path: Path, second: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"at,load\n{second},1.5\n{second},2.5\n{second},1.0\n")
    table = with_clock(as_table(path))
    assert isinstance(table, Table)
    assert clock_of(table) == 0
    expected = np.datetime64(second.replace(":60", ":59"), "us").astype(float)
    assert table.matrix[0, 0] == expected + (1e6 if second.endswith("60") else 0)
