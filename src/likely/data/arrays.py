"""Arrays, sparse matrices and lists of rows as a `Table`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from likely.core.errors import DataError
from likely.data.cells import read_cells
from likely.data.column import Column
from likely.data.table import Table, stack
from likely.data.text import whole


def from_array(data: Any, expected: Sequence[Column] = ()) -> Table:
    """Return an array (numbers, dates, text or mixed objects) as a `Table` with made-up names.

    Parameters
    ----------
    data : array, sparse matrix or list of rows, shape (n rows, n columns)
        A structured array has one column for each of its fields, under the field's name.
    expected : sequence of Column
        Columns learnt before, in their order.

    Raises
    ------
    DataError
        If there is no table in it: not two-dimensional, ragged, complex, or without rows or
        columns.
    """
    array = _dense(data)
    if array.dtype.names:
        fields = {name: array[name] for name in array.dtype.names}
        return from_columns(fields, expected, native=data)
    check_shape(array)
    if array.dtype.kind == "c":
        raise DataError("Complex data not supported. Give real and imaginary parts as two columns.")
    if array.dtype.kind in "fiub":
        matrix = np.asarray(array, dtype=np.float64)
        return Table(matrix, _number_columns(array, expected), named=False, native=data)
    named = {f"column_{j}": array[:, j] for j in range(array.shape[1])}
    return from_columns(named, _by_position(expected, len(named)), native=data, named=False)


def from_records(rows: Sequence[Mapping[Any, Any]], expected: Sequence[Column] = ()) -> Table:
    """Return a list of dicts as a `Table`: keys are columns, absent keys are missing values."""
    names = list(dict.fromkeys(str(key) for row in rows for key in row))
    if not names:
        check_shape(np.empty((len(rows), 0)))
    texts = [{str(key): cell for key, cell in row.items()} for row in rows]
    return from_columns(
        {name: [row.get(name) for row in texts] for name in names}, expected, native=rows
    )


def from_columns(
    columns: Mapping[Any, Any], expected: Sequence[Column] = (), **extra: Any
) -> Table:
    """Return a dict of equally long columns of cells as a `Table`."""
    single = [name for name, cells in columns.items() if _is_one_value(cells)]
    if single:
        raise DataError(
            f"A dict holds columns; {single[0]!r} holds a single value ({columns[single[0]]!r}). "
            "Give a list of values for every column, or a list of dicts, one per row."
        )
    lengths = {str(name): len(cells) for name, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(f"Columns must be equally long. Got {lengths}.")
    check_shape(np.empty((next(iter(lengths.values()), 0), len(lengths))))
    learnt = {column.name: column for column in expected}
    parsed = [
        _array_column(str(name), cells, learnt.get(str(name))) for name, cells in columns.items()
    ]
    described, values, notes = zip(*parsed, strict=True)
    return stack(described, values, notes=sum(notes, ()), **extra)


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


def _dense(data: Any) -> np.ndarray:
    if hasattr(data, "toarray"):
        return data.toarray()  # sparse: models here need dense columns
    if isinstance(data, np.ma.MaskedArray) and data.dtype.kind in "fiub":
        return np.where(np.ma.getmaskarray(data), np.nan, np.ma.getdata(data).astype(np.float64))
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise DataError(
            f"Rows must be equally long, one value per column ({error}). Fill short rows with None."
        ) from error
    if array.dtype.kind in "US" and not isinstance(data, np.ndarray):
        return np.array(data, dtype=object)  # numpy wrote every number as text
    return array


def _number_columns(array: np.ndarray, expected: Sequence[Column]) -> tuple[Column, ...]:
    if expected:
        return plain_columns(array.shape[1])
    if array.dtype.kind != "f":
        dtype = str(array.dtype).capitalize()
        return tuple(
            Column(f"column_{j}", "number", dtype, integer=True) for j in range(array.shape[1])
        )
    return tuple(
        Column(f"column_{j}", "number", integer=whole(array[:, j])) for j in range(array.shape[1])
    )


def _by_position(expected: Sequence[Column], width: int) -> tuple[Column, ...]:
    """Return learnt columns under the made-up names of an array's columns, where they match."""
    learnt = tuple(expected)
    if len(learnt) != width:
        learnt = tuple(column for column in expected if column.used)
    if len(learnt) != width:
        return ()
    return rename(learnt, [f"column_{j}" for j in range(width)])


def rename(columns: Sequence[Column], names: Sequence[str]) -> tuple[Column, ...]:
    """Return columns under other names."""
    return tuple(replace(column, name=name) for column, name in zip(columns, names, strict=True))


def _array_column(
    name: str, cells: Any, expected: Column | None
) -> tuple[Column, np.ndarray, tuple[str, ...]]:
    array = cells if isinstance(cells, np.ndarray) else None
    if array is not None and array.dtype.kind in "fiub":
        values = array.astype(np.float64)
        return Column(name, "number", integer=whole(values)), values, ()
    if array is not None and array.dtype.kind == "M":
        micro = array.astype("datetime64[us]")
        values = np.where(np.isnat(micro), np.nan, micro.astype(np.int64))
        return Column(name, "date", "Datetime"), values, ()
    return read_cells(name, list(cells), "String" if _is_text(array) else "Object", expected)


def _is_one_value(cells: Any) -> bool:
    alone = not hasattr(cells, "__len__") or getattr(cells, "shape", None) == ()
    return alone or isinstance(cells, (str, bytes))


def _is_text(array: np.ndarray | None) -> bool:
    return array is not None and array.dtype.kind in "US"
