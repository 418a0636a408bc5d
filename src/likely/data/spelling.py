"""Texts in numbers: each sign or word by its place among the known ones, then the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from likely.data.words import NEWLINE, words_of

END = 0
"""The token that ends every sample."""


def spell_signs(texts: Sequence[str], known: str, *, lines: bool) -> np.ndarray:
    """Return the tokens of texts whose every sign is one.

    Parameters
    ----------
    texts : sequence of n str
        Characters, or bytes as characters below 256.
    known : str
        Signs with numbers of their own, from 1, in ascending order; all others share the next one.
    lines : bool
        Whether a newline is the token that ends a sample.

    Returns
    -------
    ndarray of n int32 arrays, dtype object
    """
    points = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32)
    tokens = _numbers(points, known)
    if lines:
        tokens[points == ord(NEWLINE)] = END
    found = np.empty(len(texts), dtype=object)
    start = 0
    for i, text in enumerate(texts):
        found[i] = np.append(tokens[start : start + len(text)], np.int32(END))
        start += len(text)
    return found


def spell_words(
    texts: Sequence[str],
    known: Sequence[str],
    split: Callable[[str], list[str]] = words_of,
    *,
    lines: bool,
) -> np.ndarray:
    """Return the tokens of texts whose every word is one.

    The parameters are as above; `split` parts a text into its words.
    """
    numbers = {word: i + 1 for i, word in enumerate(known)}
    if lines:
        numbers[NEWLINE] = END
    other = len(known) + 1
    found = np.empty(len(texts), dtype=object)
    for i, text in enumerate(texts):
        tokens = [numbers.get(word, other) for word in split(text)]
        found[i] = np.array([*tokens, END], dtype=np.int32)
    return found


def _numbers(points: np.ndarray, known: str) -> np.ndarray:
    """Return the tokens of code points, int32."""
    chars = np.array([ord(char) for char in known], dtype=np.uint32)
    at = np.searchsorted(chars, points)
    hit = np.append(chars, np.uint32(0))[at] == points
    hit &= at < len(chars)
    return np.where(hit, at + 1, len(chars) + 1).astype(np.int32)
