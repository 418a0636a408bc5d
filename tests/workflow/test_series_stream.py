"""A stream says what a batch says, whatever the chunks, as soon as it is certain."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import likely
from likely.core.catalogue import Entry, entries
from likely.data.table import Table
from likely.testing.timelines import timeline
from likely.workflow import storage
from likely.workflow.over_time import arrivals, stored
from likely.workflow.over_time.running import Running
from likely.workflow.over_time.stream import Stream
from series_toys import MINUTE, START, Beside, series, with_values

LATER = START + 7 * 86_400e6


@pytest.fixture(scope="module")
def learned() -> likely.Learned:
    return likely.learn(series(2_000), Beside(), kind="timeline")


@pytest.fixture(scope="module")
def causal() -> likely.Learned:
    return likely.learn(series(2_000), Beside(after=0), kind="timeline")


def spoilt(n: int = 1_500) -> Table:
    table = with_values(series(n, seed=5, start=LATER), slice(300, 310), 0, 9.0)
    return with_values(table, slice(700, 704), 1, 11.0)


def broken(n: int = 700) -> Table:
    """Return a series with gaps in the clock, stretches too short to judge, and missing values."""
    matrix = series(n, seed=7, start=LATER).matrix
    for step, minutes in ((200, 30), (203, 2), (450, 500)):
        matrix[step:, 0] += minutes * MINUTE
    matrix[:2, 2] = matrix[100:120, 1] = matrix[198:206, 2] = matrix[-3:, 1] = np.nan
    return Table(matrix, series(1).columns)


def chunks(n: int, seed: int) -> Iterator[slice]:
    """Yield slices of random sizes, some of them single."""
    rng, first = np.random.default_rng(seed), 0
    while first < n:
        size = int(rng.choice([1, 2, 9, 50, 400]))
        yield slice(first, first + size)
        first += size


def told(alerts: list[Any]) -> list[dict[str, Any]]:
    """Return alerts with numbers that a last bit does not change."""
    rounded = []
    for alert in alerts:
        plain = alert.told()
        rounded.append({k: round(v, 9) if isinstance(v, float) else v for k, v in plain.items()})
    return rounded


def scores_in_chunks(model: Any, table: Table, seed: int) -> np.ndarray:
    step = float(np.median(np.diff(table.matrix[:, 0])))
    running = Running(model, 0, arrivals.Beat(step, step), 50)
    found = np.full(len(table), np.nan)
    for chunk in [*chunks(len(table), seed), None]:
        piece = table.take(slice(0, 0)) if chunk is None else table.take(chunk)
        running.add(model.schema_.match(piece), over=chunk is None)
        for block in running.decide():
            part = running.kept.part(block.first, block.end)
            real = running.kept.real[part]
            rows = running.kept.rows[part][real]
            assert np.isnan(found[rows]).all()  # what was final is not judged again
            found[rows] = -running.kept.oddness[part][real]
        running.forget(running.decided)
        assert running.kept.end - running.kept.first <= 50 + 400 + 80
    return found


@pytest.mark.parametrize("model", [Beside(), Beside(after=0), Beside(30, 7, hop=4), Beside(0, 0)])
@pytest.mark.parametrize("seed", range(3))
def test_chunks_have_the_scores_of_the_whole(model: Beside, seed: int) -> None:
    model.fit(series(300))
    table = broken()
    whole = model.score_samples(table)
    np.testing.assert_allclose(scores_in_chunks(model, table, seed), whole, rtol=0, atol=1e-9)


OF_SERIES = [entry for entry in entries().values() if "timeline" in entry.kinds]


@pytest.mark.parametrize("entry", [pytest.param(entry, id=entry.name) for entry in OF_SERIES])
def test_every_model_of_series_is_the_same_in_chunks(entry: Entry) -> None:
    model = getattr(import_module(entry.module), entry.name)
    model = model(**model.fast).fit(timeline(400))
    matrix = timeline(1_100, seed=1).matrix
    matrix[400:, 0] += 9 * 3_600e6
    matrix[600:, 0] += 90 * 3_600e6
    matrix[640:650, 2] = matrix[800:850, 1:] = np.nan
    matrix[950:1_000, 1] = matrix[970:1_020, 2] = np.nan
    table = Table(matrix, timeline(1).columns)
    whole = model.score_samples(table)
    running = Running(model, 0, arrivals.Beat(3_600e6, 3_600e6), 50)
    found = np.full(len(table), np.nan)
    for first in [*range(0, 1_100, 130), 1_100]:
        piece = table.take(slice(first, first + 130))
        running.add(model.schema_.match(piece), over=not len(piece))
        for block in running.decide():
            part = running.kept.part(block.first, block.end)
            real = running.kept.real[part]
            found[running.kept.rows[part][real]] = -running.kept.oddness[part][real]
        running.forget(running.decided)
    np.testing.assert_allclose(found, whole, rtol=0, atol=1e-9)


def test_an_event_is_told_as_soon_as_it_is_certain(learned: likely.Learned) -> None:
    stream = learned.stream(alerts="1/week")
    table = with_values(series(600, seed=5, start=LATER), slice(300, 310), 0, 9.0)
    found = [(step, a) for step in range(600) for a in stream.push(table.take([step]))]
    (begun, first), (ended, last) = found
    scores = learned.model.score_samples(table)
    odd = np.flatnonzero(learned.reference.log_p(-scores) <= np.log((1 / 7) / learned.pace.a_day))
    assert first.kind == "begins"
    assert first.row == odd[0]
    assert begun == first.known == odd[0] + 2  # the steps that its score depends on
    assert last.kind == "ended"
    assert ended == last.known == odd[-1] + learned.pace.span + 2
    assert (last.event.first, last.event.last) == (300, 309)
    assert last.event.channels == ("load",)
    assert last.event.direction == "up"
    assert last.event.change == pytest.approx(9, abs=1)
    assert "load" in last.sentence
    assert stream.delay == (2, "2 minutes")


@pytest.mark.parametrize("seed", range(2))
def test_chunks_change_no_alert(learned: likely.Learned, seed: int) -> None:
    table = spoilt()
    whole = learned.stream(alerts="2/day")
    expected = whole.push(table) + whole.finish()
    assert [a.kind for a in expected].count("ended") >= 2
    stream = learned.stream(alerts="2/day")
    found = [a for chunk in chunks(len(table), seed) for a in stream.push(table.take(chunk))]
    assert told(found + stream.finish()) == told(expected)


def test_events_are_those_of_a_batch(learned: likely.Learned) -> None:
    table = spoilt()
    batch = learned.detect(table, alerts="2/day")
    stream = learned.stream(alerts="2/day")
    found = [a.event for a in stream.push(table) + stream.finish() if a.kind == "ended"]
    assert [(e.first, e.last) for e in found] == [(e.first, e.last) for e in batch.events]
    channels = {e.first: e.channels for e in found}
    assert (channels[300], channels[700]) == (("load",), ("heat",))
    np.testing.assert_allclose([e.log_p for e in found], [e.log_p for e in batch.events])


def test_rows_that_follow_what_was_learnt_are_judged_with_it(causal: likely.Learned) -> None:
    following = with_values(series(30, seed=5, start=START + 2_000 * MINUTE), slice(0, 3), 0, 9.0)
    stream = causal.stream(alerts="1/week")
    first, last = (
        stream.push(following.take(slice(0, 1))),
        stream.push(following.take(slice(1, 30))),
    )
    assert [a.row for a in first] == [0]
    assert [(a.kind, a.event.first in (0, 1)) for a in last] == [("ended", True)]
    elsewhere = causal.stream(alerts="1/week")
    matrix = following.matrix + np.array([86_400e6, 0, 0])
    assert elsewhere.push(Table(matrix[:3], following.columns)) == []  # too few to be judged


def test_rows_come_in_many_forms(learned: likely.Learned) -> None:
    table = with_values(series(60, seed=5, start=LATER), slice(40, 45), 0, 9.0)
    times = [str(np.datetime64(int(t), "us")) for t in table.matrix[:, 0]]
    rows = [
        {"time": t, "load": a, "heat": b}
        for t, (a, b) in zip(times, table.matrix[:, 1:].tolist(), strict=True)
    ]
    frame = pd.DataFrame(rows).assign(time=lambda x: pd.to_datetime(x["time"]))
    expected = told(learned.stream(alerts="1/week").push(table))
    assert len(expected) == 2
    assert told(learned.stream(alerts="1/week").push(rows)) == expected
    assert told(learned.stream(alerts="1/week").push(frame[["heat", "time", "load"]])) == expected
    stream = learned.stream(alerts="1/week")
    assert told([a for row in rows for a in stream.push(row)]) == expected


def test_rows_too_late_or_without_a_time_are_counted(learned: likely.Learned) -> None:
    table = series(100, seed=5, start=LATER)
    stream, clean = learned.stream(alerts="1/day"), learned.stream(alerts="1/day")
    stream.push(table.take(slice(0, 50)))
    stream.push(with_values(table, slice(0, 9), 0, 99.0).take(slice(0, 9)))
    timeless = table.take(slice(0, 4))
    stream.push(Table(timeless.matrix * [np.nan, 1, 1], table.columns))
    assert (stream.late, stream.timeless) == (9, 4)
    stream.push(table.take(slice(50, 100)))
    clean.push(table)
    assert stream.undecided == clean.undecided == 2
    kept = [one._following.running.kept for one in (stream, clean)]
    np.testing.assert_allclose(kept[0].oddness, kept[1].oddness, rtol=1e-12)
    assert kept[0].rows[-1] == 112


def test_memory_is_bounded(causal: likely.Learned) -> None:
    stream = causal.stream(alerts="1/week", rebase="1 day")
    table = series(30_000, seed=5, start=LATER)
    for first in range(0, 30_000, 1_000):
        stream.push(table.take(slice(first, first + 1_000)))
    state = stream.state()["following"]
    assert len(state["running"]["kept"]["rows"]) <= 2_100
    assert len(state["running"]["arrivals"]["rows"]) == 0
    assert len(state["standing"]["log_p"]) <= 100


def test_a_channel_that_dies_stops_nothing(
    learned: likely.Learned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "PATIENCE", 50)
    table = with_values(series(500, seed=5, start=LATER), slice(100, 400), 1, np.nan)
    table = with_values(table, slice(300, 310), 0, 9.0)
    results = []
    for size in (1, 60, 500):
        stream = learned.stream(alerts="1/week")
        found = []
        for first in range(0, 500, size):
            found += stream.push(table.take(slice(first, first + size)))
            if first == 200:
                assert stream.undecided == 2
        results.append(told(found))
    assert results[0] == results[1] == results[2]
    kinds = [one["alert"] for one in results[0]]  # that it stands still for long is told, too
    assert kinds.count("begins") == kinds.count("ended") == 1


def test_a_state_goes_on_where_it_was(learned: likely.Learned, tmp_path: Path) -> None:
    table, path = spoilt(900), tmp_path / "s.state"
    options: dict[str, Any] = {"alerts": "2/day", "cool_down": "5 min", "calm": ["Sunday"]}
    whole = learned.stream(**options)
    expected = whole.push(table) + whole.finish()
    stream, found = learned.stream(**options), []
    for chunk in chunks(len(table), 3):
        before = stream.state()
        found += stream.push(table.take(chunk))
        again = Stream.resume(learned, before)
        again.push(table.take(chunk))
        again.save(path, offset=chunk.stop)  # what came after the state did not change it
        stream, facts = Stream.load(learned, path)
        assert facts == {"offset": chunk.stop}
    assert told(found + stream.finish()) == told(expected)
    assert expected


def test_a_state_of_something_else_is_refused(
    learned: likely.Learned, causal: likely.Learned, tmp_path: Path
) -> None:
    stream = learned.stream(alerts="2/day")
    stream.push(series(50, seed=5, start=LATER))
    with pytest.raises(likely.UnsupportedFile, match="something else"):
        Stream.resume(causal, stream.state())
    state = stream.state()
    del state["following"]["running"]["kept"]
    with pytest.raises(likely.DamagedFile, match="contradicts"):
        Stream.resume(learned, state)
    path = tmp_path / "m.likely"
    likely.learn(np.random.default_rng(0).normal(size=(99, 2)), "KNN").save(path)
    with pytest.raises(likely.UnsupportedFile, match="state of a stream"):
        Stream.load(learned, path)


def test_what_cannot_be_streamed_is_said_at_once(learned: likely.Learned) -> None:
    rows = np.random.default_rng(0).normal(size=(300, 2))
    with pytest.raises(likely.CannotDo, match="timeline"):
        likely.learn(rows, "KNN").stream(fpr=0.01)
    clockless = likely.learn(rows, Beside(), kind="timeline")
    with pytest.raises(likely.DataError, match="column of times"):
        clockless.stream()
    with pytest.raises(likely.DataError, match="column of times"):
        clockless.stream(fpr=0.01, cool_down="1h")
    with pytest.raises(likely.DataError, match="more learnt stretches"):
        learned.stream(alerts="1/year")
    with pytest.raises(likely.ParameterError, match="one promise"):
        learned.stream(alerts="1/day", fpr=0.01)
    with pytest.raises(likely.ParameterError, match="rebase"):
        learned.stream(rebase="soon")
    with pytest.raises(likely.DataError, match="'heat'"):
        learned.stream().push({"time": "2026-02-01", "load": 1.0})


def test_without_a_clock_rows_are_steps() -> None:
    rows = np.random.default_rng(0).normal(size=(900, 2))
    stream = likely.learn(rows[:600], Beside(), kind="timeline").stream(
        fpr=0.001, cool_down="20 steps"
    )
    rows[700:705] = rows[712:714] = rows[800] = 12.0
    found = stream.push(rows[600:]) + stream.finish()
    assert [(a.event.first, a.event.last) for a in found if a.kind == "ended"] == [
        (100, 104), (200, 200),
    ]  # fmt: skip
    assert found[0].at.startswith("row ")
    assert stream.delay == (2, None)


def test_the_pace_of_the_clock_is_learnt_where_no_rows_are_kept(
    learned: likely.Learned, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = spoilt(900)
    expected = told(learned.stream(alerts="2/day").push(table))
    empty = Table(np.empty((0, 3)), learned.likely_rows.columns)
    forgetful = likely.Learned(**{**vars(learned), "likely_rows": empty})
    stream = forgetful.stream(alerts="2/day")
    assert stream.push(table.take(slice(0, 29))) == []
    assert stream.undecided == 29
    found = told(stream.push(table.take(slice(29, 900))))
    rows = [(one["alert"], one["row"]) for one in found]
    assert rows == [(one["alert"], one["row"]) for one in expected]


def drifted(n: int = 3_000, by: float = 2.0) -> Table:
    """Return a series whose first channel moves for good after a third."""
    table = series(n, seed=9, start=LATER)
    matrix = table.matrix.copy()
    matrix[n // 3 :, 1] += by
    return Table(matrix, table.columns)


def test_it_is_said_once_that_the_promise_no_longer_holds(learned: likely.Learned) -> None:
    stream = learned.stream(alerts="1/week")
    table = with_values(drifted(2_100, by=1.2), slice(400, 405), 0, 30.0)
    found = [a for a in stream.push(table) if a.kind == "promise"]
    assert len(found) == 1
    assert 600 <= found[0].row <= 800
    assert "has not held since" in found[0].sentence
    back = series(1_200, seed=2, start=LATER + 2_100 * MINUTE)
    again = [a for a in stream.push(back) if a.kind == "promise"]
    assert ["holds again" in a.sentence for a in again] == [True]


def test_a_lone_event_breaks_no_promise(learned: likely.Learned) -> None:
    table = with_values(series(2_000, seed=5, start=LATER), slice(150, 152), 0, 300.0)
    assert "promise" not in [a.kind for a in learned.stream(alerts="2/day").push(table)]


def test_what_lasts_is_the_new_normal(learned: likely.Learned) -> None:
    table = with_values(drifted(by=6.0), slice(2_500, 2_503), 0, 0.0)
    stream = learned.stream(alerts="2/day", rebase="8 hours")
    found = stream.push(table) + stream.finish()
    kinds = [a.kind for a in found]
    assert kinds.count("rebased") == 1
    said = found[kinds.index("rebased")]
    assert 480 <= said.known - 1_000 < 600
    assert "learnt anew" in said.sentence
    assert abs(found[kinds.index("rebased") - 1].event.first - 1_000) < 3
    last = [a.event for a in found if a.kind == "ended"][-1]
    assert (last.first, last.last, last.direction) == (2_500, 2_502, "down")
    for seed in range(2):
        again = learned.stream(alerts="2/day", rebase="8 hours")
        parts = [a for chunk in chunks(len(table), seed) for a in again.push(table.take(chunk))]
        assert told(parts + again.finish()) == told(found)
    assert "rebased" not in [a.kind for a in learned.stream(alerts="2/day").push(table)]


def test_a_state_keeps_what_was_learnt_anew(
    learned: likely.Learned, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []
    monkeypatch.setattr(stored, "learned_bytes", lambda one: held.append(one) or np.zeros(1))
    monkeypatch.setattr(stored, "learned_of", lambda content: held[-1])
    table = with_values(drifted(by=6.0), slice(2_500, 2_503), 0, 0.0)
    whole = learned.stream(alerts="2/day", rebase="8 hours")
    expected = whole.push(table)
    stream = learned.stream(alerts="2/day", rebase="8 hours")
    found = stream.push(table.take(slice(0, 2_000)))
    assert stream.learned is not learned
    again = Stream.resume(learned, stream.state())
    assert told(found + again.push(table.take(slice(2_000, 3_000)))) == told(expected)


def test_what_was_learnt_is_the_same_out_of_bytes() -> None:
    learned = likely.learn(np.random.default_rng(0).normal(size=(99, 2)), "KNN")
    again = stored.learned_of(stored.learned_bytes(learned))
    new = np.random.default_rng(1).normal(size=(9, 2))
    np.testing.assert_array_equal(again.score_samples(new), learned.score_samples(new))
    with pytest.raises(likely.DamagedFile):
        storage.load_bytes(storage.packed(learned)[:-1])
