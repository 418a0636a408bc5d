"""Runs of labels as events with a start and an end."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.evaluation.inputs import check_labels


def events_of(labels: Any) -> np.ndarray:
    """Return runs of ones as events, from start to before end, of the shape (events, 2).

    Parameters
    ----------
    labels : array of 0 and 1, shape (n,)
        1 for a point of an event, in order of time.

    Raises
    ------
    DataError
        If labels are not 0 and 1.

    Examples
    --------
    >>> from likely.evaluation import events_of
    >>> events_of([0, 1, 1, 0, 1])
    array([[1, 3],
           [4, 5]])
    """
    marked = check_labels(labels, both=False)
    steps = np.diff(marked.astype(np.int8), prepend=0, append=0)
    return np.stack([np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)], axis=1)
