"""Seasons are asked where the clock tells them; elsewhere the panel is left as it is."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from likely.core.errors import CannotDo, ParameterError
from likely.series import Panel, Seasonal, SeasonalPanel
from likely.testing.loads import ZONE, hourly_load
from likely.testing.timelines import timeline

LOAD = hourly_load(100, seed=5)


def _rows(values: np.ndarray) -> pa.Table:
    at = pa.array(LOAD.utc[: len(values)].astype(np.int64), pa.timestamp("us", tz=LOAD.zone))
    return pa.table({"at": at, "load": values})


@pytest.fixture(scope="module")
def model() -> SeasonalPanel:
    return SeasonalPanel().fit(_rows(LOAD.values))


def test_without_seasons_it_is_the_panel() -> None:
    rows = timeline()
    model = SeasonalPanel().fit(rows)
    assert model.told_ < 0.5
    np.testing.assert_array_equal(model.score_samples(rows), Panel().fit(rows).score_samples(rows))


def test_with_seasons_three_are_asked(model: SeasonalPanel) -> None:
    assert model.told_ > 0.5
    assert [type(one).__name__ for one in model.members_] == ["Panel", "Panel", "Seasonal"]


def test_a_day_of_another_weekday_is_found(model: SeasonalPanel) -> None:
    values = LOAD.values.copy()
    sunday = 24 * 51 - 1  # LOAD begins on a Friday, at one o'clock on the wall
    values[sunday : sunday + 24] = values[sunday + 72 : sunday + 96]
    found = model.score_samples(_rows(values)).argmin()
    assert sunday <= found < sunday + 24


def _near(model: Panel | SeasonalPanel, change: int, zone: str) -> float:
    """Return how odd the four days from a change of the clock are."""
    load = hourly_load(64, seed=change, first_day=change - 52, zone=zone)
    at = pa.array(load.utc.astype(np.int64), pa.timestamp("us", tz=zone))
    odd = -model.fit(pa.table({"at": at, "load": load.values})).training_scores_
    return float(odd[24 * 52 : 24 * 56].mean())


@pytest.mark.parametrize(("change", "known"), [(86, 1.0), (303, -1.0)])  # spring and autumn
def test_a_change_of_the_clock_is_no_news(change: int, known: float) -> None:
    rise = [
        _near(model, change, ZONE) - _near(model, change, "+01:00")
        for model in (SeasonalPanel(), Panel())
    ]
    assert rise[0] < 0.5
    assert rise[1] > known  # in spring windows alone see an hour too few


def test_scores_depend_on_what_is_in_reach_only(model: SeasonalPanel) -> None:
    before, after = model.reach_
    whole = model.score_samples(_rows(LOAD.values))
    part = model.score_samples(_rows(LOAD.values).slice(0, 2000))
    np.testing.assert_allclose(part[: 2000 - after], whole[: 2000 - after], rtol=1e-9)
    start = model.stride_ * 40
    late = model.score_samples(_rows(LOAD.values).slice(start))
    np.testing.assert_allclose(late[before:], whole[start + before :], rtol=1e-6)


def test_bands_are_those_of_the_seasons(model: SeasonalPanel) -> None:
    rows = _rows(LOAD.values)
    for found, expected in zip(model.expected(rows), model.members_[2].expected(rows), strict=True):
        np.testing.assert_array_equal(found, expected)
    with pytest.raises(CannotDo, match="0% of this series"):
        SeasonalPanel().fit(timeline()).expected(timeline())


def test_members_may_be_ones_own() -> None:
    rows = _rows(LOAD.values)
    own = SeasonalPanel(windows=Panel(seed=3), seasons=Seasonal(seed=4)).fit(rows)
    assert [one.seed for one in own.members_] == [3, 3, 4]
    with pytest.raises(ParameterError, match="seasons a Seasonal"):
        SeasonalPanel(seasons="Panel").fit(rows)
