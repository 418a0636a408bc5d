"""From what users hold (dataframes, arrays, lists, sparse matrices) to a `Table`.

Dataframes are read through narwhals, so every library that it knows works and none is required.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from likely.core.errors import DataError
from likely.data.column import Column
from likely.data.table import Table, stack
from likely.data.text import read_text


def as_table(data: Any, expected: Sequence[Column] = ()) -> Table:
    """Return any supported data as a `Table`.

    Parameters
    ----------
    data : Table, dataframe (pandas, polars, pyarrow …), array, sparse matrix or list of rows
    expected : sequence of Column
        Columns learnt before: text is read by the rule that read the column of that name then.

    Raises
    ------
    DataError
        If there is no table in it: not two-dimensional, complex, or without rows or columns.
    """
    if isinstance(data, Table):
        return data
    if isinstance(data, np.ndarray) and data.dtype.kind == "f":
        return from_array(data)
    frame = nw.from_native(data, eager_only=True, pass_through=True)
    if isinstance(frame, nw.DataFrame):
        return from_frame(frame)
    if isinstance(frame, nw.LazyFrame):
        return from_frame(frame.collect())
    return from_array(data)


def from_array(data: Any) -> Table:
    """Return an array of numbers (or of mixed objects) as a `Table` with made-up names."""
    if hasattr(data, "toarray"):
        data = data.toarray()  # sparse: models here need dense columns
    array = np.asarray(data)
    check_shape(array)
    if array.dtype.kind == "c":
        raise DataError("Complex data not supported. Give real and imaginary parts as two columns.")
    if array.dtype.kind in "fiub":
        matrix = array.astype(np.float64)
        return Table(matrix, plain_columns(matrix.shape[1]), named=False, native=data)
    if array.dtype.kind == "M":
        array = array.astype(object)
    parsed = [_object_column(f"column_{j}", array[:, j]) for j in range(array.shape[1])]
    columns, values, notes = zip(*parsed, strict=True)
    return stack(columns, values, named=False, native=data, notes=sum(notes, ()))


def from_frame(frame: nw.DataFrame[Any]) -> Table:
    """Return a narwhals dataframe as a `Table`."""
    names = [str(name) for name in frame.columns]
    _check_names(names)
    if frame.shape[0] == 0 or not names:
        check_shape(np.empty(frame.shape))
    parsed = [
        frame_column(str(series.name), series) for series in frame.iter_columns()
    ]
    columns, values, notes = zip(*parsed, strict=True)
    return stack(columns, values, native=frame.to_native(), notes=sum(notes, ()))


def frame_column(name: str, series: nw.Series[Any]) -> tuple[Column, np.ndarray, tuple[str, ...]]:
    """Return one dataframe column described, its values, and what was noticed."""
    dtype = str(series.dtype)
    if series.dtype.is_numeric():
        values = series.cast(nw.Float64).to_numpy()
        return Column(name, "number", dtype, integer=series.dtype.is_integer()), values, ()
    if series.dtype == nw.Boolean:
        values = _nullable(series.cast(nw.Int8))
        return Column(name, "boolean", dtype), values, ()
    if isinstance(series.dtype, (nw.Datetime, nw.Date)):
        zone = getattr(series.dtype, "time_zone", None) or ""
        return Column(name, "date", dtype, zone=zone), _microseconds(series), ()
    if isinstance(series.dtype, nw.Duration):
        values = _nullable(series.dt.total_microseconds()) / 1e6
        return Column(name, "number", dtype), values, ()
    if isinstance(series.dtype, (nw.Categorical, nw.Enum)):
        return read_text(name, series.cast(nw.String).to_arrow(), dtype, only_category=True)
    return read_text(name, _as_strings(series), dtype)


def plain_columns(width: int) -> tuple[Column, ...]:
    """Describe the columns of an array of numbers."""
    return tuple(Column(f"column_{j}", "number") for j in range(width))


def check_shape(array: np.ndarray) -> None:
    """Raise `DataError` unless the array has two dimensions, rows and columns."""
    if array.ndim != 2:
        raise DataError(
            f"Expected 2D array, got {array.ndim}D array instead (shape {array.shape}). "
            "Reshape your data: one row per sample, one column per feature; "
            "array.reshape(1, -1) if it is a single sample."
        )
    rows, width = array.shape
    if rows == 0:
        raise DataError(
            f"Found array with 0 sample(s) (shape={array.shape}) while a minimum of 1 is required."
        )
    if width == 0:
        raise DataError(
            f"Found array with 0 feature(s) (shape={array.shape}) while a minimum of 1 is required."
        )


def _check_names(names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1}) if names else []
    if twice:
        raise DataError(
            f"Column names must be unique; {', '.join(map(repr, twice))} stand more than once. "
            "Rename them."
        )


def _object_column(name: str, values: np.ndarray) -> tuple[Column, np.ndarray, tuple[str, ...]]:
    import pyarrow as pa  # deferred: purely numeric arrays never need it

    present = [v for v in values if v is not None and v == v]
    if all(isinstance(v, (int, float, np.number, np.bool_)) for v in present):
        numbers = [np.nan if v is None else v for v in values]
        return Column(name, "number"), np.array(numbers, dtype=np.float64), ()
    for v in present:
        if isinstance(v, (dict, list, set, tuple)):
            raise DataError(
                f"{name}: argument must be a string or a real number; found a {type(v).__name__} "
                "inside a cell. Spread nested values over columns of their own."
            )
    texts = [None if v is None or v != v else str(v) for v in values]
    return read_text(name, pa.array(texts, pa.string()), "String")


def _as_strings(series: nw.Series[Any]) -> Any:
    import pyarrow as pa  # deferred: purely numeric frames never need it

    try:
        return series.cast(nw.String).to_arrow()
    except Exception:  # any backend's own error: cells of mixed Python types
        cells = series.to_list()
        return pa.array([None if c is None or c != c else str(c) for c in cells], pa.string())


def _nullable(series: nw.Series[Any]) -> np.ndarray:
    return series.cast(nw.Float64).to_numpy()


def _microseconds(series: nw.Series[Any]) -> np.ndarray:
    moments = series.cast(nw.Datetime("us", getattr(series.dtype, "time_zone", None)))
    values = moments.dt.timestamp("us").cast(nw.Float64).to_numpy()
    return np.where(series.is_null().to_numpy(), np.nan, values)


def rename(columns: tuple[Column, ...], names: list[str]) -> tuple[Column, ...]:
    """Return columns under other names."""
    return tuple(replace(column, name=name) for column, name in zip(columns, names, strict=True))
