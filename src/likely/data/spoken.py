"""Texts that are spoken: their letters, and what else is known of each, such as the speaker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from likely.core.errors import DataError
from likely.data.column import Column
from likely.data.frames import as_table
from likely.data.table import Table, stack

TEXT = "text"
"""The column of conditions that is spoken."""

_WANTED = (
    "Expected what is spoken in each clip: a list of texts, or columns of which one is named "
    "'text', such as {'text': [...], 'speaker': [...]}."
)


def read_spoken(condition: Any, n: int) -> tuple[list[str], Table | None]:
    """Return n texts in small letters, and a table of all else that is known of each.

    Parameters
    ----------
    condition : str, list of str, mapping, list of mappings, or dataframe
        One text or one mapping of single values counts for all.
    n : int
        How many clips there are.

    Returns
    -------
    texts : list of str
        Without white space around them; one that is missing is empty.
    others : Table or None
        The other columns; None if there are none.

    Raises
    ------
    DataError
        If there is no text in it, or another number than n.
    """
    texts, rest = _columns(condition)
    others = as_table(rest) if rest is not None else None
    found = [_clean(text) for text in texts]
    for many in (found, *([] if others is None else [others])):
        if len(many) not in (1, n):
            raise DataError(f"There are {len(many):,} texts for {n:,} clips. Give one a clip.")
    if others is not None:
        others = others.take(np.arange(n) % len(others))
    return (found * n if len(found) == 1 else found), others


def as_letters(texts: Sequence[str], letters: Sequence[str]) -> np.ndarray:
    """Return texts as numbers of letters from 1, an end behind each, then 0; (n, longest + 1).

    Raises
    ------
    DataError
        If a text has a letter that is none of those known.
    """
    place = {letter: 1 + i for i, letter in enumerate(letters)}
    found = np.zeros((len(texts), 1 + max(map(len, texts), default=0)))
    for row, text in zip(found, texts, strict=True):
        for letter in text:
            if letter not in place:
                raise DataError(
                    f"The text {text[:80]!r} has the letter {letter!r}, which was never learnt. "
                    f"Expected texts of {' '.join(map(repr, letters[:60]))}."
                )
        row[: len(text)] = [place[letter] for letter in text]
        row[len(text)] = 1 + len(place)
    return found


def with_letters(n: int, letters: Sequence[str], others: Table | None) -> Table:
    """Return a table whose first column stands for what letters there are, behind it all others."""
    spelled = Column(TEXT, "category", "String", labels=tuple(letters))
    columns, values = [spelled], [np.arange(n, dtype=np.float64) % max(1, len(letters))]
    if others is not None:
        columns += others.columns
        values += list(others.matrix.T)
    return stack(columns, values)


def _columns(condition: Any) -> tuple[Sequence[Any], Any]:
    """Return the column of texts, and all other columns, None if there are none."""
    if isinstance(condition, str):
        return [condition], None
    if isinstance(condition, Mapping):
        columns = {name: np.atleast_1d(np.asarray(v, object)) for name, v in condition.items()}
        if TEXT not in columns:
            raise DataError(f"{_WANTED} Found the columns {', '.join(map(repr, columns))}.")
        rest = {name: list(cells) for name, cells in columns.items() if name != TEXT}
        return list(columns[TEXT]), rest or None
    if hasattr(condition, "columns") and hasattr(condition, "__getitem__"):
        return _columns({str(name): list(condition[name]) for name in condition.columns})
    if not np.ndim(condition) == 1:
        raise DataError(f"{_WANTED} Found {str(condition)[:80]!r}.")
    cells = list(condition)
    if cells and all(isinstance(cell, Mapping) for cell in cells):
        names = list(dict.fromkeys(name for cell in cells for name in cell))
        return _columns({name: [cell.get(name) for cell in cells] for name in names})
    return cells, None


def _clean(text: Any) -> str:
    if text is None or text != text:  # missing
        return ""
    if not isinstance(text, str):
        raise DataError(f"{_WANTED} Found {text!r} among the texts.")
    return text.strip().lower()
