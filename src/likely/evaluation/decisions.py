"""Metrics of decisions: whether a promise about false alarms was kept, and at what power."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.core.errors import DataError
from likely.evaluation.inputs import check_decisions


def false_discovery_rate(labels: Any, flagged: Any) -> float:
    """Return the share of normal rows among the flagged ones; 0 if nothing is flagged.

    This is one realisation; `fdr=0.1` promises its mean over many data sets to be at most 0.1.

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

    References
    ----------
    Benjamini, Y. & Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the Royal
    Statistical Society B. https://doi.org/10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    >>> false_discovery_rate([0, 0, 1, 1], [0, 1, 1, 1])
    0.3333333333333333
    """
    anomalies, shown = check_decisions(labels, flagged)
    return float(np.sum(shown & ~anomalies) / max(1, shown.sum()))


def false_positive_rate(labels: Any, flagged: Any) -> float:
    """Return the share of flagged rows among the normal ones.

    Parameters
    ----------
    labels : array of 0 and 1, shape (n,)
        1 for an anomaly; at least one row must be normal.
    flagged : array of 0 and 1, or of booleans, shape (n,)
        Whether a row was reported.

    Raises
    ------
    DataError
        If either is not made of 0 and 1, the lengths differ, or no row is normal.

    Examples
    --------
    >>> false_positive_rate([0, 0, 1, 1], [0, 1, 1, 1])
    0.5
    """
    anomalies, shown = check_decisions(labels, flagged)
    if anomalies.all():
        raise DataError(f"All {len(anomalies)} labels are 1: no normal row could be flagged.")
    return float(shown[~anomalies].mean())


def power(labels: Any, flagged: Any) -> float:
    """Return the share of flagged rows among the anomalies.

    Parameters
    ----------
    labels : array of 0 and 1, shape (n,)
        1 for an anomaly; at least one row must be one.
    flagged : array of 0 and 1, or of booleans, shape (n,)
        Whether a row was reported.

    Raises
    ------
    DataError
        If either is not made of 0 and 1, the lengths differ, or no row is an anomaly.

    Examples
    --------
    >>> power([0, 0, 1, 1], [0, 1, 0, 1])
    0.5
    """
    anomalies, shown = check_decisions(labels, flagged)
    if not anomalies.any():
        raise DataError(f"All {len(anomalies)} labels are 0: there is no anomaly to find.")
    return float(shown[anomalies].mean())
