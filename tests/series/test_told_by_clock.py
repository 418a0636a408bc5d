"""How much the clock tells is asked about time that was not learnt from."""

from __future__ import annotations

import numpy as np

from likely.data.timeline import Stretch
from likely.series.told_by_clock import told_by_clock

HOURS = np.arange(24.0 * 42)
CLOCK = HOURS * 3600e6
NOISE = np.random.default_rng(0).normal(size=(len(HOURS), 1))
DAYS = 3 * np.sin(2 * np.pi * HOURS / 24)[:, None]


def _told(values: np.ndarray, local: np.ndarray | None = CLOCK) -> float:
    return told_by_clock([Stretch(values, local)], np.random.default_rng(0))


def test_a_day_is_told_and_noise_is_not() -> None:
    assert _told(DAYS + 0.3 * NOISE) > 0.8
    assert _told(NOISE) < 0.05


def test_another_rhythm_than_the_clocks_is_not() -> None:
    assert _told(3 * np.sin(2 * np.pi * HOURS / 29)[:, None] + 0.3 * NOISE) < 0.05


def test_a_day_that_changes_its_course_is_not() -> None:
    turned = np.where(HOURS[:, None] < HOURS[-1] / 2, DAYS, -DAYS)
    assert _told(turned + 0.3 * NOISE) == 0.0


def test_without_a_clock_or_with_few_steps_nothing_is() -> None:
    assert _told(DAYS, None) == 0.0
    assert _told(DAYS[:80], CLOCK[:80]) == 0.0


def test_gaps_do_not_matter() -> None:
    values = DAYS + 0.3 * NOISE
    parts = [Stretch(values[a:b], CLOCK[a:b]) for a, b in ((0, 300), (310, 700), (703, 1000))]
    assert told_by_clock(parts, np.random.default_rng(0)) > 0.8
