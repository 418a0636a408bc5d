"""The metric of many papers that random numbers win, for comparison with them only."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.evaluation.inputs import check_labels, check_scores
from likely.evaluation.runs import events_of


def point_adjusted_f1_misleading(labels: Any, scores: Any) -> float:
    """Return the best F1 after "point adjustment", which says nothing: never choose by it.

    Adjustment counts all points of an event as found as soon as one is. So the longer events are,
    the more certainly a random score gets them whole: it gets 0.61 where 5 % of 5,000 points are
    anomalous in ten events of 25 points, and 0.90 where they are in two of 125; its plain F1 is
    0.10 in both. The threshold is the best one for these very labels, which flatters further. It is
    here to be put beside published figures, with what chance gets (`beside_chance`). `vus_pr` and
    `event_detection` say what it claims to say.

    Parameters
    ----------
    labels : array of 0 and 1, shape (n,)
        1 for an anomalous point, in order of time.
    scores : array of shape (n,)
        Higher is odder; decisions as 0 and 1 do too.

    Returns
    -------
    float in (0, 1]

    Raises
    ------
    DataError
        If labels are not 0 and 1, both of them, or scores are not one a label.

    References
    ----------
    Kim, S., Choi, K., Choi, H.-S., Lee, B. & Yoon, S. (2022). Towards a rigorous evaluation of
    time-series anomaly detection. AAAI. https://doi.org/10.1609/aaai.v36i7.20680

    Examples
    --------
    >>> import numpy as np
    >>> from likely.evaluation import point_adjusted_f1_misleading
    >>> labels = np.repeat([0, 1, 0], [400, 200, 400])
    >>> chance = np.random.default_rng(0).random(1_000)
    >>> point_adjusted_f1_misleading(labels, chance) > 0.9
    True
    """
    anomalies = check_labels(labels)
    values = check_scores(scores, len(anomalies))
    events = events_of(anomalies)
    tops = np.maximum.reduceat(np.append(values, -np.inf), events.ravel())[::2]
    order = np.argsort(tops)
    lengths = np.cumsum(np.append(0, (events[:, 1] - events[:, 0])[order][::-1]))
    found = lengths[len(tops) - np.searchsorted(tops[order], tops[order], side="left")]
    normal = np.sort(values[~anomalies])
    false = len(normal) - np.searchsorted(normal, tops[order], side="left")
    return float(np.max(2 * found / (found + false + anomalies.sum())))
