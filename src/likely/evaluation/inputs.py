"""Labels, scores and decisions as users give them, checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.core.errors import DataError


def check_labels(labels: Any, *, both: bool = True) -> np.ndarray:
    """Return labels as booleans, shape (n,).

    Parameters
    ----------
    labels : array of 0 and 1, or of booleans, shape (n,)
        1 for an anomaly.
    both : bool, default True
        Whether there must be anomalies and normal rows.

    Raises
    ------
    DataError
        If a label is missing or neither 0 nor 1, or if one of the two does not occur.
    """
    values = _one_dimensional(labels, "labels")
    if not np.isin(values, (0.0, 1.0)).all():
        found = np.unique(values[~np.isin(values, (0.0, 1.0))])[:3]
        raise DataError(
            f"Labels must be 1 (anomaly) or 0 (normal). Found {', '.join(f'{v:g}' for v in found)} "
            "too; leave rows without a label out."
        )
    anomalies = values == 1.0
    if both and anomalies.all() == anomalies.any():  # all anomalies, or none
        count = int(anomalies.sum())
        raise DataError(
            "Labels must hold at least one anomaly (1) and one normal row (0). "
            f"Found {count} anomalies among {len(anomalies)} rows."
        )
    return anomalies


def check_scores(scores: Any, n: int) -> np.ndarray:
    """Return scores as float64, shape (n,); infinite ones are fine, missing ones are not.

    Parameters
    ----------
    scores : array of shape (n,)
        Higher is odder.
    n : int
        Number of labels.

    Raises
    ------
    DataError
        If there is not one score for every label, or a score is NaN.
    """
    values = _one_dimensional(scores, "scores")
    if len(values) != n:
        raise DataError(f"Found {n} labels but {len(values)} scores. Give one score a label.")
    missing = int(np.isnan(values).sum())
    if missing:
        raise DataError(f"{missing} of {n} scores are NaN. Leave those rows out, labels too.")
    return values


def check_decisions(labels: Any, flagged: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return labels and decisions as booleans, both of the shape (n,).

    Parameters
    ----------
    labels : array of 0 and 1, shape (n,)
        1 for an anomaly.
    flagged : array of 0 and 1, or of booleans, shape (n,)
        Whether a row was reported.

    Raises
    ------
    DataError
        If either is not made of 0 and 1, or the lengths differ.
    """
    anomalies, shown = check_labels(labels, both=False), check_labels(flagged, both=False)
    if len(anomalies) != len(shown):
        raise DataError(
            f"Found {len(anomalies)} labels but {len(shown)} decisions. Give one decision a label."
        )
    return anomalies, shown


def _one_dimensional(values: Any, what: str) -> np.ndarray:
    try:
        array = np.asarray(values).astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"The {what} must be numbers, one a row: {error}.") from error
    if array.ndim != 1:
        raise DataError(
            f"The {what} must have one dimension, one value a row. Found shape {array.shape}."
        )
    if array.size == 0:
        raise DataError(f"There are no {what}. Give at least one.")
    return array
