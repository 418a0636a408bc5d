"""What a spectrum has more of than usual, put back into time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from scipy.ndimage import uniform_filter1d

from likely.base.state import Array
from likely.core.params import Interval
from likely.series.over_windows import OverWindows
from likely.series.windows import cut_windows, window_starts

_LEAST_AMPLITUDE = 0.01  # of white noise, in spreads of a channel
_MOST_VALUES = 2**22  # held at a time


class SpectralResidual(OverWindows):
    r"""Where a series has what its spectrum doesn't usually have: for single odd points.

    Blocks of one length overlap by a half. Of the logarithm of the amplitudes of a block what is
    usual is taken away; with its phases as they were, the rest is put back into time, and its size
    there is the oddness (the saliency map):

        s(t) = |inverse transform of exp(log A - usual + i phase)|

    Ren et al. take the average of neighbouring frequencies of the same block for the usual. Each
    block then counts as much as any other, so that none is odd as a whole. Here the usual is the
    mean over all blocks learnt from; it may be as they have it. A line through the ends of a block
    is taken away first, and a step counts in a block by how far it is from the ends; so a score
    depends on less than a block before and after it.

    Parameters
    ----------
    length : int in [8, 100000], default 128
        Steps of a block.
    usual : {"learnt", "neighbours"}, default "learnt"
        What is taken away: the mean logarithm of the amplitudes of all blocks learnt from, or that
        of neighbouring frequencies.
    neighbours : int in [1, 1001], default 3
        How many frequencies are averaged with "neighbours".

    Attributes
    ----------
    spectra_ : ndarray of shape (judged, frequency)
        Mean logarithm of the amplitudes of the blocks learnt from.

    Notes
    -----
    **Intuition.** Take what is usual out of the spectrum of a block, and see where in time the rest
    is.

    **Formula.** $O = |\mathcal F^{-1}(e^{\log A - U + iP})|$, where $\mathcal F$ turns a block into
    its spectrum (Fourier), A and P are amplitude and phase of the spectrum of a block and U is the
    usual log A: its mean over all blocks learnt from, or over neighbouring frequencies. Blocks that
    overlap are averaged, and the score is −O.

    **When to use.** Single odd points.

    **Where it fails.** A level or a slope that lasts as long as a block is taken away with the line
    through its ends; with `usual="neighbours"` no block is odd as a whole.

    **Cost.** Of order T log m for T moments and blocks of length m.

    References
    ----------
    Ren, H. et al. (2019). Time-series anomaly detection service at Microsoft. KDD.
    https://doi.org/10.1145/3292500.3330680
    Hou, X. & Zhang, L. (2007). Saliency detection: a spectral residual approach. CVPR.

    Examples
    --------
    >>> import numpy as np
    >>> from likely.series import SpectralResidual
    >>> wave = np.sin(np.arange(900) / 5) + 0.1 * np.random.default_rng(0).normal(size=900)
    >>> model = SpectralResidual().fit(wave[:600, None])
    >>> wave[700] += 1.0
    >>> int(model.score_samples(wave[:, None]).argmin())
    700
    """

    card = {"kinds": ["timeline"], "paper": "doi:10.1145/3292500.3330680"}
    _state_spec = {**OverWindows.state, "spectra_": Array("judged", "frequency")}

    usual: Literal["learnt", "neighbours"]
    spectra_: np.ndarray

    def __init__(
        self,
        length: Annotated[int, Interval(8, 100_000)] = 128,
        usual: Literal["learnt", "neighbours"] = "learnt",
        neighbours: Annotated[int, Interval(1, 1001)] = 3,
    ) -> None:
        self.length = length
        self.usual = usual
        self.neighbours = neighbours

    @property
    def stride_(self) -> int:
        """Blocks start at multiples of half their length."""
        return int(self.length_) // 2

    def _learn_windows(self, stretches: list[np.ndarray], rng: np.random.Generator) -> None:
        sums, count = np.zeros((len(self.judged_), int(self.length_) // 2 + 1)), 0
        for values in stretches:
            for channel in range(values.shape[1]):
                for _, _, amplitudes in self._blocks(values[:, channel]):
                    sums[channel] += amplitudes.sum(axis=0)
                    count += len(amplitudes)
        self.spectra_ = sums / (count / len(self.judged_))

    def _views(self, values: np.ndarray) -> np.ndarray:
        pairs = zip(values.T, self.spectra_, strict=True)
        return np.stack([self._saliency(channel, usual) for channel, usual in pairs])

    def _saliency(self, channel: np.ndarray, usual: np.ndarray) -> np.ndarray:
        """Return how salient each step of a channel is, (time,)."""
        length = int(self.length_)
        weights = np.sin(np.pi * (np.arange(length) + 0.5) / length) ** 2
        sums, count = np.zeros(len(channel)), np.zeros(len(channel))
        for starts, spectrum, amplitudes in self._blocks(channel):
            if self.usual == "neighbours":
                around = uniform_filter1d(amplitudes, self.neighbours, axis=1, mode="mirror")
            else:
                around = usual
            phases = spectrum / np.maximum(np.abs(spectrum), 1e-300)
            left = np.fft.irfft(np.exp(amplitudes - around) * phases, length, axis=1)
            for start, block in zip(starts, np.abs(left) * np.sqrt(length), strict=True):
                sums[start : start + length] += weights * block
                count[start : start + length] += weights
        return sums / count

    def _blocks(self, channel: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Yield starts, spectra and logarithms of amplitudes of blocks, (block, frequency) each."""
        length = int(self.length_)
        starts = window_starts(len(channel), length, self.stride_)
        batch = max(1, _MOST_VALUES // length)
        for first in range(0, len(starts), batch):
            some = starts[first : first + batch]
            blocks = cut_windows(channel, some, length)
            blocks -= np.linspace(blocks[:, 0], blocks[:, -1], length, axis=1)
            spectrum = np.fft.rfft(blocks, axis=1)
            yield some, spectrum, np.log(np.abs(spectrum) + _LEAST_AMPLITUDE * np.sqrt(length))

    def _check_state(self) -> None:
        super()._check_state()
        if self.spectra_.shape[1] != self.length_ // 2 + 1:
            raise ValueError(f"{self.spectra_.shape[1]} frequencies of {self.length_} steps")
        if len(self.scores_) != len(self.judged_):
            raise ValueError(f"{len(self.scores_)} views of {len(self.judged_)} channels")
