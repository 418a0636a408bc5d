"""Fine detail for maps: how unusual a pixel is beside its surroundings, at its place.

Features of a network are coarse: they tell that something is odd, not exactly where. Small
contrasts tell where, but are odd everywhere. Their product is sharp where both agree.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from likely.data.resize import resize

STRIDE = 4  # pixels seen for each place of the detail
_AROUND = 2.0  # places that the surroundings reach
_SMOOTHING = 0.7  # places
_FLOOR = 0.1  # of the mean variance, added to every variance


def contrasts(pictures: np.ndarray) -> np.ndarray:
    """Return the differences of grey from the surroundings, (batch, rows, columns).

    Parameters
    ----------
    pictures : ndarray of shape (batch, channel, height, width)
        Sides are multiples of four.
    """
    grey = pictures.mean(axis=1, dtype=np.float64)
    batch, height, width = grey.shape
    cells = grey.reshape(batch, height // STRIDE, STRIDE, width // STRIDE, STRIDE).mean((2, 4))
    return cells - ndimage.gaussian_filter(cells, (0, _AROUND, _AROUND), mode="nearest")


def unusual(found: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Return how unusual contrasts are, about 1 for usual ones, (batch, rows, columns).

    Parameters
    ----------
    found : ndarray of shape (batch, rows, columns)
        Contrasts.
    mean, variance : ndarray of shape (rows, columns)
        Of the contrasts of good pictures, at every place.
    """
    floor = _FLOOR * variance.mean() or 1.0
    squares = (found - mean) ** 2 / (variance + floor)
    return ndimage.gaussian_filter(squares, (0, _SMOOTHING, _SMOOTHING), mode="nearest")


def sharpened(
    odd: np.ndarray, detail: np.ndarray, power: float, shape: tuple[int, ...]
) -> np.ndarray:
    """Return a map of oddness times a power of its detail, float64 of the shape of the picture.

    Parameters
    ----------
    odd, detail : ndarray of shape (rows, columns)
        One map each, of their own sizes.
    power : float
        Of the detail; 0 leaves it out.
    shape : tuple of int
        Height and width.
    """
    found = resize(odd[..., None], shape)[..., 0]
    if power == 0:
        return found
    return found * (resize(detail[..., None], shape)[..., 0] + 1e-6) ** power
