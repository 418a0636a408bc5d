"""What a column may hold: conditions that new rows are to satisfy, in the user's words and in ours.

| said | meaning |
|---|---|
| `40`, `"F"`, `True`, `"2026-03-01"` | this value |
| `(40, 60)`, `(None, 60)` | from the first to the second, both included; None is open |
| `["F", "M"]`, `{1, 2}` | one of these |
| `None` | no value |
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from likely.core.errors import DataError
from likely.data.cells import read_cells
from likely.data.column import Column, plural
from likely.data.pieces import FIRST, MISSING, Pieces
from likely.data.table import write_value

_POINT = 1e-6  # spreads: how near to a number asked for counts as it, among numbers without steps


@dataclass(frozen=True)
class Segments:
    """The parts of a column's pieces that are allowed.

    Parameters
    ----------
    piece : ndarray of int, shape (segments,)
        In which piece each lies.
    low, high : ndarray of shape (segments,)
        Its bounds in stored values; of a label its position, of a missing value NaN.
    share : ndarray of shape (segments,)
        How likely a value of the piece lies in it.
    """

    piece: np.ndarray
    low: np.ndarray
    high: np.ndarray
    share: np.ndarray


@dataclass(frozen=True)
class Allowed:
    """What one column may hold.

    Parameters
    ----------
    ranges : tuple of (float, float)
        Stored values, both bounds included.
    missing : bool
        Whether it may hold nothing.
    """

    ranges: tuple[tuple[float, float], ...]
    missing: bool = False

    def holds(self, values: np.ndarray) -> np.ndarray:
        """Tell which stored values are allowed, shape (n,) of bool."""
        found = np.isnan(values) & self.missing
        for low, high in self.ranges:
            found |= (values >= low) & (values <= high)
        return found

    def segments(self, pieces: Pieces) -> Segments:
        """Return the parts of pieces that are allowed; there may be none."""
        parts = [(MISSING, np.nan, np.nan, 1.0)] if self.missing else []
        for low, high in self.ranges:
            parts += _labels(pieces, low, high) if len(pieces.labels) else _cut(pieces, low, high)
        table = np.array(parts).reshape(-1, 4)
        return Segments(table[:, 0].astype(np.int64), table[:, 1], table[:, 2], table[:, 3])


def read_allowed(where: Mapping[str, Any], columns: Sequence[Column]) -> dict[int, Allowed]:
    """Return what columns may hold, by their position.

    Parameters
    ----------
    where : mapping of str to conditions
        As the table above says, by the name of the column.
    columns : sequence of Column
        The columns learnt.

    Raises
    ------
    DataError
        If there is no such column, or a value is none that the column can hold.
    """
    names = [column.name for column in columns]
    unknown = [str(name) for name in where if name not in names]
    if unknown:
        raise DataError(
            f"There is no column named {', '.join(map(repr, unknown))} to ask for. The columns "
            f"are {', '.join(map(repr, names))}."
        )
    return {
        names.index(name): _allowed(columns[names.index(name)], said)
        for name, said in where.items()
    }


def _allowed(column: Column, said: Any) -> Allowed:
    if said is None:
        return Allowed((), missing=True)
    if isinstance(said, tuple):
        return Allowed((_range(column, said),))
    if isinstance(said, Collection) and not isinstance(said, (str, bytes)):
        if not len(said):
            raise DataError(f"{column.name!r} may be one of nothing. Give at least one value.")
        known = sorted({_stored(column, one) for one in said if one is not None})
        merged = tuple((value, value) for value in known)
        return Allowed(merged, missing=any(one is None for one in said))
    value = _stored(column, said)
    return Allowed(((value, value),))


def _range(column: Column, said: tuple[Any, ...]) -> tuple[float, float]:
    if len(said) != 2 or column.kind == "category":
        raise DataError(
            f"{column.name!r} holds {plural(column)}, and {said!r} is no range of these. Give "
            "(lowest, highest) of numbers or dates, or a list of the values allowed."
        )
    low = -np.inf if said[0] is None else _stored(column, said[0])
    high = np.inf if said[1] is None else _stored(column, said[1])
    if low > high:
        raise DataError(
            f"{column.name!r} cannot be from {said[0]!r} to {said[1]!r}: the lowest comes first."
        )
    return low, high


def _stored(column: Column, said: Any) -> float:
    """Return a value that a person wrote as the column stores it."""
    read, values, _ = read_cells(column.name, [said], expected=column)
    if column.kind == "category":
        position = column.positions.get(read.labels[int(values[0])] if read.labels else "")
        if position is None:
            some = ", ".join(map(repr, column.labels[:20]))
            raise DataError(f"{column.name!r} never was {said!r}. It was {some}.")
        return float(position)
    mixed = {read.kind, column.kind} - {"number", "boolean"}
    if np.isnan(values[0]) or (read.kind != column.kind and mixed):
        raise DataError(f"{column.name!r} holds {plural(column)}, and {said!r} is none.")
    return float(values[0])


def _labels(pieces: Pieces, low: float, high: float) -> list[tuple[float, ...]]:
    inside = np.arange(int(max(low, 0)), int(min(high, len(pieces.labels) - 1)) + 1)
    return [
        (float(pieces.labels[label]), float(label), float(label), float(pieces.shares[label]))
        for label in inside
        if pieces.shares[label] > 0
    ]


def _cut(pieces: Pieces, low: float, high: float) -> list[tuple[float, ...]]:
    """Return the parts of number pieces between two bounds, which are included."""
    bottom, top = pieces.low[FIRST:], pieces.high[FIRST:]
    atom = bottom == top
    step = pieces.step
    least, most = low, high
    if step > 0:  # bounds of intervals lie halfway between two steps
        least = np.ceil(low / step - 1e-9) * step - step / 2
        most = np.floor(high / step + 1e-9) * step + step / 2
    start, stop = np.maximum(bottom, least), np.minimum(top, most)
    if low == high and step == 0:
        reach = _POINT * pieces.scale
        share = np.minimum(reach / np.where(atom, 1.0, top - bottom), 1.0)
        inside = np.where(atom, bottom == low, (bottom <= low) & (low < top))
        share, start, stop = np.where(atom, 1.0, share), np.full(len(atom), low), start
        stop = start
    else:
        inside = np.where(atom, (bottom >= low) & (bottom <= high), start < stop)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(atom, 1.0, (stop - start) / (top - bottom))
        start, stop = np.where(atom, bottom, start), np.where(atom, top, stop)
    where = np.flatnonzero(inside)
    return [(j + FIRST, start[j], stop[j], share[j]) for j in where.tolist()]


def unmet(column: Column, pieces: Pieces) -> str:
    """Say what the learnt rows hold of a column, for a condition that none of them meets."""
    if len(pieces.labels):
        seen = [label for label, share in zip(column.labels, pieces.shares, strict=True) if share]
        return f"It was {', '.join(map(repr, seen[:20]))}."
    if len(pieces) == FIRST:
        return "It was always missing."
    low = np.where(pieces.low[FIRST] == pieces.high[FIRST], 0.0, pieces.step / 2)
    high = np.where(pieces.low[-1] == pieces.high[-1], 0.0, pieces.step / 2)
    ends = pieces.low[FIRST] + low, pieces.high[-1] - high
    return f"It was from {write_value(column, ends[0])} to {write_value(column, ends[1])}."
