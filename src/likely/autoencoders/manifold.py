"""How far a sample lies off what a network can restore, and how far along it from known samples.

What an autoencoder can put out is a curved surface through the samples. A reconstruction is a point
on it. A large error says that the sample lies off the surface; that no known sample is restored
anywhere near says that it lies on a part of the surface where nothing lives. An autoencoder that
restores anomalies too well misses the first and shows the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from likely.core.neighbours import Reference, nearest

NEIGHBOURS = 5
_FLOOR = 0.1
"""Part of what is usual that is added to each squared distance: below it, nearer says nothing."""


@dataclass(frozen=True)
class Manifold:
    """Known reconstructions, and how far usual samples lie off and along them.

    Parameters
    ----------
    known : ndarray of shape (m, width)
        Reconstructions of known samples.
    usual : ndarray of shape (2,)
        Mean squares that count as 1: of scaled errors, and of distances to the nearest known.
    """

    known: np.ndarray
    usual: np.ndarray

    @cached_property
    def _among(self) -> Reference:
        return Reference(self.known)

    def distances(
        self, restored: np.ndarray, off: np.ndarray, *, leave_self_out: bool = False
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return distances off and along the surface, and to which known ones how far it is.

        Parameters
        ----------
        restored : ndarray of shape (n, width)
            Reconstructions.
        off : ndarray of shape (n,)
            Mean squares of scaled errors.
        leave_self_out : bool, default False
            Whether the reconstructions are the known ones.

        Returns
        -------
        off, along : ndarray of shape (n,)
            About 1 for usual samples.
        far : ndarray of shape (n, k)
            Distances to the nearest known.
        nearest : ndarray of int64, shape (n, k)
            Their positions.
        """
        k = max(1, min(NEIGHBOURS, len(self.known) - leave_self_out))
        far, positions = nearest(restored, self._among, k, leave_self_out=leave_self_out)
        along = far.mean(axis=1) ** 2
        off, along = (
            np.sqrt(p / usual + _FLOOR) for p, usual in zip((off, along), self.usual, strict=True)
        )
        return off, along, far, positions


def usual_square(known: np.ndarray) -> float:
    """Return the mean squared distance of known reconstructions to the nearest others."""
    k = min(NEIGHBOURS, len(known) - 1)
    if k < 1:
        return 1.0
    far = nearest(known, known, k, leave_self_out=True)[0].mean(axis=1)
    return float((far**2).mean()) or 1.0
