"""The guess of a value is that of regression on both its sides."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from likely.series.interpolation import fit_interpolator, interpolation_residuals

RNG = np.random.default_rng(0)
USUAL = np.convolve(RNG.normal(size=3000), [1.0, 0.8, 0.5], "valid")


def test_residuals_are_those_of_regression() -> None:
    windows = sliding_window_view(USUAL, 9)
    sides = np.column_stack([np.delete(windows, 4, axis=1), np.ones(len(windows))])
    weights, *_ = np.linalg.lstsq(sides, windows[:, 4])
    errors = np.abs(windows[:, 4] - sides @ weights)
    got = interpolation_residuals(USUAL, fit_interpolator([USUAL], 9))
    assert got.shape == USUAL.shape
    # a thousandth of the variance is added as a ridge
    np.testing.assert_allclose(got[4:-4], errors / errors.std() * got[4:-4].std(), atol=0.02)
    assert abs(np.sqrt((got**2).mean()) - 1) < 0.01


def test_one_value_is_found_where_it_is() -> None:
    odd = USUAL.copy()
    odd[1234] += 5.0
    assert interpolation_residuals(odd, fit_interpolator([USUAL])).argmax() == 1234


def test_ends_repeat_the_nearest_residual() -> None:
    got = interpolation_residuals(USUAL[:30], fit_interpolator([USUAL], 9))
    assert len(got) == 30
    assert set(got[:4]) == {got[4]}
    assert set(got[-4:]) == {got[-5]}
