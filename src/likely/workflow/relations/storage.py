"""What was learnt of related tables, as the parts of a file, and back."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from likely import persistence
from likely.autoregressive.trees_packed import check_tree
from likely.core.errors import DamagedFile
from likely.data.column import Column
from likely.data.pieces import FIRST, Pieces
from likely.data.table import Table
from likely.workflow.relations.given_rows import GivenRows
from likely.workflow.relations.keys import Key
from likely.workflow.relations.learning import LearntTable


@dataclass(frozen=True)
class _Kept:
    """A table that stays as it is."""

    name: str
    columns: tuple[Column, ...]
    named: bool
    values: np.ndarray
    missing: np.ndarray


def parts_of(
    tables: dict[str, LearntTable], keys: tuple[Key, ...], kept: dict[str, Table]
) -> dict[str, Any]:
    """Return the parts of a file that say what was learnt."""
    as_is = [
        _Kept(
            name,
            table.columns,
            table.named,
            np.nan_to_num(table.matrix, nan=0.0),
            np.isnan(table.matrix).astype(np.uint8),
        )
        for name, table in kept.items()
    ]
    return {"tables": list(tables.values()), "keys": list(keys), "kept": as_is}


def read_parts(
    parts: dict[str, Any],
) -> tuple[dict[str, LearntTable], tuple[Key, ...], dict[str, Table]]:
    """Return what `parts_of` was given, or raise `DamagedFile`."""
    tables = persistence.read_as(tuple[LearntTable, ...], parts["tables"], "tables")
    keys = persistence.read_as(tuple[Key, ...], parts["keys"], "keys")
    kept = persistence.read_as(tuple[_Kept, ...], parts["kept"], "kept")
    as_is = {one.name: _table(one) for one in kept}
    learnt = {one.place.name: one for one in tables}
    try:
        _check(learnt, keys, as_is)
    except (ValueError, IndexError, KeyError) as error:  # a hostile value sets off any of them
        raise DamagedFile(f"What the file says of its tables contradicts itself: {error}") from None
    return learnt, keys, as_is


def _table(kept: _Kept) -> Table:
    shape = (len(kept.values), len(kept.columns))
    if kept.values.shape != shape or kept.missing.shape != shape:
        raise DamagedFile(f"The rows of {kept.name[:80]!r} do not fit its columns.")
    for column, values in zip(kept.columns, kept.values.T, strict=True):
        if column.kind == "category" and len(values):
            whole = bool((values == np.floor(values)).all())
            if not whole or values.min() < 0 or values.max() >= max(len(column.labels), 1):
                raise DamagedFile(f"{kept.name[:80]!r} holds unknown labels.")
    values = np.where(kept.missing == 1, np.nan, kept.values)
    return Table(values, kept.columns, named=kept.named)


def _check(learnt: dict[str, LearntTable], keys: tuple[Key, ...], kept: dict[str, Table]) -> None:
    """Raise `ValueError` if parts of a file do not fit together."""
    names = {name: [column.name for column in one.columns] for name, one in learnt.items()}
    names |= {name: table.names for name, table in kept.items()}
    for key in keys:
        _demand(key.column in names[key.child] and key.target in names[key.parent], str(key))
    before: set[str] = set()
    for name, one in learnt.items():
        above = [key for key in (one.place.owner, *one.place.links) if key is not None]
        _demand({*above, *one.place.lookups, *one.place.counted} <= set(keys), "keys")
        _demand(all(key.parent in before for key in above), "the order of tables")
        _demand(set(above) <= set(one.without), "keys without rows")
        _demand(one.rows > 0, "counts of rows")
        _demand(all(key.parent in kept for key in one.place.lookups), "tables that are kept")
        _check_roles(one, above, names)
        width = len(one.roles.learnt) + len(one.place.counted)
        _demand(len(one.work) == width + len(one.passed_on), "columns that are given")
        given = sum(len(learnt[key.parent].work) for key in above) + 1
        _check_rows(one.siblings.first, given, width)
        if one.siblings.later is not None:
            _check_rows(one.siblings.later, given + 1 + width, width)
        _demand(all(0 <= j < width for j in one.siblings.lone), "labels that stand apart")
        before.add(name)


def _check_roles(one: LearntTable, above: list[Key], names: dict[str, list[str]]) -> None:
    roles, width = one.roles, len(one.columns)
    places = (*roles.fresh, *roles.copies, *roles.lookups, *roles.learnt, *one.passed_on)
    _demand(all(0 <= j < width for j in places), "columns")
    _demand(len(set(roles.learnt)) == len(roles.learnt), "columns")
    _demand(roles.date is None or roles.date in roles.learnt, "a date")
    dates = None if roles.date is None else roles.learnt.index(roles.date)
    _demand(one.siblings.date == dates, "a date")
    for key, at in roles.copies.values():
        _demand(key in above and 0 <= at < len(names[key.parent]), "copies")


def _check_rows(rows: GivenRows, given: int, width: int) -> None:
    sizes = np.array([len(pieces) for pieces in rows.pieces])
    _demand(len(sizes) == given + width, "columns that are drawn")
    _demand(sorted(rows.order) == list(range(given, given + width)), "the order of columns")
    for pieces in rows.pieces:
        _check_pieces(pieces)
    for j, tree in zip(rows.order, rows.trees, strict=True):
        flat = (tree.feature, tree.threshold, tree.left, tree.right)
        _demand(all(a.shape == tree.feature.shape and a.ndim == 1 for a in flat), "trees")
        _demand(len(tree.places) == len(sizes) and tree.pieces == sizes[j], "trees")
        whole = (tree.feature, tree.left, tree.right, tree.even, *tree.places)
        counts = (tree.entry_node, tree.entry_piece, tree.entry_count)
        _demand(all(a.dtype.kind == "i" and a.ndim == 1 for a in (*whole, *counts)), "trees")
        _demand(all(_within(a, 0, 1 << 53) for a in (*counts, tree.even)), "counts")
        _demand(_within(tree.even, 0, int(sizes[j])), "intervals")
        check_tree(tree, sizes)


def _check_pieces(pieces: Pieces) -> None:
    _demand(pieces.low.shape == pieces.high.shape == (len(pieces),), "pieces")
    _demand(len(pieces) >= FIRST and bool((pieces.low <= pieces.high).all()), "pieces")
    _demand(pieces.labels.shape == pieces.shares.shape, "labels")
    whole = pieces.labels.dtype.kind == "i" or not len(pieces.labels)
    _demand(whole and _within(pieces.labels, 0, len(pieces)), "labels")
    if not len(pieces.labels):
        _demand(all(a <= b for a, b in pairwise(pieces.low[FIRST:].tolist())), "pieces")


def _within(values: np.ndarray, low: int, end: int) -> bool:
    return bool(((values >= low) & (values < end)).all())


def _demand(sound: bool, what: str) -> None:
    if not sound:
        raise ValueError(f"{what} of a table do not fit the rest")
