"""Measure whether odd heartbeats are found after learning normal ones.

`ECG5000`: 275 beats of one patient, 140 values each; learnt from a random half of the normal beats,
judged on all others, five times. `fit_s` is seconds of the processor for the LSTM.

`MIT-BIH`: twelve minutes of two leads, five records, cut into beats of a second around the
annotations, 120 steps, from which the median of each lead is taken, as the baseline wanders.
`early`: learnt from the normal beats of the first four minutes of the record, judged on the later
ones. `others`: learnt from the normal beats of the first four minutes of the four other records,
and all beats of this one judged. One row for every class of beat that is not normal and of which
there are at least five, one for all of them, and the mean of the latter over the records.

AUROC of `RecurrentAutoencoder` (`lstm`, `gru`) and `ConvolutionalAutoencoder`; of principal
components (the squared error of 10 of them) and of the distance to the nearest beat learnt from;
and of a trivial statistic, how far the range of the first lead is from the median of those learnt.
`found` is the share of the odd beats with a p-value of at most 0.01 by `likely.learn` with the
convolutional one, `false_an_hour` how many normal ones there were an hour, and `promised` how many
there may be if beats stay as they were learnt, which electrodes and patients do not keep to.

    python benchmarks/ecg.py               stores benchmarks/results/ecg.json
    python benchmarks/ecg.py ECG5000       one part, or one record such as 106; nothing stored
"""

from __future__ import annotations

import sys
from time import process_time

import numpy as np
from sklearn.decomposition import PCA

import likely
import store
from likely.autoencoders import ConvolutionalAutoencoder, RecurrentAutoencoder
from likely.core.neighbours import nearest
from likely.evaluation import auroc
from tables import DATA

SPLITS, LEVEL, COMPONENTS = 5, 0.01, 10
RECORDS = ("100", "106", "119", "208", "223")
NORMAL, NO_BEATS = "NLRej", "+~|"
METHODS = ("lstm", "gru", "conv", "pca", "knn", "range")
RATE, EARLY, HALF, EVERY = 360, 240.0, 180, 3  # per second; seconds; samples each side; kept


def main(part: str) -> None:
    """Measure, print and store."""
    rows = [row for row in store.load("ecg") if row["data"] != "MIT-BIH"] if part == "all" else []
    parts = ["ECG5000", *RECORDS] if part == "all" else [part]
    for name in parts:
        if any(row["data"] == name for row in rows):
            continue
        for row in ecg5000() if name == "ECG5000" else record(name):
            rows.append(row)
            store.show(row)
        if part == "all":
            store.save("ecg", rows, level=LEVEL)
    early = [row for row in rows if row["learnt"] == "early" and row["class"] == "all"]
    if part == "all":
        mean = {m: round(float(np.mean([row[m] for row in early])), 4) for m in METHODS}
        rows.append({"data": "MIT-BIH", "learnt": "early", "class": "mean", **mean})
        store.show(rows[-1])
        store.save("ecg", rows, level=LEVEL)


