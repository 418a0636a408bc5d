"""Cells that are Python objects: numbers, dates, text and nothing, mixed as they come."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa

from likely.core.errors import DataError
from likely.data.column import Column
from likely.data.text import as_label, read_text, whole

_NUMBERS = (int, float, np.number, np.bool_, Decimal, Fraction)
_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


def read_cells(
    name: str, cells: Sequence[Any], dtype: str = "Object", expected: Column | None = None
) -> tuple[Column, np.ndarray, tuple[str, ...]]:
    """Return a column of Python objects described, its values, and what was noticed.

    Parameters
    ----------
    name : str
        The column's name.
    cells : sequence of objects, length n
        None, NaN, NaT and NA are missing.
    dtype : str, default "Object"
        How the user's library held the column.
    expected : Column, optional
        The column as it was learnt; it is read by the same rule.

    Raises
    ------
    DataError
        If cells hold collections or complex numbers.
    """
    present = [cell for cell in cells if not is_absent(cell)]
    _check_scalars(name, present)
    if not present and expected is not None:
        return expected, np.full(len(cells), np.nan), ()
    as_text = expected is not None and expected.kind == "category"
    if present and not as_text:
        if all(isinstance(cell, (bool, np.bool_)) for cell in present):
            return Column(name, "boolean", dtype), _convert(cells, float), ()
        if all(isinstance(cell, _NUMBERS) for cell in present):
            values = _convert(cells, _as_float)
            return Column(name, "number", dtype, integer=whole(values)), values, ()
        if all(isinstance(cell, (date, np.datetime64)) for cell in present):
            zoned = any(getattr(cell, "tzinfo", None) is not None for cell in present)
            column = Column(name, "date", dtype, zone="UTC" if zoned else "")
            return column, _convert(cells, _as_microseconds), ()
        if all(isinstance(cell, (timedelta, np.timedelta64, time)) for cell in present):
            return Column(name, "number", dtype), _convert(cells, _as_seconds), ()
    texts = pa.array([None if is_absent(c) else _as_text(c) for c in cells], pa.large_string())
    return read_text(name, texts, dtype, expected=expected)


def is_absent(cell: Any) -> bool:
    """Whether a cell stands for nothing: None, NaN, NaT or NA."""
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(cell, Decimal):
        return cell.is_nan()
    return isinstance(cell, (float, np.floating, np.datetime64, np.timedelta64)) and cell != cell


def _check_scalars(name: str, present: list[Any]) -> None:
    for cell in present:
        if isinstance(cell, (complex, np.complexfloating)):
            raise DataError(
                f"{name}: Complex data not supported. Give real and imaginary parts as two columns."
            )
        if isinstance(cell, (dict, list, set, tuple, np.ndarray)):
            raise DataError(
                f"{name}: argument must be a string or a real number; found a "
                f"{type(cell).__name__} inside a cell. Spread nested values over columns of their "
                "own."
            )


def _convert(cells: Sequence[Any], meaning: Any) -> np.ndarray:
    return np.array([np.nan if is_absent(cell) else meaning(cell) for cell in cells], np.float64)


def _as_float(cell: Any) -> float:
    try:
        return float(cell)
    except OverflowError:  # an integer beyond what a float holds
        return math.copysign(math.inf, 1 if cell > 0 else -1)


def _as_microseconds(cell: Any) -> float:
    if isinstance(cell, np.datetime64):
        return float(cell.astype("datetime64[us]").astype(np.int64))
    if not isinstance(cell, datetime):
        cell = datetime.combine(cell, time())
    offset = cell.utcoffset() or timedelta(0)
    return float((cell.replace(tzinfo=None) - offset - _EPOCH) // _MICROSECOND)


def _as_seconds(cell: Any) -> float:
    if isinstance(cell, np.timedelta64):
        return float(cell.astype("timedelta64[us]").astype(np.int64)) / 1e6
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    return cell.total_seconds()


def _as_text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bytes):
        return cell.decode("utf-8", errors="replace")
    return as_label(cell)
