"""Measure events found, false alarms and delay on sensors, machines, hearts and clouds.

Each method learns from the part of a series that its source calls good (or its first quarter where
nobody calls any good, labels unseen), judges what follows, and reports stretches that an ordinary
one is as odd as once in a hundred times (`fpr=0.01`). The same for each method: blocked
cross-fitting, stretches, episodes. "found" counts labelled events that an episode overlaps;
"false" are episodes that overlap none, for a thousand steps without labels, and for a week where a
step is a minute or longer; "delay" is the median number of steps from the start of an event to the
first one that is beyond the cut, of the events found; "flagged" is the share of all steps inside
episodes, which is what chance would find. "withdrawn" counts series in which the promise was
withdrawn because too many stretches are odd: people see a ranking then, and the reason.

    python benchmarks/sensors.py                     stores results/sensors.json
    python benchmarks/sensors.py Panel SubPCA        some methods, not stored

Hearts (ecg_mitbih, the first 60,000 steps), bearings (cwru: a file of a good bearing is learnt,
files of faulty ones are one event each), a plant (tep: normal operation is learnt), a water rig
(skab), spacecraft (smap, msl: telemetry and its commands), cloud services (nab, wsd, kpi). Turbofan
engines (cmapss) run to failure: ten engines' first halves are learnt, the other 50 are judged; lead
time is how many cycles before its end an engine is first reported, false are reports with more than
125 cycles left.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from time import process_time
from typing import NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import likely
import store
from likely.core.errors import DataError
from likely.core.progress import hidden
from likely.evaluation import event_detection
from likely.workflow.over_time.decision import decide_episodes
from likely.workflow.over_time.findings import EventFindings
from tsb_ad import FOLDER

METHODS = (
    "auto", "Panel", "Seasonal", "SubPCA", "KMeansWindows", "KShape", "PolynomialTrend",
    "SpectralResidual", "MatrixProfile", "LevelShift", "Forecaster", "Windowed",
)  # fmt: skip
FAMILIES = ("ecg_mitbih", "cwru", "tep", "skab", "smap", "msl", "nab", "wsd", "kpi")
MOST = 60_000
CLOCKS = {"nab": 300, "wsd": 60, "kpi": 300, "tep": 180, "smap": 60, "msl": 60}  # seconds a step
ASKED = {"fpr": 0.01, "fdr": None, "top": None, "alerts": None}
ENGINES, WARNED = 10, 125


class Judged(NamedTuple):
    """A series to learn from, one to judge, and its labels."""

    learnt: np.ndarray  # (time, channel)
    new: np.ndarray
    labels: np.ndarray


def main(methods: list[str]) -> None:
    """Measure, print and store a row for each family and method."""
    known = set(likely.methods()["name"].to_pylist())
    rows = []
    for family in FAMILIES:
        every = list(series(family))
        for method in methods or METHODS:
            if method == "auto" or method in known:
                rows.append(of_family(family, method, every))
                store.show(rows[-1])
    for method in methods or METHODS:
        if method == "auto" or method in known:
            rows.append(engines(method))
            store.show(rows[-1])
    if not methods:
        store.save("sensors", rows)


def of_family(family: str, method: str, every: list[Judged]) -> dict:
    """Return what one method found in all series of a family."""
    events = found = false = withdrawn = calm = inside = steps = 0
    delays: list[float] = []
    started = process_time()
    for one in every:
        flagged, kept = reported(method, one)
        withdrawn += not kept
        steps, inside = steps + len(flagged), inside + int(flagged.sum())
        calm += int((one.labels == 0).sum())
        if one.labels.any():
            told = event_detection(one.labels, flagged)
            events, found = events + told.events, found + told.found
            false += told.false_alarms
            delays += told.delays[~np.isnan(told.delays)].tolist()
        else:
            false += int((np.diff(flagged.astype(int), prepend=0) == 1).sum())
    week = 7 * 86_400 / CLOCKS[family] if family in CLOCKS else None
    return {
        "family": family, "method": method, "series": len(every), "events": events,
        "found": found, "share found": round(found / max(events, 1), 3),
        "false a 1,000 steps": round(1_000 * false / max(calm, 1), 2),
        "false a week": None if week is None else round(week * false / max(calm, 1), 2),
        "delay, steps": float(np.median(delays)) if delays else None,
        "flagged": round(inside / max(steps, 1), 3), "withdrawn": withdrawn,
        "seconds a series": round((process_time() - started) / len(every), 2),
    }  # fmt: skip


def reported(method: str, one: Judged) -> tuple[np.ndarray, bool]:
    """Return which steps are in episodes, and whether the promise stands."""
    learnt, new = frame(one.learnt), frame(one.new)
    with hidden():
        learned = likely.learn(learnt, method=method, kind="timeline", normal=True)
        try:
            found = learned.detect(new, fpr=ASKED["fpr"])
        except DataError:  # too short to be judged
            return np.zeros(len(new), dtype=bool), True
    assert isinstance(found, EventFindings)
    oddness, log_p = -found.scores[found.moments.order], found.log_p[found.moments.order]
    decision, _ = decide_episodes(oddness, log_p, found.pace, ASKED)
    return decision.anomaly, not found.decision.ranking_only


def frame(values: np.ndarray) -> pd.DataFrame:
    """Return channels that move, with names."""
    return pd.DataFrame(values, columns=[f"c{j}" for j in range(values.shape[1])])


def series(family: str) -> Iterator[Judged]:
    """Yield what is learnt and what is judged of every series of a family."""
    contents = {}
    for path in sorted((FOLDER / family).glob("*.npz")):
        with np.load(path) as file:
            contents[path.stem] = {name: file[name] for name in file.files}
    good = [data for name, data in contents.items() if "normal" in name.lower()]
    for data in contents.values():
        values, labels = data["values"][:MOST].astype(float), data["label"][:MOST].astype(int)
        values = np.nan_to_num(values, nan=float(np.nanmedian(values)))
        if family in ("cwru", "tep"):
            if labels.any():
                yield Judged(good[0]["values"].astype(float), values, labels)
            continue
        cut = int(data["train_end"]) if "train_end" in data else len(values) // 4
        yield Judged(values[:cut], values[cut:], labels[cut:])


def engines(method: str) -> dict:
    """Return how early engines are reported before they fail."""
    path = next((FOLDER / "cmapss").glob("*.npz"))
    with np.load(path) as file:
        values, rul, names = file["values"].astype(float), file["rul"], file["columns"].tolist()
    unit = values[:, names.index("unit")]
    sensors = values[:, [j for j, name in enumerate(names) if name.startswith("s")]]
    sensors = sensors[:, sensors.std(axis=0) > 1e-9]
    units = np.unique(unit)
    calm = max(int((rul[unit > units[ENGINES - 1]] >= WARNED).sum()), 1)
    learnt = np.concatenate([
        sensors[unit == u][: (unit == u).sum() // 2] for u in units[:ENGINES]
    ])  # fmt: skip
    lead, false, engines_ = [], 0, 0
    started = process_time()
    with hidden():
        learned = likely.learn(frame(learnt), method=method, kind="timeline", normal=True)
    for u in units[ENGINES:]:
        mine, left = sensors[unit == u], rul[unit == u]
        engines_ += 1
        try:
            scores = learned.score_samples(frame(mine))
        except DataError:
            continue
        _, runs = decide_episodes(-scores, learned.log_p(frame(mine)), learned.pace, ASKED)
        last = [run for run in runs if left[run.stop - 1] < WARNED]
        false += sum(1 for run in runs if left[run.stop - 1] >= WARNED)
        if last:
            lead.append(float(left[min(run.start for run in last)]))
    return {
        "family": "cmapss", "method": method, "series": engines_, "events": engines_,
        "found": len(lead), "share found": round(len(lead) / engines_, 3),
        "false a 1,000 steps": round(1_000 * false / calm, 2),
        "lead time, cycles": float(np.median(lead)) if lead else None,
        "seconds a series": round((process_time() - started) / engines_, 2),
    }  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
