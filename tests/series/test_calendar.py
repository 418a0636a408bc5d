"""Terms of the calendar say what the clock on the wall shows."""

from __future__ import annotations

import numpy as np
import pytest

from likely.series.calendar import (
    DAY,
    HOUR,
    WEEK,
    YEAR,
    Calendar,
    calendar_terms,
    learn_calendar,
    shrinkage,
)

MONDAY = 4 * DAY  # 1970-01-05
FULL = Calendar(HOUR, 24, True, True)


@pytest.mark.parametrize(
    ("step", "steps", "expected"),
    [
        (HOUR, 24 * 30, (24, True, False)),
        (HOUR, 24 * 5, (24, False, False)),
        (HOUR / 60, 60 * 24, (0, False, False)),  # a day
        (HOUR / 12, 12 * 24 * 30, (48, True, False)),
        (6 * HOUR, 4 * 30, (4, True, False)),
        (DAY, 100, (0, True, False)),
        (DAY, 800, (0, True, True)),
        (WEEK, 150, (0, False, True)),
        (0.0, 100, (0, False, False)),
    ],
)
def test_seasons_are_looked_at_where_they_show(
    step: float, steps: int, expected: tuple[int, bool, bool]
) -> None:
    assert learn_calendar([MONDAY + step * np.arange(steps)])[1:] == expected


@pytest.mark.parametrize("knots", [0, 24])
@pytest.mark.parametrize("week", [False, True])
@pytest.mark.parametrize("year", [False, True])
def test_there_is_a_shrinkage_for_every_term(knots: int, week: bool, year: bool) -> None:
    calendar = Calendar(HOUR, knots, week, year)
    terms = calendar_terms(MONDAY + HOUR * np.arange(50), calendar)
    assert terms.shape == (50, calendar.width) == (50, len(shrinkage(calendar)))
    without = calendar_terms(MONDAY + HOUR * np.arange(50), calendar._replace(year=False))
    np.testing.assert_array_equal(terms[:, : without.shape[1]].toarray(), without.toarray())


def test_hats_are_straight_between_knots() -> None:
    calendar = Calendar(HOUR, 24, False, False)
    at = MONDAY + HOUR * np.array([3.0, 3.25, 23.5])
    hats = calendar_terms(at, calendar)[:, 1:].toarray()
    assert hats[0, 3] == 1.0
    assert hats[1, [3, 4]].tolist() == [0.75, 0.25]
    assert hats[2, [23, 0]].tolist() == [0.5, 0.5]
    np.testing.assert_allclose(hats.sum(axis=1), 1.0)


def test_weekdays_are_those_of_python() -> None:
    days = np.arange(np.datetime64("1969-12-20"), np.datetime64("1970-02-01"))
    local = days.astype("datetime64[us]").astype(np.float64)
    one = calendar_terms(local, Calendar(DAY, 0, True, False))[:, 1:].toarray()
    assert one.argmax(axis=1).tolist() == [day.weekday() for day in days.tolist()]


def test_a_year_comes_back() -> None:
    wave = calendar_terms(np.array([0.0, YEAR]), Calendar(WEEK, 0, False, True)).toarray()
    np.testing.assert_allclose(wave[0], wave[1], atol=1e-9)
    assert FULL.width == len(shrinkage(FULL))
