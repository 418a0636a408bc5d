"""Taming keeps the order; power means run from the mean to the highest."""

from __future__ import annotations

import numpy as np

from likely.series.pooling import FAR, ScoreScale, fit_score_scale, power_mean, tame

RNG = np.random.default_rng(0)


def test_tame_keeps_the_order_and_is_continuous() -> None:
    scores = np.linspace(-3, 50, 2000)
    tamed = tame(scores, ScoreScale(1.0, 2.0))
    assert (np.diff(tamed) >= 0).all()
    assert np.diff(tamed).max() < 0.03
    near = (scores > 1) & (scores < 1 + 2 * FAR)
    np.testing.assert_allclose(tamed[near], (scores[near] - 1) / 2)


def test_scores_that_never_vary_have_a_scale() -> None:
    tamed = tame(np.array([3.0, 4.0]), fit_score_scale(np.full(10, 3.0)))
    assert tamed[0] == 0.0
    assert FAR < tamed[1] < 50


def test_power_means() -> None:
    scores = RNG.random(size=(4, 30))
    np.testing.assert_allclose(power_mean(scores, 1.0), scores.mean(axis=0))
    cubes = [sum(v**3 for v in column) / 4 for column in scores.T]
    np.testing.assert_allclose(power_mean(scores, 3.0), np.cbrt(cubes))
    np.testing.assert_allclose(power_mean(scores, 100.0), scores.max(axis=0), rtol=0.02)
