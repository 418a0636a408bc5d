"""Several series of one table judged together as they go on."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import likely
from likely.workflow.over_time import stored
from likely.workflow.over_time.alert import Alert
from likely.workflow.over_time.findings import EventFindings
from likely.workflow.over_time.streams import Streams
from series_toys import Beside, learnt_toys, machines


@pytest.fixture(scope="module")
def learned() -> likely.Learned:
    return learnt_toys()


@pytest.fixture(scope="module")
def new() -> pd.DataFrame:
    """Rows that follow those learnt; a, c and the unknown d have a gross stretch each."""
    frame = machines("abcd", 700, seed=1, first=900)
    for name, step, value in (("a", 300, 90.0), ("c", 302, 9_000.0), ("d", 450, 90_000.0)):
        frame.loc[frame.index[frame.machine == name][step : step + 4], "load"] = value
    return frame


def streams(learned: likely.Learned, **options: Any) -> Streams:
    stream = learned.stream(**options)
    assert isinstance(stream, Streams)
    return stream


def told(alerts: list[Alert]) -> list[dict[str, Any]]:
    rounded = []
    for alert in alerts:
        plain = alert.told()
        rounded.append({k: round(v, 9) if isinstance(v, float) else v for k, v in plain.items()})
    return rounded


def parts(frame: pd.DataFrame, seed: int) -> list[pd.DataFrame]:
    rng, edges = np.random.default_rng(seed), [0]
    while edges[-1] < len(frame):
        edges.append(edges[-1] + int(rng.choice([1, 2, 9, 50, 900])))
    return [frame.iloc[a:b] for a, b in pairwise(edges)]


@pytest.mark.parametrize("model", [Beside(after=0), "Forecaster"], ids=["Beside", "Forecaster"])
def test_each_series_has_the_scores_of_a_batch(model: Any, new: pd.DataFrame) -> None:
    learned = likely.learn(machines("abc", 900), model, group="machine")
    known = pd.DataFrame(new[new.machine != "d"]).reset_index(drop=True)
    batch = learned.detect(known, fpr=0.01)
    stream = streams(learned, fpr=0.01)
    for part in parts(known, 0):
        stream.push(part)
    stream.finish()
    seen = 0
    for one in stream._streams.values():  # all steps since the beginning are still kept
        kept = one._following.running.kept
        own = kept.rows >= 0
        seen += own.sum()
        np.testing.assert_allclose(-kept.oddness[own], batch.scores[kept.rows[own]], atol=1e-9)
    assert seen == len(known)


def test_events_and_the_budget_are_those_of_a_batch(
    learned: likely.Learned, new: pd.DataFrame
) -> None:
    known = new[new.machine != "d"].reset_index(drop=True)
    batch = learned.detect(known, alerts="1/day")
    assert isinstance(batch, EventFindings)
    stream = streams(learned)
    found = stream.push(known) + stream.finish()
    ended = [alert.event for alert in found if alert.kind == "ended"]
    assert {(e.entity, e.first, e.last) for e in ended if e} == {
        (e.entity, e.first, e.last) for e in batch.events
    }
    assert {"a", "c"} <= {alert.entity for alert in found}
    alone = streams(learned, alerts="1/day")
    cut = alone._streams["a"]._following._cut
    assert cut == pytest.approx(np.log(batch.decision.least_p))
    begins = next(alert for alert in found if alert.entity == "c")
    assert begins.sentence.startswith("machine c: An event begins: load is 9000")
    assert begins.told()["entity"] == "c"
    assert known.machine[begins.row] == "c"


@pytest.mark.parametrize("seed", range(2))
def test_chunks_change_no_alert_of_known_and_new_series(
    learned: likely.Learned, new: pd.DataFrame, seed: int
) -> None:
    whole = streams(learned, alerts="2/day")
    expected = whole.push(new) + whole.finish()
    assert {alert.entity for alert in expected if alert.kind == "ended"} >= {"a", "c", "d"}
    stream = streams(learned, alerts="2/day")
    found = [alert for part in parts(new, seed) for alert in stream.push(part)]
    assert told(found + stream.finish()) == told(expected)


def test_a_new_series_is_told_and_judged_in_units_of_its_first_rows(
    learned: likely.Learned, new: pd.DataFrame
) -> None:
    stream = streams(learned, alerts="2/day")
    found = stream.push(new[:400])
    (first,) = (alert for alert in found if alert.kind == "new")
    assert (first.entity, first.row) == ("d", int(new.index[new.machine == "d"][0]))
    assert "as soon as 200 rows came" in first.sentence
    assert "d" not in stream._streams
    stream.push(new[400:])
    level = stream._own["d"].level[0]
    assert level == pytest.approx(new.load[new.machine == "d"][:200].mean(), rel=0.01)
    alone = streams(learned, alerts="2/day")
    few = new[new.machine == "d"][:50]
    alone.push(few)
    assert alone.undecided == 50
    alone.finish()
    assert alone.undecided == 0


def test_each_new_series_makes_the_share_smaller(
    learned: likely.Learned, new: pd.DataFrame
) -> None:
    stream = streams(learned, alerts="2/day")
    before = stream._streams["a"]._following._cut
    stream.push(new[:8])
    after = [one._following._cut for one in stream._streams.values()]
    assert after == pytest.approx([before + np.log(3 / 4)] * 3)
    crowd = new.assign(machine=[f"m{row}" for row in range(len(new))])
    rows = stream._rows
    with pytest.raises(likely.DataError, match="too many for the promise"):
        stream.push(crowd)
    assert (stream._rows, len(stream._newcomers)) == (rows, 1)  # nothing of them was kept


def test_rows_of_no_series_are_counted(learned: likely.Learned, new: pd.DataFrame) -> None:
    stream = streams(learned, fpr=0.01)
    rows = new[:40].astype({"machine": object})
    rows.loc[[3, 7], "machine"] = None
    stream.push(rows)
    assert stream.nameless == 2
    with pytest.raises(likely.DataError, match="machine"):
        stream.push(new[["time", "load", "heat"]])
    late = stream.late
    stream.push(new[:1])
    assert stream.late == late + 1


def test_a_state_goes_on_with_all_series(
    learned: likely.Learned, new: pd.DataFrame, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"alerts": "2/day", "cool_down": "5 min"}
    whole = streams(learned, **options)
    expected = whole.push(new) + whole.finish()
    stream, found = streams(learned, **options), []
    for number, part in enumerate(parts(new, 3)):
        found += stream.push(part)
        stream.save(tmp_path / "s.state", part=number)
        stream.push(new[-8:])  # what comes after the state does not change it
        stream, facts = Streams.load(learned, tmp_path / "s.state")
        assert facts == {"part": number}
    assert told(found + stream.finish()) == told(expected)
    state = stream.state()
    del state["streams"]["1"]
    with pytest.raises(likely.DamagedFile, match="contradicts"):
        Streams.resume(learned, state)
    with pytest.raises(likely.UnsupportedFile, match="something else"):
        Streams.resume(likely.learn(machines("ab", 300), Beside(), group="machine"), stream.state())


def test_one_series_is_learnt_anew_and_the_others_are_not(
    learned: likely.Learned, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[Any] = []  # the toy is in no catalogue, so it cannot be written
    monkeypatch.setattr(stored, "learned_bytes", lambda one: held.append(one) or np.zeros(1))
    monkeypatch.setattr(stored, "learned_of", lambda content: held[-1])
    rows = machines("abc", 1_200, seed=2, first=900)
    of_b = rows.index[rows.machine == "b"]
    rows.loc[of_b[400:], "load"] += 200.0
    stream = streams(learned, alerts="3/day", rebase="3 hours")
    found = stream.push(rows)
    assert [alert.entity for alert in found if alert.kind == "rebased"] == ["b"]
    after = [a for a in found if a.kind == "begins" and a.entity == "b" and a.row > of_b[700]]
    assert len(after) <= 3  # what is normal by now is told no more
    again = Streams.resume(learned, stream.state())
    more = machines("abc", 300, seed=3, first=2_100)
    more.loc[more.machine == "b", "load"] += 200.0
    assert told(again.push(more)) == told(stream.push(more))
