"""The first row of a file: names of columns, or already data? And names made unique."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np
import pyarrow as pa

from likely.data.moments import parse_moments
from likely.data.numerals import parse_numbers
from likely.data.text import MISSING

Row = Sequence[str]
MOST_ABOVE = 10
"""So many rows may stand above the names of columns."""

_YEAR = re.compile(r"(1[89]|20)[0-9]{2}$")


def has_header(rows: Sequence[Row]) -> bool:
    """Whether the first of some rows of text holds names.

    A text above numbers (or dates) is a name; numbers above numbers are data. Where every column is
    text, the first row holds names if they are distinct, present and not met again below.
    """
    first, below = rows[0], rows[1:]
    below = [row for row in below if len(row) == len(first)]
    if not below:
        return not any(_amounts([cell])[0] for cell in first)
    columns = [[row[j] for row in below] for j in range(len(first))]
    amounts = [mostly_amounts(column[:30]) for column in columns]
    numeric_first = _amounts(first)
    named = [
        above and not number and not _absent(cell)
        for above, number, cell in zip(amounts, numeric_first, first, strict=True)
    ]
    if any(named) or _years_above_others(first, below):
        return True
    if any(above and number for above, number in zip(amounts, numeric_first, strict=True)):
        return False
    again = any(cell in column for cell, column in zip(first, columns, strict=True))
    return not again and len(set(first)) == len(first) and not any(map(_absent, first[1:]))


def names_above_amounts(rows: Sequence[Row]) -> bool:
    """Whether the first of some rows surely holds names.

    All are there and differ, none is a number, and one at least stands above numbers or dates, of
    which there are three rows or more; nine in ten rows have a cell for every name.
    """
    first, below = rows[0], [row for row in rows[1:31] if len(row) == len(rows[0])]
    if len(below) < max(3, 0.9 * len(rows[1:31])):
        return False
    if any(map(_absent, first)) or len(set(first)) < len(first) or any(_amounts(first)):
        return False
    return any(mostly_amounts(column) for column in zip(*below, strict=True))


def rows_of_title(rows: Sequence[Row]) -> int:
    """Return how many rows stand above the names, such as a title; 0 where that is not sure.

    None of them has a cell for every column.
    """
    for above in range(min(MOST_ABOVE + 1, len(rows))):
        if above and names_above_amounts(rows[above:]):
            return above
        if not any(map(_absent, rows[above])):
            break
    return 0


def on_title(title: str, count: int) -> str:
    """Return a note on lines above the names, of which `title` is the first."""
    lines, and_more = ("line", "") if count == 1 else ("lines", " and more")
    return f"{count} {lines} above the names of columns passed over: {title!r}{and_more}"


def unique_names(names: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return names without gaps and repetitions, and a note on each that was changed."""
    taken = {name.strip() for name in names}
    result: list[str] = []
    notes: list[str] = []
    for j, name in enumerate(name.strip() for name in names):
        if name and name not in result:
            result.append(name)
            continue
        made = unused_name(name or f"column_{j}", taken.union(result))
        found = f"is called {name!r} as another is" if name else "has no name"
        notes.append(f"the column at position {j + 1} {found}; it becomes {made!r}")
        result.append(made)
    return result, tuple(notes)


def unused_name(name: str, taken: Collection[str]) -> str:
    """Return a name, with a number behind it if it is taken."""
    made, number = name, 2
    while made in taken:
        made, number = f"{name}_{number}", number + 1
    return made


def _amounts(cells: Row) -> list[bool]:
    """Tell for each cell whether it is a number or a date."""
    words = pa.array([cell.strip() for cell in cells], pa.string())
    readable = [parse_numbers(words, mark)[0] for mark in ".,"] + [
        parse_moments(words, "dmy").values
    ]
    return (~np.all(np.isnan(readable), axis=0)).tolist()


def mostly_amounts(cells: Row) -> bool:
    """Whether most of the cells that are there are numbers or dates."""
    present = [cell for cell in cells if not _absent(cell)]
    return bool(present) and sum(_amounts(present)) >= 0.9 * len(present)


def _years_above_others(first: Row, below: Sequence[Row]) -> bool:
    """Whether the first row counts years (`country, 2019, 2020`) and the rows below do not."""
    years = [j for j, cell in enumerate(first) if _YEAR.match(cell.strip())]
    distinct = len({first[j] for j in years}) == len(years) > 1
    return distinct and not any(_YEAR.match(row[j].strip()) for row in below for j in years)


def _absent(cell: str) -> bool:
    return cell.strip().lower() in MISSING
