"""Sound as the bytes of a wav file, and as a player on a page."""

from __future__ import annotations

import base64
import io

import numpy as np

from likely.workflow.report.markup import Html, element

_LOUDEST = 32_767
_SLOWER = 8_000  # values a second at which sound is played where there is no room for more


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


def player(values: np.ndarray, rate: int, room: int) -> Html | None:
    """Return a player with the sound in it; None if that takes more than so many bytes.

    Sound that is too long is tried with 8,000 values a second.
    """
    if not len(values):
        return None
    if 3 * len(values) > room and rate > _SLOWER:  # 2 bytes a value, 4 letters for 3 bytes
        from scipy.signal import resample_poly

        common = np.gcd(rate, _SLOWER)
        values, rate = resample_poly(values, _SLOWER // common, rate // common), _SLOWER
    if 3 * len(values) > room:
        return None
    sound = base64.b64encode(as_wav(values, rate)).decode("ascii")
    return element("audio", controls=True, preload="metadata", src=f"data:audio/wav;base64,{sound}")
