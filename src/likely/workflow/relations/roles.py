"""What each column of a related table is: a key, one of a kind, a copy, or a column to learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from likely.core.errors import DataError
from likely.data.column import Column
from likely.data.table import Table
from likely.workflow.relations.keys import Key, rows_referred_to
from likely.workflow.relations.plan import Place


@dataclass(frozen=True)
class Roles:
    """The columns of one table, by what is done with them.

    Parameters
    ----------
    fresh : tuple of int
        Columns that name rows, or are one of a kind: counted anew.
    copies : dict of int to (Key, int)
        Columns that always hold what a column of a row referred to holds.
    lookups : dict of int to Key
        Keys to rows of tables that are kept.
    learnt : tuple of int
        All others, and `lookups`: what models draw.
    date : int or None
        The column of dates that rows of one owner are in the order of.
    """

    fresh: tuple[int, ...]
    copies: dict[int, tuple[Key, int]]
    lookups: dict[int, Key]
    learnt: tuple[int, ...]
    date: int | None


def find_roles(place: Place, tables: Mapping[str, Table], keys: list[Key]) -> Roles:
    """Return what the columns of a table that is learnt are.

    Parameters
    ----------
    place : Place
        How it hangs on others.
    tables : mapping of str to Table
        All tables; those columns are set aside that no model is to look at.
    keys : list of Key
        All keys.
    """
    table = tables[place.name]
    names = table.names
    named = {names.index(key.target) for key in keys if key.parent == place.name}
    aside = {j for j, column in enumerate(table.columns) if not column.used}
    refer = {names.index(key.column) for key in keys if key.child == place.name}
    above = [key for key in (place.owner, *place.links) if key is not None]
    copies = {}
    for j in range(len(names)):
        source = None if j in named | refer else _source(tables, table, j, above)
        if source is not None:
            copies[j] = source
    fresh = tuple(sorted((named | aside) - refer - set(copies)))
    lookups = {names.index(key.column): key for key in place.lookups}
    done = {*fresh, *copies, *refer} - set(lookups)
    learnt = tuple(j for j in range(len(names)) if j not in done)
    dates = [j for j in learnt if table.columns[j].kind == "date"]
    _check_types([table.columns[j] for j in {*fresh, *refer, *copies}])
    return Roles(fresh, copies, lookups, learnt, dates[0] if dates and place.owner else None)


def as_positions(tables: Mapping[str, Table], key: Key) -> tuple[Column, np.ndarray]:
    """Return a key to rows of a table that is kept as a column of labels, and its values."""
    place = rows_referred_to(tables, key).astype(np.float64)
    labels = tuple(str(i) for i in range(len(tables[key.parent])))
    return Column(key.column, "category", labels=labels), np.where(place < 0, np.nan, place)


def _source(
    tables: Mapping[str, Table], table: Table, j: int, above: list[Key]
) -> tuple[Key, int] | None:
    """Return the column above that a column is always equal to."""
    column, own = table.columns[j], table.matrix[:, j]
    if len(np.unique(own[~np.isnan(own)])) < 2:
        return None
    for key in above:
        parent = tables[key.parent]
        rows = rows_referred_to(tables, key)
        for place, other in enumerate(parent.columns):
            if (rows < 0).any() or other.kind != column.kind or other.name == key.target:
                continue
            values = parent.matrix[rows, place]
            if column.kind == "category":
                values = _in_labels(values, other, column)
            if np.array_equal(values, own, equal_nan=True):
                return key, place
    return None


def _in_labels(values: np.ndarray, of: Column, like: Column) -> np.ndarray:
    """Return positions in the labels of one column as those in another's; -1 if there is none."""
    table = np.array([like.positions.get(label, -1) for label in of.labels] + [np.nan])
    return table[np.where(np.isnan(values), len(of.labels), values).astype(np.int64)]


def _check_types(columns: list[Column]) -> None:
    for column in columns:
        if column.dtype.startswith(("Categorical", "Enum", "category")):
            raise DataError(
                f"Column {column.name!r} names rows, and new rows have new names, which its type "
                f"{column.dtype} does not allow. Turn it into text or whole numbers."
            )
