"""Coordinates of rows, and noise in them that has the shape of the data.

Noise that is equally wide in every direction tells only how far a row lies off the thin directions
of the data: in many correlated columns hardly any of it stays near what is usual. Noise as wide in
every direction as the data also fills the gaps between rows that lie where the data do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from likely.nets.scale import KNEE

EVEN = 0.25
"""Coordinates divide directions by this power of their variance: by 0 they are the rows turned, by
1 whitened. In between a network sees thin directions, and wide ones first."""

_LEAST = 0.01  # of the mean variance, that every direction is given
_TINY = 1e-6


@dataclass(frozen=True)
class NoiseShape:
    """A turn onto the principal directions of rows, and how wide noise is along each.

    Parameters
    ----------
    centre : ndarray of shape (width,)
        Means of the columns.
    turn : ndarray of shape (width, width)
        Principal directions, one a column.
    sizes : ndarray of shape (width,)
        What each coordinate is multiplied by.
    widths : ndarray of shape (width,)
        Spread of noise of time 1 in each coordinate; their mean square is 1.
    """

    centre: np.ndarray
    turn: np.ndarray
    sizes: np.ndarray
    widths: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray, even: float = EVEN) -> NoiseShape:
        """Learn the shape of rows, shape (n, width), as networks see them."""
        x = np.asarray(rows, dtype=np.float64)
        centre = x.mean(axis=0)
        centred = x - centre
        variances, turn = np.linalg.eigh(centred.T @ centred / len(x))
        variances = np.maximum(variances, 0.0)
        variances += _LEAST * variances.mean() + _TINY
        widths = variances ** ((1 - even) / 2)
        scale = 1 / np.sqrt(np.mean(widths**2))
        return cls(centre, turn, scale * variances ** (-even / 2), scale * widths)

    def coordinates(self, x: Tensor) -> Tensor:
        """Return the coordinates of rows, shape (batch, width); `draw_in` is for what is far."""
        centre, turn, sizes = (
            torch.from_numpy(part).to(x.device, x.dtype)
            for part in (self.centre, self.turn, self.sizes)
        )
        return ((x - centre) @ turn) * sizes

    def shares(self, step: np.ndarray, slope: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Return how much each column has to do with what a step gains, shape (n, width).

        A step times the slope along it is what is gained. Both are taken back to the columns, where
        the products have the same sum; a column that loses counts as nothing.

        Parameters
        ----------
        step, slope : ndarray of shape (n, width)
            In coordinates that are drawn in.
        u : ndarray of shape (n, width)
            The coordinates of the rows, not drawn in.
        """
        stretch = np.maximum(np.abs(u) / KNEE, 1.0)
        stretch /= 1 + np.log(stretch)
        step = (step * stretch / self.sizes) @ self.turn.T
        slope = (slope / stretch * self.sizes) @ self.turn.T
        parts = np.maximum(step * slope, 0.0)
        total = parts.sum(axis=1, keepdims=True)
        return np.where(total > 0, parts / np.where(total > 0, total, 1.0), 1 / parts.shape[1])


def draw_in(u: Tensor) -> Tensor:
    """Return numbers of which those beyond 5 grow by their logarithm."""
    size = u.abs()
    return torch.where(size > KNEE, u.sign() * KNEE * (1 + (size.clamp(min=KNEE) / KNEE).log()), u)
