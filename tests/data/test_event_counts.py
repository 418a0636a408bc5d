"""Event logs become counts by step."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from likely.core.errors import DataError
from likely.data.event_counts import counts
from likely.data.frames import as_table
from likely.data.timeline import in_order
from likely.data.widths import LADDER, width_of, write_width

START = pd.Timestamp("2026-05-01")


def log(seconds: np.ndarray, **more: object) -> pd.DataFrame:
    return pd.DataFrame({"at": START + pd.to_timedelta(seconds, unit="s"), **more})


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_those_of_a_naive_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    seconds = np.concatenate([[0.0], rng.uniform(0, 3599, 400)])
    verb = rng.choice(["GET", "PUT"], 401)
    found = counts(as_table(log(seconds, verb=verb)), every="5min", group="verb")
    assert found.width == 300e6
    for j, name in enumerate(found.table.names[1:]):
        mine = verb == name.removeprefix("count of ")
        expected = [((seconds // 300 == k) & mine).sum() for k in range(12)]
        assert found.table.matrix[:, 1 + j].tolist() == expected
    assert (found.of_row == seconds // 300).all()
    assert in_order(found.table).step == 300e6


@pytest.mark.parametrize(
    ("rate", "width"), [(20.0, 1e6), (0.5, 10e6), (0.1, 60e6), (1e-4, 86_400e6)]
)
def test_the_width_follows_the_rate(rate: float, width: float) -> None:
    seconds = np.cumsum(np.random.default_rng(0).exponential(1 / rate, 3000))
    found = counts(as_table(log(seconds)))
    assert found.width == width
    assert np.nanmedian(found.table.matrix[:, 1]) >= 5


def test_a_burst_is_the_most() -> None:
    rng = np.random.default_rng(0)
    seconds = np.sort(
        np.concatenate([rng.uniform(0, 86_400, 4000), rng.uniform(40_000, 40_120, 200)])
    )
    found = counts(as_table(log(seconds)))
    peak = found.table.matrix[np.nanargmax(found.table.matrix[:, 1]), 0]
    begin = (START + pd.Timedelta(seconds=40_000) - pd.Timestamp(0)) / pd.Timedelta("1us")
    assert abs(peak - begin) <= 600e6


def test_steps_covered_in_part_are_not_known() -> None:
    seconds = np.arange(50, 610.0)
    found = counts(as_table(log(seconds)), every="1min")
    assert found.table.matrix[:, 1].tolist()[1:-1] == [60] * 9
    assert np.isnan(found.table.matrix[[0, -1], 1]).all()
    assert any("covered in part" in note for note in found.table.notes)
    burst = np.concatenate([seconds, np.full(500, 605.0)])
    assert counts(as_table(log(burst)), every="1min").table.matrix[-1, 1] == 510


def test_many_groups_and_rows_without_a_time() -> None:
    frame = log(np.arange(600.0), who=[f"u{i % 40}" if i % 2 else "root" for i in range(600)])
    frame.loc[5, "at"] = pd.NaT
    found = counts(as_table(frame), every=60, group="who")
    assert len(found.table.names) == 1 + 17
    assert found.table.names[1] == "count of root"
    assert found.table.names[-1] == "count of others"
    assert np.nansum(found.table.matrix[:, 1:]) == 599
    assert found.of_row[5] == -1


def test_what_cannot_be_counted() -> None:
    with pytest.raises(DataError, match="No column says when"):
        counts(as_table({"what": ["a", "b"]}))
    with pytest.raises(DataError, match="No row has a time"):
        counts(as_table(pd.DataFrame({"at": pd.to_datetime([None, None]), "x": [1.0, 2.0]})))
    one = counts(as_table(log(np.zeros(1))))
    assert one.table.matrix[:, 1].tolist() == [1]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("1min", 60), ("2 hours", 7200), ("day", 86_400), ("500ms", 0.5), ("3 mins", 180), (3, 3)],
)
def test_widths(written: str | float, seconds: float) -> None:
    assert width_of(written) == seconds * 1e6
    assert width_of(write_width(width_of(written))) == seconds * 1e6


def test_the_ladder_rises() -> None:
    assert list(LADDER) == sorted(LADDER)
