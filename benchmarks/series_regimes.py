"""Measure what `context=` is worth for one series: values that are usual in another regime.

"planted": a simulated machine whose mode (idle, low, high, and a rare wash in 3 % of the time) and
speed change at random, every 20 to 80 steps; three channels follow mode, speed and the ambient
temperature with noise that is autocorrelated, one of them with a lag of a few steps after a switch.
In 20 stretches of 5 to 20 steps one channel has the values that it had in another mode. `AUROC` is
of planted steps among all, `rare` of steps of the rare regime among those that are not planted
(0.5: not odd for being rare), `switch` of the ten steps after a switch among these. `share` is the
share of planted stretches that are found, and `false` how many events a week of 672 steps lie
elsewhere, at the promise of one a week; `at switches` those of them within ten steps of a switch.
"no context" has mode and speed as channels, "channels alone" does without them; "rows" judges each
row by itself given the same context (`Contextual`). Spread over seeds is the standard deviation.

"commands": spacecraft of NASA (SMAP and MSL): a channel of telemetry, and the commands that were
sent as its context. VUS-PR and AUROC of what was learnt from all of a series, as in tsb_ad.py.

The turbofan data that the data folder holds (FD001) run in one operating condition, so they say
nothing about regimes.

    python benchmarks/series_regimes.py            stores results/series_regimes.json
    python benchmarks/series_regimes.py 2          two seeds, no spacecraft, nothing stored
"""

from __future__ import annotations

import os
import sys
from time import process_time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import likely
import store
from likely.evaluation import auroc, vus_pr, window_of
from likely.workflow.over_time.findings import EventFindings
from tables import DATA

SEEDS, STEPS, STRETCHES, AFTER = 10, 4_000, 20, 10
WEEK = 672
MODES = {"idle": (5.0, 0.2), "low": (40.0, 1.0), "high": (90.0, 3.0), "wash": (20.0, 0.5)}
CHANNELS = ["heat", "flow", "power"]
CONTEXT = ["mode", "speed", "ambient"]
FAMILIES = {"msl": 9, "smap": 12}
"""Every ninth series of one family, every twelfth of the other."""


def main(seeds: int) -> None:
    """Measure, print and store."""
    rows = planted(seeds)
    if seeds == SEEDS:
        store.save("series_regimes", rows, seeds=seeds, steps=STEPS, stretches=STRETCHES)
        rows += commands()
        store.save("series_regimes", rows, seeds=seeds, steps=STEPS, stretches=STRETCHES)


