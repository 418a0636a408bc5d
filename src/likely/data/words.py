"""Words: texts parted at white space, and tokens of any kind joined to texts by spaces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from likely.core.errors import DataError

NEWLINE = "\n"
"""A word of its own, so that texts of several lines keep them."""

_WORD = re.compile(r"\n|\S+")
_SHOWN = 40


def words_of(text: str) -> list[str]:
    r"""Return the words of a text: what stands between white space, and every newline.

    Examples
    --------
    >>> words_of("log  in\nbuy ")
    ['log', 'in', '\n', 'buy']
    """
    return _WORD.findall(text)


def spaced(words: Iterable[str]) -> str:
    r"""Return words as one text, with a space between any two, but none beside a newline.

    Examples
    --------
    >>> spaced(["log", "in", "\n", "buy"])
    'log in\nbuy'
    """
    text = " ".join(words)
    return text.replace(" \n", NEWLINE).replace("\n ", NEWLINE)


def is_sequence(cell: Any) -> bool:
    """Whether a cell is a list, tuple or array with one axis, of tokens perhaps."""
    return isinstance(cell, (list, tuple)) or (isinstance(cell, np.ndarray) and cell.ndim == 1)


def are_sequences(cells: Sequence[Any]) -> bool:
    """Whether cells are sequences of str that no table could hold: not all have one length."""
    return (
        all(map(is_sequence, cells))
        and len(set(map(len, cells))) > 1
        and all(isinstance(token, str) for cell in cells for token in cell)
    )


def joined(tokens: Iterable[Any]) -> str:
    """Return tokens as one text, with a space between any two.

    Parameters
    ----------
    tokens : iterable of str or int
        Without white space in them.

    Raises
    ------
    DataError
        If a token is something else, is empty, or has white space in it.

    Examples
    --------
    >>> joined(["login", 7, "buy"])
    'login 7 buy'
    """
    return " ".join(map(_token, tokens))


def _token(token: Any) -> str:
    if not isinstance(token, (str, int, np.integer)):
        raise DataError(
            f"Expected tokens that are str or int; found {str(token)[:_SHOWN]!r}, which is of the "
            f"type {type(token).__name__}."
        )
    said = str(token)
    if not said or said.split() != [said]:
        what = "has white space in it" if said else "is empty"
        raise DataError(
            f"The token {said[:_SHOWN]!r} {what}, and tokens are parted by spaces. Write it as one "
            'word, such as "log_in" for "log in".'
        )
    return said
