"""Which tables are series: when in doubt, none is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from likely.data.aside import set_aside_useless
from likely.data.frames import as_table
from likely.data.series_or_table import is_series

N = 300
ROME = pd.date_range("2026-03-20", periods=N, freq="h", tz="Europe/Rome")
RNG = np.random.default_rng(0)
LOAD, HEAT = RNG.normal(size=N), RNG.normal(size=N)
HOURS = pd.date_range("2026-01-01", periods=N, freq="h")
DAYS = pd.date_range("2025-01-01", periods=N)
TEXT = RNG.choice(["sun", "rain", "snow"], N)
RANDOM = HOURS[0] + pd.to_timedelta(np.sort(RNG.uniform(0, 1e7, N)), unit="s")
FEW_LOST = np.delete(np.arange(N), [5, 9, 100, 101])
SHUFFLED = RNG.permutation(N)

SERIES: dict[str, dict[str, Any]] = {
    "hourly sensors": {"at": HOURS, "load": LOAD, "heat": HEAT},
    "one channel": {"at": HOURS, "load": LOAD},
    "weather with two texts": {"day": DAYS, "t": LOAD, "wind": HEAT, "sky": TEXT, "station": "a"},
    "seconds since 1970": {"timestamp": 1_700_000_000 + 60 * np.arange(N), "load": LOAD},
    "days as digits": {"date": [int(f"{d:%Y%m%d}") for d in DAYS], "load": LOAD},
    "text dates": {"day": [f"{d:%d.%m.%Y}" for d in DAYS], "load": LOAD},
    "summer time": {
        "at": pd.date_range("2026-03-20", periods=N, freq="h", tz="Europe/Rome"),
        "x": LOAD,
    },
    "a few rows lost": {"at": HOURS[FEW_LOST], "load": LOAD[FEW_LOST]},
    "in any order": {"at": HOURS[SHUFFLED], "load": LOAD},
    "working days": {"day": pd.bdate_range("2025-01-01", periods=N), "price": LOAD},
    "months": {"month": pd.date_range("1990-01-01", periods=N, freq="MS"), "passengers": LOAD},
    "a switch": {"at": HOURS, "on": LOAD > 0},
}
TABLES: dict[str, dict[str, Any]] = {
    "no clock": {"load": LOAD, "heat": HEAT},
    "too short": {"at": HOURS[:99], "load": LOAD[:99]},
    "payments": {"at": RANDOM, "amount": LOAD, "shop": TEXT},
    "payments on whole days": {"day": DAYS[np.sort(RNG.integers(0, 200, N))], "amount": LOAD},
    "sales of shops by day": {
        "day": DAYS[:100].repeat(3),
        "shop": np.tile([1, 2, 3], 100),
        "x": LOAD,
    },
    "customers": {
        "born": DAYS[SHUFFLED] - pd.to_timedelta(RNG.integers(0, 9999, N), unit="D"),
        "x": LOAD,
    },
    "texts by day": {"day": DAYS, "load": LOAD, "a": TEXT, "b": TEXT[::-1], "c": TEXT},
    "only a clock": {"at": HOURS},
    "nothing moves": {"at": HOURS, "load": 4.0},
    "times are missing": {"at": HOURS.where(LOAD < 1.5), "load": LOAD},
    "a counter": {"id": np.arange(N), "load": LOAD, "kind": TEXT},
}


@pytest.mark.parametrize("name", SERIES)
def test_series(name: str) -> None:
    table = set_aside_useless(as_table(pd.DataFrame(SERIES[name])))
    verdict, reason = is_series(table)
    assert verdict, reason
    assert reason.startswith("Rows are moments of one series")


@pytest.mark.parametrize("name", TABLES)
def test_tables(name: str) -> None:
    verdict, reason = is_series(set_aside_useless(as_table(pd.DataFrame(TABLES[name]))))
    assert not verdict, reason


def test_a_named_clock() -> None:
    table = as_table(pd.DataFrame({"at": HOURS, "sent": RANDOM, "load": LOAD, "sky": TEXT}))
    assert is_series(table)[0]
    assert not is_series(table, "sent")[0]
    assert is_series(table, "sky") == (False, "The time column 'sky' holds no dates.")
