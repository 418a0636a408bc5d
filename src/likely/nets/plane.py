"""How far samples lie from the plane that most of their kind lie near (Tipping & Bishop, 1999)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.utils.extmath import randomized_svd

_DIRECTIONS = 64
_LEAST_EACH = 8  # samples for each direction
_LOOKED_AT = 5_000  # samples
_CELLS = 4_000_000  # of them
_LEAST = 1e-9


@dataclass(frozen=True)
class Plane:
    """The directions in which samples vary most.

    Parameters
    ----------
    middle : ndarray of shape (feature,)
        Means.
    directions : ndarray of shape (direction, feature)
        Of length 1, at right angles to one another.
    variances : ndarray of shape (direction,)
        Along each of them.
    rest : float
        Mean variance of a feature off the plane.
    """

    middle: np.ndarray
    directions: np.ndarray
    variances: np.ndarray
    rest: float

    @classmethod
    def learn(cls, x: np.ndarray) -> Plane:
        """Return the plane of samples, (n, ...); at most 64 directions, one for eight samples."""
        size = int(np.prod(x.shape[1:]))
        few = max(1, min(_LOOKED_AT, _CELLS // size))
        flat = _flat(x[:: -(-len(x) // few)])
        middle = flat.mean(axis=0)
        most = min(_DIRECTIONS, len(flat) // _LEAST_EACH, size - 1)
        away = flat - middle
        total = float((away**2).sum()) / len(flat)
        if most < 1:
            return cls(middle, np.zeros((0, size)), np.zeros(0), max(total / size, _LEAST))
        _, sizes, directions = randomized_svd(away, most, random_state=0)
        variances = np.maximum(sizes**2 / len(flat), _LEAST)
        rest = max((total - float(variances.sum())) / (size - most), _LEAST)
        return cls(middle, directions, np.maximum(variances, rest), rest)

    def statistics(self, x: np.ndarray) -> np.ndarray:
        """Return how far samples lie off the plane, as a logarithm, and how odd that is, (n, 2).

        The second is minus twice the log-density of a feature, up to a constant.
        """
        away = _flat(x) - self.middle
        along = away @ self.directions.T
        size = away.shape[1]
        off = np.maximum((away**2).sum(axis=1) - (along**2).sum(axis=1), 0.0)
        odd = off / self.rest + (along**2 / self.variances).sum(axis=1)
        return np.column_stack([np.log(off / size + _LEAST), odd / size])


def _flat(x: np.ndarray) -> np.ndarray:
    return np.asarray(x, dtype=np.float64).reshape(len(x), -1)
