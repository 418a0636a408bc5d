"""Dataframes of any library as a `Table`, read through narwhals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from likely.core.errors import DataError
from likely.data.arrays import check_shape
from likely.data.cells import read_cells
from likely.data.column import Column
from likely.data.table import Table, stack
from likely.data.text import read_text, whole

Parsed = tuple[Column, np.ndarray, tuple[str, ...]]


def from_frame(
    frame: nw.DataFrame[Any],
    expected: Sequence[Column] = (),
    *,
    decimal: str = ".",
    part: bool = False,
) -> Table:
    """Return a narwhals dataframe as a `Table`.

    Parameters
    ----------
    frame : narwhals DataFrame
        Of any library that narwhals reads.
    expected : sequence of Column
        Columns learnt before; those set aside are not read again.
    decimal : {".", ","}, default "."
        The decimal sign to assume in text columns that leave it open.
    part : bool, default False
        Whether these are some of the rows of a table, so that a column may hold mistakes only.

    Raises
    ------
    DataError
        If names are not unique, or there are no rows or no columns.
    """
    names = [str(name) for name in frame.columns]
    check_names(names)
    check_shape(np.empty(frame.shape))
    learnt = _learnt_columns(names, expected)
    all_series: Any = frame.iter_columns()  # not by name: pandas' names may be whole numbers
    parsed = [
        frame_column(name, series, learnt[j], decimal=decimal, part=part)
        for j, (name, series) in enumerate(zip(names, all_series, strict=True))
    ]
    columns, values, notes = zip(*parsed, strict=True)
    return stack(columns, values, native=frame.to_native(), notes=sum(notes, ()))


def frame_column(
    name: str,
    series: nw.Series[Any],
    expected: Column | None = None,
    *,
    decimal: str = ".",
    part: bool = False,
) -> Parsed:
    """Return one dataframe column described, its values, and what was noticed.

    Parameters
    ----------
    name : str
        The column's name.
    series : narwhals Series of length n
        Its cells.
    expected : Column, optional
        The column as it was learnt.
    decimal : {".", ","}, default "."
        The decimal sign to assume where a text column leaves it open.
    part : bool, default False
        Whether there are more cells elsewhere, so that these may all be mistakes.
    """
    kind = series.dtype
    dtype = str(kind)
    if expected is not None and not expected.used:
        return expected, np.full(len(series), np.nan), ()
    if kind.is_numeric():
        values = _numbers(series)
        integer = kind.is_integer() or (expected is None and whole(values))
        return Column(name, "number", dtype, integer=integer), values, ()
    if kind == nw.Boolean:
        return Column(name, "boolean", dtype), _numbers(series.cast(nw.Int8)), ()
    if isinstance(kind, (nw.Datetime, nw.Date)):
        zone = getattr(kind, "time_zone", None) or ""
        return Column(name, "date", dtype, zone=zone), _microseconds(series), ()
    if isinstance(kind, nw.Duration):
        return Column(name, "number", dtype), _numbers(series.dt.total_microseconds()) / 1e6, ()
    if isinstance(kind, (nw.Categorical, nw.Enum)):
        texts = series.cast(nw.String).to_arrow()
        return read_text(name, texts, dtype, only_category=True, expected=expected)
    if isinstance(kind, (nw.List, nw.Array, nw.Struct)):
        column = Column(name, "category", dtype, set_aside="nested")
        note = f"column {name!r} is set aside: its cells hold {dtype}, not single values"
        return column, np.full(len(series), np.nan), (note,)
    if isinstance(kind, nw.String):
        cells = series.to_arrow()
        return read_text(name, cells, dtype, decimal=decimal, expected=expected, part=part)
    return read_cells(name, series.to_list(), dtype, expected)


def index_as_column(data: Any, learnt: Sequence[str] | None = None) -> Any:
    """Return a pandas dataframe whose index holds dates with these in a column before the others.

    Parameters
    ----------
    data : object
        Anything else is returned as it is.
    learnt : sequence of str, optional
        Names of columns that were learnt; the index becomes a column only if it is one of them.
        Default: always, unless a column of dates is there.
    """
    index = getattr(data, "index", None)
    kind = str(getattr(index, "dtype", ""))
    if not kind.startswith("datetime64") or not hasattr(data, "reset_index") or data.ndim != 2:
        return data
    name = "index" if index is None or index.name is None else str(index.name)
    dated = any(str(one).startswith("datetime64") for one in data.dtypes)
    wanted = not dated if learnt is None else name in learnt
    if not wanted or name in map(str, data.columns):
        return data
    return data.reset_index(names=name)


def check_names(names: Sequence[str]) -> None:
    """Raise `DataError` if a name stands twice."""
    if len(set(names)) == len(names):
        return
    twice = sorted({name for name in names if names.count(name) > 1})
    raise DataError(
        f"Column names must be unique; {', '.join(map(repr, twice))} stand more than once. "
        "Rename them."
    )


def _learnt_columns(names: list[str], expected: Sequence[Column]) -> list[Column | None]:
    """Return for each column of new data the one learnt: by name, or by position if none fits."""
    by_name = {column.name: column for column in expected}
    if not any(name in by_name for name in names) and len(names) == len(expected):
        return list(expected)
    return [by_name.get(name) for name in names]


def _numbers(series: nw.Series[Any]) -> np.ndarray:
    """Return numbers as float64, shape (n,); missing is NaN."""
    values = series.to_numpy()
    if values.dtype.kind in "fiu":
        return values.astype(np.float64, copy=False)
    return series.cast(nw.Float64).to_numpy().astype(np.float64, copy=False)


def _microseconds(series: nw.Series[Any]) -> np.ndarray:
    moments = series.cast(nw.Datetime("us", getattr(series.dtype, "time_zone", None)))
    values = moments.dt.timestamp("us").cast(nw.Float64).to_numpy()
    return np.where(series.is_null().to_numpy(), np.nan, values)
