"""Measure how well odd behaviour of customers is found by the model that draws more customers.

Visits to a shop (online_shoppers): `SequentialTrees` learns half of them; among the other half, 100
of each of five odd kinds are planted, made of real visits: a "bot" sees hundreds of products in no
time, a "blind buyer" buys without having seen a product, a "lost" visit leaves at once from every
page and yet is worth much, an "impossible machine" has a browser that its system never had, a
"wrong season" has a special day in a month that has none. AUROC of the kind beside all real visits
of that half; "drawn" of rows that the same model drew, which should pass (0.5).

Customers of a record shop (Chinook): all their purchased tracks, `group=` the customer. Into copies
of the table one customer is planted at a time, made of a real one: buys one genre that hardly
anybody buys, for ten times as much, or in another country each time. "rank" is the mean
place among all 59 customers, "first" how often of 12 it is the first.

    python benchmarks/customers.py       stores results/customers.json
"""

from __future__ import annotations

import os
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import likely
import store
import tables
from likely.core import catalogue
from likely.core.progress import hidden
from likely.data.back import to_frame
from likely.evaluation import auroc
from likely.workflow.findings import Findings
from related_tables import chinook

PLANTED, SEEDS, TIMES = 100, (0, 1, 2), 12
METHODS = ("SequentialTrees", "IsolationForest", "KNN", "Ensemble")
FOLDER = tables.DATA / "synthetic"


def main() -> None:
    """Measure, print and store."""
    rows = [of_visits(method) for method in METHODS]
    rows += [of_customers(method) for method in ("SequentialTrees", "Ensemble")]
    for row in rows:
        store.show(row)
    store.save("customers", rows)


def of_visits(method: str) -> dict:
    """Return how well planted visits are found."""
    found: dict[str, list[float]] = {}
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        visits = pd.read_parquet(FOLDER / "online_shoppers.parquet")
        codes = ["OperatingSystems", "Browser", "Region", "TrafficType"]
        visits = visits.astype({name: "string" for name in codes})
        visits = visits.iloc[rng.permutation(len(visits))].reset_index(drop=True)
        learnt, new = visits.iloc[: len(visits) // 2], visits.iloc[len(visits) // 2 :]
        model = catalogue.make(method, seed=seed).fit(learnt)
        usual = -model.score_samples(new)
        kinds = odd_visits(new.sample(PLANTED, random_state=seed).copy(), rng)
        for kind, odd in kinds.items():
            scores = np.concatenate([usual, -model.score_samples(odd)])
            truth = np.arange(len(scores)) >= len(usual)
            found.setdefault(kind, []).append(auroc(truth, scores))
        if method == "SequentialTrees":
            values = model.sample(len(new), seed=seed)
            drawn = to_frame(model.schema_.decode(values), like=learnt)
            scores = np.concatenate([usual, -model.score_samples(drawn)])
            truth = np.arange(len(scores)) >= len(usual)
            found.setdefault("drawn", []).append(auroc(truth, scores))
    kept = {kind: round(float(np.mean(values)), 3) for kind, values in found.items()}
    mean = np.mean([value for kind, value in kept.items() if kind != "drawn"])
    return {"part": "visits", "method": method, **kept, "mean": round(float(mean), 3)}


def odd_visits(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return odd visits of each kind, made of real ones."""
    bot = rows.assign(
        ProductRelated=rng.integers(200, 500, len(rows)),
        ProductRelated_Duration=rng.uniform(1, 60, len(rows)),
    )
    blind = rows.assign(Revenue=True, ProductRelated=0, ProductRelated_Duration=0.0)
    lost = rows.assign(BounceRates=0.2, ExitRates=0.2, PageValues=rng.uniform(20, 80, len(rows)))
    machine = rows.assign(OperatingSystems="3", Browser="6")
    season = rows.assign(SpecialDay=0.8, Month=rng.choice(["Oct", "Dec", "Aug"], len(rows)))
    kinds = {
        "bot": bot, "blind buyer": blind, "lost": lost, "impossible machine": machine,
        "wrong season": season,
    }  # fmt: skip
    return {kind: odd.astype(rows.dtypes) for kind, odd in kinds.items()}


def of_customers(method: str) -> dict:
    """Return how well planted customers are found among those of a record shop."""
    lines = purchases()
    rng = np.random.default_rng(0)
    customers = lines["customer"].unique()
    ways: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
        "genre": lambda mine: mine.assign(genre="Opera", unit_price=0.99),
        "ten times": lambda mine: mine.assign(total=mine["total"] * 10),
        "countries": lambda mine: mine.assign(
            country=rng.choice(lines["country"].unique(), len(mine))
        ),
    }
    row: dict = {"part": "customers", "method": method}
    for kind, change in ways.items():
        places = []
        for who in rng.choice(customers, TIMES, replace=False):
            planted = change(lines[lines["customer"] == who]).assign(customer="planted")
            every = pd.concat([lines[lines["customer"] != who], planted], ignore_index=True)
            with hidden():
                found = likely.detect(every, method=method, group="customer", kind="table", top=1)
            places.append(place_of("planted", found))
        row[f"{kind}, rank"] = round(float(np.mean(places)), 1)
        row[f"{kind}, first"] = sum(place == 1 for place in places)
    return row | {"of": TIMES, "customers": len(customers)}


def place_of(name: str, found: Findings) -> int:
    """Return the place of a group among all, the oddest first."""
    grouping = found.learned.grouping
    assert grouping is not None
    titles = [grouping.title(found.table, row) for row in range(len(found.table))]
    order = np.argsort(found.scores)  # the lowest score is the oddest
    return [titles[row] for row in order].index(f"customer {name}") + 1


def purchases() -> pd.DataFrame:
    """Return every track that was bought, by whom and when."""
    shop = chinook()
    lines = shop["InvoiceLine"].merge(shop["Invoice"], on="InvoiceId")
    lines = lines.merge(shop["Track"][["TrackId", "GenreId", "Milliseconds"]], on="TrackId")
    lines = lines.merge(shop["Genre"].rename(columns={"Name": "genre"}), on="GenreId")
    return pd.DataFrame(
        {
            "customer": "c" + lines["CustomerId"].astype(str),
            "country": lines["BillingCountry"],
            "genre": lines["genre"],
            "unit_price": lines["UnitPrice"],
            "total": lines["Total"],
            "seconds": lines["Milliseconds"] / 1000,
        }
    )


if __name__ == "__main__":
    main()
