"""Measure how well synthetic rows of tables of people, credit, shops and air pass for real ones.

Adult is learnt from its training file and judged against its test file; of the others a random 80 %
is learnt from. Columns of codes (payment status, browser, region) are categories, as in the
literature; identifiers are left out. As many rows are made as are learnt from. Medians over seeds,
every seed dividing the tables anew (Adult: other draws), and the largest and smallest C2ST.

"shape", "trend": errors of columns and of pairs of columns, in per cent, of the synthetic rows
beside those learnt from. "c2st": AUROC of boosted trees that tell synthetic rows from held-out real
ones (8,000 of each, three folds; 0.5 is ideal), "c2st train" from those learnt from. "made",
"real": how well boosted trees that learnt from synthetic and from real rows foretell the target of
held-out rows (AUROC; of Beijing R2). "copies", "nearer": shares of exact copies of rows learnt
from, and of rows nearer to these than to held-out ones (0.5 is ideal). "nats": mean log-density of
held-out rows. "real rows" are held-out rows, judged as if they were made: the ceiling of every
figure. "independent columns" are the rows learnt from, shuffled one by one.

    python benchmarks/synthetic.py                          stores results/synthetic.json
    python benchmarks/synthetic.py --methods SequentialTrees --tables adult --seeds 0
"""

from __future__ import annotations

import argparse
import os
from time import process_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import store
import tables
from likely.base.capabilities import can
from likely.core import catalogue
from likely.core.params import parameters
from likely.data.back import to_frame
from likely.evaluation import column_shapes, pair_trends, privacy, transfer, two_sample_test

TRIVIAL = ("real rows", "independent columns")
METHODS = (*TRIVIAL, "SequentialTrees", "AnyOrder", "GaussianCopula", "VAE", "GAN")
SLOW = ("AnyOrder", "VAE", "GAN")  # one seed
SEEDS = (0, 1, 2, 3, 4)
FILES = {
    "adult": ("adult_train", "income", ()),
    "default": (
        "credit_default", "default.payment.next.month",
        ("SEX", "EDUCATION", "MARRIAGE", "PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6",
         "default.payment.next.month"),
    ),
    "shoppers": (
        "online_shoppers", "Revenue",
        ("OperatingSystems", "Browser", "Region", "TrafficType", "Weekend", "Revenue"),
    ),
    "beijing": ("beijing_pm25", "pollution", ()),
}  # fmt: skip


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store."""
    rows = {(row["table"], row["method"]): row for row in store.load("synthetic")}
    for table in asked.tables:
        for method in asked.methods:
            if (table, method) in rows and not asked.again:
                continue
            seeds = asked.seeds[:1] if method in SLOW else asked.seeds
            rows[table, method] = summed_up([measure(table, method, seed) for seed in seeds])
            store.show(rows[table, method])
            if tuple(asked.seeds) == SEEDS:
                store.save("synthetic", [*rows.values()])


def read(table: str, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Return rows to learn from, rows held out, and the column to foretell."""
    name, target, codes = FILES[table]
    folder = tables.DATA / "synthetic"
    frame = pd.read_parquet(folder / f"{name}.parquet")
    if table == "adult":
        return frame, pd.read_parquet(folder / "adult_test.parquet")[frame.columns], target
    frame = frame.drop(columns="ID", errors="ignore")
    frame = frame.astype({column: "string" for column in codes})
    order = np.random.default_rng(seed).permutation(len(frame))
    cut = int(0.8 * len(frame))
    parts = (frame.iloc[part].reset_index(drop=True) for part in (order[:cut], order[cut:]))
    return *parts, target


def measure(table: str, method: str, seed: int) -> dict[str, Any]:
    """Return the figures of one generator with one seed."""
    train, holdout, target = read(table, seed)
    row: dict[str, Any] = {"table": table, "method": method, "seed": seed}
    rng = np.random.default_rng(seed)
    if method == "real rows":
        half = rng.permutation(len(holdout))
        made = holdout.iloc[half[: len(half) // 2]].reset_index(drop=True)
        holdout = holdout.iloc[half[len(half) // 2 :]].reset_index(drop=True)
    elif method == "independent columns":
        made = train.apply(lambda column: rng.permutation(column)).astype(train.dtypes)
    else:
        made, more = generated(method, train, holdout, seed)
        row |= more
    return row | figures(train, holdout, made, target, seed)


def figures(
    train: pd.DataFrame, holdout: pd.DataFrame, made: pd.DataFrame, target: str, seed: int
) -> dict[str, Any]:
    """Return how well rows that were made pass for real, and whether they are copies."""
    told = {
        name: two_sample_test(real, made, "codes", folds=3, most=8_000, seed=seed).auroc
        for name, real in (("c2st", holdout), ("c2st train", train))
    }
    useful = transfer(train, made, holdout, target, seed=seed)
    private = privacy(made, train, holdout, seed=seed)
    return {
        "shape": 100 * (1 - column_shapes(train, made).mean),
        "trend": 100 * (1 - pair_trends(train, made).mean),
        **told,
        "made": useful.synthetic,
        "real": useful.real,
        "copies": 100 * private.copies,
        "copies real": 100 * private.copies_real,
        "nearer": private.nearer_to_training,
    }


def generated(
    method: str, train: pd.DataFrame, holdout: pd.DataFrame, seed: int
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return rows made by a model, and what making them cost."""
    start = process_time()
    random = "seed" in {p.name for p in parameters(catalogue.entry(method).load())}
    model = catalogue.make(method, **({"seed": seed} if random else {})).fit(train)
    fitted = process_time()
    values = model.sample(len(train), seed=seed)
    drawn = process_time()
    made = to_frame(model.schema_.decode(values), like=train)
    more = {"fit_s": fitted - start, "draw_s": drawn - fitted}
    if can(model, "log_prob") and type(model).mixed:
        more["nats"] = float(model.log_prob(holdout).mean())
    return made, more


def summed_up(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return medians over seeds."""
    row = {"table": found[0]["table"], "method": found[0]["method"], "seeds": len(found)}
    for name in found[0]:
        if name not in ("table", "method", "seed"):
            row[name] = round(float(np.median([one[name] for one in found])), 4)
    told = [one["c2st"] for one in found]
    return row | {"c2st least": round(min(told), 4), "c2st most": round(max(told), 4)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    parser.add_argument("--tables", nargs="+", default=list(FILES))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--again", action="store_true", help="also what is stored already")
    main(parser.parse_args())
