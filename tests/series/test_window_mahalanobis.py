"""Distances are those of windows, one by one, and a broken rhythm is far."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from likely.series import window_mahalanobis as module
from likely.series.window_mahalanobis import fit_window_gaussian, window_mahalanobis
from likely.series.windows import mean_over_cover

RNG = np.random.default_rng(0)
USUAL = np.sin(np.arange(600) / 4) + 0.1 * RNG.normal(size=600)


def test_distances_are_those_of_a_naive_loop() -> None:
    length, shrinkage = 12, 0.2
    windows = sliding_window_view(USUAL, length)
    covariance = np.cov(windows.T, bias=True)
    mean_variance = np.trace(covariance) / length
    covariance = (1 - shrinkage) * covariance + shrinkage * mean_variance * np.eye(length)
    inverse, mean = np.linalg.inv(covariance), windows.mean(axis=0)
    distances = np.array([np.sqrt((w - mean) @ inverse @ (w - mean)) for w in windows])
    expected = mean_over_cover(distances, np.arange(len(windows)), length, len(USUAL))
    got = window_mahalanobis(USUAL, fit_window_gaussian([USUAL], length, shrinkage))
    np.testing.assert_allclose(got, expected, rtol=1e-8)


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    gaussian = fit_window_gaussian([USUAL], 40)
    whole = window_mahalanobis(USUAL, gaussian)
    monkeypatch.setattr(module, "_MOST_VALUES", 100)
    np.testing.assert_allclose(window_mahalanobis(USUAL, gaussian), whole, rtol=1e-12)


def test_usual_windows_are_as_far_as_their_length() -> None:
    noise = RNG.normal(size=5000)
    scores = window_mahalanobis(noise, fit_window_gaussian([noise], 25))
    assert abs((scores**2).mean() - 25) < 1.5


def test_scores_of_a_prefix_stay() -> None:
    """But for the last window's length, which more data complete."""
    gaussian = fit_window_gaussian([USUAL], 64)
    part, whole = window_mahalanobis(USUAL[:400], gaussian), window_mahalanobis(USUAL, gaussian)
    np.testing.assert_allclose(part[: 400 - 2 * 64], whole[: 400 - 2 * 64], rtol=1e-10)


def test_a_constant_stretch_can_be_learnt_from() -> None:
    scores = window_mahalanobis(np.r_[np.zeros(50), 1.0], fit_window_gaussian([np.zeros(60)], 8))
    assert np.isfinite(scores).all()
    assert scores[-1] == scores.max() > 100 * max(scores[0], 1e-3)
