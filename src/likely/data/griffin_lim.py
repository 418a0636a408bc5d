r"""Sound as a log-mel spectrogram, and back (Griffin & Lim, 1984).

A spectrogram says how strong every band is, and not its phase. The way back is in two steps:
strengths of frequencies that make up those of the bands (non-negative least squares), and phases
that go together. Frames overlap, so most phases contradict one another; going from spectrum to
sound and back makes them agree a little more, again and again:

$$ S \leftarrow |S| \; \frac{C}{|C|}, \qquad C = \mathrm{STFT}(\mathrm{STFT}^{-1}(S)) $$

A momentum on C makes that several times faster (Perraudin, Balazs & Sondergaard, 2013).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

FLOOR = 1e-4
"""The least strength that is told from silence: 80 decibels below a tone of full scale."""

_OVERLAP = 4  # frames that a value is part of
_MOMENTUM = 0.99
_SPLITS = 40  # rounds of the least squares
_TINY = 1e-12


@dataclass(frozen=True)
class Ear:
    """Hears sound as a log-mel spectrogram, and says what sound a spectrogram may be of.

    Parameters
    ----------
    rate : int
        Values a second.
    step : float
        Seconds from frame to frame; a frame is four of them long.
    bands : int
        Bands of frequencies, equally wide in mel.
    """

    rate: int
    step: float
    bands: int

    @property
    def hop(self) -> int:
        """Values from frame to frame."""
        return max(2, round(self.step * self.rate))

    @property
    def size(self) -> int:
        """Values of a frame."""
        return _OVERLAP * self.hop

    def count(self, values: int) -> int:
        """Return how many frames so many values have."""
        return max(1, -(-values // self.hop))

    def hear(self, sound: np.ndarray) -> np.ndarray:
        """Return the spectrogram of a clip.

        Parameters
        ----------
        sound : ndarray of shape (time,)
            Pressure; a tone of full scale reaches 1.

        Returns
        -------
        ndarray of float32, shape (frame, band)
            Natural logarithms of strengths, that of `FLOOR` for silence.
        """
        frames = self.count(len(sound))
        length = frames * self.hop
        spectrum = self._spectrum(np.pad(sound, (0, length - len(sound))))
        return np.log(np.maximum(np.abs(spectrum) @ self.bank, FLOOR)).astype(np.float32)

    def speak(self, heard: np.ndarray, rng: np.random.Generator, rounds: int) -> np.ndarray:
        """Return sound that has a spectrogram, as nearly as `rounds` of Griffin and Lim come.

        Parameters
        ----------
        heard : ndarray of shape (frame, band)
            As from `hear`.
        rng : Generator
            Draws the phases to begin with.
        rounds : int
            How often phases are made to agree.

        Returns
        -------
        ndarray of float64, shape (frame * hop,)
        """
        strength = self._split(np.exp(np.minimum(heard.astype(np.float64), 3.0)))
        turned = np.exp(2j * np.pi * rng.random(strength.shape))
        before = np.zeros_like(turned)
        for _ in range(rounds):
            agreed = self._spectrum(self._sound(strength * turned))
            turned = agreed + _MOMENTUM * (agreed - before)
            turned /= np.abs(turned) + _TINY
            before = agreed
        return self._sound(strength * turned)

    @cached_property
    def bank(self) -> np.ndarray:
        """How much each frequency counts in each band, (size // 2 + 1, bands); columns sum to 1."""
        frequencies = np.fft.rfftfreq(self.size, 1 / self.rate)
        mels = 2595 * np.log10(1 + frequencies / 700)
        width = mels[-1] / (self.bands + 1)
        centres = width * np.arange(1, self.bands + 1)
        bank = np.maximum(1 - np.abs(mels[:, None] - centres) / width, 0.0)
        empty = np.flatnonzero(bank.sum(axis=0) == 0)  # narrower than one frequency: the nearest
        bank[np.abs(mels[:, None] - centres[empty]).argmin(axis=0), empty] = 1.0
        return bank / bank.sum(axis=0)

    @cached_property
    def _taper(self) -> np.ndarray:
        return np.hanning(self.size + 1)[:-1]

    @property
    def _around(self) -> int:
        """Values that the outer frames reach beyond the clip: frames are centred in their steps."""
        return (self.size - self.hop) // 2

    def _spectrum(self, sound: np.ndarray) -> np.ndarray:
        """Return the spectra of frames, (frame, frequency); a tone of full scale has size 1."""
        around = self._around
        padded = np.pad(sound, (around, self.size - self.hop - around))
        frames = np.lib.stride_tricks.sliding_window_view(padded, self.size)[:: self.hop]
        return np.fft.rfft(frames * self._taper) * (2 / self._taper.sum())

    def _sound(self, spectrum: np.ndarray) -> np.ndarray:
        """Return the sound whose spectra are nearest to some, (frame * hop,)."""
        frames = np.fft.irfft(spectrum * (self._taper.sum() / 2), self.size) * self._taper
        count, hop = len(frames), self.hop
        total = np.zeros((count + _OVERLAP - 1, hop))
        weight = np.zeros_like(total)
        square = (self._taper**2).reshape(_OVERLAP, hop)
        for part in range(_OVERLAP):
            total[part : part + count] += frames[:, part * hop : (part + 1) * hop]
            weight[part : part + count] += square[part]
        whole = (total / np.maximum(weight, 1e-3)).ravel()
        return whole[self._around :][: count * hop]

    def _split(self, strength: np.ndarray) -> np.ndarray:
        """Return strengths of frequencies, at least 0, that make up those of bands."""
        bank = self.bank
        aim, mixed = strength @ bank.T, bank @ bank.T
        found = np.maximum(strength @ np.linalg.pinv(bank), FLOOR)
        for _ in range(_SPLITS):  # Lee & Seung (2001): the squared error never grows
            found *= aim / (found @ mixed + _TINY)
        return found
