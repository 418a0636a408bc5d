"""Compare metrics of series with the code of the benchmark TSB-AD: the same values, in less time.

Volumes under both surfaces, on one series of each family in the folder of data and on random ones;
the score is the distance of each point of the first channel from the mean of the last 50, the
window that of the benchmark's rule. Both run in the same process on one thread; seconds are those
of the processor: of the benchmark's code once, which gives both volumes, of `vus_pr` the median of
seven times. The difference is the larger one of both volumes; "every score" is the exact VUS-PR
with every score as a threshold. Series of a million points are ours alone, as loops take too long.
Affiliation is compared on random decisions too, and the rule for windows on all series.

The oracle is for measuring only; install it beside the environment, without what it requires:

    pip install --no-deps --target FOLDER tsb-ad==1.5 statsmodels patsy
    PYTHONPATH=FOLDER python benchmarks/vus.py   stores benchmarks/results/vus.json
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from time import process_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from TSB_AD.evaluation.affiliation.generics import convert_vector_to_events
from TSB_AD.evaluation.affiliation.metrics import pr_from_events
from TSB_AD.evaluation.basic_metrics import generate_curve
from TSB_AD.utils.slidingWindows import find_length_rank

import store
from likely.evaluation import affiliation, events_of, vus_pr, vus_roc, window_of

FOLDER = Path(os.environ.get("LIKELY_DATA", "../shared/data")) / "series"
SERIES = {
    "nab": "nab/*", "ucr": "ucr/*", "tsbad_official": "tsbad_official/*", "smap": "smap/*",
    "msl": "msl/*", "skab": "skab/*", "asd": "asd/*", "smd": "smd/*", "wsd": "wsd/*",
    "sed": "sed/*",
}  # fmt: skip
RANDOM = {  # points, events, their length, window
    "small": (1_000, 3, 10, 20),
    "5,000": (5_000, 10, 25, 100),
    "20,000": (20_000, 10, 100, 100),
    "50,000": (50_000, 10, 250, 100),
}
LARGE = {"a million": (1_000_000, 100, 100, 100), "a million, many": (1_000_000, 1_000, 50, 300)}
TIMES = 7


def main() -> None:
    """Measure, print and store one row a series."""
    rows = []
    for peer, series in ((True, measured()), (True, drawn(RANDOM)), (False, drawn(LARGE))):
        for name, labels, scores, window in series:
            rows.append({"series": name, **measure(labels, scores, window, peer)})
            store.show(rows[-1])
    facts = {
        "peer": f"tsb-ad {version('tsb-ad')}",
        "affiliation": affiliations(),
        "windows": windows(),
    }
    store.show(facts)
    store.save("vus", rows, **facts)


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return values (time, channel) and labels (time,), without rows with gaps."""
    with np.load(path) as found:
        values, labels = found["values"].astype(np.float64), found["label"].astype(int)
    whole = np.isfinite(values).all(axis=1)
    return values[whole], labels[whole]


def measured() -> Iterator[tuple[str, np.ndarray, np.ndarray, int]]:
    """Yield name, labels, scores and window of the first series of each family with an event."""
    for family, pattern in SERIES.items():
        for path in sorted(FOLDER.glob(f"{pattern}.npz")):
            values, labels = read(path)
            if labels.any() and not labels.all():
                x = values[:, 0]
                sums = np.cumsum(np.append(np.repeat(x[0], 50), x))
                yield (
                    f"{family}/{path.stem}",
                    labels,
                    np.abs(x - (sums[50:] - sums[:-50]) / 50),
                    window_of(values),
                )
                break


def drawn(shapes: dict) -> Iterator[tuple[str, np.ndarray, np.ndarray, int]]:
    """Yield random scores, higher by one inside of events at random places."""
    for name, (n, events, length, window) in shapes.items():
        rng = np.random.default_rng(0)
        labels = np.zeros(n, dtype=int)
        for start in rng.integers(0, n - length, events):
            labels[start : start + length] = 1
        yield f"random, {name}", labels, rng.normal(size=n) + labels, window


def measure(labels: np.ndarray, scores: np.ndarray, window: int, peer: bool) -> dict:
    """Return values, how far they lie from the peer's, and seconds of both."""
    values = vus_pr(labels, scores, window), vus_roc(labels, scores, window)
    start = process_time()
    exact = vus_pr(labels, scores, window, thresholds="all")
    exact_seconds, ours = process_time() - start, seconds(labels, scores, window)
    row = {
        "n": len(labels),
        "events": len(events_of(labels)),
        "window": window,
        "vus_pr": round(values[0], 6),
        "vus_roc": round(values[1], 6),
        "every score": round(exact, 6),
        "seconds every score": round(exact_seconds, 4),
        "seconds": round(ours, 5),
    }
    theirs = beside(values, ours, labels, scores, window) if peer else [None] * 3
    names = "difference from tsb-ad", "seconds of tsb-ad", "times faster"
    return row | dict(zip(names, theirs, strict=True))


def beside(values: tuple[float, float], ours: float, *given: Any) -> list[float]:
    """Return the larger difference from the peer's values, its seconds, and these over ours."""
    start = process_time()
    *_, roc, precise = generate_curve(*given, version="opt", thre=250)
    theirs = process_time() - start
    apart = float(max(abs(values[0] - precise), abs(values[1] - roc)))
    return [apart, round(theirs, 3), round(theirs / ours)]


def seconds(labels: np.ndarray, scores: np.ndarray, window: int) -> float:
    """Return the median of times that a volume takes us."""
    taken = []
    for _ in range(TIMES):
        start = process_time()
        vus_pr(labels, scores, window)
        taken.append(process_time() - start)
    return float(np.median(taken))


def affiliations() -> dict:
    """Return the largest difference of affiliation over random labels and decisions."""
    worst, cases = 0.0, 300
    for seed in range(cases):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(10, 300))
        labels, flagged = np.zeros(n, dtype=int), np.zeros(n, dtype=int)
        for marks in (labels, flagged):
            for start in rng.integers(0, n, rng.integers(1, 9)):
                marks[start : start + rng.integers(1, 12)] = 1
        peer = pr_from_events(
            convert_vector_to_events(flagged), convert_vector_to_events(labels), (0, n)
        )
        ours = affiliation(labels, flagged)
        apart = (
            abs(ours.precision - peer["Affiliation_Precision"]),
            abs(ours.recall - peer["Affiliation_Recall"]),
        )
        worst = max(worst, *apart)
    return {"cases": cases, "difference": float(worst)}


def windows() -> dict:
    """Return for how many series the rule for windows gives the same as the benchmark's."""
    same = [
        find_length_rank(values[:, :1]) == window_of(values)
        for path in sorted(FOLDER.glob("*/*.npz"))
        if path.parent.name not in ("ecg5000", "tssb_changepoints")
        for values, _ in [read(path)]
    ]
    return {"series": len(same), "equal": int(np.sum(same))}


if __name__ == "__main__":
    main()
