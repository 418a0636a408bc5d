"""The detectors' view of a column is finite and sensible whatever it holds."""

from __future__ import annotations

import numpy as np
import pytest

from likely.core.errors import DataError
from likely.data.clock import local_time
from likely.data.column import Column
from likely.data.features import LIMIT, Encoding, encode, learn_encodings, robust_scale

HOSTILE = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 5e-324, 1.0, 1.7e308, -1.7e308])


def _learn(column: Column, values: np.ndarray) -> Encoding:
    return learn_encodings([column], values[:, None])[0]


@pytest.mark.parametrize(
    "values",
    [
        [1e308, -1e308, 1.7e308, 5.0],
        [1.7e308, -1.7e308],
        [1e300] * 9 + [-1.7e308],
        [5e-324] * 3 + [1e-323],
        [1e-310, 2e-310, 3e-310],
        [0.0, -0.0],
        [7.0] * 5,
        [0.0] * 9 + [1.0],
        [0.1 + 0.2, 0.3, 0.3, 0.3],
        [np.inf, 1.0, 2.0],
        [np.inf, np.inf],
        [np.nan, np.nan],
        [np.nan, 1.0, 2.0],
        [5.0],
    ],
)
def test_numbers_are_finite(values):
    values = np.array(values)
    column = Column("a", "number")
    encoding = _learn(column, values)
    assert 0 < encoding.scale < np.inf
    features = encode(encoding, column, np.append(values, HOSTILE))
    assert features.shape == (len(values) + len(HOSTILE), encoding.width)
    assert np.isfinite(features).all()
    assert np.abs(features).max() <= LIMIT


def test_scale_is_that_of_the_middle_half():
    rng = np.random.default_rng(0)
    values = np.append(rng.normal(3, 2, 10_000), [1e9] * 50)
    centre, scale = robust_scale(values)
    assert centre == pytest.approx(3, abs=0.1)
    assert scale == pytest.approx(2, rel=0.03)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 7, 1000])
def test_scale_is_made_of_numpy_quantiles(n):
    values = np.random.default_rng(n).lognormal(size=n)
    low, centre, high = np.quantile(values, [0.25, 0.5, 0.75])
    expected = (high - low) / 1.349 if n > 1 else values[0]
    assert robust_scale(values) == (centre, max(expected, 1.0) / 4 if n == 1 else expected)


def test_scale_where_half_of_the_values_are_equal():
    values = np.array([0.0] * 9 + [10.0])
    assert robust_scale(values) == (0.0, pytest.approx(np.std(values)))


def test_a_rare_yes_or_no_does_not_outweigh_everything():
    centre, scale = robust_scale(np.array([0.0] * 99 + [10.0]))
    assert (centre, scale) == (0.0, 2.5)
    centre, scale = robust_scale(np.array([0.0] * 98 + [1.0, 10.0]))  # three values: an amount
    assert scale == pytest.approx(np.std([0.0] * 98 + [1.0, 10.0]))


def test_rounding_is_no_spread():
    assert robust_scale(np.array([0.1 + 0.2, 0.3, 0.3, 0.3])) == (0.3, 0.25)
    assert robust_scale(np.full(4, 7.0)) == (7.0, 7.0 / 4)


def test_a_missing_value_is_a_feature_of_its_own():
    column = Column("a", "number")
    encoding = _learn(column, np.array([1.0, 2.0, np.nan, 3.0]))
    features = encode(encoding, column, np.array([2.0, np.nan]))
    assert features[0].tolist() == [0, 0]
    assert features[1, 0] == 0
    assert features[1, 1] > 1


def test_a_first_value_in_an_empty_column_is_news():
    column = Column("a", "number")
    encoding = _learn(column, np.full(5, np.nan))
    missing, present = encode(encoding, column, np.array([np.nan, 1e9]))
    assert not np.allclose(missing, present)
    assert np.abs(present).max() < 10


@pytest.mark.parametrize("count", [1, 2, 12, 13, 5000])
def test_categories_few_and_thousands(count):
    column = Column("a", "category", labels=tuple(f"{i:05}" for i in range(count)))
    codes = np.repeat(np.arange(count), 2).astype(float)
    encoding = _learn(column, codes)
    features = encode(encoding, column, np.append(codes, [count, count + 7, np.nan]))
    assert np.isfinite(features).all()
    assert features.shape[1] <= 13
    unseen = features[len(codes)]
    assert not (features[: len(codes)] == unseen).all(axis=1).any()
    np.testing.assert_array_equal(features[len(codes) + 1], unseen)


def test_rare_levels_stand_out_among_many():
    column = Column("a", "category", labels=tuple(f"{i:03}" for i in range(40)))
    codes = np.append(np.repeat(np.arange(39), 50), 39).astype(float)
    encoding = _learn(column, codes)
    common, rare = encode(encoding, column, np.array([0.0, 39.0]))[:, 0]
    assert encoding.rule == "frequency"
    assert rare > common + 1


def test_hours_are_those_of_the_wall_clock():
    noon_in_winter = np.datetime64("2024-01-10T11:00", "us").astype(float)
    noon_in_summer = np.datetime64("2024-07-10T10:00", "us").astype(float)
    moments = np.array([noon_in_winter, noon_in_summer])
    assert (local_time(moments, "Europe/Berlin") % 86_400e6 == 43_200e6).all()
    assert (local_time(moments, "") == moments).all()
    assert (local_time(moments, "UTC+05:30") - moments == 19_800e6).all()
    assert (local_time(moments, "-02:00") - moments == -7_200e6).all()
    column = Column("a", "date", zone="Europe/Berlin")
    learnt = noon_in_winter + 7e9 * np.random.default_rng(0).permutation(200)
    encoding = _learn(column, learnt)
    winter, summer = encode(encoding, column, moments)
    hour = slice(1, 3)
    assert encoding.cycles[0] == "hour"
    np.testing.assert_allclose(winter[hour], summer[hour], atol=1e-9)


def test_an_unknown_zone_is_named():
    with pytest.raises(DataError, match="no time zone 'Mars/Olympus'"):
        local_time(np.zeros(1), "Mars/Olympus")
    assert np.isfinite(local_time(np.array([-1e18, 1e18]), "Europe/Berlin")).all()


def test_a_clock_has_no_position_but_circles():
    column = Column("a", "date")
    ordered = 3.6e9 * np.arange(24.0 * 20)
    encoding = _learn(column, ordered)
    assert (encoding.scale, encoding.cycles) == (0.0, ("hour", "weekday"))
    features = encode(encoding, column, np.append(ordered, np.nan))
    assert np.isfinite(features).all()
    assert np.abs(features).max() <= 1
