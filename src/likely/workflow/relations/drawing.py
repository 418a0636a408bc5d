"""New tables, one after another, each given those that it hangs on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from likely.core.categorical import systematic
from likely.core.errors import DataError
from likely.data.column import Column
from likely.data.table import Table
from likely.workflow.relations.keys import Key
from likely.workflow.relations.learning import LearntTable, rows_at
from likely.workflow.relations.siblings import Family

MOST_ROWS = 1 << 27
"""A table that would get more rows is not drawn: a file may say any number of them."""

_ROUNDS = 20  # in which siblings that refer to the same row swap with others


@dataclass(frozen=True)
class _New:
    """A new table, and what those that hang on it are drawn given."""

    table: Table
    work: np.ndarray


def draw_tables(
    learnt: Mapping[str, LearntTable],
    kept: Mapping[str, Table],
    sizes: Mapping[str, int],
    rng: np.random.Generator,
) -> dict[str, Table]:
    """Draw all tables.

    Parameters
    ----------
    learnt : mapping of str to LearntTable
        Those that others hang on come first.
    kept : mapping of str to Table
        Tables that stay as they are.
    sizes : mapping of str to int
        Rows of tables that hang on no other.
    rng : Generator
        Draws them.

    Raises
    ------
    DataError
        If a table would get more than 134,217,728 rows.
    """
    for name, size in sizes.items():
        _check_size(name, size)
    new: dict[str, _New] = {}
    for name, one in learnt.items():
        new[name] = _draw(one, learnt, kept, new, sizes.get(name, 0), rng)
    return {**kept, **{name: one.table for name, one in new.items()}}


def _draw(
    one: LearntTable,
    learnt: Mapping[str, LearntTable],
    kept: Mapping[str, Table],
    new: Mapping[str, _New],
    n: int,
    rng: np.random.Generator,
) -> _New:
    refer: dict[Key, np.ndarray] = {}
    owner = np.full(n, -1)
    if one.place.owner is not None:
        owner = refer[one.place.owner] = _owners(one, learnt, new, rng)
    for key in one.place.links:
        refer[key] = _linked(one, key, owner, learnt, new, rng)
    owner, refer = _without_twins(one, owner, refer)
    known = [np.empty((len(owner), 0))]
    known += [rows_at(new[key.parent].work, rows) for key, rows in refer.items()]
    date = None if one.roles.date is None else one.roles.learnt.index(one.roles.date)
    family = Family.of(owner, np.zeros(len(owner)))
    drawn = one.siblings.draw(np.hstack(known), family, rng)
    drawn = _in_units(one, drawn)
    order = np.arange(len(drawn))
    if date is not None:
        order = np.argsort(drawn[:, date], kind="stable")
    used_up = np.asarray(np.isnan(drawn[:, list(one.siblings.lone)]).any(axis=1))
    order = order[~used_up[order]]
    return _written(one, drawn[order], {k: r[order] for k, r in refer.items()}, kept, new)


def _owners(
    one: LearntTable,
    learnt: Mapping[str, LearntTable],
    new: Mapping[str, _New],
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the row that every new row hangs on, -1 for none."""
    key = one.place.owner
    if key is None:
        return np.empty(0, dtype=np.int64)
    asked = new[key.parent].work[:, learnt[key.parent].counts_of(key)]
    _check_size(one.place.name, asked.sum())
    counts = asked.astype(np.int64)
    found = np.repeat(np.arange(len(counts)), counts)
    share = one.without[key]
    alone = rng.binomial(len(found), min(share / (1 - share), 1.0)) if 0 < share < 1 else 0
    return np.concatenate([found, np.full(alone, -1)])


def _check_size(name: str, rows: float) -> None:
    if rows > MOST_ROWS:
        raise DataError(
            f"{name!r} would get {rows:,.0f} rows, more than the {MOST_ROWS:,} that are drawn at "
            "once. Ask for fewer rows of the tables that hang on no other, by n=."
        )


