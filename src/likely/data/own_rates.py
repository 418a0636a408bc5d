"""Whether channels of one table are logged at rates of their own."""

from __future__ import annotations

import numpy as np

from likely.data.clock_column import evenness

_KNOWN = 0.6  # of all values, at most
_WHOLE = 0.2  # of the rows have all values, at most
_EVEN = 0.5


def at_own_rates(moments: np.ndarray, values: np.ndarray) -> bool:
    """Say whether channels are logged at rates of their own.

    Most values are then missing, hardly a row has all, and each channel comes about evenly.

    Parameters
    ----------
    moments : ndarray of shape (time,)
        Ascending.
    values : ndarray of shape (time, channel)
        NaN where a channel has no value.

    Examples
    --------
    >>> step = np.arange(300.0)
    >>> in_turn = np.where(step[:, None] % 3 == np.arange(3), step[:, None], np.nan)
    >>> at_own_rates(step, in_turn), at_own_rates(step, np.stack([step, step], axis=1))
    (True, False)
    """
    known = ~np.isnan(values)
    if values.shape[1] < 2 or not len(values):
        return False
    if known.mean() > _KNOWN or known.all(axis=1).mean() > _WHOLE:
        return False
    often = [evenness(moments[there]) for there in known.T if there.sum() > 2]
    return bool(len(often) >= 2 and np.median(often) >= _EVEN)
