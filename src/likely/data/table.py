"""A table of mixed columns as one float64 matrix.

The uniform shape between whatever the user holds and whatever a model needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from likely.core.errors import DataError
from likely.data.clock import local_time
from likely.data.column import Column
from likely.data.epochs import on_the_calendar


@dataclass(frozen=True)
class Table:
    """Rows and described columns.

    Parameters
    ----------
    matrix : ndarray of float64, shape (n rows, n columns)
        Values as `Column.kind` says; NaN is missing.
    columns : tuple of Column
        One description per column of the matrix.
    named : bool
        Whether the names came from the user (a dataframe) or were made up (an array).
    native : object
        What the user gave, so that results can be given back in kind; None if not kept.
    notes : tuple of str
        What was decided while reading, in sentences for people.
    series : ndarray of int64, shape (n rows,), optional
        Which series each row is a moment of, counted from 0; -1 for rows of none. None if all rows
        are of one.
    """

    matrix: np.ndarray
    columns: tuple[Column, ...]
    named: bool = True
    native: Any = field(default=None, repr=False)
    notes: tuple[str, ...] = ()
    series: np.ndarray | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return self.matrix.shape[0]

    @property
    def names(self) -> list[str]:
        """Names of all columns."""
        return [column.name for column in self.columns]

    def take(self, rows: np.ndarray | slice) -> Table:
        """Return some of the rows; the native data do not come along."""
        series = None if self.series is None else self.series[rows]
        return replace(self, matrix=self.matrix[rows], native=None, series=series)

    def set_aside(self, reasons: dict[str, str]) -> Table:
        """Return the table with columns marked as not to be looked at, by name and reason."""
        self.check_names(reasons)
        columns = tuple(
            replace(column, set_aside=reasons.get(column.name, column.set_aside))
            for column in self.columns
        )
        return replace(self, columns=columns)

    def check_names(self, names: Iterable[str]) -> None:
        """Raise `DataError`, which lists all columns, if one of the names is none."""
        unknown = sorted(set(names) - set(self.names))
        if unknown:
            raise DataError(
                f"There is no column named {', '.join(map(repr, unknown))}. "
                f"The columns are {', '.join(map(repr, self.names))}."
            )

    def used(self) -> list[int]:
        """Positions of the columns that models look at."""
        return [j for j, column in enumerate(self.columns) if column.used]

    def text(self, row: int, column: int) -> str:
        """Return one cell as a person would write it."""
        return write_value(self.columns[column], self.matrix[row, column])


def write_value(column: Column, value: float) -> str:
    """Return one stored value of a column as a person would write it."""
    if np.isnan(value):
        return "missing"
    if column.kind == "category":
        return column.labels[int(value)]
    if column.kind == "boolean":
        return "true" if value else "false"
    if column.kind == "date" and not on_the_calendar(column.reading):
        return write_number(value / 1e6)
    if column.kind == "date":
        on_the_wall = local_time(np.array([value]), column.zone)[0]
        moment = np.datetime64(int(on_the_wall), "us")
        day = np.datetime_as_string(moment, unit="D")
        time = np.datetime_as_string(moment, unit="s")
        return str(day if moment == moment.astype("datetime64[D]") else time.replace("T", " "))
    return write_number(value)


def write_number(value: float) -> str:
    """Write a number for people: whole numbers whole, others with about four digits."""
    size = abs(value)
    if not np.isfinite(value) or size >= 1e15 or 0 < size < 1e-4:
        return f"{value:.4g}"
    if value == int(value):
        return f"{int(value)}" if size < 10_000 else f"{int(value):,}"
    return f"{value:,.2f}" if size >= 1000 else f"{value:.4g}"


def stack(columns: Sequence[Column], values: Sequence[np.ndarray], **extra: Any) -> Table:
    """Make a table of columns and their values."""
    matrix = np.column_stack(values) if values else np.empty((0, 0))
    return Table(np.ascontiguousarray(matrix, dtype=np.float64), tuple(columns), **extra)
