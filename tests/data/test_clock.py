"""Local time of many moments is that of each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from likely.data.clock import local_time

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Cairo",
]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("span", [4e13, 1.2e15, 6e15])
def test_local_time_is_that_of_a_naive_loop(zone: str, span: float) -> None:
    moments = 1.76e15 + np.floor(span * np.random.default_rng(0).uniform(-1, 0, 1500))
    moments = np.append(moments, 1.774746e15 + 900e6 * np.arange(96))  # around a change in spring

    def naive(moment: float) -> float:
        there = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)).astimezone(
            ZoneInfo(zone)
        )
        offset = there.utcoffset() or timedelta(0)
        return moment + round(offset.total_seconds() * 1e6)

    moments = moments[moments > -1e14]
    np.testing.assert_allclose(local_time(moments, zone), list(map(naive, moments)), rtol=0)
    assert local_time(moments[:0], zone).shape == (0,)
