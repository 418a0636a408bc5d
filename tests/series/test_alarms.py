"""Tails of scores, and alarms of single ones."""

from __future__ import annotations

import numpy as np
import pytest

from likely.series.alarms import SURE, beyond, fit_usual_tail, with_alarm


def test_nats_beyond_the_tail_are_those_of_an_exponential() -> None:
    rng = np.random.default_rng(0)
    tail = fit_usual_tail([rng.exponential(2.0, size=64_000)])
    new = np.maximum.reduceat(rng.exponential(2.0, size=640_000), np.arange(0, 640_000, 32))
    above = beyond(new, tail)
    # three in ten stretches are beyond the start, and e times fewer with every nat
    assert np.mean(above > 0) == pytest.approx(0.3, abs=0.03)
    assert np.mean(above > 2) / np.mean(above > 1) == pytest.approx(np.exp(-1), abs=0.05)


def test_a_few_anomalies_do_not_bend_the_tail() -> None:
    scores = np.random.default_rng(1).normal(size=32_000)
    spoilt = scores.copy()
    spoilt[5000:6000] += 50
    clean, bent = fit_usual_tail([scores]), fit_usual_tail([spoilt])
    assert bent.start == pytest.approx(clean.start, abs=0.1)
    assert bent.scale == pytest.approx(clean.scale, rel=0.4)


def test_scores_of_which_all_are_equal_have_a_tail() -> None:
    tail = fit_usual_tail([np.full(500, 3.0)])
    assert tail.scale > 0
    assert np.isfinite(beyond(np.array([3.0, 4.0]), tail)).all()


def test_short_series_have_one() -> None:
    assert fit_usual_tail([np.arange(5.0)]).scale > 0


def test_a_single_score_prevails_only_if_it_is_much_surer() -> None:
    found = with_alarm(np.array([2.0, 2.0, -1.0]), np.array([2.0 + SURE, 40.0, 3.0]))
    assert found.tolist() == [2.0, 40.0 - SURE, -1.0]
