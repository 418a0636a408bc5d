"""The nearest neighbours that were found so far, one for every window."""

from __future__ import annotations

from threading import Lock

import numpy as np


class Nearest:
    """The most correlated window of each, and where it stands; of equally good ones, the first.

    Offers may come from several threads and in any order: the outcome is the same.

    Attributes
    ----------
    correlation : ndarray of shape (windows,)
        From -1 to 1; minus infinity where nothing was offered.
    position : ndarray of int64, shape (windows,)
        Minus one where nothing was offered.
    """

    def __init__(self, count: int) -> None:
        self.correlation = np.full(count, -np.inf)
        self.position = np.full(count, -1, dtype=np.int64)
        self._lock = Lock()

    def offer(
        self, where: slice | np.ndarray, correlation: np.ndarray, position: np.ndarray | int
    ) -> None:
        """Take what is better than what is there.

        Parameters
        ----------
        where : slice or ndarray of int64
            Windows that something is offered to, each once.
        correlation : ndarray of shape (offered,)
            How well it fits; minus infinity is no offer.
        position : ndarray of int64, shape (offered,), or int
            Which window it is.
        """
        with self._lock:
            held, at = self.correlation[where], self.position[where]
            better = correlation > held
            better |= (correlation == held) & (position < at)
            self.correlation[where] = np.where(better, correlation, held)
            self.position[where] = np.where(better, position, at)

    def joined(self, other: Nearest) -> Nearest:
        """Return the better of both for every window."""
        both = Nearest(len(self.correlation))
        everywhere = slice(None)
        both.offer(everywhere, self.correlation, self.position)
        both.offer(everywhere, other.correlation, other.position)
        return both
