"""Ways between points of a latent space."""

from __future__ import annotations

import numpy as np


def path_between(start: np.ndarray, stop: np.ndarray, steps: int) -> np.ndarray:
    """Return codes on the way from some to others, at lengths between theirs.

    Codes of likely samples have about one length, and a straight line would pass too near to zero.

    Parameters
    ----------
    start, stop : ndarray of shape (n, ...)
        Codes.
    steps : int in [2, inf)
        How many, both ends among them.

    Returns
    -------
    ndarray of shape (n, steps, ...)

    Examples
    --------
    >>> path_between(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]), 3).round(2).tolist()
    [[[1.0, 0.0], [0.71, 0.71], [0.0, 1.0]]]
    """
    share = np.linspace(0, 1, steps).reshape(1, -1, *[1] * (start.ndim - 1))
    between = (1 - share) * start[:, None] + share * stop[:, None]
    found = between.reshape(len(start), steps, -1)
    length = np.linalg.norm(found, axis=2, keepdims=True)
    goal = np.linspace(length[:, 0], length[:, -1], steps, axis=1)
    return (found * goal / np.maximum(length, 1e-12)).reshape(between.shape)
