"""What a generator made of the same codes while it learnt."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

SHARES = (0.01, 0.03, 0.1, 0.3)
"""Of the steps, after which it is asked; the last time is after all of them."""


class Progress:
    """Samples of a few codes at a few times of training, the same codes every time.

    Parameters
    ----------
    draw : callable
        Returns features of the samples that the codes stand for by the present weights.

    Attributes
    ----------
    looks : list of (int, ndarray)
        Steps taken, and features of the samples made then, (n, ...).
    """

    def __init__(self, draw: Callable[[], np.ndarray]) -> None:
        self.looks: list[tuple[int, np.ndarray]] = []
        self._draw, self._left = draw, list(SHARES)

    def look(self, steps: int, planned: int) -> None:
        """Draw if it is time to, so many steps of those planned being taken."""
        left = [share for share in self._left if steps < max(1, math.ceil(share * planned))]
        if len(left) < len(self._left):
            self._left = left
            self.add(steps)

    def add(self, steps: int) -> None:
        """Draw, whatever time it is."""
        self.looks.append((steps, self._draw()))
