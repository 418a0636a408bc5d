"""Draws from many categorical distributions at once."""

from __future__ import annotations

import numpy as np


def draw_categories(chances: np.ndarray, which: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a category for every sample, shape (n,) of int.

    Parameters
    ----------
    chances : ndarray of shape (m, categories)
        Not negative; rows need not sum to 1, but to more than 0.
    which : ndarray of int, shape (n,)
        Which row of `chances` each sample is drawn from.
    rng : Generator
        Draws them.

    Examples
    --------
    >>> draw_categories(np.eye(3), np.array([2, 0, 1]), np.random.default_rng(0))
    array([2, 0, 1])
    """
    m, size = chances.shape
    reached = np.cumsum(chances, axis=1, dtype=np.float64)
    reached /= reached[:, -1:]
    wanted = which + rng.random(len(which)) * (1 - 1e-9)
    line = (reached + np.arange(m)[:, None]).ravel()
    found = np.searchsorted(line, wanted, side="right") - which * size
    last = size - 1 - np.argmax(chances[:, ::-1] > 0, axis=1)  # rounding never leads beyond it
    return np.minimum(found, last[which])


def systematic(weights: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return n positions, each as often as its weight says, to within one. Shape (n,) of int.

    Parameters
    ----------
    weights : ndarray of shape (m,)
        Not negative, with a positive sum.
    n : int
        How many.
    rng : Generator
        Draws the first; then the order.
    """
    reached = np.cumsum(weights, dtype=np.float64)
    wanted = (rng.random() + np.arange(n)) / n * reached[-1] * (1 - 1e-12)
    found = np.searchsorted(reached, wanted, side="right")
    return rng.permutation(np.minimum(found, len(weights) - 1))
