"""A value is judged given the hour, the weekday, the season and what else is given."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from likely.core.errors import DataError, ParameterError
from likely.series import Seasonal
from likely.testing.loads import Load, hourly_load

DAYS = 120
LOAD = hourly_load(DAYS, seed=3, first_day=10)
HOUR = 3600e6


def _table(load: Load, values: np.ndarray, clock: str = "zone") -> pa.Table:
    at = load.local if clock == "wall" else load.utc
    kind = pa.timestamp("us", tz=load.zone) if clock == "zone" else pa.timestamp("us")
    return pa.table({"at": pa.array(at.astype(np.int64), kind), "load": values})


@pytest.fixture(scope="module")
def model() -> Seasonal:
    return Seasonal().fit(_table(LOAD, LOAD.values))


def _days(load: Load, day: int) -> np.ndarray:
    """Return the steps of a day of the clock on the wall, counted from the first whole one."""
    of = np.floor(load.local / (24 * HOUR)).astype(np.int64)
    return np.flatnonzero(of == of[0] + 1 + day)


def test_a_usual_value_at_the_wrong_hour_is_odd(model: Seasonal) -> None:
    day, values = _days(LOAD, 80), LOAD.values.copy()
    values[day[3]] = values[day[12]]
    odd = -model.score_samples(_table(LOAD, values))
    assert odd.argmax() == day[3]


@pytest.mark.parametrize("away", [1, 2])
def test_a_sunday_like_a_workday_is_odd(model: Seasonal, away: int) -> None:
    sunday = 96  # of whole days, from 2021-01-12
    day, values = _days(LOAD, sunday), LOAD.values.copy()
    assert LOAD.local[day[0]] == np.datetime64("2021-04-18").astype("datetime64[us]").astype(float)
    values[day] = values[_days(LOAD, sunday + away)]
    odd = -model.score_samples(_table(LOAD, values))
    usual = -model.score_samples(_table(LOAD, LOAD.values))
    assert odd[day].mean() > 3 * usual[day].mean()
    assert odd[day].mean() > np.quantile(usual, 0.97)


def test_what_is_odd_in_what_is_learnt_is_found_there() -> None:
    rng, values = np.random.default_rng(0), LOAD.values.copy()
    odd = np.zeros(len(values), dtype=bool)
    for day in rng.choice(np.arange(10, 110), 6, replace=False):
        steps = _days(LOAD, int(day))
        values[steps[:6]] = values[steps[10:16]]
        odd[steps[:6]] = True
    found = Seasonal().fit(_table(LOAD, values)).training_scores_
    assert odd[np.argsort(found)[:30]].mean() > 0.9


def test_a_year_is_learnt_from_two() -> None:
    day = np.arange(3 * 365)
    year = 10 * np.cos(2 * np.pi * day / 365.2425) + np.random.default_rng(0).normal(size=len(day))
    swapped = year.copy()
    swapped[900] = year[900 - 182]
    at = np.datetime64("2021-01-01") + day
    model = Seasonal().fit(pa.table({"at": at, "bill": swapped}))
    assert model.training_scores_.argmin() == 900


def _alarms(change: int, clock: str) -> float:
    """Return the share of hours with an alarm in the two days from a change of the clock."""
    load = hourly_load(DAYS, seed=change, first_day=change - 100)
    rows = _table(load, load.values, clock)
    new = Seasonal().fit(rows.slice(0, 24 * 95)).predict(rows)[24 * 100 : 24 * 102]
    return float((new == -1).mean())


@pytest.mark.parametrize("change", [86, 303])  # in spring, and in autumn
def test_a_change_of_the_clock_makes_no_burst(change: int) -> None:
    assert _alarms(change, "zone") < 0.07
    assert _alarms(change, "wall") < 0.07  # an hour is missing, or comes twice
    assert _alarms(change, "UTC, and nobody knows where") > 0.15


def test_a_shift_of_the_level_is_usual_after_four_days(model: Seasonal) -> None:
    values = LOAD.values.copy()
    values[24 * 60 :] += 80
    odd = -model.score_samples(_table(LOAD, values))
    assert np.median(odd[24 * 60 : 24 * 63]) > 8
    assert np.median(odd[24 * 65 : 24 * 80]) < 1.2


def test_nights_are_quiet_so_that_little_is_odd_there(model: Seasonal) -> None:
    _, low, high = model.expected(_table(LOAD, LOAD.values))
    width = (high - low)[:, 0]
    hour = np.mod(LOAD.local, 24 * HOUR) / HOUR
    assert np.median(width[hour == 3]) < 0.7 * np.median(width[hour == 12])


def test_bands_hold_what_they_say_in_the_units_of_the_data(model: Seasonal) -> None:
    new = hourly_load(DAYS, seed=3, first_day=10)
    for coverage in (0.5, 0.95):
        middle, low, high = model.expected(_table(new, new.values), coverage)
        assert middle.shape == (24 * DAYS, 1)
        inside = (low[:, 0] <= new.values) & (new.values <= high[:, 0])
        assert abs(inside.mean() - coverage) < 0.03
        assert (np.abs(middle[:, 0] - new.mean) < 4 * new.spread).mean() > 0.97


def test_bands_follow_the_rows_as_they_come(model: Seasonal) -> None:
    rows, order = _table(LOAD, LOAD.values), np.random.default_rng(0).permutation(24 * DAYS)
    middle, _, high = model.expected(rows)
    turned = model.expected(rows.take(pa.array(order)))
    np.testing.assert_allclose(turned[0], middle[order])
    np.testing.assert_allclose(turned[2], high[order])


@pytest.mark.parametrize("coverage", [0.0, 1.0, -3.0])
def test_no_band_holds_all_or_nothing(model: Seasonal, coverage: float) -> None:
    with pytest.raises(ParameterError, match="coverage"):
        model.expected(_table(LOAD, LOAD.values), coverage)


def _heated(n: int = 24 * 60) -> tuple[dict[str, np.ndarray], np.ndarray]:
    rng = np.random.default_rng(0)
    hour = np.arange(n)
    degrees = 10 + 8 * np.sin(2 * np.pi * hour / 300) + np.cumsum(rng.normal(size=n)) * 0.1
    load = 3 * np.maximum(15 - degrees, 0) + 10 * np.sin(2 * np.pi * hour / 24) + rng.normal(size=n)
    at = np.datetime64("2026-01-05", "us") + hour * np.timedelta64(1, "h")
    return {"at": at, "load": load, "degrees": degrees}, load


def test_a_given_channel_explains_and_is_not_judged() -> None:
    columns, load = _heated()
    swapped = load.copy()
    cold, warm = np.argmin(columns["degrees"]), np.argmax(columns["degrees"])
    swapped[warm] = load[cold - (cold - warm) % 24]  # as if it were cold
    rows = pa.table({**columns, "load": swapped})
    given, alone = Seasonal(covariates=("degrees",)).fit(rows), Seasonal().fit(rows)
    assert given.judged_.tolist() == [0]
    assert given.training_scores_.argmin() == warm
    widths = [
        np.nanmedian(high[:, 0] - low[:, 0])
        for _, low, high in (m.expected(rows) for m in (given, alone))
    ]
    assert widths[0] < 0.6 * widths[1]
    assert np.isnan(given.expected(rows)[0][:, 1]).all()


def test_a_holiday_that_is_given_is_no_odd_workday() -> None:
    rng, hour = np.random.default_rng(0), np.arange(24 * 100)
    holiday = np.isin(hour // 24, [11, 23, 37, 52, 66, 81, 94]).astype(float)
    by_day = np.where((hour % 24 > 7) & (hour % 24 < 20), 10.0 * (1 - holiday), 0.0)
    load = by_day + 0.5 * rng.normal(size=len(hour))
    at = np.datetime64("2026-01-05", "us") + hour * np.timedelta64(1, "h")
    rows = pa.table({"at": at, "load": load, "holiday": holiday})
    known, unknown = (
        -Seasonal(covariates=names).fit(rows).training_scores_[(holiday == 1) & (hour % 24 > 7)]
        for names in (("holiday",), ())
    )
    assert np.median(unknown) > 4
    assert np.median(known) < 1.5


def test_covariates_must_be_channels_and_not_all() -> None:
    rows = pa.table(_heated(100)[0])
    with pytest.raises(DataError, match="wind"):
        Seasonal(covariates=("wind",)).fit(rows)
    with pytest.raises(DataError, match="All channels"):
        Seasonal(covariates=("load", "degrees")).fit(rows)


def test_without_a_clock_rhythms_are_found() -> None:
    step = np.arange(1500)
    wave = (step % 50 < 15) * 5.0 + 0.2 * np.random.default_rng(0).normal(size=1500)
    wave[1230] = 5.0  # phase 30
    model = Seasonal().fit(wave[:, None])
    assert model.lags_[0].tolist() == [50, 100, 150]
    assert model.training_scores_.argmin() == 1230


def test_channels_that_part_are_odd_jointly() -> None:
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=1000)
    both = np.column_stack([hidden, hidden]) + 0.1 * rng.normal(size=(1000, 2))
    both[700] = [1.2, -1.2]
    assert Seasonal().fit(both).training_scores_.argmin() == 700
