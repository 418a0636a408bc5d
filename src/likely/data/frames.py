"""From what users hold (files, dataframes, arrays, lists, sparse matrices) to a `Table`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from narwhals.exceptions import DuplicateError

from likely.core.errors import DataError
from likely.data.arrays import check_shape, from_array, from_columns, from_records, plain_columns
from likely.data.column import Column
from likely.data.dataframes import check_names, frame_column, from_frame
from likely.data.read import read
from likely.data.table import Table

__all__ = [
    "as_table", "check_shape", "frame_column", "from_array", "from_frame", "plain_columns",
]  # fmt: skip


def as_table(data: Any, expected: Sequence[Column] = ()) -> Table:
    """Return any supported data as a `Table`.

    Parameters
    ----------
    data : path, dataframe (pandas, polars, pyarrow …), array, sparse matrix, list or dict
        A file that `likely.data.read` reads; a dataframe of any library that narwhals knows; an
        array or list of rows; a list of dicts, one per row; a dict of columns; or a `Table`, which
        is returned as it is.
    expected : sequence of Column
        Columns learnt before: text is read by the rule that read the column then.

    Raises
    ------
    DataError
        If there is no table in it: not two-dimensional, complex, or without rows or columns.
    """
    if isinstance(data, Table):
        return data
    try:
        table = _read(data, expected)
        "".join(table.names).encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"There is text that is no valid Unicode ({error.object[error.start : error.end]!r}, "
            "half of a character). Replace it: text.encode('utf-8', 'replace').decode()."
        ) from error
    return table


def _read(data: Any, expected: Sequence[Column]) -> Table:
    if isinstance(data, np.ndarray) or hasattr(data, "toarray"):
        return from_array(data, expected)
    if isinstance(data, (str, Path)):
        return read(data, expected)
    if isinstance(data, Mapping):
        return from_columns(data, expected, native=data)
    if isinstance(data, (list, tuple)):
        records = bool(data) and all(isinstance(row, Mapping) for row in data)
        return from_records(data, expected) if records else from_array(data, expected)
    try:
        frame = nw.from_native(data, eager_only=False, pass_through=True)
        if isinstance(frame, nw.LazyFrame):
            frame = frame.collect()
        if isinstance(frame, nw.DataFrame):
            return from_frame(frame, expected)
    except DuplicateError:
        check_names([str(name) for name in getattr(data, "column_names", data.columns)])
        raise
    return from_array(data, expected)
