"""Series judged given a context: the regime is never odd, and channels are judged given it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import likely
from likely.workflow import storage
from likely.workflow.over_time.findings import EventFindings
from series_toys import Beside

LEVEL = {"idle": 5.0, "low": 40.0, "high": 90.0, "wash": 60.0}
SPREAD = {"idle": 0.2, "low": 1.0, "high": 3.0, "wash": 1.0}
AT = 1_010
CONTEXT = ["mode", "speed"]


def machine(steps: int = 1_400, seed: int = 0, first: int = 0) -> pd.DataFrame:
    """Return a machine whose heat and flow follow mode and speed; wash is rare."""
    rng = np.random.default_rng(seed)
    mode = rng.choice(["idle", "low", "high", "wash"], steps // 40 + 1, p=[0.4, 0.37, 0.2, 0.03])
    mode[(AT - 10) // 40 : (AT - 10) // 40 + 1] = "idle"
    modes = pd.Series(np.repeat(mode, 40)[:steps])
    level, spread = modes.map(LEVEL).to_numpy(), modes.map(SPREAD).to_numpy()
    speed = rng.uniform(0, 10, steps // 10 + 1).repeat(10)[:steps]
    return pd.DataFrame(
        {
            "time": pd.date_range("2026-03-02", periods=first + steps, freq="15min")[first:],
            "mode": modes,
            "speed": speed,
            "heat": level + 2 * speed + spread * rng.normal(size=steps),
            "flow": level / 10 + rng.normal(0, 0.05, steps),
            "valve": modes == "high",
        }
    )


def planted(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the machine with a heat that is usual at another mode than the one it is in."""
    frame = frame.copy()
    frame.loc[AT : AT + 5, "heat"] = 60.0
    return frame


def events(found: likely.Findings) -> EventFindings:
    assert isinstance(found, EventFindings)
    return found


@pytest.fixture(scope="module")
def found() -> EventFindings:
    return events(likely.detect(planted(machine()), "Seasonal", context=CONTEXT, fpr=0.01))


def test_a_value_usual_in_another_regime_is_found(found: EventFindings) -> None:
    event = min(found.events, key=lambda one: one.log_p)
    assert AT <= event.peak <= AT + 5
    assert (event.kind, event.channels[0]) == ("contextual", "heat")
    reason = event.explanation.reasons[0]
    assert float(reason.value) == 60.0
    assert 0 < float(reason.low) < float(reason.high) < 30  # the user's units, at this regime
    assert event.change == pytest.approx(60 - float(reason.expected), abs=5)
    assert any("given mode, speed" in note for note in found.notes)


def test_what_is_usual_moves_with_the_regime(found: EventFindings) -> None:
    one = found.series_shown[0]
    names = [column.name for column in one.moments.channels]
    assert names == ["heat", "flow"]  # the context is no channel, and a switch is not judged
    assert any("yes and no are not judged: valve" in note for note in found.notes)
    course, values = one.narrator.course(0), planted(machine())["heat"].to_numpy()
    np.testing.assert_allclose(one.moments.given(0), values, rtol=1e-9)
    mode = machine()["mode"].to_numpy()
    for name in ("idle", "high"):
        here = mode == name
        inside = (values[here] >= course.low[here]) & (values[here] <= course.high[here])
        assert inside.mean() > 0.8
    width = course.high - course.low
    assert width[mode == "high"].mean() > 4 * width[mode == "idle"].mean()


def test_a_rare_regime_is_not_odd(found: EventFindings) -> None:
    rare = (machine()["mode"] == "wash").to_numpy()
    assert 0 < rare.mean() < 0.1
    assert (found.scores[rare] < np.quantile(found.scores, 0.1)).mean() < 0.15


def test_no_model_sees_the_context_and_no_block_its_own_regime() -> None:
    frame = machine()
    last = frame.index >= 1_120
    frame.loc[last, "mode"] = "boost"  # in the last fifth only: the others know nothing of it
    frame.loc[last, "heat"] += 30
    found = events(likely.detect(frame, "Seasonal", context="mode", ignore="speed", top=3))
    assert [column.name for column in found.learned.model.schema_.used] == [
        "time",
        "heat",
        "flow",
    ]
    away = -found.scores
    assert np.median(away[last]) < 3 * np.median(away[~last])  # judged with caution


