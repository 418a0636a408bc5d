r"""Sound in files (wav): as pressure over time, and as what an ear makes of it.

Pressure is read as it is by `read_clip`. Two clips of one sound differ in every value of it, so
models look at a log-mel spectrogram instead (`read_spectrogram`): how loud each band of
frequencies is, moment by moment, in decibels. Bands are equally wide in mel, a scale on which
equal steps sound equal (Stevens, Volkmann & Newman, 1937):

$$ m = 2595 \log_{10}(1 + f / 700) $$

Clips differ in length, models need one shape. Every clip is cut into the same number of moments,
in which energies are averaged: nothing of it is passed over, and a clip looks the same in whatever
company it comes. Where it is the length that is odd, this does not show it. Channels stand side by
side, each with bands of its own, so that a dead microphone shows.
"""

from __future__ import annotations

import struct
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from likely.core.errors import DataError
from likely.data.resize import resize

SUFFIXES = (".wav", ".wave")
"""Endings of the files that are sound."""

MOMENTS = 64
"""Steps of time of a spectrogram, whatever the length of the clip."""

BAND = 70.0
"""Width of a band in mel: 29 bands at 8,000 Hz, 39 at 16,000 Hz, 55 at 44,100 Hz."""

FRAME = 0.032
"""Seconds that a spectrum is made of; frames follow one another at half of it."""

QUIETEST = -100.0
"""Decibels below a full-scale tone at which silence is put: the noise of 16 bits."""

_FRAMES_AT_ONCE = 4_096
_FULL = {"i2": 2.0**15, "i4": 2.0**31, "i8": 2.0**63}


@dataclass(frozen=True)
class Clip:
    """Sound as pressure over time.

    Parameters
    ----------
    values : ndarray of float32, shape (time, channel)
        Between -1 and 1; floating-point files may go beyond.
    rate : int
        Values a second.
    """

    values: np.ndarray
    rate: int


@dataclass(frozen=True)
class Head:
    """What the head of a wav file says.

    Parameters
    ----------
    rate : int
        Values a second.
    channels : int
        Such as 2 for stereo.
    """

    rate: int
    channels: int

    def __str__(self) -> str:
        return f"{self.rate:,} values a second, {self.channels} channel{'s' * (self.channels > 1)}"


def read_head(path: Path) -> Head:
    """Return what the head of a wav file says; the sound is not read.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    DataError
        If it is no wav file.
    """
    with path.open("rb") as file:
        order = {b"RIFF": "<", b"RF64": "<", b"RIFX": ">"}.get(file.read(4))
        file.seek(4, 1)
        if order is None or file.read(4) != b"WAVE":
            raise _unreadable(path, "it does not begin as a wav file does")
        while len(chunk := file.read(8)) == 8:
            name, size = struct.unpack(f"{order}4sI", chunk)
            if name == b"fmt ":
                found = file.read(8)
                if len(found) == 8:
                    _, channels, rate = struct.unpack(f"{order}HHI", found)
                    return Head(rate, channels)
            file.seek(size + size % 2, 1)
    raise _unreadable(path, "it does not say its sampling rate")


def read_clip(path: Path) -> Clip:
    """Return the sound in a wav file: whole numbers of 8 to 64 bits, or floats.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    DataError
        If it is damaged, compressed, or holds nothing.
    """
    from scipy.io import wavfile  # deferred: only sounds need it

    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            rate, values = wavfile.read(path)
    except FileNotFoundError as error:
        raise DataError(f"There is no file {path}. Check the path.") from error
    except Exception as error:  # damaged bytes fail in any way that a parser can
        raise _unreadable(path, str(error) or type(error).__name__) from error
    short = [str(one.message) for one in told if "EOF" in str(one.message)]
    if short:
        raise _unreadable(path, short[0])
    if not values.size or rate <= 0:
        raise _unreadable(path, "it holds no sound")
    if values.dtype == np.uint8:
        values = (values.astype(np.float32) - 128) / 128
    elif values.dtype.kind == "i":
        values = values / _FULL[values.dtype.str[1:]]
    return Clip(values.reshape(len(values), -1).astype(np.float32), int(rate))


def read_spectrogram(path: Path) -> np.ndarray:
    """Return the log-mel spectrogram of a wav file, shape (moment, band); see `log_mel`."""
    clip = read_clip(path)
    return log_mel(clip.values, clip.rate)


def log_mel(values: np.ndarray, rate: int, moments: int = MOMENTS) -> np.ndarray:
    """Return how loud each band is at each moment.

    Parameters
    ----------
    values : ndarray of shape (time, channel)
        Sound, between -1 and 1.
    rate : int
        Values a second.
    moments : int, default 64
        How many moments the clip is cut into.

    Returns
    -------
    ndarray of float64, shape (moments, bands of the first channel, bands of the second, ...)
        Decibels; 0 is a tone of full scale, -100 silence.
    """
    channels = [_energies(channel, rate) for channel in np.asarray(values, np.float64).T]
    energies = _in_moments(np.concatenate(channels, axis=1), moments)
    return 10 * np.log10(np.maximum(energies, 10 ** (QUIETEST / 10)))


@lru_cache(maxsize=16)
def mel_bank(rate: int, size: int) -> np.ndarray:
    """Return how much each frequency counts in each band: triangles that overlap by half.

    Parameters
    ----------
    rate : int
        Values a second.
    size : int
        Values of a frame.

    Returns
    -------
    ndarray of float64, shape (size // 2 + 1, bands)
        Bands are `BAND` mel wide from centre to centre and reach up to half the rate, so that a
        band is the same at every rate, and higher rates have more of them: a model of one rate
        refuses another by the number of its channels.
    """
    frequencies = np.fft.rfftfreq(size, 1 / rate)
    mels = 2595 * np.log10(1 + frequencies / 700)
    bands = max(1, int(mels[-1] / BAND) - 1)
    centres = BAND * np.arange(1, bands + 1)
    bank = np.maximum(1 - np.abs(mels[:, None] - centres) / BAND, 0.0)
    bank.flags.writeable = False
    return bank


def _energies(channel: np.ndarray, rate: int) -> np.ndarray:
    """Return the energy in each band, frame by frame, shape (frame, band)."""
    size = max(4, round(FRAME * rate))
    if len(channel) < size:
        channel = np.pad(channel, (0, size - len(channel)))
    last = len(channel) - size
    starts = np.append(np.arange(0, last, size // 2), last)
    taper = np.hanning(size + 1)[:-1]
    bank = mel_bank(rate, size) * (2 / taper.sum()) ** 2
    frames = np.lib.stride_tricks.sliding_window_view(channel, size)
    found = np.empty((len(starts), bank.shape[1]))
    for i in range(0, len(starts), _FRAMES_AT_ONCE):
        part = starts[i : i + _FRAMES_AT_ONCE]
        spectra = np.fft.rfft(frames[part] * taper)
        found[i : i + len(part)] = (spectra.real**2 + spectra.imag**2) @ bank
    return found


def _in_moments(energies: np.ndarray, moments: int) -> np.ndarray:
    """Return mean energies of equal parts of the time; of short clips, energies in between."""
    n = len(energies)
    if n < moments:
        return resize(energies, (moments,))
    edges = np.arange(moments + 1) * n // moments
    return np.add.reduceat(energies, edges[:-1]) / np.diff(edges)[:, None]


def _unreadable(path: Path, why: str) -> DataError:
    return DataError(
        f"{path} cannot be read as sound ({why.splitlines()[0][:200]}). Expected a complete wav "
        "file of whole numbers or floats, not compressed."
    )
