"""The width of borders around events, from the series itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.core.errors import DataError
from likely.core.period import dominant_period


def window_of(values: Any) -> int:
    """Return the lag of the highest peak of the autocorrelation: the window of TSB-AD.

    A peak is a lag above its two neighbours, of lags from 3 to 400. If the highest peak lies at a
    lag from 6 to 303 it is the window, else (and if there is none, as of a constant) 125 is.

    Parameters
    ----------
    values : array of shape (n,) or (n, channels)
        The series, of which the first channel counts. Points with a gap in any channel are left
        out, as in the benchmark, and of what is left the first 20,000 points are used.

    Raises
    ------
    DataError
        If it is not numbers with a point at least.

    References
    ----------
    Liu, Q. & Paparrizos, J. (2024). The elephant in the room: towards a reliable time-series
    anomaly detection benchmark. NeurIPS.

    Examples
    --------
    >>> import numpy as np
    >>> from likely.evaluation import window_of
    >>> window_of(np.sin(2 * np.pi * np.arange(2_000) / 50))
    50
    """
    return dominant_period(_first_channel(values))


def _first_channel(values: Any) -> np.ndarray:
    try:
        table = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"A series must be numbers: {error}.") from error
    if table.ndim not in (1, 2) or table.size == 0:
        raise DataError(f"A series has the shape (n,) or (n, channels). Found {table.shape}.")
    table = table.reshape(len(table), -1)
    whole = table[np.isfinite(table).all(axis=1)]
    if not len(whole):
        raise DataError(f"None of {len(table)} points is without a gap.")
    return whole[:, 0]
