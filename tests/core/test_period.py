"""The period is that of the wave, and of a fixed length where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from likely.core.period import NO_RHYTHM, autocorrelation, dominant_period

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("period", [12, 24, 100, 288])
def test_the_period_of_a_wave(period: int) -> None:
    wave = np.sin(2 * np.pi * np.arange(4000) / period) + 0.2 * RNG.normal(size=4000)
    assert abs(dominant_period(wave) - period) <= max(1, period // 50)


@pytest.mark.parametrize("values", [np.zeros(500), np.arange(500.0), np.arange(3.0), np.ones(1)])
def test_no_rhythm(values: np.ndarray) -> None:
    assert dominant_period(values) == NO_RHYTHM


def test_autocorrelation_is_that_of_a_naive_loop() -> None:
    values = np.cumsum(RNG.normal(size=100))
    x = values - values.mean()
    expected = [x[: 100 - lag] @ x[lag:] / (x @ x) for lag in range(31)]
    np.testing.assert_allclose(autocorrelation(values, 30), expected, atol=1e-12)
