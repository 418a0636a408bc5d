"""The beginning of a text file: what parts its cells, and where its table begins.

| what stands there | how it is read |
|---|---|
| lines above the names: a title, a date | passed over, if a row of names above numbers follows |
| one name too few, and all rows end with a delimiter | the last column has no name |
| one name too few otherwise, as R writes the names of rows | the first column has no name |
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

from likely.data.header import MOST_ABOVE, names_above_amounts, on_title

DELIMITERS = "\t;|,"
"""Tried in this order where several fit: the first ones are rarely part of a value."""

_SAMPLE = 262_144
_SAMPLE_ROWS = 200
_SINGLE = "\x1f"  # stands for "no delimiter": a file of one column
_LINE = re.compile(rb"[^\r\n]*(\r\n|\r|\n)")


@dataclass(frozen=True)
class Beginning:
    """What parts the cells of a text file, and its first rows.

    Parameters
    ----------
    delimiter : str
        What stands between cells.
    rows : list of list of str
        The first rows, from that of names on if there is one.
    lines_above : int
        How many lines stand before them, empty ones included.
    named : bool
        Whether it is known that the first row holds names.
    notes : tuple of str
        What was decided.
    """

    delimiter: str
    rows: list[list[str]]
    lines_above: int
    named: bool = False
    notes: tuple[str, ...] = ()


def find_beginning(data: bytes) -> Beginning:
    """Return where the table of a text file, in UTF-8, begins."""
    delimiter, rows = sniff(data)
    start = len(data) - len(data.lstrip(b"\r\n"))
    found = Beginning(delimiter, rows, _lines(data[:start]))
    if delimiter != _SINGLE and all(cell.strip() for cell in rows[0]):
        return found
    return _below_a_title(data, start) or _one_name_short(data, found) or found


def sniff(data: bytes) -> tuple[str, list[list[str]]]:
    """Return the delimiter of a text file and its first rows.

    A delimiter fits if it splits the first rows into equally many cells, the very first included.
    """
    sample, whole = _sample_of(data)
    best: tuple[float, str, list[list[str]]] = (0.0, _SINGLE, [])
    for delimiter in DELIMITERS:
        rows = _split(sample, whole, delimiter)
        widths = Counter(map(len, rows))
        width = len(rows[0])
        share = widths[width] / len(rows)
        if width > 1 and share > max(best[0], 0.5):
            best = (share, delimiter, rows)
    if best[1] == _SINGLE:
        return _SINGLE, _split(sample, whole, _SINGLE)
    return best[1], best[2]


def _below_a_title(data: bytes, start: int) -> Beginning | None:
    """Return where a table begins of whose names all are there, and stand above numbers."""
    above: list[str] = []
    while len(above) < MOST_ABOVE:
        line = _LINE.match(data, start)
        if line is None or b'"' in line[0]:
            return None
        title = line[0].decode("utf-8", errors="ignore").strip()
        start = line.end()
        if not title:
            continue
        above.append(title)
        rest = data[start : start + _SAMPLE]
        if not rest.strip():
            return None
        delimiter, rows = sniff(rest)
        if delimiter == _SINGLE or any(_full(one, delimiter, len(rows[0])) for one in above):
            continue
        if names_above_amounts(rows):
            note = on_title(above[0].strip(delimiter), len(above))
            empty = len(rest) - len(rest.lstrip(b"\r\n"))
            lines = _lines(data[: start + empty])
            return Beginning(delimiter, rows, lines, named=True, notes=(note,))
    return None


def _full(line: str, delimiter: str, width: int) -> bool:
    """Whether a line has a cell for every column, none of them empty."""
    cells = line.split(delimiter)
    return len(cells) == width and all(cell.strip() for cell in cells)


def _one_name_short(data: bytes, found: Beginning) -> Beginning | None:
    """Return the beginning with an empty name where all rows have a cell more than the first."""
    if found.delimiter != _SINGLE:
        return None
    for delimiter in DELIMITERS:
        names, *rows = _split(*_sample_of(data), delimiter)
        widths = {len(row) for row in rows}
        if len(names) > 1 and widths == {len(names) + 1}:
            behind = all(not row[-1].strip() for row in rows)
            full = [*names, ""] if behind else ["", *names]
            return Beginning(delimiter, [full, *rows], found.lines_above, named=True)
    return None


def _lines(data: bytes) -> int:
    """Return how many lines end in some text."""
    return len(re.findall(rb"\r\n|\r|\n", data))


def _sample_of(data: bytes) -> tuple[str, bool]:
    """Return the text at the beginning of a file, and whether that is all of it."""
    return data[:_SAMPLE].decode("utf-8", errors="ignore"), len(data) <= _SAMPLE


def _split(sample: str, whole: bool, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    rows = []
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) > _SAMPLE_ROWS:
                break
    except csv.Error:  # a cell beyond the reader's limit: what came before it tells enough
        whole = True
    if len(rows) > 1 and (not whole or len(rows) > _SAMPLE_ROWS):
        rows.pop()  # the sample may end within it
    return rows or [[sample]]
