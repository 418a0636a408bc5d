"""Columns that no model should look at: identifiers, free text, and those without any value."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from likely.data.column import Column
from likely.data.table import Table

_LEAST_ROWS = 20
_DISTINCT_SHARE = 0.95
_WORDS_OF_FREE_TEXT = 4
_ID_WORDS = frozenset(
    {"id", "ids", "uid", "uuid", "guid", "key", "no", "nr", "num", "number", "index", "idx", "row",
     "rowid", "rownum", "record", "unnamed", "identifier", "pk", "oid", "sn", "serial"}
)  # fmt: skip


def set_aside_useless(table: Table) -> Table:
    """Return the table with identifiers, free text and empty columns set aside, and notes on each.

    Parameters
    ----------
    table : Table
        With names of its own; a table made from an array is returned as it is.

    Returns
    -------
    table : Table
        The same values; `Column.set_aside` is "id-like", "free text" or "empty" where that is so.
        If no column were left, all are kept, and a note says so.
    """
    if not table.named:
        return table
    found = {
        j: verdict
        for j in table.used()
        if (verdict := _verdict(table.columns[j], table.matrix[:, j])) is not None
    }
    if not found:
        return table
    if len(found) == len(table.used()):
        note = "every column looks like an identifier, free text or empty; all are kept"
        return replace(table, notes=(*table.notes, note))
    columns = tuple(
        replace(column, set_aside=found[j][0]) if j in found else column
        for j, column in enumerate(table.columns)
    )
    notes = tuple(
        f"column {table.columns[j].name!r} is set aside: {why}" for j, (_, why) in found.items()
    )
    return replace(table, columns=columns, notes=table.notes + notes)


def without_silent(table: Table) -> Table:
    """Return the table with columns of numbers that hold no value set aside, and a note on each.

    Parameters
    ----------
    table : Table
        Returned as it is if no other column of numbers has a value.
    """
    numbers = [j for j in table.used() if table.columns[j].kind in ("number", "boolean")]
    silent = [j for j in numbers if np.isnan(table.matrix[:, j]).all()]
    if not silent or len(silent) == len(numbers):
        return table
    columns = [
        replace(column, set_aside="empty") if j in silent else column
        for j, column in enumerate(table.columns)
    ]
    notes = tuple(f"column {table.names[j]!r} is set aside: it holds no value" for j in silent)
    return replace(table, columns=tuple(columns), notes=table.notes + notes)


def _verdict(column: Column, values: np.ndarray) -> tuple[str, str] | None:
    """Return why a column is useless, in a word and in half a sentence; None if it is not."""
    present = values[~np.isnan(values)]
    if present.size == 0:
        return "empty", "it holds no value"
    if len(values) < _LEAST_ROWS or column.kind not in ("number", "category"):
        return None
    if column.kind == "number":
        return _number_verdict(column, values, present)
    distinct = len(column.labels)
    spread = f"{distinct:,} different values in {len(values):,} rows"
    if _is_free_text(column.labels, present.size):
        return "free text", f"{spread} read like free text"
    if present.size >= _LEAST_ROWS and distinct >= _DISTINCT_SHARE * present.size:
        return "id-like", f"{spread} look like an identifier"
    return None


def _number_verdict(
    column: Column, values: np.ndarray, present: np.ndarray
) -> tuple[str, str] | None:
    if not column.integer or present.size < _LEAST_ROWS:
        return None
    ordered = np.sort(present)
    if (ordered[1:] == ordered[:-1]).any():
        return None
    last = ordered[0] + present.size - 1  # a sum, for the difference of huge values overflows
    counter = ordered[-1] == last and present.size == len(values)
    if not counter and not _names_identifier(column.name):
        return None
    what = "count the rows" if counter else "look like an identifier"
    return "id-like", f"{present.size:,} different values in {len(values):,} rows {what}"


def _names_identifier(name: str) -> bool:
    """Whether a word of the name says so: `customer_id`, `orderNo`, `ID`, `Unnamed: 0`."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return not _ID_WORDS.isdisjoint(re.split(r"[^a-z]+", apart.lower()))


def _is_free_text(labels: tuple[str, ...], cells: int) -> bool:
    """Whether most cells differ and are sentences rather than names."""
    if cells < _LEAST_ROWS or len(labels) < 0.5 * cells:
        return False
    sample = labels[:: max(1, len(labels) // 200)]
    return float(np.mean([len(label.split()) for label in sample])) >= _WORDS_OF_FREE_TEXT
