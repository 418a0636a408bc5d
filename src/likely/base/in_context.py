"""`InContext`: a model that judges some columns of a row given the others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, final

import numpy as np

from likely.base.capabilities import Explainer


class InContext(Explainer, ABC):
    """A model that judges the behaviour of a row given its context, and never the context itself.

    Attributes
    ----------
    context_positions_ : tuple of int
        Which of the used columns are context.
    """

    @property
    @abstractmethod
    def context_positions_(self) -> tuple[int, ...]:
        """Which of the used columns are context, by position."""

    @final
    def usual(self, X: Any, shares: Sequence[float]) -> np.ndarray:
        """Return quantiles of what is usual in the context of every row.

        Parameters
        ----------
        X : dataframe, array or list, shape (n rows, n columns)
            Rows.
        shares : sequence of float in (0, 1)
            Which quantiles.

        Returns
        -------
        ndarray of shape (n, used columns, len(shares))
            Values as `Table` stores them; NaN for columns that are context or no numbers.
        """
        self._check_fitted()
        table = self.schema_.match(X)
        return self._usual(self._view(self.schema_, table), np.asarray(shares, dtype=np.float64))

    @abstractmethod
    def _usual(self, x: np.ndarray, shares: np.ndarray) -> np.ndarray:
        """Return the quantiles for rows as the hooks see them, (n, used columns, len(shares))."""
