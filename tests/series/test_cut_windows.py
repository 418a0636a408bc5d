"""Windows: each step is in one, and gets the mean of those that hold it."""

from __future__ import annotations

import numpy as np
import pytest

from likely.series.windows import cut_windows, fitting_length, mean_over_cover, window_starts

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("steps", "length", "hop"), [(20, 5, 1), (21, 5, 3), (5, 5, 4), (30, 7, 7)]
)
def test_every_step_is_held(steps: int, length: int, hop: int) -> None:
    starts = window_starts(steps, length, hop)
    held = np.zeros(steps, dtype=bool)
    for start in starts:
        held[start : start + length] = True
    assert held.all()
    assert starts[-1] + length == steps
    assert np.diff(starts).max(initial=0) <= hop


def test_windows_hold_the_values_channel_by_channel() -> None:
    values = RNG.normal(size=(12, 2))
    windows = cut_windows(values, np.array([0, 3, 8]), 4)
    for row, start in zip(windows, (0, 3, 8), strict=True):
        np.testing.assert_array_equal(row, values[start : start + 4].T.ravel())


@pytest.mark.parametrize(("steps", "length", "hop"), [(20, 5, 1), (21, 5, 3), (30, 7, 7)])
def test_mean_over_cover_is_that_of_a_naive_loop(steps: int, length: int, hop: int) -> None:
    starts = window_starts(steps, length, hop)
    scores = RNG.normal(size=len(starts))
    expected = [scores[(starts <= t) & (t < starts + length)].mean() for t in range(steps)]
    np.testing.assert_allclose(mean_over_cover(scores, starts, length, steps), expected, atol=1e-12)


@pytest.mark.parametrize(("wished", "steps", "given"), [(100, 1000, 100), (100, 60, 30), (9, 3, 2)])
def test_length_leaves_several_windows(wished: int, steps: int, given: int) -> None:
    assert fitting_length(wished, steps) == given
