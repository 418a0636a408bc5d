"""Values that samples hold again and again, such as black: a share of all is exactly that.

A network that draws numbers comes near such a value and hardly ever meets it: a background of
black becomes one of nearly black. As many of the numbers drawn as are usual, those nearest to the
value, are therefore set to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_LEAST = 0.05  # share of all numbers
_LOOKED_AT = 2_000_000  # numbers
_WIDEST = 0.1  # of the range, on either side of a value that has no other one near


@dataclass(frozen=True)
class Repeated:
    """Values that are repeated, and how near to one a number drawn counts as it.

    Parameters
    ----------
    values : ndarray of shape (value,)
        Ascending.
    widths : ndarray of shape (value,)
        Largest distances.
    """

    values: np.ndarray
    widths: np.ndarray

    @classmethod
    def learn(cls, x: np.ndarray, drawn: np.ndarray) -> Repeated:
        """Return the values of which samples hold at least a twentieth, and their widths.

        Parameters
        ----------
        x : ndarray of shape (n, ...)
            Samples to learn from.
        drawn : ndarray of shape (m, ...)
            Samples that were drawn.
        """
        few = x[:: -(-x.size // _LOOKED_AT)]
        found, counts = np.unique(few, return_counts=True)
        often = counts >= _LEAST * few.size
        values, shares = found[often].astype(np.float64), counts[often] / few.size
        if not len(values):
            return cls(values, shares)
        space = np.diff(values)
        alone = 2 * _WIDEST * float(found[-1] - found[0])
        between = np.minimum(np.append(space, np.inf), np.append(np.inf, space))
        most = np.where(np.isinf(between), alone, between) / 2
        near = np.abs(drawn.reshape(-1)[:, None] - values)
        widths = [np.quantile(near[:, i], share) for i, share in enumerate(shares)]
        return cls(values, np.minimum(widths, most))

    def settled(self, drawn: np.ndarray) -> np.ndarray:
        """Return samples whose numbers near a repeated value are that value."""
        for value, width in zip(self.values, self.widths, strict=True):
            drawn = np.where(np.abs(drawn - value) <= width, value, drawn)
        return drawn
