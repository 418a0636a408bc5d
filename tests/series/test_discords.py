"""Windows are as far from what is known as a loop over all pairs says, none is its own."""

from __future__ import annotations

import numpy as np
import pytest

from likely.series import MatrixProfile
from likely.series.kept_stretches import kept_ranges, with_gaps
from likely.series.window_joins import distances_among, distances_elsewhere, distances_to
from likely.series.windows import cut_windows, mean_over_cover

TIME = np.arange(400)
RNG = np.random.default_rng(0)
WAVE = np.sin(2 * np.pi * TIME / 25) + 0.2 * RNG.normal(size=400)
LENGTH = 12


def _shapes(values: np.ndarray) -> np.ndarray:
    windows = cut_windows(values, np.arange(len(values) - LENGTH + 1), LENGTH)
    windows = windows - windows.mean(axis=1, keepdims=True)
    return windows / windows.std(axis=1, keepdims=True)


def _by_step(distances: np.ndarray) -> np.ndarray:
    return mean_over_cover(distances, np.arange(len(distances)), LENGTH, len(distances) + 11)


def test_new_moments_are_judged_by_all_windows_learnt() -> None:
    model = MatrixProfile(length=LENGTH).fit(WAVE[:250, None])
    apart = _shapes(WAVE)[:, None] - _shapes(WAVE[:250])[None]
    expected = _by_step(np.sqrt((apart**2).sum(axis=2)).min(axis=1))
    np.testing.assert_allclose(-model.score_samples(WAVE[:, None]), expected, rtol=1e-6, atol=1e-7)


def test_moments_learnt_are_judged_by_windows_that_are_not_near() -> None:
    model = MatrixProfile(length=LENGTH).fit(WAVE[:, None])
    apart = np.sqrt(((_shapes(WAVE)[:, None] - _shapes(WAVE)[None]) ** 2).sum(axis=2))
    place = np.arange(len(apart))
    apart[np.abs(place[:, None] - place) <= 3] = np.inf
    np.testing.assert_allclose(-model.training_scores_, _by_step(apart.min(axis=1)), rtol=1e-6)


@pytest.mark.parametrize("kept", [10_000, 200])
def test_an_event_learnt_from_is_still_odd(kept: int) -> None:
    odd = WAVE.copy()
    odd[100:112] = np.linspace(2, -2, 12) ** 3 / 4
    model = MatrixProfile(length=LENGTH, kept=kept).fit(odd[:, None])
    assert 90 < model.training_scores_.argmin() < 122
    assert len(model.reference_) == min(kept, 400)


def test_a_part_of_the_series_is_judged_by_what_is_kept_elsewhere() -> None:
    model = MatrixProfile(length=LENGTH, kept=200).fit(WAVE[:, None])
    assert len(model.starts_) == 8  # of 25 steps
    again = model.score_samples(WAVE[:, None])
    assert again.max() > -1e-4  # windows that are kept find themselves
    assert model.training_scores_.max() < -0.5
    assert np.corrcoef(again, model.training_scores_)[0, 1] < 0.9


def test_one_channel_of_several_is_enough() -> None:
    values = np.column_stack([WAVE, np.roll(WAVE, 7), np.cos(TIME / 4)])
    odd = values.copy()
    odd[300:310, 1] = odd[300, 1] + np.arange(10) % 3
    scores = MatrixProfile(length=LENGTH).fit(values[:250]).score_samples(odd)
    assert 285 < scores.argmin() < 325


@pytest.mark.parametrize("lengths", [[1000], [300, 30, 700], [40] * 30, [25, 25, 25, 2000]])
@pytest.mark.parametrize("window", [2, 9, 25])
def test_what_is_kept_is_spread_and_inside(lengths: list[int], window: int) -> None:
    found = kept_ranges(lengths, 200, window)
    sizes = [end - first for _, first, end in found]
    assert min(sizes) >= window
    assert sum(sizes) <= 200
    assert all(0 <= first < end <= lengths[of] for of, first, end in found)
    before = np.cumsum([0, *lengths])
    begins = [before[of] + first for of, first, _ in found]
    assert begins == sorted(set(begins))
    assert begins[-1] > 0.5 * sum(lengths)


def test_no_window_crosses_from_one_kept_stretch_to_another() -> None:
    joined = with_gaps(np.arange(10.0)[:, None], np.array([0, 4, 7]))
    assert np.flatnonzero(np.isnan(joined[:, 0])).tolist() == [4, 8]


def test_gaps_in_the_clock_leave_windows_of_all_stretches_comparable() -> None:
    stretches = [WAVE[:150, None], WAVE[170:, None]]
    among = distances_among(stretches, LENGTH)
    assert [len(found) for found in among] == [139, 219]
    for own, one, other in zip(among, stretches, stretches[::-1], strict=True):
        assert (own <= distances_to(one, [other], LENGTH) + 1e-9).all()
    alone = distances_among(stretches[:1], LENGTH)[0]
    cross = distances_to(stretches[0], stretches[1:], LENGTH)
    np.testing.assert_allclose(among[0], np.minimum(alone, cross), rtol=1e-9)


def test_what_is_near_is_never_compared() -> None:
    pieces = [(0, 30), (120, 150), (240, 270), (370, 400)]
    kept = [WAVE[first:end, None] for first, end in pieces]
    found = distances_elsewhere(WAVE[100:200, None], 100, kept, pieces, LENGTH)
    expected = distances_to(WAVE[100:200, None], [kept[0], *kept[2:]], LENGTH)
    np.testing.assert_allclose(found[21:39], expected[21:39], rtol=1e-9)  # as all in one block
    assert found.min() > 0.1
