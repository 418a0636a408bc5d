"""What is missing of the user's own rows, filled; all else stays as it was, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa

from likely.data.back import to_frame, user_frame
from likely.data.column import Column
from likely.data.origin import spelt, written
from likely.data.table import Table


def fill_gaps(data: Any, table: Table, found: Mapping[str, tuple[Column, np.ndarray]]) -> Any:
    """Return the user's rows with values where there were none.

    Parameters
    ----------
    data : anything that `as_table` reads
        The rows.
    table : Table
        The same rows, read.
    found : mapping of str to (Column, ndarray of shape (n,))
        By the name of a column: stored values of all rows, NaN where nothing is to be filled.

    Returns
    -------
    frame : dataframe or ndarray
        Rows in the user's own library, with index and types; an array of numbers as an array;
        everything else as a `pyarrow.Table`.
    """
    if isinstance(data, np.ndarray) and data.dtype.kind in "fiub":
        filled = np.array(data)
        for j, name in enumerate(table.names):
            if name in found:
                rows = ~np.isnan(found[name][1])
                filled[rows, j] = found[name][1][rows]
        return filled
    frame = user_frame(table if table.native is not None else data)
    names = dict(zip(map(str, frame.columns), frame.columns, strict=True))
    all_series: Any = frame.iter_columns()  # not by name: pandas' names may be whole numbers
    users = dict(zip(names, all_series, strict=True))
    made = _made(frame, {name: one for name, one in found.items() if name in users}, users)
    if frame.implementation.is_pandas_like():
        native = frame.to_native().copy()
        for j, name in enumerate(users):
            if name in made:
                native.isetitem(j, made[name].to_native())
        return native
    return frame.with_columns(*(made[name] for name in made)).to_native()


def _made(
    frame: nw.DataFrame[Any],
    found: Mapping[str, tuple[Column, np.ndarray]],
    users: Mapping[str, nw.Series[Any]],
) -> dict[str, nw.Series[Any]]:
    """Return the columns in which something is filled, by name."""
    columns = tuple(column for column, _ in found.values())
    if not columns:
        return {}
    rows = Table(np.column_stack([values for _, values in found.values()]), columns)
    typed = nw.from_native(to_frame(rows, frame.to_native()), eager_only=True)
    all_typed: Any = typed.iter_columns()
    made: dict[str, nw.Series[Any]] = {}
    for (name, (column, values)), series in zip(found.items(), all_typed, strict=True):
        user = users[name]
        if isinstance(user.dtype, nw.String) and column.kind != "category":
            text, places = written(column, values, *spelt(column, user.to_list()))
            cells = [None if np.isnan(place) else text.labels[int(place)] for place in places]
            series = nw.new_series(name, cells, user.dtype, backend=frame.implementation)
        made[name] = _put(user, series, ~np.isnan(values))
    return made


def _put(user: nw.Series[Any], series: nw.Series[Any], here: np.ndarray) -> nw.Series[Any]:
    """Return a column with other cells here and there, in its own type."""
    if user.implementation.is_pandas_like():
        native, other = user.to_native().copy(), series.to_native()
        native.iloc[here.nonzero()[0]] = other.iloc[here.nonzero()[0]].to_numpy(
            dtype=object if native.dtype == object else None
        )
        return nw.from_native(native, series_only=True)
    mask = nw.new_series("here", here.tolist(), nw.Boolean, backend=user.implementation)
    if isinstance(user.to_native(), (pa.Array, pa.ChunkedArray)) and series.dtype != user.dtype:
        series = series.cast(user.dtype)
    return series.zip_with(mask, user)
