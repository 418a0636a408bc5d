"""Trends are those of numpy's polynomials, and what they leave is judged on both sides."""

from __future__ import annotations

import numpy as np
import pytest

from likely.series import PolynomialTrend
from likely.series.local_polynomial import Around, local_trend

RNG = np.random.default_rng(0)
TIME = np.arange(900)
WAVE = np.sin(2 * np.pi * TIME / 30) + 0.1 * RNG.normal(size=900)


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
@pytest.mark.parametrize("around", [Around(-40, 41, -5, 6), Around(-60, 1, -9, 1)])
def test_the_trend_is_that_of_a_loop_over_fitted_polynomials(degree: int, around: Around) -> None:
    values = RNG.normal(size=(200, 2)).cumsum(axis=0)
    trend = local_trend(values, degree, around)
    steps = np.arange(around.first, around.end)
    steps = steps[(steps < around.gap_first) | (steps >= around.gap_end)]
    for t in range(60, 160, 7):
        for channel in (0, 1):
            fit = np.polyfit(steps, values[t + steps, channel], degree)
            assert trend[t, channel] == pytest.approx(np.polyval(fit, 0), abs=1e-4)


def test_ends_are_level_and_not_wild() -> None:
    values = RNG.normal(size=(300, 1))
    trend = local_trend(values, 3, Around(-100, 101, -10, 11))
    assert np.abs(trend).max() < 1.0
    assert np.isfinite(local_trend(values[:3], 2, Around(-100, 101, -10, 11))).all()


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("kind", ["hump", "still", "loud"])
def test_humps_and_still_and_loud_stretches_are_found(kind: str, causal: bool) -> None:
    odd = WAVE.copy()
    event = slice(600, 640)
    odd[event] = {"hump": odd[event] + 1.5, "still": 0 * odd[event], "loud": 2 * odd[event]}[kind]
    model = PolynomialTrend(causal=causal).fit(WAVE[:500, None])
    assert model.length_ == 30
    assert 580 < model.score_samples(odd[:, None]).argmin() < 700  # or when it joins the past


def test_a_trend_is_not_odd() -> None:
    rising = WAVE + (TIME / 300) ** 2
    model = PolynomialTrend(length=30).fit(rising[:, None])
    inner = model.score_samples(rising[:, None])[200:700]  # ends of trends are taken for level
    assert abs(np.corrcoef(inner, TIME[200:700])[0, 1]) < 0.3


def test_a_causal_score_depends_on_what_came_before_only() -> None:
    model = PolynomialTrend(causal=True).fit(WAVE[:500, None])
    assert model.reach_ == (330 - 1, 0)
    whole = model.score_samples(WAVE[:, None])
    changed = WAVE.copy()
    changed[700:] += 5.0
    np.testing.assert_allclose(model.score_samples(changed[:, None])[:700], whole[:700])
    late = model.score_samples(WAVE[300:, None])
    np.testing.assert_allclose(late[329:], whole[629:], rtol=1e-6)
    assert (whole[:60] == whole[:60].max()).all()
