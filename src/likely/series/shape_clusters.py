"""Clusters of windows that have the same shape, wherever in the window it begins: k-Shape.

Two windows are as far apart as their best cross-correlation over all shifts says; all of them come
from one Fourier transform of each. The centre of a cluster is the window with the largest sum of
squared correlations with its members, each shifted to fit it: the first eigenvector of the sum of
their outer products.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_MOST_STEPS = 30  # of clustering


class ShapeClusters(NamedTuple):
    """Centres, and how many windows belong to each."""

    centres: np.ndarray
    """Of mean 0 and length 1, shape (cluster, time)."""

    sizes: np.ndarray
    """Shape (cluster,), positive."""


def k_shape(windows: np.ndarray, k: int, rng: np.random.Generator) -> ShapeClusters:
    """Return clusters of windows by their shape.

    Parameters
    ----------
    windows : ndarray of shape (window, time)
        Each of mean 0; those of zeros have no shape and are taken for unlike all.
    k : int in [1, inf)
        At most so many clusters: those that lose all their members are dropped.
    rng : Generator
        Draws which window belongs to which cluster at first.

    Returns
    -------
    ShapeClusters

    References
    ----------
    Paparrizos, J. & Gravano, L. (2015). k-Shape: efficient and accurate clustering of time series.
    SIGMOD. https://doi.org/10.1145/2723372.2737793

    Examples
    --------
    >>> steps, rng = np.arange(64), np.random.default_rng(0)
    >>> shifts = rng.integers(0, 64, size=(20, 1))
    >>> waves = np.sin(2 * np.pi * (steps + shifts) / 32)
    >>> saws = (steps + shifts) % 32 / 16 - 1
    >>> windows = np.vstack([waves, saws - saws.mean(axis=1, keepdims=True)])
    >>> sorted(k_shape(windows, 2, rng).sizes.tolist())
    [20, 20]
    """
    labels = rng.integers(0, min(k, len(windows)), size=len(windows))
    spectra = _spectra(windows)
    lengths = np.linalg.norm(windows, axis=1)
    centres: dict[int, np.ndarray] = {}
    for _ in range(_MOST_STEPS):
        held = np.unique(labels)
        centres = {
            c: _centre(windows[labels == c], spectra[labels == c], centres.get(c)) for c in held
        }
        found = [_correlations(spectra, lengths, centres[c])[0] for c in held]
        nearest = held[np.argmax(found, axis=0)]
        if (nearest == labels).all():
            break
        labels = nearest
    held, sizes = np.unique(labels, return_counts=True)
    return ShapeClusters(np.stack([centres[c] for c in held]), sizes)


def shape_distance(x: np.ndarray, y: np.ndarray) -> float:
    """Return 1 less the best correlation of two windows over all shifts, from 0 to 2.

    Parameters
    ----------
    x, y : ndarray of shape (time,)
        Of mean 0; windows of zeros are at distance 1 from all.

    Examples
    --------
    >>> bump = np.array([0.0, 1.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    >>> bool(abs(shape_distance(bump, np.roll(bump, 3))) < 1e-9)
    True
    """
    best, _ = _correlations(_spectra(x[None]), np.array([np.linalg.norm(x)]), y)
    return float(1 - best[0])


def _spectra(windows: np.ndarray) -> np.ndarray:
    """Return transforms of windows that are long enough for all shifts, (window, frequency)."""
    return np.fft.rfft(windows, _size(windows.shape[1]), axis=1)


def _size(length: int) -> int:
    return 1 << (2 * length - 2).bit_length()


def _correlations(
    spectra: np.ndarray, lengths: np.ndarray, centre: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the best correlation of each window with a centre, and by how much it is late."""
    steps = len(centre)
    size = _size(steps)
    products = np.fft.irfft(spectra * np.conj(np.fft.rfft(centre, size)), size, axis=1)
    scale = lengths * np.linalg.norm(centre)
    shifts = np.r_[np.arange(steps), np.arange(1 - steps, 0)]
    every = products[:, shifts]  # a negative shift stands at the end
    best = every.argmax(axis=1)
    highest = every[np.arange(len(every)), best]
    return np.where(scale > 0, highest / np.where(scale > 0, scale, 1.0), 0.0), shifts[best]


def _centre(windows: np.ndarray, spectra: np.ndarray, before: np.ndarray | None) -> np.ndarray:
    """Return the centre of a cluster, of mean 0 and length 1, given the one before, if any.

    At first members are shifted to fit the first of them: unshifted ones of one rhythm lie in a
    plane in which no direction is the first.
    """
    like = windows[0] if before is None else before
    _, late = _correlations(spectra, np.ones(len(windows)), like)
    moved = np.stack([_shifted(one, -shift) for one, shift in zip(windows, late, strict=True)])
    moved = moved - moved.mean(axis=1, keepdims=True)
    if len(moved) <= moved.shape[1]:  # the same eigenvector from the smaller matrix
        _, vectors = np.linalg.eigh(moved @ moved.T)
        centre = moved.T @ vectors[:, -1]
    else:
        _, vectors = np.linalg.eigh(moved.T @ moved)
        centre = vectors[:, -1]
    centre = centre - centre.mean()
    length = np.linalg.norm(centre)
    centre = centre / length if length > 0 else centre
    return -centre if (moved @ centre).sum() < 0 else centre


def _shifted(window: np.ndarray, shift: int) -> np.ndarray:
    """Return a window that is later by so many steps, with zeros where nothing is known."""
    found = np.zeros_like(window)
    if shift >= 0:
        found[shift:] = window[: len(window) - shift]
    else:
        found[:shift] = window[-shift:]
    return found
