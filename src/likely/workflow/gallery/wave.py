"""Sound as the bytes of a wav file."""

from __future__ import annotations

import io

import numpy as np

_LOUDEST = 32_767


def as_wav(values: np.ndarray, rate: int) -> bytes:
    """Return one clip as the bytes of a wav file.

    Parameters
    ----------
    values : ndarray of shape (time,)
        Pressure. Whole numbers are written as they are, if wav files hold their type; others are
        taken to lie between -1 and 1, cut there, and written with 16 bits.
    rate : int
        Values a second.
    """
    from scipy.io import wavfile  # deferred: only sounds need it

    if values.dtype.name not in ("uint8", "int16", "int32"):
        values = np.rint(np.clip(np.nan_to_num(values), -1, 1) * _LOUDEST).astype(np.int16)
    file = io.BytesIO()
    wavfile.write(file, rate, values)
    return file.getvalue()
