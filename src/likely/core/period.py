"""The length of a rhythm: where a series is most like itself."""

from __future__ import annotations

import numpy as np
from scipy.fft import next_fast_len

NO_RHYTHM = 125
"""Stands for a period where there is none."""

_MOST_STEPS = 20_000  # looked at
_LEAST, _MOST = 6, 303  # of a period that counts


def dominant_period(values: np.ndarray) -> int:
    """Return the lag of the highest peak of autocorrelation.

    The rule of the TSB-AD benchmark: lags from 4 to 399 of the first 20,000 values.

    Parameters
    ----------
    values : ndarray of float64, shape (time,)
        The series.

    Returns
    -------
    int in [6, 303]
        125 where there is no peak or the highest is beyond.

    References
    ----------
    Liu, Q. & Paparrizos, J. (2024). The elephant in the room: towards a reliable time-series
    anomaly detection benchmark. NeurIPS.

    Examples
    --------
    >>> dominant_period(np.sin(2 * np.pi * np.arange(1000) / 40))
    40
    """
    correlation = autocorrelation(values[:_MOST_STEPS], 400)
    inner = correlation[4:-1]
    peaks = 4 + np.flatnonzero((inner > correlation[3:-2]) & (inner > correlation[5:]))
    if not len(peaks):
        return NO_RHYTHM
    highest = int(peaks[correlation[peaks].argmax()])
    return highest if _LEAST <= highest <= _MOST else NO_RHYTHM


def autocorrelation(values: np.ndarray, most: int) -> np.ndarray:
    """Return the autocorrelation at lags 0 to `most` or to the end: all zeros if nothing moves."""
    x = values - values.mean()
    size = next_fast_len(2 * len(x), real=True)
    spectrum = np.fft.rfft(x, size)
    products = np.fft.irfft(spectrum * np.conj(spectrum), size)[: min(most + 1, len(x))]
    return products / products[0] if products[0] > 0 else np.zeros(len(products))
