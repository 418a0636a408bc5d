"""New rows in the types of the user's rows, and behind them."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
from scipy import sparse

from likely.core.errors import DataError
from likely.data.back import to_frame
from likely.data.cells import is_absent
from likely.data.column import plural
from likely.data.table import Table


def frame_of(data: Any) -> nw.DataFrame[Any] | None:
    """Return a dataframe of any library as one of narwhals; None if data are none."""
    frame = nw.from_native(data, eager_only=False, pass_through=True)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    return frame if isinstance(frame, nw.DataFrame) else None


def as_user(values: np.ndarray, table: Table, like: Any) -> Any:
    """Return stored values as rows of the type of the user's data.

    Parameters
    ----------
    values : ndarray of shape (m, columns)
        Stored values.
    table : Table
        What describes them.
    like : dataframe, array, sparse matrix or list
        The user's data.

    Raises
    ------
    DataError
        If a column holds dates or numbers as text, which cannot be written as the user does.
    """
    made = Table(values, table.columns, named=table.named)
    if sparse.issparse(like):
        return type(like)(values.astype(like.dtype))
    if isinstance(like, np.ndarray) and like.dtype.kind in "fiub":
        return values.astype(like.dtype)
    if isinstance(like, (np.ndarray, list, tuple)):
        cells = [column.to_pylist() for column in to_frame(made).columns]
        rows = list(zip(*cells, strict=True))
        if isinstance(like, np.ndarray):
            return np.array(rows, dtype=like.dtype).reshape(-1, len(cells))
        return [list(row) for row in rows]
    frame = frame_of(like)
    if frame is None:
        return to_frame(made)
    _check_no_text(frame, table)
    return to_frame(made, like)


def behind(data: Any, made: Any) -> Any:
    """Return the user's rows and behind them new ones of the same type."""
    if sparse.issparse(data):
        return sparse.vstack([data, made], format=data.format)
    if isinstance(data, np.ndarray):
        return np.concatenate([data, made])
    if isinstance(data, (list, tuple)):
        return [*data, *made]
    frame, new = frame_of(data), frame_of(made)
    if frame is None or new is None:
        raise DataError("X must be a dataframe, an array, a sparse matrix or a list of rows.")
    if frame.implementation.is_pandas_like():
        joined: Any = nw.concat([frame, new], how="vertical").to_native()
        return joined.reset_index(drop=True)
    if isinstance(frame.to_native(), pa.Table):
        return pa.concat_tables([frame.to_native(), new.to_native().cast(frame.to_native().schema)])
    return nw.concat([frame, new], how="vertical").to_native()


def classes_of(y: Any, n: int) -> np.ndarray:
    """Return the class of every row, shape (n,) of int.

    Raises
    ------
    DataError
        If labels are missing, not one a row, or all the same.
    """
    cells = _cells(y)
    if len(cells) != n:
        raise DataError(f"y has {len(cells):,} labels for {n:,} rows. Give one a row.")
    if any(is_absent(cell) for cell in cells):
        raise DataError("Labels are missing. Leave rows without a label out.")
    try:
        names = sorted(set(cells))
    except TypeError:  # of types that have no order, or none that can be told apart
        names = sorted(set(map(str, cells)))
        cells = list(map(str, cells))
    if len(names) < 2:
        raise DataError(f"Only 1 class is in y ({names[0] if names else 'none'!r}). Give two.")
    place = {name: i for i, name in enumerate(names)}
    return np.array([place[cell] for cell in cells])


def labels_at(y: Any, positions: np.ndarray) -> Any:
    """Return the user's labels at positions, of the type that they have."""
    if isinstance(y, np.ndarray):
        return y[positions]
    if isinstance(y, (list, tuple)):
        return [y[i] for i in positions.tolist()]
    if isinstance(y, (pa.Array, pa.ChunkedArray)):
        return y.take(pa.array(positions))
    taken = nw.from_native(y, series_only=True)[positions.tolist()].to_native()
    return taken.reset_index(drop=True) if hasattr(taken, "reset_index") else taken


def _cells(y: Any) -> list[Any]:
    if isinstance(y, np.ndarray) and y.ndim != 1:
        raise DataError(f"y must be one label a row. Found an array of shape {y.shape}.")
    if isinstance(y, (list, tuple)):
        return list(y)
    if isinstance(y, np.ndarray):
        return y.tolist()
    if isinstance(y, (pa.Array, pa.ChunkedArray)):
        return y.to_pylist()
    return nw.from_native(y, series_only=True).to_list()


def _check_no_text(frame: nw.DataFrame[Any], table: Table) -> None:
    series: Any = frame.iter_columns()
    for column, own in zip(table.columns, series, strict=True):
        written = isinstance(own.dtype, (nw.String, nw.Object))
        if written and column.kind in ("number", "date") and column.reading:
            raise DataError(
                f"Column {column.name!r} holds {plural(column)} written as text. Turn it into "
                f"{plural(column)} first, so that new rows can be of the same type."
            )
