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
