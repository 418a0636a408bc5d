"""Known anomalies of a series: not learnt from, not compared with, and counted when found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import likely
from likely.data.frames import as_table
from likely.workflow.over_time.findings import EventFindings
from likely.workflow.over_time.known import about_recall, known_stretches, without
from likely.workflow.over_time.moments import Moments

STEPS = 2_000


def labelled(many: int = 12) -> pd.DataFrame:
    """Return a rhythm with stretches of another level, all labelled: many, so that they mask."""
    rng = np.random.default_rng(0)
    value = np.sin(np.arange(STEPS) / 8) + rng.normal(0, 0.1, STEPS)
    known = np.zeros(STEPS)
    for k in range(many):
        here = slice(90 + 150 * k, 90 + 150 * k + 40)
        value[here] += 1.5
        known[here] = 1
    clock = pd.date_range("2026-03-02", periods=STEPS, freq="h")
    return pd.DataFrame({"time": clock, "value": value, "known": known})


def events(found: likely.Findings) -> EventFindings:
    assert isinstance(found, EventFindings)
    return found


def test_what_is_known_to_be_odd_is_not_learnt() -> None:
    frame = labelled()
    asked = {"method": "SubPCA", "kind": "timeline", "fpr": 0.02}
    clean = events(likely.detect(frame, labels="known", **asked))
    blind = events(likely.detect(frame, ignore="known", **asked))
    assert any("12 stretches known to be odd are not learnt" in note for note in clean.notes)
    note = next(note for note in clean.notes if "are found" in note)
    found = int(note.split(" of ")[0])
    hit = sum(
        any(run.start < 90 + 150 * k + 40 and run.stop > 90 + 150 * k for run in blind.runs)
        for k in range(12)
    )
    assert found > hit
    assert [c.name for c in clean.learned.model.schema_.used] == ["time", "value"]


def test_labels_beside_the_data_and_clean_elsewhere() -> None:
    frame = labelled()
    labels = frame.pop("known").to_numpy()
    learned = likely.learn(frame, "SubPCA", labels=labels, normal=True, kind="timeline")
    assert any("All else is taken for ordinary" in note for note in learned.notes)
    assert not any("look odd already" in note for note in learned.notes)
    trusting = likely.learn(frame, "SubPCA", normal=True, kind="timeline")
    assert learned.reference.n < trusting.reference.n
    assert learned.reference.values.max() < trusting.reference.values.max()


def test_a_series_is_cut_at_labelled_moments() -> None:
    frame = labelled(2)
    frame.loc[500:502, "known"] = 1
    table = as_table(frame.drop(columns="known"))
    moments = Moments.of(table)
    odd = known_stretches(moments, frame["known"].to_numpy())
    assert [(run.start, run.stop) for run in odd] == [(90, 130), (240, 280), (500, 503)]
    missing = np.isnan(without(table, moments, odd).matrix[:, 1])
    assert missing[90:130].all()
    assert missing[485:518].all()  # three moments alone would be bridged
    assert missing.sum() == 40 + 40 + 33
    assert without(table, moments, []) is table


def test_labels_of_several_series_do_not_run_into_one_another() -> None:
    moments = Moments(np.arange(6), np.zeros((6, 1)), (), None, None, begins=(0, 3))
    found = known_stretches(moments, np.array([0, 1, 1, 1, np.nan, 1]))
    assert [(run.start, run.stop) for run in found] == [(1, 3), (3, 4), (5, 6)]


def test_recall_is_said_in_words() -> None:
    assert about_recall([], [slice(0, 1)]) == []
    (text,) = about_recall([slice(0, 5), slice(9, 12)], [slice(4, 6), slice(6, 8)])
    assert text.startswith("1 of 2 stretches known to be odd are found")
    assert text.endswith("1 event is elsewhere.")


def test_labels_that_are_none_are_refused() -> None:
    with pytest.raises(likely.DataError):
        likely.detect(labelled(), "SubPCA", labels=np.zeros(7), kind="timeline")
