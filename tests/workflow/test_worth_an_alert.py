"""Direction, least change, cool-down and calm times: in a batch and in a stream."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import likely
from likely.data.column import Column
from likely.data.table import Table
from likely.workflow.over_time.calm import read_calm
from likely.workflow.over_time.lengths import read_length
from series_toys import MINUTE, START, Beside, series, with_values

LATER = START + 7 * 86_400e6  # Thursday, 8 January 2026
PLANTED = ((300, 9.0, 0), (700, -7.0, 0), (740, 30.0, 0), (1_100, 32.0, 1))


@pytest.fixture(scope="module")
def learned() -> likely.Learned:
    return likely.learn(series(2_000), Beside(), kind="timeline")


@pytest.fixture(scope="module")
def table() -> Table:
    """A day with four events of five minutes: at 5:00, 11:40, 12:20 and 18:20."""
    found = series(1_440, seed=5, start=LATER)
    for step, value, channel in PLANTED:
        found = with_values(found, slice(step, step + 5), channel, value)
    return found


def events(learned: likely.Learned, table: Table, **rules: Any) -> tuple[list[int], list[int]]:
    """Return where planted events are told by a batch and by a stream."""
    batch = learned.detect(table, alerts="1/week").only(**rules)
    stream = learned.stream(alerts="1/week", **rules)
    found = stream.push(table) + stream.finish()
    begun, ended = ([a for a in found if a.kind == kind] for kind in ("begins", "ended"))
    assert len(begun) == len(ended)
    assert np.array_equal(
        batch.anomaly, np.isin(np.arange(len(table)), np.concatenate([[-1], *_rows(batch)]))
    )
    return _planted([e.first for e in batch.events]), _planted([a.event.first for a in ended])


def _rows(batch: Any) -> list[np.ndarray]:
    return [np.arange(run.start, run.stop) for run in batch.runs]


def _planted(firsts: list[int]) -> list[int]:
    return [step for step, _, _ in PLANTED if any(abs(step - first) < 4 for first in firsts)]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({}, [300, 700, 740, 1_100]),
        ({"direction": "up"}, [300, 740, 1_100]),
        ({"direction": "down"}, [700]),
        ({"least_change": 12.0}, [740, 1_100]),
        ({"least_change": {"load": 20.0}}, [740, 1_100]),
        ({"least_change": {"heat": 20.0}}, [300, 700, 740]),
        ({"cool_down": "1h"}, [300, 700, 1_100]),
        ({"cool_down": "30 min"}, [300, 700, 740, 1_100]),
        ({"cool_down": "60 steps"}, [300, 700, 1_100]),
        ({"calm": ["04:00-06:00", "18:00-19:00"]}, [700, 740]),
        ({"calm": ["2026-01-01/2026-01-08"]}, []),
        ({"calm": ["2026-01-08 12:00/2026-01-09"]}, [300, 700]),
        ({"calm": ["Thursday"]}, []),
        ({"calm": ["Wednesday", "Thursday 00:00-12:00"]}, [740, 1_100]),
        ({"direction": "up", "least_change": 20, "calm": ["12:00-13:00"]}, []),
    ],
)
def test_only_what_is_worth_it(
    learned: likely.Learned, table: Table, rules: dict[str, Any], expected: list[int]
) -> None:
    batch, stream = events(learned, table, **rules)
    assert batch == expected
    assert stream == expected


def test_what_is_left_out_is_counted(learned: likely.Learned, table: Table) -> None:
    found = learned.detect(table, alerts="1/week")
    kept = found.only(least_change=12)
    assert kept.notes[0].startswith(f"{found.count - kept.count} events are left out")
    assert "2 events" in kept.summary()
    assert found.only(least_change=0) is found
    again = kept.only(direction="down")
    assert (again.count, again.anomaly.sum()) == (0, 0)
    assert [e.explanation for e in kept.events] == [
        e.explanation for e in found.events if abs(e.change) >= 12
    ]


def test_an_event_that_outlasts_calm_times_is_told(learned: likely.Learned) -> None:
    table = with_values(series(1_000, seed=5, start=LATER), slice(300, 500), 0, 9.0)
    stream = learned.stream(alerts="1/week", calm=["04:50-06:00"])
    begun = next(a for a in stream.push(table) if a.kind == "begins")
    assert abs(begun.row - 300) < 4  # where the event begins, ...
    assert 360 < begun.known < 366  # ... told when the calm hour is over


def test_calm_times_are_those_on_the_wall() -> None:
    columns = (Column("time", "date", zone="Europe/Berlin"), *series(1).columns[1:])
    learned = likely.learn(Table(series(2_000).matrix, columns), Beside(), kind="timeline")
    table = with_values(series(1_000, seed=5, start=LATER), slice(300, 305), 0, 20.0)
    table = Table(table.matrix, columns)  # 5:00 in UTC, 6:00 in Berlin
    kinds = {
        hours: [a.kind for a in learned.stream(alerts="1/week", calm=[hours]).push(table)]
        for hours in ("05:00-05:59", "05:55-06:30")
    }
    assert kinds["05:00-05:59"].count("ended") == kinds["05:55-06:30"].count("ended") + 1


@pytest.mark.parametrize(
    "rules",
    [
        {"direction": "sideways"},
        {"least_change": -1},
        {"least_change": {"load": "much"}},
        {"least_change": True},
        {"cool_down": "a while"},
        {"cool_down": "3 fortnights"},
        {"calm": "Sunday"},
        {"calm": ["Caturday"]},
        {"calm": ["25:00-26:00"]},
        {"calm": ["02:00-02:00"]},
        {"calm": ["2026-02-30"]},
        {"calm": ["2026-02-03/2026-02-01"]},
        {"calm": ["Sunday morning"]},
        {"calm": ["2026"]},
        {"calm": [""]},
    ],
)
def test_what_is_no_rule_is_named(learned: likely.Learned, rules: dict[str, Any]) -> None:
    with pytest.raises(likely.ParameterError, match=next(iter(rules))):
        learned.stream(alerts="1/week", **rules)


def test_lengths_and_calm_times_are_read() -> None:
    for text in ("1.5h", "90 min", "90minutes", "5400 s", "0.0625 days", " 1.5 Hours "):
        assert read_length(text, "x").amount == pytest.approx(5_400e6)
    midnight = np.array([0.0, 86_400e6 - 1, 12 * 3_600e6])  # of a Thursday
    assert read_calm("22:00-02:00").holds(midnight).tolist() == [True, True, False]
    assert read_calm("00:00-24:00").holds(midnight).all()
    assert read_calm("thursday").holds(midnight).all()
    assert not read_calm("Friday").holds(midnight).any()
    days = read_calm("1970-01-01/1970-01-02")
    assert days.holds(np.array([-1.0, 0, 2 * 86_400e6 - 1, 2 * 86_400e6])).tolist() == [
        False, True, True, False,
    ]  # fmt: skip
    assert read_calm("1970-01-02").holds(np.array([86_400e6])).all()
    assert MINUTE == 60e6
