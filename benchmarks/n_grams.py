"""Characters foretold from the few before them, by Witten and Bell's interpolation: a floor."""

from __future__ import annotations

import numpy as np


class NGrams:
    """Probability of a character given up to `order` - 1 before it (Witten & Bell, 1991).

    P(c | h) = (count(h, c) + kinds(h) P(c | h')) / (count(h) + kinds(h)), where kinds(h) is how
    many different characters followed h, and h' is h without its first character. The shortest
    is the uniform distribution over all characters learnt and one for all others.

    Parameters
    ----------
    text : str
        Text to learn from.
    order : int in [1, 8]
        Characters in a gram.
    """

    def __init__(self, text: str, order: int = 6) -> None:
        self.order = order
        self.known = np.unique(_points(text))
        self.size = len(self.known) + 1
        ids = self._ids(text)
        self.grams = [np.unique(_codes(ids, n, self.size), return_counts=True)
                      for n in range(1, order + 1)]  # fmt: skip
        self.followers = []
        for n, (codes, counts) in enumerate(self.grams):
            histories, first = np.unique(codes // self.size, return_index=True)
            totals = np.add.reduceat(counts, first)
            kinds = np.diff(np.append(first, len(codes)))
            self.followers.append(
                (histories, totals, kinds) if n else (np.zeros(1, int), totals, kinds)
            )

    def nats(self, text: str, alone: bool = False) -> np.ndarray:
        """Return the surprise of every character but the first in nats, shape (len(text) - 1,).

        Parameters
        ----------
        text : str
            The first character is given.
        alone : bool, default False
            Whether nothing before the last newline counts, as if lines stood alone.
        """
        ids = self._ids(text)
        at = np.arange(len(ids))
        begun = np.zeros(len(ids), dtype=int)
        if alone:
            newline = np.array([sign == "\n" for sign in text])
            begun = np.maximum.accumulate(np.where(newline, at, 0))
            begun = np.append(0, begun[:-1])  # a newline itself is foretold from its own line
        chances = np.full(len(ids), 1 / self.size)
        for n in range(1, self.order + 1):
            there = np.flatnonzero(at - (n - 1) >= begun)
            there = there[there >= n - 1]
            codes = _codes(ids, n, self.size)[there - (n - 1)]
            count = _look_up(codes, *self.grams[n - 1])
            histories, totals, kinds = self.followers[n - 1]
            total = _look_up(codes // self.size, histories, totals)
            kind = _look_up(codes // self.size, histories, kinds)
            seen = total > 0
            there, count, total, kind = there[seen], count[seen], total[seen], kind[seen]
            chances[there] = (count + kind * chances[there]) / (total + kind)
        return -np.log(chances[1:])

    def _ids(self, text: str) -> np.ndarray:
        points = _points(text)
        at = np.minimum(np.searchsorted(self.known, points), len(self.known) - 1)
        return np.where(self.known[at] == points, at, len(self.known)).astype(np.int64)


def _points(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)


def _codes(ids: np.ndarray, n: int, size: int) -> np.ndarray:
    """Return one number for each gram of n characters, in their order."""
    codes = np.zeros(len(ids) - n + 1, dtype=np.int64)
    for i in range(n):
        codes = codes * size + ids[i : len(ids) - n + 1 + i]
    return codes


def _look_up(codes: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
    at = np.minimum(np.searchsorted(keys, codes), len(keys) - 1)
    return np.where(keys[at] == codes, values[at], 0)
