"""The usual course of a channel, and which channels an event is in."""

from __future__ import annotations

import numpy as np
import pytest

from likely.explanation.channels import ChannelWitness
from likely.explanation.course import usual_course

STEPS = 1_200
WAVE = 10 * np.sin(2 * np.pi * np.arange(STEPS) / 60)


def test_a_rhythm_is_followed_through_an_event() -> None:
    noise = np.random.default_rng(0).normal(size=STEPS)
    odd = np.zeros(STEPS, dtype=bool)
    odd[600:660] = True
    course = usual_course(np.where(odd, 0.0, WAVE + noise), odd)
    assert np.abs(course.middle - WAVE)[600:660].max() < 3
    inside = (WAVE + noise >= course.low) & (WAVE + noise <= course.high)
    assert inside[~odd].mean() == pytest.approx(0.9, abs=0.02)


def test_a_level_is_followed_where_there_is_no_rhythm() -> None:
    walk = np.cumsum(np.random.default_rng(1).normal(size=STEPS))
    course = usual_course(walk, np.zeros(STEPS, dtype=bool))
    assert np.median(np.abs(course.middle - walk)) < 3


@pytest.mark.parametrize("values", [np.zeros(9), np.arange(3.0), np.ones(1)])
def test_short_and_still_channels_have_a_course(values: np.ndarray) -> None:
    course = usual_course(values, np.zeros(len(values), dtype=bool))
    assert all(np.isfinite(line).all() for line in course)
    everywhere = usual_course(values, np.ones(len(values), dtype=bool))
    assert np.isfinite(everywhere.middle).all()


@pytest.mark.parametrize("change", ["spike", "still", "level"])
def test_the_guilty_channel_has_the_largest_share(change: str) -> None:
    rng = np.random.default_rng(2)
    values = np.column_stack([WAVE + rng.normal(size=STEPS) for _ in range(5)])
    where = slice(800, 830)
    if change == "spike":
        values[810, 3] += 25
    elif change == "still":
        values[where, 3] = values[800, 3] + 12
    else:
        values[where, 3] += 15
    shares = ChannelWitness(values[:700]).shares(values, where)
    assert shares.argmax() == 3
    assert shares.sum() == pytest.approx(1)


def test_switches_have_no_share() -> None:
    rng = np.random.default_rng(3)
    values = np.column_stack([rng.normal(size=400), np.arange(400) % 2, rng.normal(size=400)])
    values[200, 0] = 30
    assert ChannelWitness(values).shares(values, slice(195, 205))[1] == 0


def test_few_steps_are_judged_by_their_level_alone() -> None:
    usual = np.random.default_rng(4).normal(size=(300, 2))
    new = np.array([[0.0, 9.0], [0.1, 9.0]])
    assert ChannelWitness(usual).shares(new, slice(0, 2)).argmax() == 1
