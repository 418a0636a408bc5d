"""Columns that were made, in the types that the user's library has for them."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa

from likely.data.column import Column

_CASTABLE = (nw.Boolean, nw.String, nw.Categorical, nw.Enum, nw.Date, nw.Datetime)


def typed(made: nw.Series[Any], user: nw.Series[Any], column: Column) -> nw.Series[Any]:
    """Return a made column in the type of the user's column of that name.

    Parameters
    ----------
    made : narwhals Series of length n
        Numbers, yes/no, dates or text, of the user's library.
    user : narwhals Series
        The user's column; only its type counts.
    column : Column
        What it holds.
    """
    if isinstance(user.dtype, (nw.List, nw.Array, nw.Struct)):  # set aside: there is nothing in it
        if isinstance(user.to_native(), (pa.Array, pa.ChunkedArray)):
            empty = pa.chunked_array([pa.nulls(len(made), user.to_native().type)])
            return nw.from_native(empty, series_only=True).alias(made.name)
        nothing: list[None] = [None] * len(made)
        return nw.new_series(made.name, nothing, user.dtype, backend=user.implementation)
    was_text = isinstance(user.dtype, (nw.String, nw.Object)) and column.kind != "category"
    if was_text:
        return made
    if user.implementation.is_pandas_like():
        return nw.from_native(_typed_pandas(made, user, column), series_only=True)
    if isinstance(user.dtype, nw.Duration):
        return _microseconds(made).cast(nw.Int64).cast(user.dtype)
    if isinstance(user.dtype, nw.Time):
        made = _microseconds(made).cast(nw.Int64)
    if isinstance(user.to_native(), (pa.Array, pa.ChunkedArray)):
        return _typed_arrow(made, user)
    if isinstance(user.dtype, nw.Time):
        return (made * 1_000).cast(nw.Time)
    castable = user.dtype.is_numeric() or isinstance(user.dtype, _CASTABLE)
    return made.cast(user.dtype) if castable and made.dtype != user.dtype else made


def _typed_pandas(made: nw.Series[Any], user: nw.Series[Any], column: Column) -> Any:
    native, wanted = made.to_native(), user.to_native().dtype
    if isinstance(user.dtype, nw.Categorical):
        native = native.map({str(category): category for category in wanted.categories})
        return native.astype(wanted)
    if isinstance(user.dtype, nw.Duration):
        return _microseconds(made).to_native().astype(wanted)
    holds_missing = wanted.kind not in "iub" or not isinstance(wanted, np.dtype)
    if native.isna().any() and not holds_missing:
        return native
    return native.astype(wanted)


def _typed_arrow(made: nw.Series[Any], user: nw.Series[Any]) -> Any:
    """Return a made column in the Arrow type of the user's, which has several for one meaning."""
    native, wanted = made.to_native(), user.to_native().type
    if pa.types.is_dictionary(wanted):
        native = native.cast(wanted.value_type).dictionary_encode()
    if native.type.equals(wanted):
        return made
    if pa.types.is_time(wanted):
        native = native.cast(pa.time64("us"))
    return nw.from_native(native.cast(wanted), series_only=True).alias(made.name)


def _microseconds(seconds: nw.Series[Any]) -> nw.Series[Any]:
    return (seconds * 1e6).round()
