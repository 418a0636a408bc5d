"""The score of the Numenta anomaly benchmark: early alarms earn more, false ones cost a little."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from likely.core.errors import DataError, ParameterError
from likely.evaluation.inputs import check_labels, check_scores
from likely.evaluation.runs import events_of

Profile = Literal["standard", "low_fp", "low_fn"]

_COSTS = {"standard": (0.11, 1.0), "low_fp": (0.22, 1.0), "low_fn": (0.11, 2.0)}  # false, missed


def nab_score(
    labels: Any,
    scores: Any,
    profile: Profile = "standard",
    *,
    threshold: float | None = None,
    probation: int | None = None,
) -> float:
    """Return the score of the Numenta anomaly benchmark, 100 if all is found at once.

    The first flagged point of an event earns up to 1: all of it at the event's start, next to
    nothing at its end. Every flagged point outside costs, little just after an event, and a missed
    event costs 1 (2 in the profile "low_fn"). 0 is what silence gets, and many false alarms get
    less than that.

    At the best threshold a random score gets 10 (standard), 4 (low_fp) and 19 (low_fn) where 5 % of
    5,000 points are anomalous in ten events of 25 points, and 25, 15 and 37 in two of 125.

    Parameters
    ----------
    labels : array of 0 and 1, shape (n,), or a list of such arrays, one a series
        1 for a point of an event, in order of time.
    scores : array of shape (n,), or a list of such arrays
        Higher is odder; decisions as 0 and 1 with `threshold=1`.
    profile : {"standard", "low_fp", "low_fn"}, default "standard"
        Costs: a false alarm 0.11, 0.22, 0.11; a missed event 1, 1, 2.
    threshold : float, optional
        Points at or above it are flagged. None is the one that is best for these labels, over all
        series together: so the benchmark does it, and so its figures are upper bounds.
    probation : int in [0, inf), optional
        Points at the start of each series that do not count. None is the benchmark's rule: 15 %,
        at most 750.

    Raises
    ------
    DataError
        If labels are not 0 and 1, scores are not one a label, or there is no event that counts.
    ParameterError
        If `profile` is none, or `probation` is negative.

    Notes
    -----
    Figures of the benchmark are of its 58 files together: give all series as one list.

    References
    ----------
    Lavin, A. & Ahmad, S. (2015). Evaluating real-time anomaly detection algorithms: the Numenta
    anomaly benchmark. ICMLA. https://arxiv.org/abs/1510.03336

    Examples
    --------
    >>> import numpy as np
    >>> from likely.evaluation import nab_score
    >>> labels = np.repeat([0, 1, 0], [500, 50, 450])
    >>> flagged = np.arange(1_000) == 500
    >>> nab_score(labels, flagged, threshold=1), nab_score(labels, 0 * labels, threshold=1)
    (100.0, 0.0)
    """
    if profile not in _COSTS:
        raise ParameterError(f"profile must be one of {', '.join(_COSTS)}. Got {profile!r}.")
    if probation is not None and probation < 0:
        raise ParameterError(f"probation must be at least 0. Got {probation!r}.")
    false_cost, missed_cost = _COSTS[profile]
    parts, events = [], 0
    for marks, values in zip(*_as_lists(labels, scores), strict=True):
        anomalies = check_labels(marks, both=False)
        points = check_scores(values, len(anomalies))
        first = min(int(0.15 * len(points)), 750) if probation is None else probation
        count, gains = _gains(events_of(anomalies), points, first, false_cost, missed_cost)
        events += count
        parts.append(np.stack([points[first:], gains[first:]]))
    if not events:
        raise DataError("No event ends after the points that do not count: there is none to find.")
    points, gains = np.concatenate(parts, axis=1)
    gained = _at_best(points, gains) if threshold is None else gains[points >= threshold].sum()
    return float(100 * gained / (events * (1 + missed_cost)))


def _as_lists(labels: Any, scores: Any) -> tuple[list, list]:
    """Return one or several series as lists."""
    several = isinstance(labels, list | tuple) and len(labels) > 0 and np.ndim(labels[0]) > 0
    if not several:
        return [labels], [scores]
    if len(labels) != len(scores):
        raise DataError(f"Found labels of {len(labels)} series but scores of {len(scores)}.")
    return list(labels), list(scores)


def _gains(
    events: np.ndarray, scores: np.ndarray, first: int, false_cost: float, missed_cost: float
) -> tuple[int, np.ndarray]:
    """Return events that count, and what each point adds when thresholds fall to its score."""
    n = len(scores)
    place = np.arange(n)
    before = np.searchsorted(events[:, 1], place, side="right") - 1  # the last event that is over
    lengths = events[:, 1] - events[:, 0]
    past = np.full(n, np.inf)
    over = before >= 0
    past[over] = place[over] - events[before[over], 1] + 1
    past[over] /= np.maximum(lengths[before[over]] - 1, 1)
    gains = false_cost * np.where(past < 3, _sigmoid(np.minimum(past, 3.0)), -1.0)
    count = 0
    for start, end in events:
        inside = np.arange(max(start, first), end)
        if not len(inside):
            continue
        count += 1
        earned = _sigmoid((inside - end) / (end - start)) / _sigmoid(np.float64(-1.0))
        order = np.argsort(-scores[inside], kind="stable")
        best = np.maximum.accumulate(earned[order])
        gains[inside[order]] = np.diff(best, prepend=-missed_cost)
    return count, gains


def _sigmoid(position: Any) -> Any:
    """Return about 1 at an event's start (-1), 0 at its end and -1 as far behind it."""
    return np.tanh(-2.5 * position)


def _at_best(scores: np.ndarray, gains: np.ndarray) -> float:
    """Return the largest sum of gains of points at or above any threshold, or none."""
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    ends = np.append(falling[1:] != falling[:-1], True)
    return max(0.0, float(np.cumsum(gains[order])[ends].max()))
