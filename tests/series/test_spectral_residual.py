"""What is left of spectra is that of a naive loop, and single points stand out in it."""

from __future__ import annotations

import numpy as np
import pytest

from likely.series import SpectralResidual
from likely.series import spectral_residual as module

TIME = np.arange(700)
WAVE = np.sin(TIME / 5) + 0.1 * np.random.default_rng(0).normal(size=700)


def _naive(z: np.ndarray, length: int, usual: str) -> np.ndarray:
    starts = [*range(0, len(z) - length + 1, length // 2)]
    starts += [len(z) - length] * (starts[-1] != len(z) - length)
    spectra = [np.fft.fft(z[s : s + length] - np.linspace(z[s], z[s + length - 1], length))
               for s in starts]  # fmt: skip
    logs = [np.log(np.abs(spectrum) + 0.01 * np.sqrt(length)) for spectrum in spectra]
    sums, count = np.zeros(len(z)), np.zeros(len(z))
    for start, spectrum, log in zip(starts, spectra, logs, strict=True):
        around = np.mean(logs, axis=0)
        if usual == "neighbours":
            around = (np.roll(log, 1) + log + np.roll(log, -1)) / 3
        left = np.abs(np.fft.ifft(np.exp(log - around) * np.exp(1j * np.angle(spectrum))))
        for k in range(length):
            weight = np.sin(np.pi * (k + 0.5) / length) ** 2
            sums[start + k] += weight * left[k] * np.sqrt(length)
            count[start + k] += weight
    return sums / count


@pytest.mark.parametrize("usual", ["learnt", "neighbours"])
def test_scores_are_those_of_a_loop_over_blocks(usual: str) -> None:
    model = SpectralResidual(length=64, usual=usual).fit(WAVE[:, None])
    expected = _naive((WAVE - WAVE.mean()) / WAVE.std(), 64, usual)
    np.testing.assert_allclose(-model.score_samples(WAVE[:, None]), expected, rtol=1e-6)


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model = SpectralResidual().fit(WAVE[:, None])
    whole = model.score_samples(WAVE[:, None])
    monkeypatch.setattr(module, "_MOST_VALUES", 200)
    np.testing.assert_allclose(model.score_samples(WAVE[:, None]), whole, rtol=1e-9)


def test_single_points_stand_out() -> None:
    odd = WAVE.copy()
    odd[[250, 400, 555]] += [0.7, -0.7, 0.7]  # none beyond the range of the wave
    model = SpectralResidual().fit(WAVE[:, None])
    found = np.argsort(model.score_samples(odd[:, None]))[:3]
    assert sorted(found.tolist()) == [250, 400, 555]


def test_a_still_series_has_nothing_salient() -> None:
    model = SpectralResidual().fit(WAVE[:, None])
    assert -model.score_samples(np.full((300, 1), 0.5)).min() < 1e-6
