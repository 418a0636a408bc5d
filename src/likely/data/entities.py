"""A table of several entities: which column tells them apart, and one table for each."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from likely.data.clock_column import clock_of, with_clock
from likely.data.column import Column
from likely.data.end_to_end import rows_of_each
from likely.data.epochs import from_numbers
from likely.data.table import Table, write_value

_MOST = 0.2  # of the rows: a column with more levels than that names no entities
_LEAST_ROWS = 4  # of an entity
_TOLD = 0.95
_LEVELS = 2.5  # as many as rows share a stamp; a measurement has more
_SHOWN = 3


class Entity(NamedTuple):
    """The rows of one entity."""

    name: str
    """As a person would write it."""

    rows: np.ndarray
    """Which rows of the table they are, ascending, shape (n,)."""

    table: Table
    """These rows; the column that tells entities apart is set aside."""


class Entities(NamedTuple):
    """A table taken apart by entity."""

    parts: tuple[Entity, ...]
    """Those that are long enough, in the order in which they first come."""

    short: tuple[Entity, ...]
    """Those that are not."""

    notes: tuple[str, ...]
    """What was decided, in sentences for people."""


def split_by(table: Table, group: str, least: int = 8) -> Entities:
    """Return one table for each entity.

    Parameters
    ----------
    table : Table
        Rows of several series: a time, an entity, and what was measured then.
    group : str
        The column that says which entity a row belongs to; where it is missing, rows belong to one
        named "missing".
    least : int in [1, inf), default 8
        Rows that an entity must have; a note names those with fewer.

    Raises
    ------
    DataError
        If there is no such column.

    Examples
    --------
    >>> from likely.data.frames import as_table
    >>> rows = {"pump": ["a", "b"] * 8 + ["c"], "heat": [float(i) for i in range(17)]}
    >>> found = split_by(as_table(rows), "pump")
    >>> [(one.name, len(one.rows)) for one in found.parts], [one.name for one in found.short]
    ([('a', 8), ('b', 8)], ['c'])
    """
    table.check_names([group])
    j = table.names.index(group)
    whole = table.set_aside({group: "group"})
    codes = _codes(table.matrix[:, j])
    order = np.argsort(codes, kind="stable")
    edges = np.flatnonzero(np.diff(codes[order])) + 1
    every = [
        Entity(name_of(table.columns[j], table.matrix[rows[0], j]), rows, whole.take(rows))
        for rows in sorted(np.split(order, edges), key=lambda rows: int(rows[0]))
    ]
    parts = tuple(one for one in every if len(one.rows) >= least)
    short = tuple(one for one in every if len(one.rows) < least)
    notes = [f"{len(parts):,} series are told apart by {group!r}."]
    if short:
        names = ", ".join(repr(one.name) for one in short[:_SHOWN])
        more = " …" if len(short) > _SHOWN else ""
        what = "1 has" if len(short) == 1 else f"{len(short):,} have"
        notes.append(f"{what} fewer than {least:,} rows and cannot be judged: {names}{more}.")
    return Entities(parts, short, tuple(notes))


def name_of(column: Column, key: float) -> str:
    """Return what an entity is called; 17,000 is a number, 17000 a name.

    Examples
    --------
    >>> name_of(Column("unit", "number"), 17_000.0)
    '17000'
    """
    if column.kind == "number" and abs(key) < 1e15 and key == int(key):
        return str(int(key))
    return write_value(column, key)


def with_clock_of_each(table: Table, time: str | None = None) -> Table:
    """Return a table of several series with the clock that the longest of them has.

    The clock of one series is even and rises, that of all together does not.

    Parameters
    ----------
    table : Table
        It says which series each row is of.
    time : str, optional
        The column that is the clock; default: found.

    Raises
    ------
    DataError
        If there is no such column, or it holds text.
    """
    _, rows = rows_of_each(table)
    longest = replace(table.take(max(rows, key=len)), series=None)
    own = with_clock(longest, time)
    clock = clock_of(own, time)
    matrix = table.matrix
    if clock is not None and own.columns[clock].reading != table.columns[clock].reading:
        matrix = matrix.copy()
        matrix[:, clock] = from_numbers(matrix[:, clock], own.columns[clock].reading)
    return replace(table, matrix=matrix, columns=own.columns, notes=own.notes)


def telling_apart(table: Table, clock: int) -> str | None:
    """Return the column by which rows with the same stamp differ; None if there is none.

    It names entities: it has few levels for the number of rows, its stamps are hardly ever
    repeated within an entity, about as many rows share a stamp as there are entities, and each has
    several rows. Text goes before numbers, and few
    levels before many.

    Parameters
    ----------
    table : Table
        Any.
    clock : int
        The position of its clock.
    """
    moments = table.matrix[:, clock]
    found = [
        (column.kind == "number", len(np.unique(codes)), column.name)
        for j, column in enumerate(table.columns)
        if j != clock
        and column.set_aside in ("", "id-like", "group")
        and (column.kind in ("category", "boolean") or column.integer)
        and _tells_apart(codes := _codes(table.matrix[:, j]), moments)
    ]
    return min(found)[2] if found else None


def _tells_apart(codes: np.ndarray, moments: np.ndarray) -> bool:
    counts = np.bincount(codes)
    if len(counts) < 2 or len(counts) > _MOST * len(codes) or np.median(counts) < _LEAST_ROWS:
        return False
    if len(counts) > _LEVELS * len(codes) / len(np.unique(moments)):
        return False
    order = np.lexsort((moments, codes))
    same = (np.diff(codes[order]) == 0) & (np.diff(moments[order]) == 0)
    return bool(same.sum() <= (1 - _TOLD) * len(codes))


def _codes(values: np.ndarray) -> np.ndarray:
    """Return values as whole numbers from 0, shape (n,); the missing ones are the last."""
    return np.unique(values, return_inverse=True)[1].reshape(-1)
