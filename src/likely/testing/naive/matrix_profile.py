"""The matrix profile, one pair of windows at a time."""

from __future__ import annotations

import numpy as np


def matrix_profile(
    x: np.ndarray,
    window: int,
    reference: np.ndarray | None = None,
    exclusion: int | None = None,
    side: str = "both",
) -> tuple[np.ndarray, np.ndarray]:
    """Return distance and position of the nearest window of every window, (windows,) each."""
    others = x if reference is None else reference
    zone = -(-window // 4) if exclusion is None else exclusion
    count = len(x) - window + 1
    distances, neighbours = np.full(count, np.inf), np.full(count, -1)
    for i in range(count):
        for j in range(len(others) - window + 1):
            if reference is None and abs(i - j) <= zone:
                continue
            if (side == "earlier" and j > i) or (side == "later" and j < i):
                continue
            distance = pair(x[i : i + window], others[j : j + window])
            if distance < distances[i]:
                distances[i], neighbours[i] = distance, j
    return distances, neighbours


def pair(a: np.ndarray, b: np.ndarray) -> float:
    """Return the distance of two windows."""
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return np.inf
    flat = int(np.ptp(a) == 0) + int(np.ptp(b) == 0)
    if flat:
        return 0.0 if flat == 2 else float(np.sqrt(len(a)))
    return float(np.linalg.norm(_z(a) - _z(b)))


def _z(window: np.ndarray) -> np.ndarray:
    """Return a window with mean 0 and standard deviation 1, in long numbers."""
    long = window.astype(np.longdouble)
    return (long - long.mean()) / long.std()