def machine(rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a machine's moments, and whether each is one of the ten after a switch."""
    names, chances = list(MODES), [0.3, 0.47, 0.2, 0.03]
    mode: list[str] = []
    while len(mode) < STEPS:
        mode += [str(rng.choice(names, p=chances))] * int(rng.integers(20, 81))
    mode = mode[:STEPS]
    switch = np.array([a != b for a, b in zip(mode, [mode[0], *mode], strict=False)])
    level, spread = np.array([MODES[one] for one in mode]).T
    runs = np.cumsum(switch)
    speed = level * rng.uniform(0.8, 1.2, runs[-1] + 1)[runs] + rng.normal(0, 0.1, STEPS)
    ambient = 15 + 8 * np.sin(2 * np.pi * np.arange(STEPS) / 96) + smooth(rng, 0.95)
    followed = np.empty(STEPS)
    value = speed[0]
    for step in range(STEPS):
        value += 0.4 * (speed[step] - value)
        followed[step] = value
    frame = pd.DataFrame(
        {
            "time": pd.date_range("2026-03-02", periods=STEPS, freq="15min"),
            "mode": mode,
            "speed": speed,
            "ambient": ambient,
            "heat": followed + 0.5 * ambient + spread * smooth(rng, 0.7),
            "flow": speed / 10 + 0.02 * speed * smooth(rng, 0.5),
            "power": level**1.5 / 10 + spread * smooth(rng, 0.3),
        }
    )
    after = np.convolve(switch, np.ones(AFTER))[:STEPS] > 0
    return frame, after


def smooth(rng: np.random.Generator, memory: float) -> np.ndarray:
    """Return autocorrelated noise of spread 1."""
    noise, value = rng.normal(size=STEPS) * np.sqrt(1 - memory**2), 0.0
    for step in range(STEPS):
        noise[step] = value = memory * value + noise[step]
    return noise


def plant(frame: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, list[slice]]:
    """Return moments in some stretches of which a channel has values of another mode."""
    frame, found = frame.copy(), []
    mode = frame["mode"].to_numpy()
    taken = np.zeros(STEPS, dtype=bool)
    while len(found) < STRETCHES:
        length = int(rng.integers(5, 21))
        here, there = rng.integers(20, STEPS - 40, 2)
        one, other = slice(here, here + length), slice(there, there + length)
        alike = len(set(mode[one])) == len(set(mode[other])) == 1
        if not alike or mode[here] == mode[there] or taken[here - 20 : here + 40].any():
            continue
        name = str(rng.choice(CHANNELS))
        frame.loc[frame.index[one], name] = frame[name].to_numpy()[other]
        taken[one] = True
        found.append(one)
    return frame, found


def planted(seeds: int) -> list[dict]:
    """Return a row for each way to judge: means and spreads over seeds."""
    each: dict[str, list[dict[str, float]]] = {}
    for seed in range(seeds):
        rng = np.random.default_rng([seed, 13])
        clean, after = machine(rng)
        frame, stretches = plant(clean, rng)
        odd = np.zeros(STEPS, dtype=bool)
        for one in stretches:
            odd[one] = True
        rare = (frame["mode"] == "wash").to_numpy()
        for name, (scores, runs) in _judged(frame).items():
            usual = ~odd
            row = {"AUROC": auroc(odd, scores)}
            row["rare"] = auroc(rare[usual], scores[usual]) if rare.any() else 0.5
            row["switch"] = auroc(after[usual], scores[usual])
            if runs is not None:
                hit = [any(_meet(one, run) for run in runs) for one in stretches]
                false = [run for run in runs if not any(_meet(one, run) for one in stretches)]
                row["share"] = float(np.mean(hit))
                row["false"] = len(false) * WEEK / STEPS
                row["at switches"] = sum(after[run].any() for run in false) * WEEK / STEPS
            each.setdefault(name, []).append(row)
    rows = []
    for name, several in each.items():
        row: dict = {"part": "planted", "judged": name}
        for key in several[0]:
            values = np.array([one[key] for one in several])
            row |= {key: round(float(values.mean()), 3), f"{key} ±": round(float(values.std()), 3)}
        rows.append(row)
        store.show(row)
    return rows


def _judged(frame: pd.DataFrame) -> dict[str, tuple[np.ndarray, list[slice] | None]]:
    """Return oddness and reported events, in each way to judge."""
    coded = frame.assign(mode=frame["mode"].map(list(MODES).index))
    ways = {
        "no context": {"data": coded},
        "channels alone": {"data": frame, "ignore": CONTEXT},
        "given the context": {"data": frame, "context": CONTEXT},
    }
    found: dict[str, tuple[np.ndarray, list[slice] | None]] = {}
    found["chance"] = (np.random.default_rng(0).random(len(frame)), None)
    rows = likely.detect(frame, context=CONTEXT, kind="table", top=1)
    found["rows"] = (-rows.scores, None)
    for name, asked in ways.items():
        events = likely.detect(**asked, alerts="1/week", kind="timeline")
        assert isinstance(events, EventFindings)
        found[name] = (-events.scores, list(events.runs))
    return found


def _meet(one: slice, other: slice) -> bool:
    return one.start < other.stop and other.start < one.stop


def commands() -> list[dict]:
    """Return a row for each series of telemetry, and the means."""
    rows = []
    for family, every in FAMILIES.items():
        for path in sorted((DATA / "series" / family).glob("*.npz"))[::every]:
            with np.load(path) as data:
                values, labels = data["values"].astype(float), data["label"].astype(int)
            sent = values[:, 1:][:, np.ptp(values[:, 1:], axis=0) > 0]
            names = [f"command {j}" for j in range(sent.shape[1])]
            frame = pd.DataFrame(np.column_stack([values[:, 0], sent]), columns=["level", *names])
            if not labels.any() or not names or not np.ptp(values[:, 0]):
                continue
            row: dict = {"part": "commands", "family": family, "series": path.stem}
            window = window_of(values[:, 0])
            for name, asked in {
                "channel alone": {"ignore": names},
                "commands are channels": {},
                "given commands": {"context": names},
            }.items():
                begun = process_time()
                found = likely.detect(frame, kind="timeline", top=1, **asked)
                row[f"{name}, VUS-PR"] = round(float(vus_pr(labels, -found.scores, window)), 3)
                row[f"{name}, AUROC"] = round(float(auroc(labels, -found.scores)), 3)
                row[f"{name}, s"] = round(process_time() - begun, 1)
            rows.append(row)
            store.show(row)
    keys = [key for key in rows[0] if key not in ("part", "family", "series")] if rows else []
    mean = {key: round(float(np.mean([row[key] for row in rows])), 3) for key in keys}
    rows.append({"part": "commands, mean", "series": len(rows), **mean})
    store.show(rows[-1])
    return rows


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
