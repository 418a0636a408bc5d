"""The simulated load follows the clock on the wall, and repeats itself."""

from __future__ import annotations

import numpy as np

from likely.testing.loads import HOUR, hourly_load

LOAD = hourly_load(300, seed=1)


def test_the_same_seed_gives_the_same_load() -> None:
    np.testing.assert_array_equal(hourly_load(300, seed=1).values, LOAD.values)
    assert (hourly_load(300, seed=2).values != LOAD.values).all()


def test_noise_is_the_same_where_the_clock_stands() -> None:
    still = hourly_load(300, seed=1, zone="+01:00")
    noise, other = ((one.values - one.mean) / one.spread for one in (LOAD, still))
    np.testing.assert_allclose(noise, other)
    winter = slice(0, 24 * 80)
    np.testing.assert_array_equal(LOAD.values[winter], still.values[winter])
    assert (LOAD.values[24 * 100 : 24 * 200] != still.values[24 * 100 : 24 * 200]).all()


def test_days_have_23_and_24_hours_by_the_clock_on_the_wall() -> None:
    _, hours = np.unique(np.floor(LOAD.local / (24 * HOUR)), return_counts=True)
    assert sorted(set(hours[1:-1].tolist())) == [23, 24]
    assert (np.diff(LOAD.utc) == HOUR).all()


def test_values_are_off_by_what_they_say() -> None:
    away = (LOAD.values - LOAD.mean) / LOAD.spread
    assert 0.8 < away.std() < 1.2
    night = np.mod(LOAD.local, 24 * HOUR) < 4 * HOUR
    assert LOAD.spread[night].max() < 0.6 * LOAD.spread.max()
