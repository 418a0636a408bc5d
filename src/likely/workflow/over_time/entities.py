"""Several series in one table: which column tells them apart, and what each is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from likely.core.errors import DataError
from likely.data.column import Column
from likely.data.entities import Entity, name_of, split_by, with_clock_of_each
from likely.data.table import Table

_ROLE = "group"
_LEAST = 8  # rows of a series
_SHOWN = 3


@dataclass(frozen=True)
class Entities:
    """Series that were learnt together.

    Parameters
    ----------
    name : str
        The column that says which series a row is a moment of.
    names : tuple of str
        What the series learnt from are called, in the order of their numbers.
    """

    name: str
    names: tuple[str, ...]

    @classmethod
    def learn(cls, table: Table, name: str, time: str | None) -> tuple[Entities, Table]:
        """Return the series of a table, and the table with numbered rows and their clock.

        Parameters
        ----------
        table : Table
            Rows of all series.
        name : str
            The column that tells them apart.
        time : str or None
            The column that is the clock; None: found.

        Raises
        ------
        DataError
            If no series is long enough.
        """
        j = table.names.index(name)
        found = split_by(table, name, _LEAST)
        told = [one for one in (*found.parts, *found.short) if not _nameless(table, one, j)]
        parts = [one for one in told if len(one.rows) >= _LEAST]
        if not parts:
            raise DataError(f"No {name} has enough rows to be a series: at least {_LEAST}.")
        known = cls(name, tuple(one.name for one in parts))
        numbers = np.full(len(table), -1, dtype=np.int64)
        for number, one in enumerate(parts):
            numbers[one.rows] = number
        aside = table.set_aside({name: _ROLE})
        numbered = with_clock_of_each(replace(aside, series=numbers), time)
        short = about_short({one.name: len(one.rows) for one in told}, _LEAST)
        notes = (*numbered.notes, *_about_missing(table, name), *short)
        return known, replace(numbered, notes=notes)

    def number(self, name: str) -> int:
        """Return the number of a series; of one that was not learnt, the one behind the last."""
        return self.names.index(name) if name in self.names else len(self.names)

    def columns(self, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        """Return columns with that one among those to be read that tells series apart."""
        return tuple(replace(c, set_aside="") if c.name == self.name else c for c in columns)

    def numbered(self, table: Table) -> Table:
        """Return new rows with the number of their series: those not learnt come after the others.

        Parameters
        ----------
        table : Table
            Rows as they were read.
        """
        if table.series is not None:
            return table
        table.check_names([self.name])
        j = table.names.index(self.name)
        keys, of_row = np.unique(table.matrix[:, j], return_inverse=True)
        number = {name: i for i, name in enumerate(self.names)}
        codes = np.array(
            [
                -1
                if np.isnan(key)
                else number.setdefault(name_of(table.columns[j], float(key)), len(number))
                for key in keys
            ],
            dtype=np.int64,
        )
        notes = (*table.notes, *_about_missing(table, self.name))
        table = table.set_aside({self.name: _ROLE})
        return replace(table, series=codes[of_row.reshape(-1)], notes=notes)

    def called(self, table: Table, rows: np.ndarray) -> tuple[str, ...]:
        """Return what the series of some rows are called."""
        j = table.names.index(self.name)
        column = table.columns[j]
        return tuple(name_of(column, float(key)) for key in table.matrix[rows, j])


def about_short(steps: Mapping[str, int], least: int) -> list[str]:
    """Name the series that have fewer steps than a model looks at.

    Parameters
    ----------
    steps : mapping of str to int
        How many each has.
    least : int
        How many it must have.
    """
    short = [name for name, count in steps.items() if count < least]
    if not short:
        return []
    what = "1 series has" if len(short) == 1 else f"{len(short):,} series have"
    return [f"{what} fewer than {least:,} moments and cannot be judged: {some_of(short)}."]


def some_of(names: Sequence[str]) -> str:
    """Return the first names, for a sentence."""
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _nameless(table: Table, one: Entity, column: int) -> bool:
    return bool(np.isnan(table.matrix[one.rows[0], column]))


def _about_missing(table: Table, name: str) -> list[str]:
    missing = int(np.isnan(table.matrix[:, table.names.index(name)]).sum())
    if not missing:
        return []
    if missing == 1:
        return [f"1 row has no {name} and is not judged."]
    return [f"{missing:,} rows have no {name} and are not judged."]
