"""Several series of one table: each in its own order, and in units of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from likely.core.errors import DataError
from likely.data.entities import with_clock_of_each
from likely.data.frames import as_table
from likely.data.own_units import OwnUnits, in_own_units, learn_own_units
from likely.data.series_or_table import are_series
from likely.data.table import Table
from likely.data.timeline import in_order
from series_toys import MINUTE, series


def two(rng: np.random.Generator) -> tuple[Table, list[np.ndarray]]:
    """Return two series with gaps and missing values, mixed, and the rows of each."""
    first, second = series(60, 1), series(90, 2)
    matrix = np.concatenate([first.matrix, second.matrix])
    matrix[120:, 0] += 100 * MINUTE  # a gap in the second series
    matrix[57:60, 1] = matrix[60:62, 1] = np.nan  # at the end of one and the beginning of the other
    codes = np.repeat([1, 0], [60, 90])
    order = rng.permutation(150)
    table = Table(matrix[order], first.columns, series=codes[order])
    return table, [np.flatnonzero(table.series == code) for code in (0, 1)]


def test_each_series_is_as_it_is_alone() -> None:
    table, rows = two(np.random.default_rng(0))
    line = in_order(table)
    assert line.series == (0, 1)
    assert [steps.stop - steps.start for steps in line.wholes] == [90, 60]
    assert line.longest == 90
    for steps, own in zip(line.wholes, rows, strict=True):
        alone = in_order(replace(table.take(own), series=None))
        assert (line.rows[steps] == own[alone.rows]).all()
        np.testing.assert_array_equal(line.filled[steps], alone.filled)
        np.testing.assert_array_equal(line.known[steps], alone.known)
        inside = [edge - steps.start for edge in line.edges if steps.start <= edge <= steps.stop]
        assert inside == list(alone.edges)


def test_no_stretch_is_of_two_series() -> None:
    line = in_order(two(np.random.default_rng(1))[0])
    assert [steps for steps, _ in line.parts(1, across=True)] == list(line.wholes)
    assert [s.start for s, _ in line.parts(1, across=False)] == [0, 60, 90]


def test_rows_of_no_series_are_in_no_step() -> None:
    table, rows = two(np.random.default_rng(2))
    assert table.series is not None
    some = replace(table, series=np.where(table.series == 0, -1, table.series))
    assert sorted(in_order(some).rows) == sorted(rows[1])
    with pytest.raises(DataError, match="belongs to a series"):
        in_order(replace(table, series=np.full(150, -1)))


def test_units_are_those_of_each_series() -> None:
    rng = np.random.default_rng(3)
    line = in_order(two(rng)[0])
    scaled = np.array([True, False])
    units = learn_own_units(line, scaled)
    here = in_own_units(line, units, scaled)
    assert not here.series  # all are in the same units now
    for steps in line.wholes:
        values = line.values[steps, 0]
        low, high = np.nanquantile(values, [0.05, 0.95])
        half = (high - low) / 2
        near = np.where(np.isnan(values), np.nan, values.clip(low - half, high + half))
        expected = (values - np.nanmean(near)) / np.nanstd(near)
        np.testing.assert_allclose(here.values[steps, 0], expected, rtol=1e-12)
    np.testing.assert_array_equal(here.values[:, 1], line.values[:, 1])


def test_gross_values_hardly_change_units() -> None:
    line = in_order(two(np.random.default_rng(3))[0])
    scaled = np.array([True, True])
    gross = line.values.copy()
    gross[10, 0] = 1e12
    found, usual = (
        learn_own_units(replace(line, values=values), scaled) for values in (gross, line.values)
    )
    np.testing.assert_allclose(found.level, usual.level, atol=0.1)
    np.testing.assert_allclose(found.spread, usual.spread, atol=0.2)


def test_a_series_that_was_not_learnt_has_its_own_units() -> None:
    line = in_order(two(np.random.default_rng(4))[0])
    both = np.array([True, True])
    units = learn_own_units(line, both)
    only_first = OwnUnits(units.level[:1], units.spread[:1])
    np.testing.assert_allclose(
        in_own_units(line, only_first, both).values, in_own_units(line, units, both).values
    )


def test_what_stands_still_has_the_spread_of_the_others() -> None:
    table, rows = two(np.random.default_rng(5))
    table.matrix[rows[0], 1] = 5.0
    units = learn_own_units(in_order(table), np.array([True, True]))
    assert units.level[0, 0] == 5
    assert units.spread[0, 0] == units.spread[1, 0] > 0


@pytest.mark.parametrize("clock", ["epoch", "elapsed"])
def test_the_clock_is_that_of_one_series(clock: str) -> None:
    step = np.tile(np.arange(30.0), 2)
    times = {"epoch": 1_700_000_000 + 60 * step, "elapsed": step}[clock]
    name = {"epoch": "ts", "elapsed": "t"}[clock]
    table = as_table({name: times, "load": np.sin(step), "at": [0] * 30 + [1] * 30})
    numbered = replace(table.set_aside({"at": "group"}), series=np.repeat([0, 1], 30))
    found = with_clock_of_each(numbered)
    assert found.columns[0].kind == "date"
    assert np.ptp(found.matrix[:, 0]) == 29 * (60e6 if clock == "epoch" else 1e6)
    assert in_order(found).step == (60e6 if clock == "epoch" else 1e6)


def test_groups_are_series_if_most_have_an_even_clock() -> None:
    hours = pd.date_range("2026-05-01", periods=120, freq="h")
    rng = np.random.default_rng(6)
    frame = pd.DataFrame(
        {
            "at": np.tile(hours, 3),
            "pump": np.repeat(["a", "b", "c"], 120),
            "x": rng.normal(size=360),
        }
    )
    assert are_series(as_table(frame), "pump")[0]
    text = frame.assign(state=rng.choice(["red", "green"], 360))
    assert are_series(as_table(text), "pump") == (
        False,
        "Groups are no series: 'state' holds no numbers.",
    )
    uneven = frame.assign(at=hours[0] + pd.to_timedelta(rng.uniform(0, 1e6, 360), unit="s"))
    assert "are alike" in are_series(as_table(uneven), "pump")[1]
    assert "fewer than 100" in are_series(as_table(frame[frame.index % 2 == 0]), "pump")[1]
