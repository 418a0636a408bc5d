"""What descriptions of samples that are sequences of tokens have in common."""

from __future__ import annotations

from typing import Any

import numpy as np


class OfTokens:
    """A description of samples that differ in length: texts or clips, seen as tokens."""

    longest: int

    @property
    def named(self) -> bool:
        """Whether features have names; tokens have none."""
        return False

    @property
    def columns(self) -> tuple[Any, ...]:
        """No columns: samples are no rows."""
        return ()

    @property
    def width(self) -> int:
        """How many features the longest sample has."""
        return self.longest

    @property
    def n_features(self) -> int:
        """One text or clip a sample, as scikit-learn counts features."""
        return 1

    @property
    def plain(self) -> bool:
        """Whether features have a density in the user's own units: a probability has no unit."""
        return True

    @property
    def log_volume(self) -> float:
        """Nats to add to log-probabilities of features: none."""
        return 0.0

    def arrange(self, by_feature: np.ndarray) -> np.ndarray:
        """Return numbers that belong to tokens: n arrays, as long as their samples and one more."""
        return by_feature
