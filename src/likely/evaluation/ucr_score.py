"""Whether the oddest point of a series lies at its one event."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.core.errors import DataError, ParameterError
from likely.evaluation.inputs import check_labels, check_scores
from likely.evaluation.runs import events_of


def ucr_score(labels: Any, scores: Any, slack: int = 100) -> float:
    """Return 1 if the oddest point lies at the event, 0 if not: the score of the UCR archive.

    "At" means up to `slack` points before its start or after its end, or as many as it is long if
    these are more. The mean over series is their accuracy. Of points that tie for the oddest, the
    share that lies there counts, as a draw would on average.

    A random score gets the share of points that count: (length + 2 slack) / n, 0.045 for an event
    of 25 points among 5,000. On a short series this is much: give it beside the mean.

    Parameters
    ----------
    labels : array of 0 and 1, shape (n,)
        1 for an anomalous point, in order of time; exactly one run of them.
    scores : array of shape (n,)
        Higher is odder. The archive's series start with a part to learn from: leave it out here.
    slack : int in [0, inf), default 100
        Points before and after the event that count at least.

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    DataError
        If labels are not 0 and 1 with one event, or scores are not one a label.
    ParameterError
        If `slack` is negative.

    References
    ----------
    Wu, R. & Keogh, E. J. (2021). Current time series anomaly detection benchmarks are flawed and
    are creating the illusion of progress. IEEE TKDE. https://arxiv.org/abs/2009.13807

    Examples
    --------
    >>> import numpy as np
    >>> from likely.evaluation import ucr_score
    >>> labels = np.repeat([0, 1, 0], [500, 20, 480])
    >>> ucr_score(labels, np.arange(1_000) == 430), ucr_score(labels, np.arange(1_000) == 390)
    (1.0, 0.0)
    """
    if slack < 0:
        raise ParameterError(f"slack must be at least 0. Got {slack!r}.")
    anomalies = check_labels(labels)
    values = check_scores(scores, len(anomalies))
    events = events_of(anomalies)
    if len(events) != 1:
        raise DataError(
            f"The UCR score is for series with one event. Found {len(events)}; cut the series, or "
            "use vus_pr or event_detection."
        )
    start, end = events[0]
    reach = max(slack, int(end - start))
    oddest = np.flatnonzero(values == values.max())
    return float(np.mean((oddest >= start - reach) & (oddest < end + reach)))
