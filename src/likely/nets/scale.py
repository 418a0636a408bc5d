"""Features as networks see them: float32, and never so far out that a sum loses everything else."""

from __future__ import annotations

import numpy as np

KNEE = 5.0
"""So many spreads are left as they are; beyond, distances grow by their logarithm."""

_GRID = 2.0**16


def squash(x: np.ndarray) -> np.ndarray:
    """Return features of a table with far values drawn in, as float32.

    Rounded to a fine grid, so that features that differ by rounding alone become equal: training
    would make a difference of them.

    Parameters
    ----------
    x : ndarray of float64, shape (n, width)
        Features in spreads, up to 1e50.
    """
    size = np.abs(x)
    far = np.sign(x) * KNEE * (1 + np.log(np.maximum(size, KNEE) / KNEE))
    found = np.where(size > KNEE, far, x)
    return (np.rint(found * _GRID) / _GRID).astype(np.float32)


def unsquash(x: np.ndarray) -> np.ndarray:
    """Return the features that `squash` made these of, as float64."""
    x = np.asarray(x, dtype=np.float64)
    size = np.abs(x)
    with np.errstate(over="ignore"):
        far = np.sign(x) * KNEE * np.exp(np.minimum(size, 600.0) / KNEE - 1)
    return np.where(size > KNEE, far, x)


def stretch(x: np.ndarray) -> np.ndarray:
    """Return the log-derivatives of `squash`, in the shape of the features.

    Parameters
    ----------
    x : ndarray
        Features in spreads.
    """
    return -np.log(np.maximum(np.abs(x), KNEE) / KNEE)
