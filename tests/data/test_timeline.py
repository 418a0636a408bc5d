"""Rows in the order of time: gaps, stamps that repeat, summer time, and values that are missing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from likely.core.errors import DataError
from likely.data.clock_gaps import even_step, is_gap
from likely.data.even_clock import spread_out
from likely.data.frames import as_table
from likely.data.timeline import Timeline, in_order, level_of

N = 200
HOURS = pd.date_range("2026-05-01", periods=N, freq="h")


def series(stamps: Sequence[object] | pd.DatetimeIndex, **more: object) -> Timeline:
    frame = pd.DataFrame({"at": stamps, "load": np.arange(len(stamps)) * 1.5 + 0.25, **more})
    return in_order(as_table(frame))


def said(timeline: Timeline, words: str) -> bool:
    return any(words in note for note in timeline.notes)


def test_a_clean_clock_says_nothing() -> None:
    found = series(HOURS)
    assert (found.rows == np.arange(N)).all()
    assert (found.breaks, found.notes, found.step) == ((), (), 3600e6)
    assert found.local is found.moments


def test_missing_steps_are_put_in() -> None:
    there = np.delete(np.arange(N), [5, 50, 51, 52])
    found = series(HOURS[there])
    assert len(found) == N
    assert found.rows[[4, 5, 6, 49, 50, 51, 52, 53]].tolist() == [4, -1, 5, 48, -1, -1, -1, 49]
    np.testing.assert_allclose(found.moments, (HOURS - pd.Timestamp(0)) / pd.Timedelta("1us"))
    assert np.isnan(found.values[50]).all()
    np.testing.assert_allclose(found.filled[49:54, 0], np.interp(range(5), [0, 4], [72.25, 73.75]))
    assert said(found, "4 missing steps were put in")
    by_row = found.onto_rows(np.arange(float(N)), -1)
    assert by_row.tolist() == there.tolist()


@pytest.mark.parametrize(("missing", "breaks"), [(32, ()), (33, (100,))])
def test_a_long_gap_is_a_break(missing: int, breaks: tuple[int, ...]) -> None:
    found = series(HOURS.delete(np.arange(100, 100 + missing)))
    assert found.breaks == breaks
    assert len(found) == (N if not breaks else N - missing)


def test_gaps_can_all_be_breaks() -> None:
    there = np.delete(np.arange(N), [5, 50, 51, *range(100, 140)])
    table = as_table(pd.DataFrame({"at": HOURS[there], "load": there * 0.5}))
    found = in_order(table, bridge=0)
    assert (found.rows == np.arange(len(there))).all()
    assert found.breaks == (5, 49, 97)
    assert in_order(table, bridge=1).breaks == (50, 98)


def test_breaks_behind_steps_put_in_are_where_they_were() -> None:
    found = series(HOURS.delete([10, 20, 21, *range(60, 120), 150]))
    assert found.breaks == (60,)
    assert len(found) == N - 60
    assert found.moments is not None
    assert found.moments[60] == (HOURS[120] - pd.Timestamp(0)) / pd.Timedelta("1us")


def test_a_row_that_came_late_is_no_gap() -> None:
    late = HOURS.to_series().reset_index(drop=True)
    late[70] += pd.Timedelta("36min")
    assert len(series(late)) == N
    early = HOURS.to_series().reset_index(drop=True)
    early[70] = early[69]
    assert (series(early).rows == np.arange(N)).all()
    held = HOURS.to_series().reset_index(drop=True)
    held[70:80] = held[80]
    found = series(held)
    assert (found.rows == np.arange(N)).all()
    assert said(found, "10 rows have the stamp of another")
    found = series(held.drop(index=[72, 73, 150]))
    assert np.flatnonzero(found.rows < 0).tolist() == [70, 71, 150]


def test_working_days_are_even() -> None:
    six = pd.date_range("2025-01-01", periods=N)
    assert said(series(six[six.day_of_week < 6]), "often skips 1 step,")
    found = series(pd.bdate_range("2025-01-01", periods=N))
    assert len(found) == N
    assert not found.breaks
    assert said(found, "often skips 2 steps")


@pytest.mark.parametrize("true", [1.05, 1.1, 1.3])
def test_rounded_stamps_miss_nothing(true: float) -> None:
    seconds = np.floor(true * np.arange(4 * N))
    found = series(HOURS[0] + pd.to_timedelta(seconds, unit="s"))
    assert (found.rows == np.arange(4 * N)).all()
    assert found.step == pytest.approx(true * 1e6, rel=0.03)
    assert said(found, "rounded down")


def test_an_hour_that_is_always_missing_is_put_in() -> None:
    hours = pd.date_range("2026-05-01", periods=24 * 40, freq="h")
    found = series(hours[hours.hour != 3])
    assert (found.rows < 0).sum() == 40


def test_the_usual_step() -> None:
    assert even_step(np.array([2.0, 2, 0, 2, 9, 2.1])) == 2
    assert even_step(np.array([1.0, 2, 4, 8])) is None
    assert even_step(np.zeros(3)) is even_step(np.zeros(0)) is None
    assert is_gap(np.array([1.5, 1.6, np.nan]), 1.0).tolist() == [False, True, False]


def test_many_rows_lost_at_random() -> None:
    lost = np.random.default_rng(0).random(N) < 0.35
    found = series(HOURS[~lost])
    assert (found.rows < 0).sum() == lost[: N - np.argmin(lost[::-1])].sum()
    assert not found.breaks


def test_rows_in_any_order() -> None:
    order = np.random.default_rng(0).permutation(N)
    found = series(HOURS[order])
    assert (found.rows == np.argsort(order)).all()
    assert said(found, "goes back")
    one = series(HOURS[[*range(1, N), 0]])
    assert said(one, "goes back once")


def test_rows_with_the_same_stamp_stay_in_their_order() -> None:
    found = series([*HOURS[:100], HOURS[99], HOURS[99], *HOURS[100:]])
    assert (found.rows == np.arange(N + 2)).all()
    assert said(found, "2 rows have the stamp of another")
    assert not found.breaks


def test_series_that_are_mixed() -> None:
    twice = HOURS.append(HOURS)
    with pytest.raises(DataError, match="group='pump'"):
        series(twice, pump=["a"] * N + ["b"] * N)
    with pytest.raises(DataError, match="group='unit'"):
        series(HOURS.repeat(3), unit=np.tile([4, 5, 6], N))
    with pytest.raises(DataError, match="name it by group="):
        series(twice)


def test_a_coarse_clock() -> None:
    rng = np.random.default_rng(0)
    found = series(HOURS.repeat(25), level=rng.integers(0, 40, 25 * N))
    assert len(found) == 25 * N
    assert said(found, "evenly spread")
    assert found.step == pytest.approx(3600e6 / 25)
    assert not found.breaks


def test_equal_stamps_are_spread() -> None:
    assert spread_out(np.array([5.0, 5.0])).tolist() == [5, 5]
    assert spread_out(np.array([0.0, 0, 10, 10, 100, 100])).tolist() == [0, 5, 10, 35, 100, 125]


def test_an_uneven_clock_has_no_gaps() -> None:
    times = np.cumsum(np.random.default_rng(0).exponential(1, N))
    found = series(HOURS[0] + pd.to_timedelta(times, unit="h"))
    assert (found.step, found.breaks, len(found)) == (None, (), N)
    assert said(found, "uneven")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney"])
@pytest.mark.parametrize("freq", ["h", "15min"])
def test_summer_time_without_a_zone(zone: str, freq: str) -> None:
    local = pd.date_range("2025-09-20", "2026-04-20", freq=freq, tz=zone).tz_localize(None)
    found = series(local)
    assert (found.rows == np.arange(len(local))).all()
    assert not found.breaks
    assert said(found, "summer time twice")
    assert not said(found, "stamp of another")
    assert found.local is not None
    assert (found.local == (local - pd.Timestamp(0)) / pd.Timedelta("1us")).all()


def test_one_change_of_summer_time() -> None:
    spring = pd.date_range("2026-03-20", periods=N, freq="h", tz="Europe/London")
    found = series(
        spring.tz_localize(None),
    )
    assert len(found) == N
    assert said(found, "put in") is said(found, "summer time once") is False
    spring = pd.date_range("2026-03-25", periods=N, freq="h", tz="Europe/London").tz_localize(None)
    found = series(spring)
    assert said(found, "summer time once")
    assert (len(found), found.breaks) == (N, ())
    lost = pd.date_range("2026-03-20", periods=N, freq="h").delete([20, 170])
    assert said(series(lost), "2 missing steps")


def test_a_zone_knows_its_summer_time() -> None:
    stamps = pd.date_range("2026-03-25", periods=N, freq="h", tz="Europe/Berlin")
    found = series(stamps)
    assert found.notes == ()
    assert found.local is not None
    assert np.unique(np.diff(found.local)).tolist() == [3600e6, 7200e6]


def test_what_is_known() -> None:
    load, heat = np.arange(float(N)), np.arange(float(N))
    load[10:42] = np.nan
    load[60:93] = np.nan
    heat[61:] = np.nan
    found = series(HOURS, load=load, heat=heat, none=np.full(N, np.nan))
    assert found.known[:, 0].sum() == N - 33
    assert found.known[:, 1].sum() == 61
    assert not found.known[:, 2].any()
    assert found.edges == (0, 61, 93, N)
    parts = list(found.parts(5, across=False, level=np.array([0, 0, 7.0])))
    assert [steps for steps, _ in parts] == [slice(0, 61), slice(93, N)]
    assert all((one.values[:, 2] == 7).all() for _, one in parts)
    np.testing.assert_allclose(parts[0][1].values[:, 0], np.arange(61))
    assert len(list(found.parts(5, across=True))) == 1
    assert not found.too_broken(60)
    assert found.too_broken(120)
    assert level_of(found.values).tolist()[2] == 0


def test_channels_at_own_rates_are_noticed() -> None:
    values = {
        f"c{k}": np.where(np.arange(N) % 4 == k, 1.0 * np.arange(N), np.nan) for k in range(4)
    }
    assert said(in_order(as_table(pd.DataFrame({"at": HOURS, **values}))), "join them")


def test_nothing_at_all() -> None:
    found = series([pd.NaT, pd.NaT, pd.NaT])
    assert (len(found), found.size) == (0, 3)
    assert found.onto_rows(np.zeros(0), 4.0).tolist() == [4, 4, 4]
    assert list(found.parts(1, across=False)) == []
    assert len(series(HOURS[:1])) == 1
