"""Back to what the user holds: their own rows with more columns, or new rows of the same types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa

from likely.core.errors import DataError
from likely.data.column import Column
from likely.data.frames import as_table
from likely.data.header import unused_name
from likely.data.table import Table
from likely.data.typed import typed


def give_back(data: Any, new_columns: Mapping[str, Any], rows: np.ndarray | None = None) -> Any:
    """Return the user's rows with more columns, in the user's own dataframe library.

    Parameters
    ----------
    data : Table or anything that `as_table` reads
        The rows. An array, a list and a file come back as a `pyarrow.Table`.
    new_columns : dict of str to array of shape (len(rows),)
        Columns to add, behind the others; one whose name is taken gets a number.
    rows : ndarray of int, optional
        Positions of the rows to return, in that order; by default all.

    Returns
    -------
    frame : dataframe
        A pandas index stays.

    Raises
    ------
    DataError
        If a column is not as long as there are rows.
    """
    frame = user_frame(data)
    if rows is not None:
        frame = frame[np.asarray(rows, dtype=np.int64).tolist()]
    taken = [str(name) for name in frame.columns]
    added = []
    for name, values in new_columns.items():
        if len(values) != frame.shape[0]:
            raise DataError(
                f"Column {name!r} has {len(values):,} values for {frame.shape[0]:,} rows. Give one "
                "value per row."
            )
        name = unused_name(name, taken)
        taken.append(name)
        cells = values.tolist() if isinstance(values, np.ndarray) else list(values)
        added.append(nw.new_series(name, cells, backend=frame.implementation))
    return frame.with_columns(*added).to_native() if added else frame.to_native()


def to_frame(table: Table, like: Any = None) -> Any:
    """Return the rows of a table as a dataframe with the types that the user's data had.

    Parameters
    ----------
    table : Table
        Rows as a matrix, such as a generator makes them.
    like : dataframe, optional
        What the user gave: the library and the types to give back. Without it, or if it is no
        dataframe, a `pyarrow.Table` is returned.

    Returns
    -------
    frame : dataframe
        Whole numbers as integers, categories as their labels, dates with their zone, missing as
        missing. Numbers that were read from text come back as numbers.
    """
    arrays = [_arrow_column(column, table.matrix[:, j]) for j, column in enumerate(table.columns)]
    frame = nw.from_native(like, eager_only=False, pass_through=True)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    if not isinstance(frame, nw.DataFrame):
        return pa.table(arrays, names=table.names)
    places = [str(j) for j in range(len(arrays))]  # libraries take no empty names from Arrow
    made = nw.from_arrow(pa.table(arrays, names=places), backend=frame.implementation)
    names = {str(name): name for name in frame.columns}
    all_series: Any = frame.iter_columns()  # not by name: pandas' names may be whole numbers
    users = dict(zip(names, all_series, strict=True))
    cast = [
        typed(made[place], users[column.name], column).alias(place)
        for place, column in zip(places, table.columns, strict=True)
        if column.name in users
    ]
    made = made.with_columns(*cast)
    if frame.implementation.is_pandas_like():
        native = made.to_native()
        native.columns = [names.get(column.name, column.name) for column in table.columns]
        return native
    return made.rename(dict(zip(places, table.names, strict=True))).to_native()


def to_array(table: Table, types: Sequence[str] = ()) -> np.ndarray:
    """Return the rows of a table without names as an array.

    Parameters
    ----------
    table : Table
        Rows as a matrix.
    types : sequence of str
        The name of the type that the user's array had, if it had one for all columns.

    Returns
    -------
    ndarray of shape (n, columns)
        Numbers in the user's type if it holds them; objects where some columns are none.
    """
    if any(column.kind not in ("number", "boolean") for column in table.columns):
        columns = [column.to_pylist() for column in to_frame(table).columns]
        found = np.empty(table.matrix.shape, dtype=object)
        for j, cells in enumerate(columns):
            found[:, j] = cells
        return found
    if not types or (types[0][0] != "f" and not np.isfinite(table.matrix).all()):
        return table.matrix
    return table.matrix.astype(types[0])


def user_frame(data: Any) -> nw.DataFrame[Any]:
    """Return the user's rows as a dataframe; of an array, a list or a file as a pyarrow table."""
    native = data.native if isinstance(data, Table) else data
    frame = nw.from_native(native, eager_only=False, pass_through=True)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, nw.DataFrame):
        return frame
    table = data if isinstance(data, Table) else as_table(data)
    native = table.native if isinstance(table.native, pa.Table) else to_frame(table)
    return nw.from_native(native, eager_only=True)


def _arrow_column(column: Column, values: np.ndarray) -> pa.Array:
    """Return stored values as an Arrow array of the type that they stand for."""
    missing = np.isnan(values)
    if column.kind == "number":
        if (
            column.integer
            and not np.isinf(values).any()
            and (np.abs(values[~missing]) < 2**63).all()
        ):
            return pa.array(np.where(missing, 0, np.rint(values)).astype(np.int64), mask=missing)
        return pa.array(values, mask=missing)
    if column.kind == "boolean":
        return pa.array(np.where(missing, 0, values) >= 0.5, mask=missing)
    whole = np.where(missing, 0, np.rint(values)).astype(np.int64)
    if column.kind == "date":
        zone = column.zone or None
        return pa.array(whole, pa.int64(), mask=missing).cast(pa.timestamp("us", zone))
    codes = pa.array(whole.astype(np.int32), pa.int32(), mask=missing)
    labels = pa.array(column.labels, pa.string())
    return labels.take(codes)
