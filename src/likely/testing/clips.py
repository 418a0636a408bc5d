"""Small made-up clips of sound, the same in every run: clean, and with planted anomalies.

A clip is a tone of one of three pitches that dies away, in a little noise; an anomaly is a crackle.
"""

from __future__ import annotations

import numpy as np

_PERIODS = (8, 12, 16)
_LENGTH = 8


def tones(n: int = 60, seed: int = 0) -> list[np.ndarray]:
    """Return ordinary clips.

    Parameters
    ----------
    n : int in [1, inf), default 60
        Number of samples.
    seed : int in [0, inf), default 0
        The same seed gives the same samples.

    Returns
    -------
    list of float32 arrays of 48 to 80 values
    """
    rng = np.random.default_rng(seed)
    return [_tone(rng) for _ in range(n)]


def planted_tones(
    n: int = 40, seed: int = 0
) -> tuple[list[np.ndarray], np.ndarray, list[tuple[int, int]]]:
    """Return clips of which every fourth has something planted.

    Parameters
    ----------
    n : int in [4, inf), default 40
        Number of samples.
    seed : int in [0, inf), default 0
        The same seed gives the same samples.

    Returns
    -------
    samples : list of float32 arrays
        As from `tones`.
    labels : ndarray of int64, shape (n,)
        1 for samples with something planted.
    places : list of (int, int)
        First value of it and the one behind its last, of each of them in turn.
    """
    rng = np.random.default_rng([seed, 1])
    samples = tones(n, seed)
    labels = (np.arange(n) % 4 == 3).astype(np.int64)
    places = []
    for i in np.flatnonzero(labels):
        at = int(rng.integers(8, len(samples[i]) - _LENGTH - 8))
        samples[i][at : at + _LENGTH] = rng.choice([-0.9, 0.9], _LENGTH)
        places.append((at, at + _LENGTH))
    return samples, labels, places


def _tone(rng: np.random.Generator) -> np.ndarray:
    t = np.arange(rng.integers(48, 81))
    tone = 0.5 * np.sin(2 * np.pi * t / rng.choice(_PERIODS)) * np.exp(-t / 60)
    return (tone + rng.normal(0, 0.01, len(t))).astype(np.float32)
