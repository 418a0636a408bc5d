"""Keys: which column of a table refers to rows of another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from likely.core.errors import DataError
from likely.data.table import Table

_PLAIN = frozenset({"id", "key", "no", "nr", "number", "code", "uuid", "guid"})


@dataclass(frozen=True)
class Key:
    """A column whose values name rows of another table.

    Parameters
    ----------
    child, column : str
        The table that refers, and by which column.
    parent, target : str
        The table referred to, and the column that names its rows.
    """

    child: str
    column: str
    parent: str
    target: str

    def __str__(self) -> str:
        return f"{self.child}.{self.column} -> {self.parent}.{self.target}"


def read_keys(said: Mapping[str, str], tables: Mapping[str, Table]) -> list[Key]:
    """Return keys as a person wrote them: {"orders.customer": "customers.id"}.

    Raises
    ------
    DataError
        If there is no such table or column, the column referred to does not name each row once, or
        a row refers to one that does not exist.
    """
    found = []
    for here, there in said.items():
        key = Key(*_place(here, tables), *_place(there, tables))
        if not _names_rows(_cells(tables[key.parent], key.target)):
            raise DataError(f"{there} does not name rows: values repeat, or are missing.")
        lost = _lost(tables, key)
        if lost:
            raise DataError(
                f"{here} refers to rows of {key.parent} that do not exist, such as "
                f"{', '.join(map(repr, sorted(lost, key=str)[:3]))}."
            )
        found.append(key)
    return found


def find_keys(tables: Mapping[str, Table]) -> list[Key]:
    """Return the keys that names and values both speak for.

    A column refers to another table if that has a column of the same name (or "id" where this one
    is "customer_id" and the table "customers") which names its rows, and every value occurs there.
    """
    found: list[Key] = []
    for child, table in tables.items():
        for column in table.names:
            for parent in tables:
                key = _found(tables, child, column, parent)
                if key is not None:
                    found.append(key)
                    break
    return found


def rows_referred_to(tables: Mapping[str, Table], key: Key) -> np.ndarray:
    """Return which row of the parent each row of the child refers to, -1 for none."""
    place = {cell: i for i, cell in enumerate(_cells(tables[key.parent], key.target))}
    return np.array([place.get(cell, -1) for cell in _cells(tables[key.child], key.column)])


def _found(tables: Mapping[str, Table], child: str, column: str, parent: str) -> Key | None:
    if parent == child:
        return None
    for target in tables[parent].names:
        if not _alike(column, target, parent):
            continue
        key, names = Key(child, column, parent, target), _cells(tables[parent], target)
        if not _names_rows(names) or _lost(tables, key):
            continue
        own = _cells(tables[child], column)
        if all(cell is None for cell in own):
            continue
        mutual = _names_rows(own) and set(own) == set(names)  # then the table named first is older
        if not mutual or list(tables).index(parent) < list(tables).index(child):
            return key
    return None


def _alike(column: str, target: str, parent: str) -> bool:
    own, other, table = _bare(column), _bare(target), _bare(parent)
    if other in _PLAIN:
        return own in {table + other, table.removesuffix("s") + other, table[:-3] + "y" + other}
    return own == other


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _place(said: str, tables: Mapping[str, Table]) -> tuple[str, str]:
    for name, table in tables.items():
        if said.startswith(f"{name}."):
            column = said[len(name) + 1 :]
            table.check_names([column])
            return name, column
    raise DataError(
        f"{said!r} names no column of a table. Write TABLE.COLUMN; the tables are "
        f"{', '.join(map(repr, tables))}."
    )


def _cells(table: Table, name: str) -> list[float | str | None]:
    position = table.names.index(name)
    column, values = table.columns[position], table.matrix[:, position]
    if column.kind == "category":
        return [None if np.isnan(v) else column.labels[int(v)] for v in values]
    return [None if np.isnan(v) else float(v) for v in values]


def _names_rows(cells: list[float | str | None]) -> bool:
    return None not in cells and len(set(cells)) == len(cells)


def _lost(tables: Mapping[str, Table], key: Key) -> set[float | str | None]:
    known = set(_cells(tables[key.parent], key.target))
    return set(_cells(tables[key.child], key.column)) - known - {None}