def test_new_regimes_are_said(found: EventFindings) -> None:
    new = machine(400, seed=3, first=9_000)
    new.loc[100:149, "mode"] = "boost"
    new.loc[200:209, "speed"] = 400.0
    again = events(found.learned.detect(new, fpr=0.01))
    assert any("60 of 400 moments are in a regime that was not learnt" in n for n in again.notes)
    calm = events(found.learned.detect(machine(400, seed=3, first=9_000), fpr=0.01))
    assert not any("not learnt" in note for note in calm.notes)


def test_saved_and_loaded_it_judges_the_same(found: EventFindings, tmp_path: Path) -> None:
    new = planted(machine(1_200, seed=4, first=9_000))
    for rows in (True, False):
        found.learned.save(tmp_path / "m.likely", rows=rows)
        loaded = likely.load(tmp_path / "m.likely")
        again = loaded.detect(new, fpr=0.01)
        np.testing.assert_array_equal(again.scores, found.learned.detect(new, fpr=0.01).scores)
        np.testing.assert_array_equal(loaded.score_samples(new), again.scores)
    again.report(tmp_path / "report.html")
    assert "boost" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_lies_in_a_file_are_refused(found: EventFindings) -> None:
    regime = found.learned.regime
    assert regime is not None
    parts = storage._of_regime(regime)
    again = storage._regime(parts)
    assert again is not None
    assert again.names == ("mode", "speed")
    lies = [
        {"names": ["mode"]},
        {"names": ["time", "speed"]},
        {"series": 3},
        {"means": regime.given.means[1:]},
        {"floor": -regime.given.floor},
        {"pairs": np.array([[0, 9]])},
        {"schema": None},
    ]
    for lie in lies:
        with pytest.raises(likely.PersistenceError):
            storage._regime({**parts, **lie})


def test_a_stream_says_what_a_batch_says() -> None:
    learned = likely.learn(machine(), Beside(), context=CONTEXT, kind="timeline")
    new = planted(machine(1_200, seed=4, first=9_000))
    new.loc[400:402, "heat"] = np.nan
    new = new.drop(index=range(700, 703)).reset_index(drop=True)
    batch = events(learned.detect(new, fpr=0.02))
    whole, pieces = learned.stream(fpr=0.02), learned.stream(fpr=0.02)
    told = [*whole.push(new), *whole.finish()]
    apart = [a for k in range(0, len(new), 97) for a in pieces.push(new.iloc[k : k + 97])]
    apart += pieces.finish()
    assert [one.sentence for one in told] == [one.sentence for one in apart]
    ended = [one.event for one in told if one.kind == "ended" and one.event is not None]
    assert {one.peak for one in batch.events} <= {one.peak for one in ended}
    hit = next(one for one in ended if one.first <= AT - 3 <= one.last)
    assert float(hit.explanation.reasons[0].value) == 60.0
    assert float(hit.explanation.reasons[0].high) < 40


def test_each_series_of_a_group_follows_the_regime_in_its_own_way() -> None:
    parts = []
    for i, name in enumerate(["a", "b", "c"]):
        one = machine(1_200, seed=i)
        one[["heat", "flow"]] *= 10.0**i  # machines of other sizes
        parts.append(one.assign(machine=name))
    frame = pd.concat(parts, ignore_index=True)
    frame.loc[1_200 + AT : 1_200 + AT + 5, "heat"] = 600.0
    found = events(
        likely.detect(frame, "Seasonal", group="machine", context=["mode", "speed"], fpr=0.01)
    )
    event = min(found.events, key=lambda one: one.log_p)
    assert (event.entity, event.channels[0]) == ("b", "heat")
    assert float(event.explanation.reasons[0].high) < 400
    again = found.learned.detect(frame.assign(machine=frame["machine"].replace("c", "d")), fpr=0.01)
    assert any("Nothing was learnt of 1 of 3 series" in note for note in again.notes)


def test_what_can_be_no_context_is_said() -> None:
    frame = machine(300)
    with pytest.raises(likely.CannotDo, match="holds dates"):
        likely.detect(frame.assign(due=frame["time"]), "Seasonal", context="due", kind="timeline")
    only = frame[["time", "mode", "speed"]]
    with pytest.raises(likely.CannotDo, match="All numbers are context"):
        likely.detect(only, "Seasonal", context=["mode", "speed"], kind="timeline")
    with pytest.raises(likely.DataError, match="no column named 'gear'"):
        likely.detect(frame, "Seasonal", context="gear")


def test_what_keeps_groups_from_being_series_is_said() -> None:
    parts = [machine(300).assign(machine=name, note="checked by " + name) for name in "ab"]
    with pytest.raises(likely.ParameterError, match=r"'note' holds no numbers.*ignore="):
        likely.detect(pd.concat(parts), group="machine", context="mode")
