"""Several series, each judged given its context, as they go on together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import likely
from likely.workflow.over_time.findings import EventFindings
from likely.workflow.over_time.streams import Streams
from series_toys import Beside, engines, learnt_engines

STEP = {"a": 300, "b": 302, "d": 460}


@pytest.fixture(scope="module")
def learned() -> likely.Learned:
    return learnt_engines()


@pytest.fixture(scope="module")
def new() -> pd.DataFrame:
    """Rows that follow those learnt: a, b and the unknown d run hot while their mode is idle."""
    frame = engines("abcd", 700, seed=1, first=1_000)
    for i, name in enumerate("abcd"):
        rows = frame.index[frame.machine == name]
        frame.loc[rows[295:320], "mode"] = frame.loc[rows[450:475], "mode"] = "idle"
        for first in (295, 450):
            frame.loc[rows[first : first + 25], "load"] = 10.0**i * 50
        if name in STEP:
            odd = rows[STEP[name] : STEP[name] + 5]
            frame.loc[odd, "load"] = 10.0**i * 50 + 10.0 ** (i + 1) * (2 + i)
    return frame


def streams(learned: likely.Learned, **options: Any) -> Streams:
    stream = learned.stream(**options)
    assert isinstance(stream, Streams)
    return stream


def in_parts(frame: pd.DataFrame, size: int) -> list[pd.DataFrame]:
    return [frame.iloc[k : k + size] for k in range(0, len(frame), size)]


@pytest.mark.parametrize("model", [Beside(after=0), "Forecaster"], ids=["Beside", "Forecaster"])
def test_each_series_has_the_scores_of_a_batch_whatever_comes_later(
    model: Any, new: pd.DataFrame
) -> None:
    learned = likely.learn(engines("abc", 1_000), model, group="machine", context="mode")
    known = pd.DataFrame(new[new.machine != "d"]).reset_index(drop=True)
    known.loc[known.index[900:906], "mode"] = "boost"  # a regime that was not learnt
    whole = learned.detect(known, fpr=0.01)
    stream, scores = streams(learned, fpr=0.01), np.full(len(known), np.nan)
    for part in in_parts(known, 97):
        stream.push(part)
        for one in stream._streams.values():  # all steps since the beginning are still kept
            kept = one._following.running.kept
            there = (kept.rows >= 0) & ~np.isnan(kept.oddness)
            rows, told = kept.rows[there], -kept.oddness[there]
            before = scores[rows]
            assert np.array_equal(told[~np.isnan(before)], before[~np.isnan(before)])
            scores[rows] = told
    np.testing.assert_allclose(scores, whole.scores, rtol=0, atol=1e-9)


def test_events_of_a_batch_are_told_in_the_units_of_each_series(
    learned: likely.Learned, new: pd.DataFrame
) -> None:
    known = new[new.machine != "d"].reset_index(drop=True)
    batch = learned.detect(known, alerts="1/day")
    assert isinstance(batch, EventFindings)
    stream = streams(learned, alerts="1/day")
    found = stream.push(known) + stream.finish()
    ended = [alert.event for alert in found if alert.kind == "ended" and alert.event is not None]
    assert {(e.entity, e.first, e.last) for e in ended} == {
        (e.entity, e.first, e.last) for e in batch.events
    }
    for name, usual, odd in (("a", 50.0, 70.0), ("b", 500.0, 800.0)):
        (event,) = (e for e in ended if e.entity == name and e.log_p < -15)
        reason = event.explanation.reasons[0]
        assert (event.channels[0], float(reason.value)) == ("load", odd)
        assert usual * 0.9 < float(reason.low) < usual < float(reason.high) < usual * 1.1


@pytest.mark.parametrize("size", [29, 400])
def test_chunks_and_states_change_no_alert(
    learned: likely.Learned, new: pd.DataFrame, size: int, tmp_path: Path
) -> None:
    whole = streams(learned, alerts="2/day")
    expected = whole.push(new) + whole.finish()
    assert {alert.entity for alert in expected if alert.kind == "ended"} >= {"a", "b"}
    stream, found = streams(learned, alerts="2/day"), []
    for number, part in enumerate(in_parts(new, size)):
        found += stream.push(part)
        if number % 20 == 3:
            stream.save(tmp_path / "s.state")
            stream.push(new[-8:])  # what comes after the state does not change it
            stream, _ = Streams.load(learned, tmp_path / "s.state")
    found += stream.finish()
    keys = [(a.kind, a.entity, a.row, a.known, a.sentence) for a in expected]
    assert [(a.kind, a.entity, a.row, a.known, a.sentence) for a in found] == keys


def test_a_new_series_follows_the_regime_as_the_others_do_on_average(
    learned: likely.Learned, new: pd.DataFrame
) -> None:
    regime = learned.regime
    assert regime is not None
    stream = streams(learned, alerts="2/day")
    stream.push(new)
    rows = learned.matched(learned.table(new[new.machine == "d"]))
    assert (rows.series == regime.series).all()
    for mine, batch in zip(
        regime.of_one(3).units(Streams.read(stream, new[new.machine == "d"])),
        regime.units(rows),
        strict=True,
    ):
        np.testing.assert_array_equal(mine, batch)
    first = learned.seen(rows).matrix[:200, 1]
    assert stream._own["d"].level[0] == pytest.approx(first.mean(), rel=0.05)


def test_a_saved_model_watches_the_same(new: pd.DataFrame, tmp_path: Path) -> None:
    learned = likely.learn(engines("abc", 600), "Forecaster", group="machine", context="mode")
    learned.save(tmp_path / "m.likely")
    told = [
        [(a.kind, a.entity, a.row) for a in streams(one, alerts="2/day").push(new[:1_600])]
        for one in (learned, likely.load(tmp_path / "m.likely"))
    ]
    assert told[0] == told[1]
    assert ("new", "d") in {(kind, entity) for kind, entity, _ in told[0]}


def test_one_series_is_learnt_anew_in_its_regime(tmp_path: Path) -> None:
    learned = likely.learn(engines("abc", 600), "Forecaster", group="machine", context="mode")
    rows, later = (engines("abc", n, seed=n, first=k) for n, k in ((900, 600), (200, 1_500)))
    for frame, first in ((rows, 900), (later, 0)):
        frame.loc[(frame.machine == "b") & (frame.index >= first), "load"] += 400.0
    stream = streams(learned, alerts="6/day", rebase="4 hours")
    found = stream.push(rows)
    assert [alert.entity for alert in found if alert.kind == "rebased"] == ["b"]
    stream.save(tmp_path / "s.state")
    again, _ = Streams.load(learned, tmp_path / "s.state")
    more = stream.push(later)
    assert [a.told() for a in again.push(later)] == [a.told() for a in more]
    assert not [alert for alert in more if alert.entity == "b" and alert.kind == "promise"]
