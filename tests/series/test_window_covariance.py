"""The recursion gives the moments of the windows themselves."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from likely.series.window_covariance import window_moments

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(("steps", "length"), [(50, 1), (50, 2), (200, 30), (40, 39), (40, 40)])
def test_moments_are_those_of_the_windows(steps: int, length: int) -> None:
    values = np.cumsum(RNG.normal(size=steps))
    windows = sliding_window_view(values, length)
    mean, covariance = window_moments(values, length)
    np.testing.assert_allclose(mean, windows.mean(axis=0), atol=1e-10)
    expected = np.cov(windows.T, bias=True) if length > 1 else [[windows.var()]]
    np.testing.assert_allclose(covariance, expected, atol=1e-9)


def test_an_offset_costs_no_precision() -> None:
    values = RNG.normal(size=5000)
    _, covariance = window_moments(values, 20)
    _, far = window_moments(values + 1e6, 20)
    np.testing.assert_allclose(far, covariance, atol=1e-8)


def test_constant_series_has_no_covariance() -> None:
    mean, covariance = window_moments(np.full(30, 7.0), 5)
    assert mean.tolist() == [7.0] * 5
    assert not covariance.any()
