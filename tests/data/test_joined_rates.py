"""Channels at rates of their own on one even clock."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from likely.core.errors import DataError, ParameterError
from likely.data.frames import as_table
from likely.data.joined_rates import joined, resampled, wide
from likely.data.table import Table
from likely.data.timeline import in_order

START = pd.Timestamp("2026-05-01")


def table(seconds: object, **more: object) -> Table:
    return as_table(
        pd.DataFrame({"at": START + pd.to_timedelta(np.asarray(seconds), unit="s"), **more})
    )


def naive_last(seconds: np.ndarray, values: np.ndarray, steps: int, width: float, held: float):
    """Return the last value before the end of each step, if it is not older than `held`."""
    found = []
    for k in range(steps):
        before = [i for i, s in enumerate(seconds) if s < (k + 1) * width]
        fresh = before and (k + 1) * width - seconds[before[-1]] <= held
        found.append(values[before[-1]] if fresh else np.nan)
    return np.array(found)


@pytest.mark.parametrize("seed", range(4))
def test_the_last_value_holds_for_a_while(seed: int) -> None:
    rng = np.random.default_rng(seed)
    fast = np.arange(0, 120, 2.0)
    slow = np.sort(rng.choice(np.arange(0, 120, 7.0), 12, replace=False))
    load, heat = rng.normal(size=len(fast)), rng.normal(size=12)
    found = joined({"a": table(fast, v=load), "b": table(slow, v=heat)})
    assert found.table.names == ["at", "v (a)", "v (b)"]
    assert found.width == 2e6
    np.testing.assert_array_equal(found.table.matrix[:, 1], load)
    step = np.median(np.diff(slow))
    expected = naive_last(slow, heat, 60, 2.0, 3 * step + 2.1)
    np.testing.assert_array_equal(found.table.matrix[:, 2], expected)
    assert (found.of_rows["b"] == slow // 2).all()


def test_the_mean_of_a_step() -> None:
    rng = np.random.default_rng(0)
    seconds, load = np.sort(rng.uniform(0, 600, 200)), rng.normal(size=200)
    found = resampled(table(seconds, load=load), every="1min")
    assert len(found.table) == 10
    for k, value in enumerate(found.table.matrix[:, 1]):
        assert value == pytest.approx(load[seconds // 60 == k].mean())
    assert found.onto_rows(np.arange(10.0), -1).tolist() == (seconds // 60).tolist()
    assert in_order(found.table).step == 60e6


def test_an_uneven_clock_gets_a_round_width() -> None:
    seconds = np.cumsum(np.random.default_rng(0).exponential(3, 200))
    assert resampled(table(seconds, load=seconds)).width == 5e6


def test_sensors_in_one_table() -> None:
    step = np.arange(300)
    load, heat = (np.where(step % 3 == k, 1.0 * step, np.nan) for k in (0, 1))
    far = np.where(step % 3 == 2, 1.0 * step, np.nan)
    rows = table(step, load=load, heat=heat, far=far)
    told = "rates of their own"
    assert any(told in note for note in in_order(rows).notes)
    for other in (table(step, load=step, heat=heat), table(step, load=load)):
        assert not any(told in note for note in in_order(other).notes)
    found = resampled(rows, how="last")
    assert found.width == 3e6
    assert not np.isnan(found.table.matrix[1:]).any()
    assert found.table.matrix[4].tolist()[1:] == [12, 13, 14]


def test_entities_as_channels() -> None:
    order = np.random.default_rng(0).permutation(90)
    step, pump, heat = np.arange(90) // 3, np.tile(["a", "b", "c"], 30), np.arange(90.0) ** 0.5
    rows = table(60.0 * step[order], pump=pump[order], heat=heat[order])
    found = wide(rows, "pump")
    assert found.table.names[0] == "at"
    assert sorted(found.table.names[1:]) == [f"heat ({name})" for name in "abc"]
    assert (found.of_row == step[order]).all()
    for name in "abc":
        channel = found.table.matrix[:, found.table.names.index(f"heat ({name})")]
        np.testing.assert_array_equal(channel, heat[pump == name])


def test_rows_without_a_time_are_in_no_step() -> None:
    rows = table([0.0, np.nan, 2.0, 4.0], load=[1.0, 2.0, 3.0, 4.0])
    found = resampled(rows, every=2)
    assert found.of_row.tolist() == [0, -1, 1, 2]
    assert found.onto_rows(np.array([5.0, 6, 7]), np.nan).tolist()[2:] == [6, 7]


def test_what_cannot_be_joined() -> None:
    rows = table([0.0, 1.0, 2.0], load=[1.0, 2.0, 3.0])
    with pytest.raises(DataError, match="'b' has no clock"):
        joined({"a": rows, "b": as_table(pd.DataFrame({"heat": [1.5, 1.0]}))})
    with pytest.raises(DataError, match="No column of numbers"):
        resampled(table([0.0, 1.0], pump=["a", "b"]))
    zoned = pd.DataFrame({"at": pd.date_range("2026", periods=3, tz="UTC"), "x": [1.0, 2, 3]})
    with pytest.raises(DataError, match="different time zones"):
        joined({"a": rows, "b": as_table(zoned)})
    with pytest.raises(DataError, match="Choose longer ones"):
        resampled(table([0.0, 1e9], load=[1.0, 2.0]), every="1ms")
    for wrong in ("soon", "0s", -1, 0, "", "."):
        with pytest.raises(ParameterError, match="every must be a width"):
            resampled(rows, every=wrong)
