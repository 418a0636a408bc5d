"""How long oddness lasts, cells, their peaks, and episodes: beside naive oracles."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from likely.calibration.episodes import cells, episodes, highest, peaks, span_of

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("length", [1, 3, 10, 40])
def test_oddness_lasts_as_long_as_it_is_smoothed(length: int) -> None:
    """Exceedances of a mean of m independent values go together for a bit more than half of m."""
    noise = np.random.default_rng(length).normal(size=20_000)
    span = span_of(np.convolve(noise, np.ones(length), "valid"))
    assert length / 2 <= span <= length


def test_units_do_not_change_a_span() -> None:
    oddness = np.convolve(RNG.normal(size=4_000), np.ones(12), "valid")
    assert span_of(oddness) == span_of(1e6 * oddness - 5) == span_of(np.exp(oddness))


def test_a_span_leaves_cells_enough() -> None:
    trend = np.linspace(0, 1, 3_000)  # odd for ever
    assert span_of(trend) == 3_000 // 200
    assert span_of(np.linspace(0, 1, 900_000)) == 1_000
    assert span_of(np.zeros(500)) == span_of(np.zeros(1)) == 1


def test_a_lone_gross_event_does_not_make_a_span() -> None:
    oddness = RNG.normal(size=10_000)
    oddness[4_000:4_020] += 1e6
    assert span_of(oddness) == 1


@pytest.mark.parametrize("steps", [1, 2, 9, 10, 11, 12, 13, 40])
@pytest.mark.parametrize("span", [1, 2, 4, 7])
def test_cells_part_all_steps(steps: int, span: int) -> None:
    starts = cells(steps, span)
    lengths = np.diff([*starts, steps])
    assert starts[0] == 0
    assert lengths.sum() == steps
    assert (lengths[:-1] == span).all()
    assert len(starts) == 1 or span / 2 <= lengths[-1] < 1.5 * span


@pytest.mark.parametrize("span", [1, 3, 5])
def test_peaks_are_the_highest_of_each_cell(span: int) -> None:
    oddness = RNG.normal(size=47)
    edges = [*cells(47, span), 47]
    naive = [max(oddness[a:b]) for a, b in pairwise(edges)]
    np.testing.assert_array_equal(peaks(oddness, span), naive)


def _naive_episodes(odd: np.ndarray, span: int) -> list[slice]:
    found: list[list[int]] = []
    for step in range(len(odd)):
        if not odd[step]:
            continue
        if found and step - found[-1][1] <= span:
            found[-1][1] = step
        else:
            found.append([step, step])
    return [slice(first, last + 1) for first, last in found]


@pytest.mark.parametrize("span", [1, 2, 5, 30])
@pytest.mark.parametrize("share", [0.0, 0.03, 0.3, 1.0])
def test_episodes_join_what_is_less_than_a_span_apart(span: int, share: float) -> None:
    odd = np.random.default_rng(span).random(300) < share
    assert episodes(odd, span) == _naive_episodes(odd, span)


@pytest.mark.parametrize("count", [1, 4, 50])
def test_the_highest_are_a_span_apart(count: int) -> None:
    oddness, span = RNG.normal(size=90), 6
    before = oddness.copy()
    found = highest(oddness, span, count)
    np.testing.assert_array_equal(oddness, before)
    assert len(found) == min(count, len(found)) > 0
    assert found[0] == oddness.argmax()
    assert (np.diff(oddness[found]) <= 0).all()
    assert len(found) == 1 or np.diff(np.sort(found)).min() > span
    near = np.abs(np.arange(90)[:, None] - found).min(axis=1) <= span
    if len(found) < count:
        assert near.all()  # no step is left
    else:
        assert oddness[~near].max(initial=-np.inf) <= oddness[found[-1]]


def test_the_first_of_equals_counts_and_nothing_is_highest_of_nothing() -> None:
    assert highest(np.array([2.0, 2.0, 2.0]), 0, 2).tolist() == [0, 1]
    assert highest(np.full(3, -np.inf), 1, 2).tolist() == []
    assert highest(np.empty(0), 1, 2).tolist() == []
