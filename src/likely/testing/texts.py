"""Small made-up texts, the same in every run: clean, and with planted anomalies.

Sentences of one simple grammar; an anomaly is a stretch of letters that are no word.
"""

from __future__ import annotations

import numpy as np

_WHO = ("the cat", "a dog", "the bird", "my aunt")
_DOES = ("sees", "likes", "hears")
_WHAT = ("the sea", "a tree", "the old house")
_NO_WORD = "qxzjkvw"
_LENGTH = 6


def sentences(n: int = 60, seed: int = 0) -> list[str]:
    """Return ordinary sentences.

    Parameters
    ----------
    n : int in [1, inf), default 60
        Number of samples.
    seed : int in [0, inf), default 0
        The same seed gives the same samples.
    """
    rng = np.random.default_rng(seed)
    return [" ".join(str(rng.choice(part)) for part in (_WHO, _DOES, _WHAT)) for _ in range(n)]


def planted_sentences(
    n: int = 40, seed: int = 0
) -> tuple[list[str], np.ndarray, list[tuple[int, int]]]:
    """Return sentences of which every fourth has something planted.

    Parameters
    ----------
    n : int in [4, inf), default 40
        Number of samples.
    seed : int in [0, inf), default 0
        The same seed gives the same samples.

    Returns
    -------
    samples : list of str
        As from `sentences`.
    labels : ndarray of int64, shape (n,)
        1 for samples with something planted.
    places : list of (int, int)
        First character of it and the one behind its last, of each of them in turn.
    """
    rng = np.random.default_rng([seed, 1])
    samples = sentences(n, seed)
    labels = (np.arange(n) % 4 == 3).astype(np.int64)
    places = []
    for i in np.flatnonzero(labels):
        at = int(rng.integers(1, len(samples[i]) - _LENGTH))
        word = "".join(rng.choice(list(_NO_WORD), _LENGTH))
        samples[i] = samples[i][:at] + word + samples[i][at + _LENGTH :]
        places.append((at, at + _LENGTH))
    return samples, labels, places
