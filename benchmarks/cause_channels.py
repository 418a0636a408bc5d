"""Measure whether the channels that cause an event are named.

Server machines (smd) and application servers (asd) state for every event which channels explain it.
For each event, `likely.explanation.channels.ChannelWitness`, which learns what is usual from the
last 8,000 steps of the training part and sees no label but where the event is, ranks all channels.
"recall" is the share of the true channels among the first so many, as many as are true, the mean
over events; "first" says how often the first is one of them. Beside it the channel's largest
distance from its mean in spreads, its largest change from step to step, and chance.

    python benchmarks/cause_channels.py        stores results/cause_channels.json
"""

from __future__ import annotations

import os
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import store
from likely.explanation.channels import ChannelWitness
from tsb_ad import FOLDER

USUAL = 8_000
Judge = Callable[[np.ndarray, np.ndarray, slice], np.ndarray]


def main() -> None:
    """Measure, print and store."""
    rows = []
    for family in ("smd", "asd"):
        found: dict[str, list[tuple[float, bool]]] = {}
        for path in sorted((FOLDER / family).glob("*.npz")):
            with np.load(path) as file:
                data = {name: file[name] for name in file.files}
            cut, values = int(data["train_end"]), data["values"].astype(float)
            usual = values[:cut][-USUAL:]
            witness = ChannelWitness(usual)
            judges = {"ChannelWitness": lambda u, v, run, w=witness: w.shares(v, run), **OTHERS}
            for ends, named in zip(
                data["cause_events"], data["cause_channels_1based"], strict=True
            ):
                true = {int(part) - 1 for part in str(named).split(",") if part.strip()}
                run = slice(cut + int(ends[0]), cut + int(ends[1]) + 1)
                for name, judge in judges.items():
                    if true:
                        order = np.argsort(-judge(usual, values, run), kind="stable").tolist()
                        hits = len(true & set(order[: len(true)])) / len(true)
                        found.setdefault(name, []).append((hits, order[0] in true))
        for name, hits in found.items():
            recall, first = np.mean(np.array(hits, dtype=float), axis=0)
            error = np.std([one for one, _ in hits]) / np.sqrt(len(hits))
            rows.append(
                {"family": family, "events": len(hits), "judge": name,
                 "recall": round(float(recall), 3), "standard error": round(float(error), 3),
                 "first": round(float(first), 3)}
            )  # fmt: skip
            store.show(rows[-1])
    store.save("cause_channels", rows)


def distance(usual: np.ndarray, values: np.ndarray, run: slice) -> np.ndarray:
    """Return the largest distance from the mean, in spreads."""
    return np.max(np.abs(values[run] - usual.mean(axis=0)) / (usual.std(axis=0) + 1e-9), axis=0)


def change(usual: np.ndarray, values: np.ndarray, run: slice) -> np.ndarray:
    """Return the largest change from step to step, in spreads."""
    steps = np.abs(np.diff(values[run.start - 1 : run.stop], axis=0))
    return steps.max(axis=0) / (usual.std(axis=0) + 1e-9)


def chance(usual: np.ndarray, values: np.ndarray, run: slice) -> np.ndarray:
    """Return random numbers, the same for the same event."""
    return np.random.default_rng(run.start).random(values.shape[1])


OTHERS: dict[str, Judge] = {"distance": distance, "change": change, "chance": chance}

if __name__ == "__main__":
    main()
