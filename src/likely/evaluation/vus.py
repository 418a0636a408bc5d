"""Areas and volumes under range-aware curves, the leading metrics of scores of series."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.core.errors import ParameterError
from likely.evaluation.inputs import check_labels, check_scores
from likely.evaluation.range_areas import Thresholds, range_areas


def vus_pr(labels: Any, scores: Any, window: int = 100, *, thresholds: Thresholds = 250) -> float:
    """Return the volume under the precision-recall surface: mean of `range_auc_pr` over windows.

    Points beside an event count in part, so that a score that is right but a little early or late
    is not punished, and no single width of the border decides: all from 0 to `window` do.

    A random score gets more than the share of anomalous points, as borders count: 0.14 where 5 % of
    5,000 points are anomalous in ten events (`beside_chance` measures it on your labels).

    Parameters
    ----------
    labels : array of 0 and 1, shape (n,)
        1 for an anomalous point, in order of time.
    scores : array of shape (n,)
        Higher is odder.
    window : int in [0, inf), default 100
        Largest width of borders, in points; see `window_of` for the rule of the benchmark TSB-AD.
    thresholds : int in [2, inf) or "all", default 250
        How many quantiles of the scores are thresholds; 250 are those of TSB-AD. "all" takes every
        score, and is exact: with few thresholds, rankings at the very top are not told apart.

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    DataError
        If labels are not 0 and 1, both of them, or scores are not one a label.
    ParameterError
        If `window` or `thresholds` is out of range.

    Notes
    -----
    Equal to the code of TSB-AD (`RangeAUC_volume_opt`), which loops over windows, thresholds and
    events; here scores are sorted once. Memory grows with n only.

    References
    ----------
    Paparrizos, J., Boniol, P., Palpanas, T., Tsay, R. S., Elmore, A. & Franklin, M. J. (2022).
    Volume under the surface: a new accuracy evaluation measure for time-series anomaly detection.
    PVLDB 15(11). https://doi.org/10.14778/3551793.3551830
    Liu, Q. & Paparrizos, J. (2024). The elephant in the room: towards a reliable time-series
    anomaly detection benchmark. NeurIPS.

    Examples
    --------
    >>> import numpy as np
    >>> from likely.evaluation import vus_pr
    >>> labels = np.repeat([0, 1, 0], [200, 20, 280])
    >>> late = np.roll(labels, 10) + np.linspace(0, 0.1, 500)
    >>> round(vus_pr(labels, late), 2), round(vus_pr(labels, late, window=0), 2)
    (0.68, 0.2)
    """
    return float(_areas(labels, scores, _up_to(window), thresholds)[0].mean())


def vus_roc(labels: Any, scores: Any, window: int = 100, *, thresholds: Thresholds = 250) -> float:
    """Return the volume under the ROC surface: mean of `range_auc_roc` over windows.

    Where anomalies are rare it flatters: prefer `vus_pr`. A random score gets more than one half,
    as borders of missed points do not count: 0.75 where 5 % of 5,000 points are anomalous in ten
    events (`beside_chance` measures it on your labels).

    Parameters
    ----------
    labels : array of 0 and 1, shape (n,)
        1 for an anomalous point, in order of time.
    scores : array of shape (n,)
        Higher is odder.
    window : int in [0, inf), default 100
        Largest width of borders, in points.
    thresholds : int in [2, inf) or "all", default 250
        How many quantiles of the scores are thresholds, or every score.

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    DataError
        If labels are not 0 and 1, both of them, or scores are not one a label.
    ParameterError
        If `window` or `thresholds` is out of range.

    References
    ----------
    Paparrizos, J. et al. (2022). Volume under the surface. PVLDB 15(11).

    Examples
    --------
    >>> from likely.evaluation import vus_roc
    >>> vus_roc([0, 0, 1, 1, 0, 0, 0, 0], [1, 2, 9, 8, 3, 0, 1, 0], window=0)
    1.0
    """
    return float(_areas(labels, scores, _up_to(window), thresholds)[1].mean())


def range_auc_pr(
    labels: Any, scores: Any, window: int = 100, *, thresholds: Thresholds = 250
) -> float:
    """Return the area under the precision-recall curve of labels with borders of one width.

    Points at a distance d before or after an event, up to window // 2, count sqrt(1 - d / window).
    Recall is weighted by the share of events of which something was found; events whose borders
    touch count as one. A random score gets 0.23 on the labels named in `vus_pr`.

    Parameters
    ----------
    labels : array of 0 and 1, shape (n,)
        1 for an anomalous point, in order of time.
    scores : array of shape (n,)
        Higher is odder.
    window : int in [0, inf), default 100
        Width of borders, in points.
    thresholds : int in [2, inf) or "all", default 250
        How many quantiles of the scores are thresholds, or every score.

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    DataError
        If labels are not 0 and 1, both of them, or scores are not one a label.
    ParameterError
        If `window` or `thresholds` is out of range.

    References
    ----------
    Paparrizos, J. et al. (2022). Volume under the surface. PVLDB 15(11).

    Examples
    --------
    >>> from likely.evaluation import range_auc_pr
    >>> range_auc_pr([0, 1, 0, 0], [0.1, 0.4, 0.6, 0.2], window=0, thresholds="all")
    0.5
    """
    return float(_areas(labels, scores, _only(window), thresholds)[0][0])


def range_auc_roc(
    labels: Any, scores: Any, window: int = 100, *, thresholds: Thresholds = 250
) -> float:
    """Return the area under the ROC curve of labels with borders of one width.

    See `range_auc_pr`. A random score gets 0.87 on the labels named in `vus_pr`.

    Parameters
    ----------
    labels : array of 0 and 1, shape (n,)
        1 for an anomalous point, in order of time.
    scores : array of shape (n,)
        Higher is odder.
    window : int in [0, inf), default 100
        Width of borders, in points.
    thresholds : int in [2, inf) or "all", default 250
        How many quantiles of the scores are thresholds, or every score.

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    DataError
        If labels are not 0 and 1, both of them, or scores are not one a label.
    ParameterError
        If `window` or `thresholds` is out of range.

    References
    ----------
    Paparrizos, J. et al. (2022). Volume under the surface. PVLDB 15(11).

    Examples
    --------
    >>> from likely.evaluation import range_auc_roc
    >>> range_auc_roc([0, 1, 0, 0, 0], [0.1, 0.4, 0.6, 0.2, 0.2], window=0, thresholds="all")
    0.75
    """
    return float(_areas(labels, scores, _only(window), thresholds)[1][0])


def _areas(
    labels: Any, scores: Any, windows: range, thresholds: Thresholds
) -> tuple[np.ndarray, np.ndarray]:
    few = not isinstance(thresholds, int | np.integer) or thresholds < 2
    if thresholds != "all" and few:
        raise ParameterError(f'thresholds must be "all" or at least 2. Got {thresholds!r}.')
    anomalies = check_labels(labels)
    return range_areas(anomalies, check_scores(scores, len(anomalies)), windows, thresholds)


def _up_to(window: int) -> range:
    return range(_only(window)[0] + 1)


def _only(window: int) -> range:
    if not isinstance(window, int | np.integer) or window < 0:
        raise ParameterError(f"window must be an integer of at least 0. Got {window!r}.")
    return range(int(window), int(window) + 1)
