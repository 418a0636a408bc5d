"""Several rhythms at once are found, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from likely.core.seasons import seasons_of, strength_of

HOUR = 3600e6
STEPS = np.arange(24 * 70)
DAY = np.sin(2 * np.pi * STEPS / 24)
WEEKEND = (STEPS // 24 % 7 >= 5).astype(float)


def noise(seed: int, size: int = len(STEPS)) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=size)


def periods(values: np.ndarray, step: float | None = None) -> list[float]:
    return [one.period for one in seasons_of(values, step)]


@pytest.mark.parametrize("step", [HOUR, None])
@pytest.mark.parametrize("size", [0.0, 0.5])
def test_a_day_and_a_week(step: float | None, size: float) -> None:
    found = seasons_of(DAY - WEEKEND + size * noise(0), step)
    assert [one.period for one in found] == [24, 168]
    assert [one.name for one in found] == (["day", "week"] if step else ["", ""])
    assert all(0.1 <= one.strength <= 1 for one in found)


def test_nothing_is_left_of_a_clean_rhythm() -> None:
    assert periods(DAY - WEEKEND, HOUR) == [24, 168]
    square = np.tile(np.repeat([1.0, 9.0, 2.0], [100, 88, 100]), 14)
    assert periods(square) == [288]


@pytest.mark.parametrize("trend", [0.05 * STEPS, -5 * np.sqrt(STEPS), 3 * np.exp(STEPS / 400)])
def test_a_trend_does_not_hide_or_make_a_rhythm(trend: np.ndarray) -> None:
    assert periods(DAY + trend + 0.2 * noise(1), HOUR) == [24]
    assert periods(trend + 0.2 * noise(1), HOUR) == []


@pytest.mark.parametrize("seed", range(5))
def test_noise_and_walks_have_none(seed: int) -> None:
    for values in (
        noise(seed),
        np.cumsum(noise(seed)),
        lfilter([1], [1, -0.97], noise(seed, 4000)),
        np.zeros(500),
        np.arange(500.0),
    ):
        assert seasons_of(values, HOUR) == []
        assert seasons_of(values) == []


@pytest.mark.parametrize("size", range(12))
def test_too_short_for_anything(size: int) -> None:
    assert seasons_of(noise(0, size), HOUR) == []


def test_one_far_value_hides_nothing() -> None:
    values = DAY + 0.1 * noise(2)
    values[500] = 1e6
    assert periods(values, HOUR) == [24]


@pytest.mark.parametrize("period", [12, 37, 100, 37.5, 20.25])
def test_a_rhythm_without_a_name(period: float) -> None:
    wave = np.sin(2 * np.pi * np.arange(4000) / period) + 0.3 * noise(3, 4000)
    assert periods(wave) == [pytest.approx(period, rel=0.002)]


def test_a_year_of_days() -> None:
    days = np.arange(365 * 5)
    year = np.sin(2 * np.pi * days / 365.2425)
    found = seasons_of(2 * year + (days % 7 >= 5) + 0.5 * noise(4, len(days)), 24 * HOUR)
    assert [one.name for one in found] == ["week", "year"]


def test_channels_are_seen_together() -> None:
    both = np.column_stack([DAY + 0.3 * noise(5), 40 + 7 * DAY[::-1] + noise(6), np.ones(len(DAY))])
    assert periods(both, HOUR) == [24]


def test_the_strength_is_that_of_a_naive_loop() -> None:
    values, period = DAY[:240] + noise(7, 240), 24
    inner = np.array([values[i] - values[i - 12 : i + 12].mean() for i in range(12, 228)])
    inner -= inner.mean()
    turns = inner.reshape(9, period)
    left = sum(
        float(((turns[i] - np.delete(turns, i, axis=0).mean(axis=0)) ** 2).sum()) for i in range(9)
    )
    expected = 1 - left / float((turns**2).sum())
    assert strength_of(values[:, None], period) == pytest.approx(expected)