def ecg5000() -> list[dict]:
    """Return a row a split, and the means."""
    with np.load(DATA / "series" / "ecg5000" / "ecg5000_dev.npz") as file:
        beats, odd = file["values"].astype(np.float64), file["label"].astype(bool)
    rows = []
    for seed in range(SPLITS):
        normal = np.random.default_rng(seed).permutation(np.flatnonzero(~odd))
        known = np.sort(normal[: len(normal) // 2])
        rest = np.setdiff1d(np.arange(len(beats)), known)
        found, seconds = {}, {}
        for name, model in models().items():
            started = process_time()
            found[name] = -model.fit(beats[known]).score_samples(beats[rest])
            seconds[name] = process_time() - started
        found |= baselines(beats[known], beats[rest])
        measured = {name: measure(odd[rest], oddness) for name, oddness in found.items()}
        row = {
            "data": "ECG5000",
            "learnt": "half",
            "class": f"split {seed}",
            "beats": int(odd.sum()),
        }
        rows.append({**row, **measured, "fit_s": round(seconds["lstm"], 1)})
        store.show(rows[-1])
    numbers = [key for key in rows[0] if key not in ("data", "learnt", "class", "beats")]
    mean = {key: round(float(np.mean([row[key] for row in rows])), 4) for key in numbers}
    return [*rows, {**rows[0], "class": "mean", **mean}]


def record(name: str) -> list[dict]:
    """Return a row for every class of beat and way of learning."""
    beats, kinds, seconds = cut(name)
    normal = np.isin(kinds, list(NORMAL))
    early = seconds < EARLY
    others = [cut(other) for other in RECORDS if other != name]
    known = [b[(s < EARLY) & np.isin(k, list(NORMAL))] for b, k, s in others]
    rows = judge(name, "early", beats[early & normal], beats[~early], kinds[~early])
    return rows + judge(name, "others", np.concatenate(known), beats, kinds)


def judge(
    name: str, learnt: str, known: np.ndarray, new: np.ndarray, kinds: np.ndarray
) -> list[dict]:
    """Learn from known beats, judge new ones, and return a row for every class of odd beats."""
    found = baselines(known, new)
    wanted = models() if learnt == "early" else {"conv": models()["conv"]}
    for method, model in wanted.items():
        found[method] = -model.fit(known).score_samples(new)
    conv = models()["conv"]
    p = likely.learn(known, method=conv, kind="series", normal=True).p_values(new)
    normal = np.isin(kinds, list(NORMAL))
    classes = [kind for kind in np.unique(kinds[~normal]) if (kinds == kind).sum() >= 5]
    hours = len(new) / len(cut(name)[0]) * 0.2  # of twelve minutes
    rows = []
    for kind in [*classes, "all"]:
        odd = ~normal if kind == "all" else kinds == kind
        looked_at = odd | normal
        row: dict = {"data": name, "learnt": learnt, "class": str(kind), "beats": int(odd.sum())}
        row |= {m: measure(odd[looked_at], oddness[looked_at]) for m, oddness in found.items()}
        row["found"] = round(float((p[odd] <= LEVEL).mean()), 3)
        row["false_an_hour"] = round(float((p[normal] <= LEVEL).sum() / hours), 1)
        rows.append({**row, "promised": round(LEVEL * normal.sum() / hours, 1)})
    return rows


def cut(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return beats in millivolts (n, step, lead), their classes, and when they are, in seconds."""
    with np.load(DATA / "series" / "ecg_mitbih" / f"mitdb_{name}_12min.npz") as file:
        volts = (file["values"].astype(np.float64) - file["adc_zero"]) / file["adc_gain"]
        at, kinds = file["ann_sample"], file["ann_symbol"]
    beat = ~np.isin(kinds, list(NO_BEATS)) & (at >= HALF) & (at < len(volts) - HALF)
    at, kinds = at[beat], kinds[beat]
    beats = volts[at[:, None] + np.arange(-HALF, HALF)]  # (n, 360, lead)
    beats = beats.reshape(len(at), -1, EVERY, 2).mean(axis=2)
    return beats - np.median(beats, axis=1, keepdims=True), kinds, at / RATE


def models() -> dict:
    """Return the autoencoders, as they come."""
    return {
        "lstm": RecurrentAutoencoder(),
        "gru": RecurrentAutoencoder(cell="gru"),
        "conv": ConvolutionalAutoencoder(kind="series"),
    }


def baselines(known: np.ndarray, new: np.ndarray) -> dict[str, np.ndarray]:
    """Return oddness by the values themselves."""
    a, b = (x.reshape(len(x), -1) for x in (known, new))
    pca = PCA(COMPONENTS, random_state=0).fit(a)
    centre = a.mean(axis=0)
    return {
        "pca": ((b - pca.inverse_transform(pca.transform(b))) ** 2).sum(axis=1),
        "knn": nearest(b - centre, a - centre, 1)[0][:, 0],
        "range": np.abs(lead_range(new) - np.median(lead_range(known))),
    }


def lead_range(beats: np.ndarray) -> np.ndarray:
    """Return the range of the first lead of each beat."""
    return np.ptp(beats.reshape(*beats.shape[:2], -1)[..., 0], axis=1)


def measure(odd: np.ndarray, oddness: np.ndarray) -> float:
    """Return the AUROC, rounded."""
    return round(auroc(odd, oddness), 4)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "all")
