"""`Labelled`: a model that learns from labels too, and what labels may look like."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, final

import numpy as np
from sklearn.utils import ClassifierTags

from likely.base.model import Model
from likely.core.errors import DataError

_UNKNOWN = ("NoneType", "NAType", "NaTType")


class Labelled(Model, ABC):
    """A model that learns from labels: 1 for an anomaly, 0 for an ordinary row, missing if unknown.

    `fit(X, y)` hands checked labels to the hook `_fit_labelled`. `needs_labels` says whether the
    model is of no use without a single labelled anomaly: then `fit` asks for one.
    """

    needs_labels: ClassVar[bool] = True

    @final
    def _labels(self, y: Any, n: int) -> np.ndarray:
        """Return labels as 1, 0 or NaN, shape (n,), or raise `DataError`."""
        if y is None:
            return self._unknown(n)
        labels = label_values(y, n)
        anomalies, others = int((labels == 1).sum()), int((labels != 1).sum())
        if self.needs_labels and not (anomalies and others):
            raise DataError(
                f"{type(self).__name__} needs labels of both kinds: at least one anomaly (1), and "
                "one row that is ordinary (0) or unknown (missing). "
                f"Found {anomalies} and {others}: only 1 class."
            )
        return labels

    @final
    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        """Learn from features alone: every label is unknown."""
        self._fit_labelled(x, self._unknown(len(x)), rng)

    def _unknown(self, n: int) -> np.ndarray:
        """Return n labels that are all unknown, or raise `DataError` if that is not enough."""
        if self.needs_labels:
            # the last sentence is what scikit-learn's checks look for
            raise DataError(
                f"{type(self).__name__} learns from labels: fit(X, y), or likely.learn(data, "
                "labels=...), with 1 for an anomaly and 0 for an ordinary row. It requires y to be "
                "passed, but the target y is None."
            )
        return np.full(n, np.nan)

    @abstractmethod
    def _fit_labelled(self, x: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> None:
        """Learn from features, shape (n, width), and labels: 1, 0 or NaN, shape (n,)."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = self.needs_labels
        tags.classifier_tags = ClassifierTags(multi_class=False)
        return tags


def label_values(labels: Any, n: int) -> np.ndarray:
    """Return labels of n rows as float64: 1 for an anomaly, 0 for an ordinary row, NaN if unknown.

    Parameters
    ----------
    labels : array, series or list of shape (n,)
        1, 0, True, False, or missing: None, NaN, NA or an empty text.
    n : int
        Number of rows.

    Raises
    ------
    DataError
        If there is not one label a row, or a label is anything else.
    """
    try:
        cells = np.asarray(labels, dtype=object)
    except ValueError as error:
        raise DataError(f"The labels must be one value a row: {error}.") from error
    if cells.shape == (n, 1):
        cells = cells[:, 0]
    if cells.shape != (n,):
        raise DataError(f"Found labels of shape {cells.shape} for {n} rows. Give one label a row.")
    values = np.array([_value(cell) for cell in cells], dtype=np.float64)
    wrong = [cell for cell, v in zip(cells, values, strict=True) if v not in (0, 1) and v == v]
    if wrong:
        found = ", ".join(dict.fromkeys(repr(cell) for cell in wrong[:3]))
        raise DataError(
            "Labels must be 1 (anomaly), 0 (ordinary) or missing (None, NaN). "
            f"Found {found} in {len(wrong):,} of {n:,} rows."
        )
    return values


def _value(cell: Any) -> float:
    """Return a label as a number: NaN if it is missing, infinity if it cannot be read as one."""
    if type(cell).__name__ in _UNKNOWN or (isinstance(cell, str) and not cell.strip()):
        return np.nan
    try:
        return float(cell)
    except (TypeError, ValueError):
        return np.inf