def _linked(
    one: LearntTable,
    key: Key,
    owner: np.ndarray,
    learnt: Mapping[str, LearntTable],
    new: Mapping[str, _New],
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the row that every new row refers to by a link, as often as its count says."""
    weights = new[key.parent].work[:, learnt[key.parent].counts_of(key)]
    if not weights.sum() > 0:
        weights = np.ones(len(weights))
    if not len(owner):
        return np.empty(0, dtype=np.int64)
    found = systematic(weights, len(owner), rng)
    if key in one.distinct:
        for _ in range(_ROUNDS):
            twins = np.flatnonzero(_is_twin(owner, found))
            if not len(twins):
                break
            others = rng.integers(len(found), size=len(twins))
            for a, b in zip(twins.tolist(), others.tolist(), strict=True):
                found[a], found[b] = found[b], found[a]
    return np.where(rng.random(len(found)) < one.without[key], -1, found)


def _is_twin(owner: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Return which rows refer to the same row as a sibling before them."""
    pairs = np.column_stack([owner, found])
    first = np.unique(pairs, axis=0, return_index=True)[1]
    twin = np.ones(len(owner), dtype=bool)
    twin[first] = False
    return twin & (owner >= 0) & (found >= 0)


def _without_twins(
    one: LearntTable, owner: np.ndarray, refer: dict[Key, np.ndarray]
) -> tuple[np.ndarray, dict[Key, np.ndarray]]:
    good = np.ones(len(owner), dtype=bool)
    for key in one.distinct:
        good &= ~_is_twin(owner, refer[key])
    return owner[good], {key: rows[good] for key, rows in refer.items()}


def _in_units(one: LearntTable, drawn: np.ndarray) -> np.ndarray:
    """Return whole numbers where there were such, and counts that are none below 0."""
    found = drawn.copy()
    for j, column in enumerate(one.work[: drawn.shape[1]]):
        if column.integer or column.kind == "date":
            found[:, j] = np.rint(found[:, j])
    counts = slice(len(one.roles.learnt), drawn.shape[1])
    found[:, counts] = np.maximum(np.nan_to_num(found[:, counts]), 0)
    return found


def _written(
    one: LearntTable,
    drawn: np.ndarray,
    refer: dict[Key, np.ndarray],
    kept: Mapping[str, Table],
    new: Mapping[str, _New],
) -> _New:
    """Return a table in the user's columns, with keys and copies."""
    n = len(drawn)
    columns, matrix = list(one.columns), np.full((n, len(one.columns)), np.nan)
    for i, j in enumerate(one.roles.learnt):
        matrix[:, j] = drawn[:, i]
    for j, key in one.roles.lookups.items():
        rows = np.where(np.isnan(matrix[:, j]), -1, matrix[:, j]).astype(np.int64)
        at = kept[key.parent].names.index(key.target)
        columns[j], matrix[:, j] = _of(columns[j], kept[key.parent], at, rows)
    names = [column.name for column in one.columns]
    for key, rows in refer.items():
        j, parent = names.index(key.column), new[key.parent].table
        columns[j], matrix[:, j] = _of(columns[j], parent, parent.names.index(key.target), rows)
    for j, (key, at) in one.roles.copies.items():
        columns[j], matrix[:, j] = _of(columns[j], new[key.parent].table, at, refer[key])
    for j in one.roles.fresh:
        columns[j], matrix[:, j] = _fresh(columns[j], n)
    table = Table(matrix, tuple(columns), named=one.named)
    return _New(table, np.hstack([drawn, matrix[:, list(one.passed_on)]]))


def _of(column: Column, table: Table, at: int, rows: np.ndarray) -> tuple[Column, np.ndarray]:
    """Return what rows of another table hold in a column."""
    values = rows_at(table.matrix[:, [at]], rows)[:, 0]
    return replace(column, labels=table.columns[at].labels), values


def _fresh(column: Column, n: int) -> tuple[Column, np.ndarray]:
    """Return values that are one of a kind: counted, or the name of the column with a number."""
    if column.set_aside == "empty" or column.kind not in ("number", "category"):
        return column, np.full(n, np.nan)
    if column.kind == "number":
        return column, np.arange(1.0, n + 1)
    labels = tuple(f"{column.name} {i}" for i in range(1, n + 1))
    return replace(column, labels=labels), np.arange(float(n))
