"""Moments of clips: where bits are gathered, in seconds, beside what is usual."""

from __future__ import annotations

import numpy as np
import pytest

from likely.explanation.moments import find_moments, seconds, smooth, too_regular

RATE = 1_000
USUAL = 2.0


def bits_with(*stretches: tuple[int, int, float], n: int = 1_000, end: float = 2.0) -> np.ndarray:
    """Return usual bits with stretches of others, and those of the end."""
    bits = np.full(n + 1, USUAL)
    for start, stop, value in stretches:
        bits[start:stop] = value
    bits[-1] = end
    return bits


def test_a_surprising_stretch_is_found_with_its_bits() -> None:
    first, *others = find_moments(bits_with((310, 420, 5.1), (700, 730, 4.9)), USUAL, RATE)
    assert abs(first.start - 310) <= 6
    assert abs(first.stop - 420) <= 6
    assert seconds(first, RATE)[:4] in ("0.31", "0.30", "0.32")
    assert first.bits == pytest.approx(5.1, abs=0.15)
    assert first.share == pytest.approx(110 * 3.1 / (110 * 3.1 + 30 * 2.9), abs=0.06)
    assert [round(one.start, -1) for one in others] == [700]


def test_stretches_close_together_are_one_moment() -> None:
    found = find_moments(bits_with((300, 340, 5.0), (355, 400, 5.0)), USUAL, RATE)
    assert len(found) == 1


def test_shares_of_all_moments_are_at_most_one() -> None:
    bits = np.random.default_rng(0).gamma(2, 1, 3_001)
    found = find_moments(bits, USUAL, RATE)
    assert 0 < sum(one.share for one in found) <= 1
    assert all(one.share >= found[-1].share for one in found)
    assert len(found) <= 5


def test_a_clip_that_is_easy_to_foretell_is_told_by_its_easiest_moment() -> None:
    bits = bits_with((0, 1_000, 1.5), (200, 600, 0.1))
    assert too_regular(bits, USUAL, RATE)
    first = find_moments(bits, USUAL, RATE)[0]
    assert abs(first.start - 200) <= 6
    assert first.bits < 0.3


def test_an_end_that_comes_too_soon_is_a_moment() -> None:
    (end,) = find_moments(bits_with(n=50, end=30.0), USUAL, RATE)
    assert (end.start, end.stop, end.share) == (50, 50, 1.0)
    assert seconds(end, RATE) == "its end"


@pytest.mark.parametrize("n", [0, 1, 5])
def test_very_short_clips_have_moments_or_none(n: int) -> None:
    assert find_moments(bits_with(n=n), USUAL, RATE) == []
    assert len(find_moments(bits_with((0, n, 6.0), n=n, end=9.0), USUAL, RATE)) >= 1


def test_bits_are_averaged_over_twenty_milliseconds() -> None:
    spike = bits_with((500, 501, 22.0))[:-1]
    assert smooth(spike, RATE).max() == pytest.approx(USUAL + 1)
    assert smooth(spike, 20).max() == 22.0
