"""A table with an even clock is one series: its findings are events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import likely
from likely.workflow.over_time.event import Event
from likely.workflow.over_time.findings import EventFindings

STEPS = 2_400
PLANTED = {"point": 600, "contextual": 1_200, "level shift": 2_000}


def _series(planted: bool = True, seed: int = 0, shifted: bool = True) -> pd.DataFrame:
    rng, step = np.random.default_rng(seed), np.arange(STEPS)
    load = 50 + 20 * np.sin(2 * np.pi * step / 48) + rng.normal(0, 1, STEPS)
    heat = 20 + 5 * np.cos(2 * np.pi * step / 48) + rng.normal(0, 0.3, STEPS)
    flow = 7 + rng.normal(0, 0.2, STEPS)
    if planted:
        load[600] = 130.0
        heat[1_200:1_224] = heat[1_200 - 24 : 1_200]  # half a day late: usual, but not then
        flow[2_000:] += 3.0 * shifted
    clock = pd.date_range("2024-03-01", periods=STEPS, freq="30min")
    return pd.DataFrame({"time": clock, "load": load, "heat": heat, "flow": flow})


@pytest.fixture(scope="module")
def found() -> EventFindings:
    findings = likely.detect(_series(), fdr=0.1)
    assert isinstance(findings, EventFindings)
    return findings


def _near(found: EventFindings, step: int) -> Event:
    near = [e for e in found.events if e.steps.start - 30 <= step < e.steps.stop + 30]
    assert near, [e.title for e in found.events]
    return near[0]


@pytest.mark.parametrize(
    ("kind", "channel"), [("point", "load"), ("contextual", "heat"), ("level shift", "flow")]
)
def test_events_have_their_kind_and_channel(found: EventFindings, kind: str, channel: str) -> None:
    event = _near(found, PLANTED[kind])
    assert event.kind == kind
    assert event.channels[0] == channel
    assert channel in event.explanation.sentence
    assert sum(reason.share for reason in event.explanation.reasons) == pytest.approx(1)


def test_a_point_is_where_it_was(found: EventFindings) -> None:
    event = _near(found, 600)
    assert event.first == event.last == event.peak == 600
    assert event.title == "2024-03-13 12:00:00"
    assert event.lasts == "30 minutes"
    assert event.direction == "up"
    assert event.explanation.reasons[0].value == "130"


def test_hardly_anything_else_is_reported(found: EventFindings) -> None:
    assert len(found.events) <= 5
    assert found.count == len(found.events)
    assert found.anomaly[[600, 1_210]].all()
    assert not found.anomaly[:500].any()
    assert found.summary().startswith(f"{found.count} events in 2,400 moments (50 days)")


def test_the_frames_have_rows_and_events(found: EventFindings) -> None:
    rows, events = found.frame(), found.anomalies()
    assert len(rows) == STEPS
    assert {"p_value", "surprise", "anomaly", "reason"} <= set(rows.columns)
    assert len(events) == found.count
    assert {"start", "end", "kind", "channels", "direction", "lasts"} <= set(events.columns)
    assert list(events["surprise"]) == sorted(events["surprise"], reverse=True)


def test_rows_in_any_order_give_the_same_events() -> None:
    mixed = _series().sample(frac=1, random_state=0).reset_index(drop=True)
    found, again = (likely.detect(rows, "Panel", fdr=0.1) for rows in (_series(), mixed))
    assert isinstance(found, EventFindings)
    assert isinstance(again, EventFindings)
    assert found.events
    assert [e.title for e in again.events] == [e.title for e in found.events]


def test_new_moments_are_judged_by_what_was_learnt(tmp_path: Path) -> None:
    learned = likely.learn(_series(planted=False))
    learned.save(tmp_path / "m.likely")
    loaded = likely.load(tmp_path / "m.likely")
    new = _series(seed=3, shifted=False)
    found = loaded.detect(new, alerts="1/week")
    assert isinstance(found, EventFindings)
    assert _near(found, 600).kind == "point"
    assert found.decision.promise == "at most 1 false alarm a week on average"
    same = learned.detect(new, alerts="1/week")
    np.testing.assert_array_equal(found.log_p, same.log_p)


def test_few_moments_that_follow_what_was_learnt_can_be_judged() -> None:
    whole = _series(planted=False)
    learned = likely.learn(whole[:2_300], "Panel")
    new = whole[2_300:2_340].copy()
    new.iloc[20, 1] = 500.0
    found = learned.detect(new, fpr=0.01)
    assert isinstance(found, EventFindings)
    assert [e.peak for e in found.events] == [20]


def test_ordinary_series_keep_the_promise() -> None:
    found = [likely.detect(_series(planted=False, seed=s), "Panel", fpr=0.05) for s in range(3)]
    share = sum(one.count for one in found) / sum(one.learned.reference.n for one in found)
    assert share <= 0.05


def test_the_oddest_are_shown_even_if_none_passes() -> None:
    found = likely.detect(_series(planted=False), "Panel", fdr=1e-6)
    assert isinstance(found, EventFindings)
    assert not found.events
    assert 0 < len(found.shown) <= 10
    assert found.summary().startswith("Nothing odd")


def test_top_reports_so_many_apart() -> None:
    found = likely.detect(_series(), "Panel", top=3)
    assert isinstance(found, EventFindings)
    starts = sorted(event.steps.start for event in found.events)
    assert len(starts) == 3
    assert np.diff(starts).min() > 1


def test_a_table_stays_one_if_asked() -> None:
    found = likely.detect(_series(), kind="table")
    assert not isinstance(found, EventFindings)


def test_without_a_clock_rows_are_in_order() -> None:
    found = likely.detect(_series().drop(columns="time"), kind="timeline")
    assert isinstance(found, EventFindings)
    assert _near(found, 600).title == "row 601"
    with pytest.raises(likely.DataError, match="column of times"):
        likely.detect(_series().drop(columns="time"), kind="timeline", alerts="1/day")


def test_detectors_of_rows_say_what_to_ask_for() -> None:
    with pytest.raises(likely.CannotDo, match="Panel"):
        likely.detect(_series(), method="KNN", kind="timeline")


def test_the_report_shows_channels_and_events(found: EventFindings, tmp_path: Path) -> None:
    page = found.report(tmp_path / "report.html").read_text()
    assert len(page) < 1_000_000
    assert page.count("<svg") >= 3 + found.count
    for event in found.events:
        assert f'id="row-{event.peak + 1}"' in page
        assert f'href="#row-{event.peak + 1}"' in page
    assert "level shift" in page
