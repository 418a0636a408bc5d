"""Rhythms are found where there are some, and echo what was there some turns ago."""

from __future__ import annotations

import numpy as np
import pytest

from likely.series.rhythms import rhythm_lags, turns_ago

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("turn", [7.0, 24.0, 47.6, 168.0])
def test_turns_are_as_long_as_they_are(turn: float) -> None:
    step = np.arange(1500)
    beat = (np.mod(step, turn) < turn / 4) + 0.3 * RNG.normal(size=1500)
    found = rhythm_lags(beat[:, None])
    assert found is not None
    np.testing.assert_allclose(found, turn * np.arange(1, 4), atol=1.0)


def test_noise_has_no_rhythm() -> None:
    noise = RNG.normal(size=2000)
    walk = np.convolve(noise, 0.9 ** np.arange(50), "valid")
    assert rhythm_lags(noise[:, None]) is None
    assert rhythm_lags(walk[:, None]) is None
    assert rhythm_lags(np.zeros((500, 1))) is None
    assert rhythm_lags(noise[:20, None]) is None


def test_an_echo_is_the_median_of_what_is_known() -> None:
    values = RNG.normal(size=(50, 2))
    lags = [7, 14, 22]
    found, known = turns_ago(values, lags)
    for step in range(50):
        back = [values[step - lag] for lag in lags if step >= lag]
        assert known[step] == len(back)
        np.testing.assert_allclose(found[step], np.median(back, axis=0) if back else 0.0)
