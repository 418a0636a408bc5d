"""Measure tables that refer to one another: the Chinook shop, drawn anew.

Rows that nothing hangs on (customers; artists) are split into halves by chance, and all that hangs
on them goes along. One half is learnt and drawn anew; "drawn" is how far that is from the other
half, "real" how far the half learnt is from it, and "resampled" how far as many customers or
artists of the half learnt are, drawn with replacement, with all that hangs on each: a generator
that knew nothing but these, and all of it. Given is the mean over ten splits, and the range of the
middle eight. "ks" and "tv" compare how many rows hang on a row (Kolmogorov-Smirnov, total
variation), "pairs" how columns of rows go with columns of the rows that they hang on (total
variation of the joint frequencies, ten bins, the mean over all pairs), and "gaps" the days between
an invoice and the next one of a customer (Kolmogorov-Smirnov). "lost" counts keys that refer to
nothing and rows whose names repeat, over all that was drawn.

    python benchmarks/related_tables.py       stores results/related_tables.json
"""

from __future__ import annotations

import os
import sqlite3
from time import process_time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import pyarrow as pa

import likely
import store
from tables import DATA

SHOP = {
    "Invoice.CustomerId": "Customer.CustomerId",
    "Customer.SupportRepId": "Employee.EmployeeId",
    "Employee.ReportsTo": "Employee.EmployeeId",
    "InvoiceLine.InvoiceId": "Invoice.InvoiceId",
    "InvoiceLine.TrackId": "Track.TrackId",
}
MUSIC = {
    "Album.ArtistId": "Artist.ArtistId",
    "Track.AlbumId": "Album.AlbumId",
    "Track.GenreId": "Genre.GenreId",
    "Track.MediaTypeId": "MediaType.MediaTypeId",
    "PlaylistTrack.TrackId": "Track.TrackId",
    "PlaylistTrack.PlaylistId": "Playlist.PlaylistId",
}
OWNED = ("Invoice.CustomerId", "InvoiceLine.InvoiceId", "Album.ArtistId", "Track.AlbumId",
         "PlaylistTrack.TrackId")  # fmt: skip
SPLITS, BINS, MOST_LABELS = 10, 10, 60

Tables = dict[str, pd.DataFrame]


def main() -> None:
    """Measure, print and store."""
    tables, found, lost = chinook(), {}, 0
    seconds = {"learn": 0.0, "generate": 0.0}
    for seed in range(SPLITS):
        for root, keys in (("Customer", SHOP), ("Artist", MUSIC)):
            learnt, other = halves(tables, root, keys, seed)
            started = process_time()
            related = likely.learn_related(learnt, keys)
            learning = process_time()
            drawn = related.generate(seed=seed)
            seconds["generate"] += process_time() - learning
            seconds["learn"] += learning - started
            lost += broken(drawn, keys)
            again = resampled(learnt, root, keys, seed)
            for name, pair in (("drawn", drawn), ("real", learnt), ("resampled", again)):
                for what, figure in distances(pair, other, keys).items():
                    found.setdefault(what, {}).setdefault(name, []).append(figure)
    rows = []
    for (key, measure), of in found.items():
        row: dict = {"key": key, "measure": measure}
        for name, figures in of.items():
            low, high = np.quantile(figures, [0.1, 0.9])
            row[name] = round(float(np.mean(figures)), 3)
            row[f"{name}_range"] = f"{low:.3f} to {high:.3f}"
        rows.append(row)
        store.show(row)
    facts = {"lost": lost, **{f"{k}_s": round(v / SPLITS, 2) for k, v in seconds.items()}}
    store.show(facts)
    store.save("related_tables", rows, splits=SPLITS, **facts)


def chinook() -> Tables:
    """Return the tables of the shop."""
    path = DATA / "synthetic" / "chinook.sqlite.zst"
    base = sqlite3.connect(":memory:")
    base.deserialize(pa.input_stream(str(path), compression="zstd").read())
    asked = "select name from sqlite_master where type = 'table' and name not like 'sqlite%'"
    names = [name for (name,) in base.execute(asked)]
    tables = {name: pd.read_sql(f'select * from "{name}"', base) for name in names}
    tables["Invoice"]["InvoiceDate"] = pd.to_datetime(tables["Invoice"]["InvoiceDate"])
    return tables


def halves(tables: Tables, root: str, keys: dict[str, str], seed: int) -> tuple[Tables, Tables]:
    """Return two halves of a root table, each with all that hangs on it and all else whole."""
    names = {part.split(".")[0] for both in keys.items() for part in both}
    order = np.random.default_rng(seed).permutation(len(tables[root]))
    cut = (len(order) + 1) // 2
    return (
        _part(tables, names, root, np.sort(order[:cut]), keys),
        _part(tables, names, root, np.sort(order[cut:]), keys),
    )


def _part(
    tables: Tables, names: set[str], root: str, rows: np.ndarray, keys: dict[str, str]
) -> Tables:
    part = {name: tables[name] for name in tables if name in names}
    part[root] = part[root].iloc[rows].reset_index(drop=True)
    reached = {root}
    for here, there in keys.items():  # owners come before what hangs on them
        (child, column), (parent, target) = here.split("."), there.split(".")
        if parent in reached and here in OWNED:
            kept = part[child][column].isin(part[parent][target])
            part[child] = part[child][kept].reset_index(drop=True)
            reached.add(child)
    return part


