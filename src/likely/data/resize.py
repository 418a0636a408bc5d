"""Bringing an array to another size along its axes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np


def resize(sample: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return a sample with other sizes of its first axes, interpolated and antialiased.

    A size grows by linear interpolation and shrinks by weighted means over all that falls into a
    cell, so that nothing between the points kept is lost.

    Parameters
    ----------
    sample : ndarray of shape (*axes, channel)
        Numbers.
    shape : tuple of int
        New sizes of the axes before the channels.

    Returns
    -------
    ndarray of float64, shape (*shape, channel)
        The sample itself, as float64, where the sizes are the same already.
    """
    found = np.asarray(sample, dtype=np.float64)
    for axis, size in enumerate(shape):
        if found.shape[axis] != size:
            weights = _weights(found.shape[axis], size)
            found = np.moveaxis(np.tensordot(weights, found, axes=(1, axis)), 0, axis)
    return found


@lru_cache(maxsize=64)
def _weights(before: int, after: int) -> np.ndarray:
    """Return how much each old place counts in each new one: a triangle around it, (after, before).

    The triangle reaches as far as the cells of the coarser of the two are wide.
    """
    scale = before / after
    reach = max(scale, 1.0)
    centres = (np.arange(after) + 0.5) * scale - 0.5
    away = np.abs(np.arange(before)[None, :] - centres[:, None]) / reach
    weights = np.maximum(1.0 - away, 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    weights.flags.writeable = False
    return weights
