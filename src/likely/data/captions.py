"""Captions: texts that say what is on a sample, read word by word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from likely.core.errors import DataError

MOST_WORDS = 10_000
"""So many words have numbers of their own: those seen most often."""

MOST_IN_ONE = 1_000
"""A caption has at most so many words."""

NAME = "caption"
"""What messages call such a condition."""

_WORD = re.compile(r"\w+|[^\w\s]")
_SHOWN = 20


def read_captions(condition: Any) -> list[str] | None:
    """Return a list of captions, or one caption, as a list of str; None if it is something else.

    Texts are captions if any of them has white space in it; those of single words are labels. None
    among captions says nothing.

    Parameters
    ----------
    condition : object
        As people hand it in.

    Examples
    --------
    >>> read_captions(["a boot", "bag"])
    ['a boot', 'bag']
    >>> read_captions(["boot", "bag"]) is None
    True
    """
    if isinstance(condition, str):
        condition = [condition]
    if condition is None or hasattr(condition, "columns") or isinstance(condition, dict):
        return None
    if not np.ndim(condition):
        return None
    cells = list(condition)
    texts = [cell for cell in cells if isinstance(cell, str)]
    if len(texts) + sum(cell is None for cell in cells) < len(cells):
        return None
    if not any(len(text.split()) > 1 for text in texts):
        return None
    return ["" if cell is None else cell for cell in cells]


def words_in(caption: str) -> list[str]:
    """Return the words of a caption in small letters; signs are words of their own.

    Examples
    --------
    >>> words_in("Two boots above a shirt, dark")
    ['two', 'boots', 'above', 'a', 'shirt', ',', 'dark']
    """
    return _WORD.findall(caption.lower())


@dataclass(frozen=True)
class Captions:
    """The words of captions, each with a number; 0 is no word.

    Words that were never learnt are left out when captions are read: nobody knows what they say. If
    so many were learnt that not all have numbers of their own, the last number stands for others.

    Parameters
    ----------
    words : tuple of str
        Those with numbers of their own, from 1, in ascending order.
    longest : int
        Words of the longest caption.
    kind : {"caption"}
        What these are.
    """

    words: tuple[str, ...]
    longest: int
    kind: Literal["caption"] = "caption"

    @classmethod
    def learn(cls, captions: Sequence[str]) -> Captions:
        """Learn the words of captions."""
        found = [words_in(caption) for caption in captions]
        longest = max(map(len, found))
        if longest > MOST_IN_ONE:
            raise DataError(
                f"A caption has {longest:,} words, and at most {MOST_IN_ONE:,} are read."
            )
        counts = Counter(word for words in found for word in words)
        often = [word for word, _ in counts.most_common(MOST_WORDS)]
        return cls(tuple(sorted(often)), longest)

    @property
    def width(self) -> int:
        """How many features a caption has: one a word of the longest."""
        return self.longest

    @property
    def size(self) -> int:
        """How many numbers there are: no word, the words, and others."""
        return len(self.words) + 2

    def unknown(self, captions: Iterable[str]) -> tuple[str, ...]:
        """Return the words of captions that were never learnt, each once, as they come."""
        known = set(self.words)
        found = (word for caption in captions for word in words_in(caption))
        return tuple(dict.fromkeys(word for word in found if word not in known))

    def match(self, captions: Sequence[str]) -> list[str]:
        """Return captions that can be read, or raise `DataError`.

        Parameters
        ----------
        captions : sequence of str
            New ones. Some words may be new, but not all of a caption.
        """
        known = set(self.words)
        for caption in captions:
            words = words_in(caption)
            read = len(self._read(words))
            if read > self.longest:
                raise DataError(
                    f"The caption {caption!r} has {read:,} words, and the longest that was "
                    f"learnt has {self.longest:,}. Say it in fewer."
                )
            if words and not known.intersection(words):
                raise DataError(
                    f"No word of the caption {caption!r} was ever learnt. Known are "
                    f"{', '.join(map(repr, self.words[:_SHOWN]))}"
                    f"{' and others' if len(self.words) > _SHOWN else ''}."
                )
        return list(captions)

    def features(self, captions: Sequence[str]) -> np.ndarray:
        """Return the numbers of the words, 0 behind the last one; float64, (n, longest)."""
        found = np.zeros((len(captions), self.longest))
        for row, caption in zip(found, captions, strict=True):
            read = self._read(words_in(caption))
            row[: len(read)] = read
        return found

    def _read(self, words: Sequence[str]) -> list[int]:
        """Return the numbers of words, without those that have none."""
        others = self.size - 1 if len(self.words) == MOST_WORDS else 0
        numbers = (self._numbers.get(word, others) for word in words)
        return [number for number in numbers if number]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: i for i, word in enumerate(self.words, 1)}

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self) | {"words": list(self.words)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Captions:
        """Rebuild what `to_json` returned."""
        return cls(tuple(stored["words"]), stored["longest"])
