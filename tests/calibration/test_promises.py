"""Rules over p-values: which rows are reported, and what may be asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from likely.calibration.decisions import (
    alerts_a_day,
    benjamini_hochberg,
    check_promise,
    most_odd,
    rows_a_day,
)
from likely.core.errors import DataError, ParameterError


@pytest.mark.parametrize("seed", range(20))
def test_same_as_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = np.concatenate([rng.random(200), rng.random(10) * 1e-3, np.full(5, 0.01)])
    for fdr in (0.01, 0.1, 0.5):
        expected = false_discovery_control(p) <= fdr
        np.testing.assert_array_equal(benjamini_hochberg(np.log(p), fdr), expected)


def test_p_values_below_the_smallest_number_are_kept_apart() -> None:
    log_p = np.append(np.full(99, -0.5), -5_000.0)  # e^-5000 is 0 in floating point
    assert np.flatnonzero(benjamini_hochberg(log_p, 1e-6)).tolist() == [99]


def test_nothing_passes_where_nothing_is_small() -> None:
    assert not benjamini_hochberg(np.log(np.linspace(0.2, 1, 50)), 0.1).any()


def test_the_share_of_false_findings_is_as_promised() -> None:
    """With 900 of 1 000 rows ordinary the expected share is 0.9 fdr."""
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(200):
        p = np.concatenate([rng.random(900), rng.random(100) * 1e-3])
        reported = benjamini_hochberg(np.log(p), 0.2)
        shares.append(reported[:900].sum() / max(reported.sum(), 1))
    assert np.mean(shares) == pytest.approx(0.18, abs=4 * np.std(shares) / np.sqrt(200))


def test_of_equally_odd_rows_the_first_are_taken() -> None:
    log_p = np.array([-1.0, -3.0, -1.0, -3.0, -2.0])
    assert np.flatnonzero(most_odd(log_p, 3)).tolist() == [1, 3, 4]
    assert np.flatnonzero(most_odd(log_p, 1)).tolist() == [1]
    assert most_odd(log_p, 99).all()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ("fdr", 0.1)),
        ({"fdr": 0.05}, ("fdr", 0.05)),
        ({"fpr": 1e-3}, ("fpr", 1e-3)),
        ({"fpr": np.float32(0.25)}, ("fpr", 0.25)),
        ({"top": 50}, ("top", 50.0)),
        ({"top": np.int64(1)}, ("top", 1.0)),
        ({"alerts": "3/week"}, ("alerts", 3 / 7)),
    ],
)
def test_one_promise_by_name_and_number(asked: dict[str, Any], expected: tuple[str, float]) -> None:
    nothing = dict.fromkeys(("fdr", "fpr", "top", "alerts"))
    assert check_promise(**{**nothing, **asked}) == expected


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"fdr": 0.1, "top": 5}, "one promise, not fdr and top"),
        ({"fdr": 0.0}, r"fdr must be a number in \(0, 1\). Got 0.0"),
        ({"fdr": 1}, r"fdr must be a number in \(0, 1\). Got 1"),
        ({"fpr": float("nan")}, "fpr must be"),
        ({"fpr": "0.1"}, "fpr must be .* Got '0.1'"),
        ({"fpr": True}, "fpr must be"),
        ({"top": 0}, "top must be an integer of at least 1. Got 0"),
        ({"top": 2.5}, "top must be an integer"),
        ({"top": True}, "top must be an integer"),
        ({"alerts": "often"}, 'such as "1/day"'),
        ({"alerts": 3}, 'such as "1/day"'),
    ],
)
def test_a_promise_out_of_range_is_named(asked: dict[str, Any], message: str) -> None:
    nothing = dict.fromkeys(("fdr", "fpr", "top", "alerts"))
    with pytest.raises(ParameterError, match=message):
        check_promise(**{**nothing, **asked})


@pytest.mark.parametrize(
    ("budget", "a_day"),
    [
        ("1/day", 1.0),
        ("2/hour", 48.0),
        (" 7 / week ", 1.0),
        ("0.5/day", 0.5),
        ("30.4375/month", 1.0),
        ("365.25/year", 1.0),
    ],
)
def test_a_budget_in_alarms_a_day(budget: str, a_day: float) -> None:
    assert alerts_a_day(budget) == pytest.approx(a_day)


@pytest.mark.parametrize(
    "budget", ["", "1", "/day", "1/", "0/day", "-1/day", "inf/day", "nan/day", "1/fortnight"]
)
def test_a_budget_that_is_none_is_named(budget: str) -> None:
    with pytest.raises(ParameterError, match="a number and a unit"):
        alerts_a_day(budget)


def test_rows_a_day_come_from_the_clock() -> None:
    hourly = np.arange(49) * 3600e6
    assert rows_a_day(hourly) == pytest.approx(24.0)
    assert rows_a_day(np.append(hourly[::-1], np.nan)) == pytest.approx(24.0)


@pytest.mark.parametrize("moments", [[], [5.0], [5.0, 5.0], [np.nan, 5.0], [np.nan, np.nan]])
def test_a_clock_that_stands_still_is_an_error(moments: list[float]) -> None:
    with pytest.raises(DataError, match="rows with different times"):
        rows_a_day(np.array(moments))
