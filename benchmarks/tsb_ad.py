"""Measure how well odd stretches of series are ranked, beside the official figures of TSB-AD.

"official": the 22 univariate and 19 multivariate series of the benchmark TSB-AD that the data
folder holds, in the benchmark's own form, with the figures of its leaderboard (32 and 23 methods)
for the same series beside them. "others": labelled series of other families, among which no choice
was made by official figures; so they say whether a setting holds elsewhere. The metric is VUS-PR
(`likely.evaluation.vus_pr`, equal to the benchmark's own code), with the benchmark's window; one
setting for all series, and labels are seen by nobody.

`Panel` learns from the whole series, as unsupervised methods do there, or from the part that the
benchmark calls training, [0, tr), and judges all. Beside it a random score, how far a value is from
the mean of the last 100 in spreads of these ("moving z"), and how much it changes ("difference"),
the largest over channels. `seconds` is the median time of the processor a series, `most` the
longest.

    python benchmarks/tsb_ad.py                stores results/tsb_ad.json
    python benchmarks/tsb_ad.py official       a part, not stored

The other models of one series are measured at their default settings, each in one row: the mean
over the official univariate series and over the multivariate ones, learnt from all, and from
[0, tr).

    python benchmarks/tsb_ad.py methods        stores results/tsb_ad_methods.json
    python benchmarks/tsb_ad.py methods KShape     the same, of some only; other rows stay
    python benchmarks/tsb_ad.py SubPCA KShape  some of them, not stored
    python benchmarks/tsb_ad.py others SubPCA  on the series of other families, not stored
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from time import process_time
from typing import NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import store
from likely.core import catalogue
from likely.evaluation import vus_pr, window_of
from likely.series import Panel
from tables import DATA

FOLDER = DATA / "series"
PARTS = ("official", "others")
BOARDS = {kind: f"tsbad_{kind}_perfile_VUS-PR.csv.gz" for kind in ("uni", "multi")}
TESTED = ("smap", "msl", "smd", "asd")  # only what follows the training part is the series
HALF = slice(18_235, 36_471)  # rows of wsd that some official series are
MOST = 60_000  # steps of other series
OTHERS = ("asd", "ecg_mitbih", "ecg_svdb", "kpi", "nab", "sed", "skab", "ucr", "wsd")
WINDOW = 100


class Series(NamedTuple):
    """One series, in the form in which it is judged."""

    family: str
    name: str
    kind: str  # uni or multi
    values: np.ndarray  # (time, channel)
    labels: np.ndarray
    train: int  # steps
    official: str = ""


def main(parts: list[str]) -> None:
    """Measure, print and store a row for each part, kind and method."""
    rows = []
    for part in parts or PARTS:
        every = list(official() if part == "official" else others())
        for kind in ("uni", "multi"):
            mine = [one for one in every if one.kind == kind]
            for name, judge in METHODS.items():
                rows.append(summed_up(part, kind, name, judge, mine))
                store.show(rows[-1])
            if part == "official":
                rows += leaders(kind, mine)
    if not parts:
        store.save("tsb_ad", rows)


def methods(names: list[str], part: str, *, stored: bool) -> None:
    """Measure models by name, print a row each, and store them."""
    every = list(official() if part == "official" else others())
    for name in names:
        row: dict = {"method": name}
        for kind in ("uni", "multi"):
            mine = [one for one in every if one.kind == kind]
            for learnt, all_of in (("all", True), ("[0, tr)", False)):

                def judge(one: Series, name: str = name, all_of: bool = all_of) -> np.ndarray:
                    return oddness(name, one, len(one.labels) if all_of else one.train)

                found = summed_up(part, kind, name, judge, mine)
                row[f"{kind}, learnt from {learnt}"] = found["vus_pr"]
                row[f"{kind}, learnt from {learnt}, seconds"] = found["seconds"]
                row[f"{kind}, learnt from {learnt}, most"] = found["most"]
        store.show(row)
        if stored:
            rows = [row if one["method"] == name else one for one in store.load("tsb_ad_methods")]
            rows += [] if row in rows else [row]
            store.save("tsb_ad_methods", rows, command="python benchmarks/tsb_ad.py methods")


def models() -> list[str]:
    """Return the models of one series in the catalogue, but `Panel`."""
    every = catalogue.entries().values()
    return [one.name for one in every if "timeline" in one.kinds and one.name != "Panel"]


def oddness(name: str, one: Series, steps: int) -> np.ndarray:
    """Return how odd a model finds each step, after learning from the first ones."""
    model = catalogue.make(name)
    model.fit(one.values[: max(steps, model.min_rows)])
    if steps == len(one.values):
        return -model.training_scores_  # which leave a moment out of its own reference
    return -model.score_samples(one.values)


def summed_up(
    part: str, kind: str, name: str, judge: Callable[[Series], np.ndarray], mine: list[Series]
) -> dict:
    """Return the mean over series, and over families, of one method."""
    found, seconds = [], []
    for one in mine:
        started = process_time()
        scores = judge(one)
        seconds.append(process_time() - started)
        found.append(vus_pr(one.labels, scores, window_of(one.values)))
    by_family = pd.Series(found).groupby([one.family for one in mine]).mean()
    return {
        "part": part, "kind": kind, "method": name, "series": len(mine),
        "vus_pr": round(float(np.mean(found)), 3),
        "mean over families": round(float(by_family.mean()), 3),
        **{family: round(float(value), 3) for family, value in by_family.items()},
        "seconds": round(float(np.median(seconds)), 2), "most": round(max(seconds), 2),
    }  # fmt: skip


def leaders(kind: str, mine: list[Series]) -> list[dict]:
    """Return official figures of these series: the three best methods, and the best for each."""
    board = pd.read_csv(FOLDER / "leaderboard" / BOARDS[kind]).set_index("file")
    of = board.loc[[one.official for one in mine], :"ts_len"].iloc[:, :-1]  # methods stand first
    best = of.mean().sort_values(ascending=False)[:3]
    found = [(f"official {name}", value) for name, value in best.items()]
    found.append(("official, the best for each series", of.max(axis=1).mean()))
    rows = [
        {"part": "official", "kind": kind, "method": name, "series": len(mine),
         "vus_pr": round(float(value), 3)}
        for name, value in found
    ]  # fmt: skip
    for row in rows:
        store.show(row)
    return rows


def official() -> Iterator[Series]:
    """Yield the series that TSB-AD has, in its form."""
    known = {kind: set(_board(kind)) for kind in BOARDS}
    seen = set()
    for family, path, data in files():
        names = data["tsbad_files"].tolist() if "tsbad_files" in data else []
        for said in names:
            name = said.split("@")[0]
            if name in seen:
                continue
            seen.add(name)
            values, labels = judged_part(family, data)
            if "@rows" in said:
                values, labels = values[HALF], labels[HALF]
            kind = "uni" if name in known["uni"] else "multi"
            cut = int(re.search(r"_tr_(\d+)", name)[1])
            of = name.split("_")[1].lower() if family == "tsbad_official" else family
            yield _series(of, path.stem, kind, values, labels, cut, name)


def others() -> Iterator[Series]:
    """Yield labelled series that TSB-AD has not, or has in another form."""
    for family, path, data in files():
        if family not in OTHERS or "tsbad_files" in data:
            continue
        values, labels = (part[:MOST] for part in judged_part(family, data))
        if not labels.any():
            continue
        kind = "multi" if values.shape[1] > 1 else "uni"
        yield _series(family, path.stem, kind, values, labels, int(np.argmax(labels)) // 2)


def files() -> Iterator[tuple]:
    """Yield family, path and content of every file of the folder."""
    for path in sorted(FOLDER.glob("*/*.npz")):
        with np.load(path) as file:
            if {"values", "label"} <= set(file.files) and file["values"].ndim == 2:
                yield path.parent.name, path, {name: file[name] for name in file.files}


def judged_part(family: str, data: dict) -> tuple[np.ndarray, np.ndarray]:
    """Return values and labels without the training part that the source keeps apart."""
    start = int(data["train_end"]) if family in TESTED else 0
    return data["values"][start:].astype(float), data["label"][start:]


def _series(
    family: str, name: str, kind: str, values: np.ndarray, labels: np.ndarray, cut: int,
    official: str = "",
) -> Series:  # fmt: skip
    whole = np.isfinite(values).all(axis=1)  # the benchmark drops rows with gaps
    values = values[:, :1] if kind == "uni" else values
    return Series(family, name, kind, values[whole], labels[whole].astype(int), cut, official)


def _board(kind: str) -> list[str]:
    return pd.read_csv(FOLDER / "leaderboard" / BOARDS[kind])["file"].tolist()


def panel(one: Series, steps: int) -> np.ndarray:
    """Return how odd `Panel` finds each step, after learning from the first ones."""
    return -Panel().fit(one.values[: max(steps, Panel.min_rows)]).score_samples(one.values)


def moving_z(one: Series) -> np.ndarray:
    """Return how far values are from the mean of those before, in spreads of these."""
    past = pd.DataFrame(one.values).rolling(WINDOW, min_periods=2)
    away = (pd.DataFrame(one.values) - past.mean()).abs() / (past.std() + 1e-9)
    return away.fillna(0).to_numpy().max(axis=1)


def difference(one: Series) -> np.ndarray:
    """Return how much values change, in spreads of the channel."""
    change = np.abs(np.diff(one.values, axis=0, prepend=one.values[:1]))
    return (change / (one.values.std(axis=0) + 1e-9)).max(axis=1)


METHODS: dict[str, Callable[[Series], np.ndarray]] = {
    "random": lambda one: np.random.default_rng(0).random(len(one.labels)),
    "moving z": moving_z,
    "difference": difference,
    "Panel, learnt from all": lambda one: panel(one, len(one.labels)),
    "Panel, learnt from [0, tr)": lambda one: panel(one, one.train),
}

if __name__ == "__main__":
    named = [name for name in sys.argv[1:] if name not in PARTS]
    if named:
        where = "others" if "others" in sys.argv else "official"
        some = [name for name in named if name != "methods"]
        methods(some or models(), where, stored="methods" in named and where == "official")
    else:
        main(sys.argv[1:])
