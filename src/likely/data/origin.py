"""What a table was before it was read, so that new rows can be given back in kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from importlib.util import find_spec
from typing import Any, Literal

import narwhals.stable.v2 as nw
import numpy as np

from likely.data.column import Column
from likely.data.moments_written import pattern_of, write_moment
from likely.data.table import Table, stack, write_value
from likely.data.text import meaning_of

_SIMPLE = (
    "Int8", "Int16", "Int32", "Int64", "Int128", "UInt8", "UInt16", "UInt32", "UInt64", "UInt128",
    "Float16", "Float32", "Float64", "Boolean", "String", "Categorical", "Date", "Time",
)  # fmt: skip
_DATETIME = re.compile(r"Datetime\(time_unit='(\w+)', time_zone=(?:None|'([^']+)')\)")
_DECIMAL = re.compile(r"Decimal\(precision=(\d{1,2}), scale=(\d{1,2})\)")
_UNITS: dict[str, Literal["s", "ms", "us", "ns"]] = {"s": "s", "ms": "ms", "us": "us", "ns": "ns"}
_OBJECTS: dict[str, Callable[[Any], Any]] = {
    "date": lambda moment: moment.date(),
    "time": lambda seconds: (_MIDNIGHT + timedelta(seconds=round(seconds, 6))).time(),
    "timedelta": lambda seconds: timedelta(seconds=seconds),
    "Decimal": lambda number: Decimal(repr(number)),
}
_MIDNIGHT = datetime(1970, 1, 1)
_DURATION = re.compile(r"Duration\(time_unit='(\w+)'\)")


@dataclass(frozen=True)
class Origin:
    """The library and the types of what the user gave.

    Parameters
    ----------
    library : str
        "pandas", "polars", "pyarrow" or another dataframe library; "numpy" for arrays; empty for
        files, lists and dicts.
    types : tuple of str
        The type of every column, where `Column.dtype` does not say it whole: of pandas, which has
        several for one meaning. Of an array its one type.
    words : tuple of (str, str, str)
        Of every text column that was read as yes or no: its name, its no and its yes.
    empty : dataframe, optional
        The user's dataframe without its rows; a file does not keep it.
    """

    library: str = ""
    types: tuple[str, ...] = ()
    words: tuple[tuple[str, str, str], ...] = ()
    empty: Any = field(default=None, repr=False, compare=False)

    def as_written(self, table: Table, like: Any) -> Table:
        """Return a table whose columns that the user holds as text are text again.

        Parameters
        ----------
        table : Table
            New rows.
        like : dataframe or None
            Shows which columns are text.
        """
        frame = nw.from_native(like, eager_only=True, pass_through=True)
        if not isinstance(frame, nw.DataFrame):
            return table
        types = dict(zip(map(str, frame.columns), frame.schema.values(), strict=True))
        words = {name: (no, yes) for name, no, yes in self.words}
        parts = []
        for column, values in zip(table.columns, table.matrix.T, strict=True):
            was_read = column.kind != "category" and bool(column.reading)
            if was_read and isinstance(types.get(column.name), (nw.String, nw.Object)):
                part = written(column, values, words.get(column.name, ("false", "true")))
            else:
                part = column, values
            parts.append(part)
        return stack([part[0] for part in parts], [part[1] for part in parts], named=table.named)

    def as_objects(self, frame: Any) -> Any:
        """Return a dataframe whose columns of Python objects hold such again; pandas has them."""
        if self.library != "pandas" or len(self.types) != len(frame.columns):
            return frame
        for j, name in enumerate(self.types):
            if name.startswith("object") and frame.dtypes.iloc[j].kind != "O":
                cells = frame.iloc[:, j]
                make = _OBJECTS.get(name.removeprefix("object, "))
                known = cells.notna()
                objects = cells.astype(object).where(known, None)
                if make is not None:
                    objects[known] = [make(cell) for cell in cells[known]]
                frame.isetitem(j, objects.astype(object))
        return frame

    def like(self, columns: Sequence[Column]) -> Any:
        """Return a dataframe without rows that shows the library and the types, or None.

        Parameters
        ----------
        columns : sequence of Column
            All columns of the data.
        """
        if self.empty is not None:
            return self.empty
        if self.library not in ("pandas", "polars") or find_spec(self.library) is None:
            return None
        return _pandas(self, columns) if self.library == "pandas" else _polars(columns)


def origin_of(table: Table) -> Origin:
    """Return what a table that was just read was before."""
    native = table.native
    if isinstance(native, np.ndarray):
        plain = native.dtype.kind in "fiub"
        return Origin("numpy", (native.dtype.name,) if plain else ())
    frame = nw.from_native(native, eager_only=False, pass_through=True)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    if not isinstance(frame, nw.DataFrame):
        return Origin()
    empty = frame.head(0).to_native()
    library = frame.implementation.value
    all_series: Any = frame.iter_columns()
    types = tuple(map(_pandas_type, all_series)) if library == "pandas" else ()
    return Origin(library, types, _words(table, frame), empty)


def written(
    column: Column,
    values: np.ndarray,
    words: tuple[str, str] = ("false", "true"),
    pattern: str = "",
) -> tuple[Column, np.ndarray]:
    """Return values that were read from text as text again, as a column of categories.

    Parameters
    ----------
    column : Column
        Of numbers, dates or yes/no.
    values : ndarray of shape (n,)
        As it stores them.
    words : (str, str)
        What stands for no and for yes.
    pattern : str
        How moments are written, as `pattern_of` returns it; by default as for people.
    """
    distinct, places = np.unique(values, return_inverse=True)  # missing is last
    if column.kind == "boolean":
        labels = [words[int(value >= 0.5)] for value in distinct if not np.isnan(value)]
    else:
        known = [value for value in distinct.tolist() if not np.isnan(value)]
        labels = [write_moment(v, pattern) if pattern else _text(column, v) for v in known]
    text = replace(column, kind="category", labels=tuple(labels), integer=False, reading="label")
    return text, np.where(np.isnan(values), np.nan, places)


def spelt(column: Column, cells: Sequence[Any]) -> tuple[tuple[str, str], str]:
    """Return how the cells of a text column write no and yes, and how they write moments.

    Parameters
    ----------
    column : Column
        What was read from them.
    cells : sequence of objects
        As the user wrote them; what is no text is missing.

    Returns
    -------
    words : (str, str)
    pattern : str
        For `written`; empty if the column holds no dates, or they are numbers.
    """
    words, pattern = ["false", "true"], ""
    texts = [cell.strip() for cell in cells if isinstance(cell, str)]
    if column.kind == "boolean":
        for value, usual in enumerate(words):
            same = Counter(text for text in texts if meaning_of(text) == value)
            words[value] = same.most_common(1)[0][0] if same else usual
    if column.reading.startswith("date:"):
        pattern = pattern_of(texts, column.reading.removeprefix("date:"))
    return (words[0], words[1]), pattern


def _text(column: Column, value: float) -> str:
    if column.kind == "date":
        return write_value(column, value)
    rounded = float(f"{value:.10g}")
    text = str(int(rounded)) if abs(rounded) < 2**53 and rounded == int(rounded) else repr(rounded)
    return text.replace(".", ",") if column.reading == "number:," else text


def _words(table: Table, frame: nw.DataFrame[Any]) -> tuple[tuple[str, str, str], ...]:
    """Return how text columns write yes and no."""
    found = []
    all_series: Any = frame.iter_columns()
    for j, (column, series) in enumerate(zip(table.columns, all_series, strict=False)):
        if column.kind != "boolean" or column.reading != "boolean":
            continue
        cells = series.to_list()
        words = ["false", "true"]
        for value in (0, 1):
            rows = np.flatnonzero(table.matrix[:, j] == value)
            if len(rows):
                words[value] = str(cells[rows[0]]).strip()
        found.append((column.name, words[0], words[1]))
    return tuple(found)


def _pandas_type(series: nw.Series[Any]) -> str:
    native = series.to_native()
    if native.dtype.name == "category" and native.dtype.ordered:
        return "category, ordered"
    if native.dtype != object:
        return str(native.dtype)
    first = native.first_valid_index()
    return "object" if first is None else f"object, {type(native[native.notna()].iloc[0]).__name__}"


def _pandas(origin: Origin, columns: Sequence[Column]) -> Any:
    import pandas as pd  # deferred: an optional library

    made = {}
    for column, name in zip(columns, origin.types, strict=False):
        dtype: Any = "object" if name.startswith("object") else name
        if name.startswith("category"):
            dtype = pd.CategoricalDtype(list(column.labels), ordered=name.endswith("ordered"))
        try:
            made[column.name] = pd.Series([], dtype=dtype)
        except (TypeError, ValueError):  # of a library that is not here now
            made[column.name] = pd.Series([], dtype=object)
    return pd.DataFrame(made)


def _polars(columns: Sequence[Column]) -> Any:
    types = {column.name: _type(column) for column in columns}
    known = {name: dtype for name, dtype in types.items() if dtype is not None}
    return nw.from_dict({name: [] for name in known}, schema=known, backend="polars").to_native()


def _type(column: Column) -> Any:
    """Return the type that the name of one stands for; None if it is not known."""
    name = column.dtype
    if name in _SIMPLE:
        return getattr(nw, name)
    if name.startswith("Enum("):
        return nw.Enum(column.labels)
    exact = _DECIMAL.fullmatch(name)
    if exact is not None and int(exact[2]) <= int(exact[1]) <= 38:
        return nw.Decimal(int(exact[1]), int(exact[2]))
    moment, span = _DATETIME.fullmatch(name), _DURATION.fullmatch(name)
    if moment is not None and moment[1] in _UNITS:
        return nw.Datetime(_UNITS[moment[1]], moment[2])
    return nw.Duration(_UNITS[span[1]]) if span is not None and span[1] in _UNITS else None
