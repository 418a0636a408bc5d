"""Measure what autoencoders see of credit that goes wrong, on the accounts of 30,000 card holders.

Accounts of Taiwanese card holders (Yeh & Lien, 2009), 22 % of which default the next month. Half of
those that do not are learnt from, without any label; the other half, and half of those that do,
are judged. `auroc` is how well
oddness ranks defaults first, `auprc` the same among few: a default is a common thing, and seldom an
odd account, so an honest figure is low. `planted` is the AUROC of accounts, one in fifty, whose
bills of six months were given to another account: each column is ordinary and the row contradicts
itself. The trivial statistic is the latest delay of payment; gradient boosting with the labels of
its half is the ceiling of `auroc`.

    python benchmarks/credit.py              stores benchmarks/results/credit.json
    python benchmarks/credit.py KNN VAE      only these, nothing stored
"""

from __future__ import annotations

import sys
from time import process_time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.ensemble import HistGradientBoostingClassifier

import likely
import store
from likely.evaluation import auprc, auroc
from tables import DATA

TARGET, DELAY = "default.payment.next.month", "PAY_0"
METHODS = ("Autoencoder", "DenoisingAutoencoder", "VAE", "auto", "KNN", "PCA")
SEEDS = (0, 1, 2)


def main(wanted: list[str]) -> None:
    """Measure, print and store one row a method."""
    table = pq.read_table(DATA / "synthetic" / "credit_default.parquet").drop_columns(["ID"])
    defaulted = table[TARGET].to_numpy().astype(bool)
    accounts = table.drop_columns([TARGET])
    rows = []
    for method in ("latest delay", "boosting with labels", *METHODS):
        if wanted and method not in wanted:
            continue
        started = process_time()
        figures = [judge(method, accounts, defaulted, seed) for seed in SEEDS]
        row: dict = {"method": method}
        for name, values in zip(
            ("auroc", "auprc", "planted"), zip(*figures, strict=True), strict=True
        ):
            known = [v for v in values if v is not None]
            row[name] = round(float(np.mean(known)), 3) if known else None
            row[f"{name} (sd)"] = round(float(np.std(known)), 3) if known else None
        rows.append({**row, "cpu_s": round((process_time() - started) / len(SEEDS), 1)})
        store.show(rows[-1])
    if not wanted:
        store.save("credit", rows, seeds=len(SEEDS), defaults=round(float(defaulted.mean()), 3))


def judge(
    method: str, accounts: pa.Table, defaulted: np.ndarray, seed: int
) -> tuple[float, float, float | None]:
    """Return how defaults and accounts with planted bills are ranked."""
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(len(defaulted))
    good, bad = shuffled[~defaulted[shuffled]], shuffled[defaulted[shuffled]]
    known, labelled = good[: len(good) // 2], bad[: len(bad) // 2]
    rest = np.setdiff1d(np.arange(len(defaulted)), np.concatenate([known, labelled]))
    truth = defaulted[rest]
    if method == "latest delay":
        oddness = accounts[DELAY].to_numpy()[rest].astype(float)
        return auroc(truth, oddness), auprc(truth, oddness), None
    if method == "boosting with labels":
        seen = np.concatenate([known, labelled])
        x = np.column_stack([accounts[name].to_numpy() for name in accounts.column_names])
        model = HistGradientBoostingClassifier(random_state=seed).fit(x[seen], defaulted[seen])
        oddness = model.predict_proba(x[rest])[:, 1]
        return auroc(truth, oddness), auprc(truth, oddness), None
    learned = likely.learn(accounts.take(known), method, normal=True, seed=seed)
    oddness = -learned.score_samples(accounts.take(rest))
    mixed, planted = swapped(accounts.take(rest[~truth]), rng)
    found = auroc(planted, -learned.score_samples(mixed))
    return auroc(truth, oddness), auprc(truth, oddness), found


def swapped(accounts: pa.Table, rng: np.random.Generator) -> tuple[pa.Table, np.ndarray]:
    """Return accounts of which one in fifty has the bills of another, and which these are."""
    chosen = rng.choice(len(accounts), len(accounts) // 50, replace=False)
    sources = np.arange(len(accounts))
    sources[chosen] = np.roll(chosen, 1)
    for name in accounts.column_names:
        if name.startswith("BILL"):
            place = accounts.column_names.index(name)
            accounts = accounts.set_column(place, name, accounts[name].take(sources))
    planted = np.zeros(len(accounts), dtype=bool)
    planted[chosen] = True
    return accounts, planted


if __name__ == "__main__":
    main(sys.argv[1:])
