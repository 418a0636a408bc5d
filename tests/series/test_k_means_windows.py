"""Windows are far from usual ones by their values, or by their shape."""

from __future__ import annotations

import numpy as np

from likely.series import KMeansWindows
from likely.series.windows import only_shapes, some_windows

TIME = np.arange(1200)
WAVE = np.sin(2 * np.pi * TIME / 40) + 0.05 * np.random.default_rng(0).normal(size=1200)


def test_a_larger_beat_is_odd_by_values_and_not_by_shape() -> None:
    odd = WAVE.copy()
    odd[800:840] *= 2
    values = KMeansWindows(length=40).fit(WAVE[:600, None]).score_samples(odd[:, None])
    shapes = KMeansWindows(length=40, shape=True).fit(WAVE[:600, None])
    assert 780 < values.argmin() < 860
    assert shapes.score_samples(odd[:, None])[820] > np.quantile(
        shapes.score_samples(odd[:, None]), 0.01
    )


def test_a_turned_beat_is_odd_by_its_shape_at_another_level() -> None:
    odd = WAVE + 5.0  # a level never seen
    odd[800:840] = 5.0 + np.sin(2 * np.pi * np.arange(40) / 10)
    model = KMeansWindows(length=40, shape=True).fit(WAVE[:600, None])
    scores = model.score_samples(odd[:, None])
    assert 780 < scores.argmin() < 860
    assert scores[:700].min() > -2.5


def test_the_default_length_is_the_period() -> None:
    assert KMeansWindows().fit(WAVE[:, None]).length_ == 40


def test_shapes_have_mean_0_and_spread_1_by_channel() -> None:
    windows = np.random.default_rng(1).normal(size=(5, 24)) * 7 + 3
    windows[:, 12:] = 4.0  # a channel that stands still
    shapes = only_shapes(windows, 2).reshape(5, 2, 12)
    np.testing.assert_allclose(shapes.mean(axis=2), 0.0, atol=1e-12)
    np.testing.assert_allclose(shapes[:, 0].std(axis=1), 1.0)
    np.testing.assert_array_equal(shapes[:, 1], 0.0)


def test_some_windows_are_evenly_chosen_from_all_stretches() -> None:
    one, two = np.arange(20.0)[:, None], 100 + np.arange(10.0)[:, None]
    every = some_windows([one, two], 4, 1, 100)
    assert every[:, 0].tolist() == [*range(17), *range(100, 107)]
    few = some_windows([one, two], 4, 1, 5)
    assert len(few) == 5
    assert set(few[:, 0]) <= set(every[:, 0])
    assert few[-1, 0] == 106
