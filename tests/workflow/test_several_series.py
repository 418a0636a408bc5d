"""Rows of each group of a table are moments of a series of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import likely
from likely.calibration.blocked import blocked_cross_fit
from likely.calibration.episodes import Pace
from likely.data.table import Table
from likely.workflow import storage
from likely.workflow.over_time.findings import EventFindings
from series_toys import Beside, series

STEPS = 500


def machines(names: str = "abc", steps: int = STEPS, seed: int = 0, first: int = 0) -> pd.DataFrame:
    """Return machines whose level and spread differ, mixed as they come."""
    rng = np.random.default_rng(seed)
    clock = pd.date_range("2026-03-02", periods=first + steps, freq="15min")[first:]
    parts = [
        pd.DataFrame(
            {
                "time": clock,
                "machine": name,
                "load": 10.0**i * (50 + rng.normal(size=steps)),
                "heat": rng.normal(20, 2 + i, steps),
            }
        )
        for i, name in enumerate(names)
    ]
    return pd.concat(parts).sort_values(["time", "machine"], ignore_index=True)


def planted(frame: pd.DataFrame, name: str, step: int, value: float) -> pd.DataFrame:
    frame = frame.copy()
    frame.loc[frame.index[frame.machine == name][step], "load"] = value
    return frame


def events(found: likely.Findings) -> EventFindings:
    assert isinstance(found, EventFindings)
    return found


@pytest.fixture(scope="module")
def found() -> EventFindings:
    frame = planted(planted(machines(), "a", 100, 70.0), "c", 300, 6_500.0)
    return events(likely.detect(frame, "SubPCA", group="machine", fpr=0.01))


def test_an_event_says_which_series_it_is_of(found: EventFindings) -> None:
    by_name = {event.entity: event for event in found.events}
    assert {"a", "c"} <= set(by_name)
    event = by_name["c"]
    assert event.steps.start - 20 <= 300 < event.steps.stop + 20
    assert event.title.startswith("machine c, 2026-03-05")
    assert event.explanation.sentence.startswith("machine c: load is 6500;")
    assert event.told["entity"] == "c"
    rows = found.anomalies()
    assert set(rows["machine"]) == {e.entity for e in found.events}
    assert rows["reason"].str.startswith("machine ").all()
    frame = found.frame()
    assert (frame.loc[frame.anomaly, "machine"].isin(by_name)).all()


def test_series_are_counted_together(found: EventFindings) -> None:
    text = found.summary()
    assert "in 1,500 moments of 3 series told apart by 'machine' (5.2 days)" in text
    assert "ordinary stretches are reported (fpr), of all 3 series together" in text
    assert any("around its own level" in note for note in found.notes)


def test_an_alert_budget_is_for_all_of_them() -> None:
    learned = likely.learn(machines(), "SubPCA", group="machine")
    new = machines(seed=1, first=STEPS + 50)
    every = learned.detect(new, alerts="1/day")
    one = learned.detect(new[new.machine == "b"], alerts="1/day")
    assert every.decision.least_p == pytest.approx(one.decision.least_p / 3)
    later = new.assign(time=new.time + pd.to_timedelta(new.machine.map(ord) * 30, unit="D"))
    apart = learned.detect(later, alerts="1/day")  # one after the other, so one at a time
    assert apart.decision.least_p == pytest.approx(one.decision.least_p)


def test_new_rows_of_known_and_unknown_series(tmp_path: Path) -> None:
    learned = likely.learn(machines(), "SubPCA", group="machine")
    learned.save(tmp_path / "m.likely")
    loaded = likely.load(tmp_path / "m.likely")
    new = machines("abcd", steps=200, seed=2, first=STEPS)
    new = planted(new, "d", 120, 70_000.0)
    result = events(loaded.detect(new, fpr=0.005))
    assert "d" in [event.entity for event in result.events]
    assert any("Nothing was learnt of 1 of 4 series: d." in note for note in result.notes)
    np.testing.assert_array_equal(result.log_p, learned.detect(new, fpr=0.005).log_p)
    known = new.machine == "b"  # what other series do changes nothing
    alone = loaded.detect(new[known], fpr=0.005)
    np.testing.assert_allclose(alone.scores, result.scores[known.to_numpy()])
    swapped = new.assign(machine=new.machine.map({"a": "b", "b": "a"}).fillna(new.machine))
    assert loaded.detect(swapped, fpr=0.005).anomaly[new.machine.isin(["a", "b"])].mean() > 0.5


def test_few_rows_that_follow_each_series_can_be_judged() -> None:
    learned = likely.learn(machines(), Beside(before=30), group="machine")
    new = planted(machines("ab", steps=5, seed=3, first=STEPS), "b", 2, 900.0)
    result = events(learned.detect(new, fpr=0.05))
    assert ("b", 5) in [(e.entity, e.peak) for e in result.events]
    later = machines(steps=40, first=STEPS + 90)
    some = later[(later.machine != "c") | (later.index < 60)]
    told = learned.detect(some, top=1).notes
    assert "1 series has fewer than 33 moments and cannot be judged: c." in told


def test_moments_are_explained_by_their_events() -> None:
    learned = likely.learn(machines(), "SubPCA", group="machine")
    new = planted(machines(steps=100, seed=4, first=STEPS), "c", 50, 6_500.0)
    found = learned.explain(new)
    row = int(new.index[new.machine == "c"][50])
    assert found[row].sentence.startswith("machine c: load is 6500;")
    assert found[0].sentence.startswith("machine a: ")
    alone = likely.learn(machines("a").drop(columns="machine"), "SubPCA")
    spike = planted(machines("a", 100), "a", 50, 90.0).drop(columns="machine")
    assert "load is 90;" in alone.explain(spike)[50].sentence


def test_a_file_that_contradicts_itself_is_refused() -> None:
    rows = Table(np.zeros((3, 1)), ())
    parts = {"name": "machine", "names": ["a", "b"], "of_rows": np.array([0, 1, -1])}
    entities, known = storage._entities(parts, rows)
    assert entities is not None
    assert known.series is not None
    lies = (
        {"names": ["a", "a"]},
        {"names": []},
        {"name": 3},
        {"of_rows": np.array([0, 1, 2])},
        {"of_rows": np.array([0, 1])},
        {"of_rows": np.array([0.0, 1.0, 1.0])},
    )
    for lie in lies:
        with pytest.raises(likely.PersistenceError):
            storage._entities({**parts, **lie}, rows)


def test_groups_without_an_even_clock_stay_groups() -> None:
    frame = machines(steps=120)
    rng = np.random.default_rng(0)
    uneven = frame.assign(time=frame.time[0] + pd.to_timedelta(rng.uniform(0, 1e6, 360), unit="s"))
    assert likely.detect(uneven, group="machine", top=1).learned.unit == "group"
    table = likely.detect(frame, "KNN", group="machine", kind="table", top=1)
    assert table.learned.unit == "group"


def test_series_by_themselves_if_the_clock_is_even() -> None:
    frame = machines(steps=120)
    assert likely.learn(frame, "Forecaster", group="machine").unit == "moment"
    by_number = frame.assign(machine=frame.machine.map({"a": 10_001, "b": 7, "c": 3}))
    learned = likely.learn(by_number, "Forecaster", group="machine")
    assert learned.entities is not None
    assert sorted(learned.entities.names) == ["10001", "3", "7"]


def test_rows_of_no_series_and_short_series_are_told() -> None:
    frame = machines(steps=200).astype({"machine": object})
    frame.loc[5, "machine"] = None
    frame.loc[20:22, "machine"] = "new"
    result = likely.detect(frame, Beside(), group="machine", top=2)
    assert any("1 row has no machine and is not judged" in note for note in result.notes)
    assert "1 series has fewer than 8 moments and cannot be judged: new." in result.notes
    assert not result.anomaly[[5, 20]].any()


def test_only_waits_for_each_series_by_itself() -> None:
    frame = planted(planted(planted(machines(), "a", 100, 90), "b", 103, 900), "a", 130, 90)
    every = events(likely.detect(frame, Beside(0, 0), group="machine", top=3))
    assert [e.entity for e in every.events] == ["a", "a", "b"]
    kept = every.only(cool_down="1 day")
    assert [e.entity for e in kept.events] == ["a", "b"]


def test_a_stream_is_of_one_series() -> None:
    learned = likely.learn(machines("ab", 200), Beside(), group="machine")
    with pytest.raises(likely.CannotDo, match="make a stream of each"):
        learned.stream()


def test_the_report_draws_each_series_with_events(found: EventFindings, tmp_path: Path) -> None:
    page = found.report(tmp_path / "report.html").read_text()
    named = {event.entity for event in found.events}
    for name in "abc":
        assert (f"<h3>machine {name}</h3>" in page) == (name in named)
    for event in found.events:
        assert f'id="row-{event.peak + 1}"' in page
        assert f"{event.title}</h3>" in page


def test_blocks_are_cut_from_each_series() -> None:
    one, two = series(200, 1), series(300, 2)
    matrix = np.concatenate([one.matrix, two.matrix])
    matrix[200:, 1:] = 7 * matrix[200:, 1:] + 3
    codes = np.repeat([0, 1], [200, 300])
    table = Table(matrix, one.columns, series=codes)
    cross = blocked_cross_fit(Beside(before=0, after=0), table)
    fifth = np.concatenate([np.arange(200) // 40, np.arange(300) // 60])
    for k in range(5):
        others = Beside(before=0, after=0).fit(table.take(np.flatnonzero(fifth != k)))
        expected = -others.score_samples(table.take(np.flatnonzero(fifth == k)))
        np.testing.assert_allclose(cross.oddness[fifth == k], expected, rtol=1e-12)


def test_no_stretch_that_is_compared_is_of_two_series() -> None:
    oddness = np.random.default_rng(0).normal(size=157)
    pace = Pace(4, 0.0, None)
    begins = (0, 50, 57)
    alone = [pace.stretches(part) for part in np.split(oddness, begins[1:])]
    expected = np.concatenate([b + own for b, own in zip(begins, alone, strict=True)])
    np.testing.assert_array_equal(pace.stretches(oddness, begins), expected)
    assert set(begins) <= set(expected.tolist())
