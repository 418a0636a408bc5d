"""Measure how much card fraud is found inside a budget of alerts.

Payments of 500 made-up cards over 90 days (`likely.testing.card_payments`); sixty days without
fraud are learnt, and thirty days with thirty frauds of each of three sorts are judged. An alert is
a card on a day, since one call to the holder settles it; those with the oddest payments are alerted
until the budget is spent, so many a day on average. Stated is the share of frauds with an alert, by
sort of fraud, mean and standard deviation over seeds. "likely, given the card" is
`likely.learn(rows, context="card", normal=True)`; columns were chosen on a seed that is not among
those measured. Beside it: the same without the card, and rules by hand that each see one sort of
fraud. "the three rules" share the budget evenly, which takes someone who knows what to look for.
"promised" are rows of `alerts="5/day"`: how many alerts on honest card-days there were, a day.

    python benchmarks/card_fraud.py            stores results/card_fraud.json
    python benchmarks/card_fraud.py 1          one seed, nothing stored
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import likely
import store
from likely.testing.card_payments import KINDS, CardPayments, card_payments

SEEDS, CARDS, DAYS, CLEAN, FRAUDS = 5, 500, 90, 60, 30
BUDGETS = (2, 5, 10)
PROMISED = 5
COLUMNS = ["at", "hour", "card", "amount", "log amount", "within the hour"]


def main(seeds: int) -> None:
    """Measure, print and store one row a method and budget."""
    found = pd.DataFrame([row for seed in range(seeds) for row in measured(seed)])
    rows = []
    for (method, budget), part in found.groupby(["method", "alerts a day"], sort=False):
        row = {"method": method, "alerts a day": budget}
        for name in (*KINDS, "all", "false alerts a day"):
            if part[name].notna().all():
                row[name] = round(float(part[name].mean()), 3)
                row[f"{name}, sd"] = round(float(part[name].std(ddof=1 if seeds > 1 else 0)), 3)
        rows.append(row)
        store.show(row)
    if seeds == SEEDS:
        store.save("card_fraud", rows, seeds=seeds, cards=CARDS, days=DAYS, frauds_of_a_sort=FRAUDS)


def measured(seed: int) -> Iterator[dict[str, float | str]]:
    """Yield the share of frauds found by each method, within each budget."""
    drawn = card_payments(CARDS, DAYS, FRAUDS, CLEAN, seed)
    rows = with_features(pd.DataFrame(drawn.columns))
    new = (rows["at"] >= rows["at"].min().normalize() + pd.Timedelta(days=CLEAN)).to_numpy()
    old, judged = rows[~new], rows[new]
    truth = CardPayments({}, drawn.kind[new], drawn.event[new])
    key = (judged["card"] + judged["at"].dt.strftime(" %j")).to_numpy()
    rules = by_hand(old, judged)
    learned = likely.learn(old[COLUMNS], context="card", normal=True)
    blind = likely.learn(old[COLUMNS], ignore="card", normal=True)
    scores = {
        "likely, given the card": learned.surprise(judged[COLUMNS]),
        "likely, without the card": blind.surprise(judged[COLUMNS]),
        **rules,
        "largest amount": judged["amount"].to_numpy(),
    }
    for budget in BUDGETS:
        number = budget * (DAYS - CLEAN)
        for method, score in scores.items():
            alerted = np.isin(key, most(score, key, number))
            yield {"method": method, "alerts a day": budget, **recall(alerted, truth)}
        shared = [most(score, key, number // len(rules)) for score in rules.values()]
        alerted = np.isin(key, np.concatenate(shared))
        yield {"method": "the three rules", "alerts a day": budget, **recall(alerted, truth)}
    alerted = learned.detect(judged[COLUMNS], alerts=f"{PROMISED}/day").anomaly
    honest = len(set(key[alerted]) - set(key[truth.event >= 0])) / (DAYS - CLEAN)
    about = {"method": "promised: likely, given the card", "alerts a day": PROMISED}
    yield about | recall(alerted, truth) | {"false alerts a day": honest}


def with_features(rows: pd.DataFrame) -> pd.DataFrame:
    """Return payments with their hour, log amount, and how many their card made within an hour."""
    by_card = rows.sort_values(["card", "at"], kind="stable")
    recent = by_card.set_index("at").groupby("card")["amount"].rolling("1h").count()
    within = pd.Series(recent.to_numpy(), by_card.index)
    hour = 12 / np.pi * angle(rows)
    features = {"log amount": np.log10(rows["amount"]), "within the hour": within}
    return rows.assign(hour=hour.round(2), **features)


def by_hand(old: pd.DataFrame, new: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the scores of three rules, one for each sort of fraud."""
    usual = old.groupby("card")["log amount"].agg(["median", "std"])
    middle, spread = (new["card"].map(usual[name]) for name in ("median", "std"))
    far = (new["log amount"] - middle) / spread
    turn = old.assign(sine=np.sin(angle(old)), cosine=np.cos(angle(old)))
    usual = turn.groupby("card")[["sine", "cosine"]].mean()
    expected = np.arctan2(new["card"].map(usual["sine"]), new["card"].map(usual["cosine"]))
    away = np.abs((angle(new) - expected + np.pi) % (2 * np.pi) - np.pi)
    return {
        "z-score of the amount, by card": far.abs().fillna(0).to_numpy(),
        "hours from the card's usual hour": away.fillna(0).to_numpy(),
        "payments within the hour": new["within the hour"].to_numpy(),
    }


def angle(rows: pd.DataFrame) -> pd.Series:
    """Return the time of day, once round a day."""
    at = rows["at"]
    return (at - at.dt.normalize()) / pd.Timedelta(days=1) * 2 * np.pi


def most(score: np.ndarray, key: np.ndarray, number: int) -> np.ndarray:
    """Return the card-days with the largest scores."""
    return pd.Series(score).groupby(key).max().nlargest(number).index.to_numpy()


def recall(alerted: np.ndarray, truth: CardPayments) -> dict[str, float]:
    """Return which share of frauds has an alert, by sort and of all."""
    shares = {}
    for kind in KINDS:
        events = np.unique(truth.event[truth.kind == kind])
        hit = np.unique(truth.event[alerted & (truth.kind == kind)])
        shares[kind] = len(hit) / len(events)
    return shares | {"all": float(np.mean(list(shares.values())))}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
