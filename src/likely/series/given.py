"""What given channels let expect of others: straight lines with bends."""

from __future__ import annotations

import numpy as np

BENDS = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
"""Quantiles of a given channel at which its line may bend."""


def learn_bends(values: np.ndarray) -> np.ndarray:
    """Return least and largest value of each given channel, and where its line may bend.

    Parameters
    ----------
    values : ndarray of float64, shape (time, given)
        What was learnt from.

    Returns
    -------
    ndarray of shape (given, 7)
    """
    levels = np.concatenate([[0.0], BENDS, [1.0]])
    return np.quantile(values, levels, axis=0).T.reshape(values.shape[1], len(levels))


def given_terms(values: np.ndarray, bends: np.ndarray) -> np.ndarray:
    """Return the terms of given channels: each in its range, and how far it is beyond each bend.

    Values beyond what was learnt count as the farthest that was.

    Parameters
    ----------
    values : ndarray of float64, shape (time, given)
        Given channels.
    bends : ndarray of shape (given, 7)
        From `learn_bends`.

    Returns
    -------
    ndarray of shape (time, given, 6)

    Examples
    --------
    >>> bends = learn_bends(np.arange(11.0)[:, None])
    >>> given_terms(np.array([[10.0], [99.0]]), bends).round(1)[:, 0].tolist()
    [[1.0, 0.9, 0.7, 0.5, 0.3, 0.1], [1.0, 0.9, 0.7, 0.5, 0.3, 0.1]]
    """
    low, high = bends[:, 0], bends[:, -1]
    width = np.where(high > low, high - low, 1.0)
    knots = (bends[:, :-1] - low[:, None]) / width[:, None]  # (given, 6)
    at = (np.clip(values, low, high) - low) / width  # (time, given)
    return np.maximum(at[:, :, None] - knots, 0.0)