def resampled(tables: Tables, root: str, keys: dict[str, str], seed: int) -> Tables:
    """Return rows of a root table drawn with replacement, each with all that hangs on it."""
    made, rows = dict(tables), len(tables[root])
    chosen = np.random.default_rng(seed).integers(rows, size=rows)
    made[root] = tables[root].iloc[chosen].reset_index(drop=True)
    old: dict[str, pd.Series] = {}  # names that rows had before
    for here, there in keys.items():
        (child, column), (parent, target) = here.split("."), there.split(".")
        if here not in OWNED or (parent != root and parent not in old):
            continue
        if parent not in old:
            old[parent] = made[parent][target]
            made[parent] = made[parent].assign(**{target: np.arange(rows)})
        names = pd.DataFrame({"old": old[parent], "new": made[parent][target]})
        both = names.merge(tables[child], left_on="old", right_on=column)
        made[child] = both.assign(**{column: both["new"]})[list(tables[child].columns)]
        own = next((at.split(".")[1] for at in keys.values() if at.split(".")[0] == child), None)
        if own is not None:
            old[child] = made[child][own]
            made[child] = made[child].assign(**{own: np.arange(len(both))})
    return made


def broken(drawn: Tables, keys: dict[str, str]) -> int:
    """Return how many keys refer to nothing, and how many rows have the name of another."""
    lost = 0
    for here, there in keys.items():
        (child, column), (parent, target) = here.split("."), there.split(".")
        lost += int((~drawn[child][column].dropna().isin(drawn[parent][target])).sum())
        lost += int(drawn[parent][target].duplicated().sum())
    if "PlaylistTrack" in drawn:
        lost += int(drawn["PlaylistTrack"].duplicated().sum())
    return lost


def distances(one: Tables, other: Tables, keys: dict[str, str]) -> dict[tuple[str, str], float]:
    """Return how far two sets of tables are apart."""
    found = {}
    for here, there in keys.items():
        (child, column), (parent, target) = here.split("."), there.split(".")
        if here in OWNED or here == "InvoiceLine.TrackId":
            a, b = (_counts(t[parent][target], t[child][column]) for t in (one, other))
            found[here, "ks"] = _ks(a, b)
            top = int(max(a.max(), b.max())) + 1
            shares = [np.bincount(x, minlength=top) / len(x) for x in (a, b)]
            found[here, "tv"] = float(np.abs(shares[0] - shares[1]).sum() / 2)
        both = [
            t[child].merge(t[parent], left_on=column, right_on=target, suffixes=("", " of parent"))
            for t in (one, other)
        ]
        if child != parent and len(both[0]):
            pairs = _pairs(both[0], both[1], len(one[child].columns))
            if pairs:
                found[here, "pairs"] = float(np.mean(pairs))
    if "Invoice" in one:
        gaps = [_gaps(t["Invoice"]) for t in (one, other)]
        found["Invoice.CustomerId", "gaps"] = _ks(*gaps)
    return found


def _counts(names: pd.Series, refer: pd.Series) -> np.ndarray:
    return refer.value_counts().reindex(names, fill_value=0).to_numpy()


def _gaps(invoices: pd.DataFrame) -> np.ndarray:
    ordered = invoices.sort_values(["CustomerId", "InvoiceDate"])
    days = ordered.groupby("CustomerId")["InvoiceDate"].diff().dt.days
    return days.dropna().to_numpy()


def _ks(a: np.ndarray, b: np.ndarray) -> float:
    values = np.unique(np.concatenate([a, b]))
    reached = [np.searchsorted(np.sort(x), values, side="right") / len(x) for x in (a, b)]
    return float(np.abs(reached[0] - reached[1]).max())


def _pairs(a: pd.DataFrame, b: pd.DataFrame, own: int) -> list[float]:
    """Return the distance of every pair of a child's and a parent's column."""
    codes = {name: _bins(a[name], b[name]) for name in a.columns if not _is_name(name, a, b)}
    found = []
    for name in a.columns[:own]:
        for other in a.columns[own:]:
            if name in codes and other in codes:
                joint = [codes[name][i] * 1000 + codes[other][i] for i in (0, 1)]
                size = int(max(j.max() for j in joint)) + 1
                share = [np.bincount(j, minlength=size) / len(j) for j in joint]
                found.append(float(np.abs(share[0] - share[1]).sum() / 2))
    return found


def _is_name(name: str, a: pd.DataFrame, b: pd.DataFrame) -> bool:
    """Whether a column names rows, or is of so many texts that halves share none."""
    text = not (pd.api.types.is_numeric_dtype(a[name]) or "datetime" in str(a[name].dtype))
    return name.removesuffix(" of parent").endswith("Id") or (
        text and pd.concat([a[name], b[name]]).nunique() > MOST_LABELS
    )


def _bins(a: pd.Series, b: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    both = pd.concat([a, b], ignore_index=True)
    if pd.api.types.is_numeric_dtype(both) or "datetime" in str(both.dtype):
        codes = pd.cut(both, BINS, labels=False).fillna(-1).astype(int).to_numpy() + 1
    else:
        codes = pd.factorize(both)[0] + 1
    return codes[: len(a)], codes[len(a) :]


if __name__ == "__main__":
    main()
