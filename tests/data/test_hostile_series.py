"""Series as found in the wild: a result for every row, or an error that says what to do."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from likely.base import over_time
from likely.core.errors import DataError, LikelyError
from likely.data.column import Column
from likely.data.frames import as_table
from likely.data.table import Table
from likely.data.timeline import Stretch, in_order
from likely.persistence.files import load_model, save_model
from likely.series import Panel

N = 320
RNG = np.random.default_rng(0)
HOURS = pd.date_range("2026-05-01", periods=N, freq="h")
LOAD = np.sin(np.arange(N) / 4) + 0.1 * RNG.normal(size=N)
HEAT = np.cos(np.arange(N) / 4) + 0.1 * RNG.normal(size=N)


def frame(stamps: object = HOURS, load: np.ndarray = LOAD, heat: np.ndarray = HEAT) -> pd.DataFrame:
    return pd.DataFrame({"at": stamps, "load": load, "heat": heat})


def changed(values: np.ndarray, where: slice | int, to: float) -> np.ndarray:
    values = values.copy()
    values[where] = to
    return values


HOSTILE = {
    "the clock goes back": frame(np.r_[HOURS[:100], HOURS[60:280]]),
    "all backwards": frame(HOURS[::-1]),
    "stamps that repeat": frame(np.r_[HOURS[:100], HOURS[80:100], HOURS[100:300]]),
    "one stamp": frame(np.repeat(HOURS[:1], N)),
    "after 2038": frame(pd.date_range("2038-01-18", periods=N, freq="h")),
    "year 2262": frame(pd.date_range("2262-01-18", periods=N, freq="h")),
    "before 1970": frame(pd.date_range("1901-01-18", periods=N, freq="h")),
    "a channel without values": frame(load=np.full(N, np.nan)),
    "one tick": frame(load=changed(np.full(N, 4.0), 200, 5.0)),
    "all constant": frame(load=np.ones(N), heat=np.zeros(N)),
    "a long silence": frame(load=changed(LOAD, slice(50, 200), np.nan)),
    "silence of all": frame(
        load=changed(LOAD, slice(250, 300), np.nan), heat=changed(HEAT, slice(250, 300), np.nan)
    ),
    "infinite": frame(load=changed(LOAD, 70, np.inf)),
    "no clock": frame().drop(columns="at"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_result_for_every_row(name: str) -> None:
    data = HOSTILE[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        for model in (Panel().fit(frame()), Panel().fit(data)):
            try:
                scores = model.score_samples(data if "at" in data else frame(HOURS))
            except LikelyError:
                assert name == "no clock"
                continue
            assert scores.shape == (len(data),)
            assert np.isfinite(scores).all()


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_hardly_any_rows(rows: int) -> None:
    with pytest.raises(DataError, match=r"at least 8 rows|minimum of 1"):
        Panel().fit(frame().iloc[:rows])
    with pytest.raises(DataError, match=r"Give a longer stretch|minimum of 1"):
        Panel().fit(frame()).score_samples(frame().iloc[:rows])


def test_no_values_at_all() -> None:
    with pytest.raises(DataError, match="Not one value"):
        Panel().fit(frame(load=np.full(N, np.nan), heat=np.full(N, np.nan)))


def test_a_channel_that_fell_silent_hides_no_other() -> None:
    model = Panel().fit(frame(heat=HEAT + 1000))
    np.testing.assert_allclose(model.level_, [np.median(LOAD), 1000 + np.median(HEAT)])
    spoilt = changed(LOAD, slice(200, 203), 9.0)
    silent = model.score_samples(frame(load=spoilt, heat=np.full(N, np.nan)))
    assert 195 < silent.argmin() < 208


def test_silence_is_not_odd() -> None:
    model = Panel().fit(frame())
    scores = model.score_samples(HOSTILE["silence of all"])
    assert (scores[250:300] == -model.usual_).all()


def test_leap_second_and_numbers_as_stamps_out_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "leap.csv"
    seconds = pd.date_range("2016-12-31 23:57:30", periods=N - 1, freq="s")
    stamps = [str(second) for second in seconds]
    stamps.insert(150, "2016-12-31 23:59:60")
    frame(stamps).to_csv(path, index=False)
    model = Panel().fit(path)
    assert np.isfinite(model.score_samples(path)).all()
    assert any("1 row has the stamp" in note for note in in_order(as_table(path)).notes)
    numbers = frame((HOURS - pd.Timestamp(0)) // pd.Timedelta("1ms"))
    by_number = Panel().fit(numbers)
    np.testing.assert_array_equal(
        by_number.score_samples(numbers), Panel().fit(frame()).score_samples(frame())
    )
    order = RNG.permutation(N)
    np.testing.assert_allclose(
        by_number.score_samples(numbers.iloc[order]), by_number.score_samples(numbers)[order]
    )


def test_a_missing_step_shifts_nothing() -> None:
    there = np.delete(np.arange(N), 200)
    model = Panel().fit(frame())
    whole, part = model.score_samples(frame()), model.score_samples(frame().iloc[there])
    far = np.abs(there - 200) > model.reach_[0]
    np.testing.assert_allclose(part[far], whole[there][far], rtol=1e-6)


def test_numbers_as_stamps_in_a_model_file(tmp_path: Path) -> None:
    numbers = frame((HOURS - pd.Timestamp(0)) // pd.Timedelta("1s"))
    model = Panel().fit(numbers)
    save_model(model, tmp_path / "model.likely")
    again = load_model(tmp_path / "model.likely")
    np.testing.assert_array_equal(again.score_samples(numbers), model.score_samples(numbers))
    assert again.schema_.columns[0].reading == "epoch:s"


def test_an_index_of_dates_is_the_clock() -> None:
    for name in (None, "at"):
        indexed = frame().set_index("at").rename_axis(name)
        model = Panel().fit(indexed)
        order = RNG.permutation(N)
        scores = model.score_samples(indexed)
        np.testing.assert_array_equal(scores, Panel().fit(frame()).score_samples(frame()))
        np.testing.assert_allclose(model.score_samples(indexed.iloc[order]), scores[order])
    np.testing.assert_array_equal(model.score_samples(frame()), scores)
    plain = Panel().fit(frame().drop(columns="at"))
    assert len(plain.score_samples(indexed)) == N


def test_of_a_long_series_blocks_are_learnt_from(monkeypatch: pytest.MonkeyPatch) -> None:
    learnt: list[Stretch] = []
    monkeypatch.setattr(over_time, "MOST_LEARNT", 300)
    monkeypatch.setattr(over_time, "BLOCK", 50)
    monkeypatch.setattr(Panel, "longest_window", 40)
    keep = Panel._learn

    def seen(self: Panel, stretches: list[Stretch], rng: np.random.Generator) -> None:
        learnt.extend(stretches)
        keep(self, stretches, rng)

    monkeypatch.setattr(Panel, "_learn", seen)
    steps = np.arange(1030.0)
    long = pd.DataFrame({"load": np.sin(steps / 3), "step": steps + 0.5})
    scores = Panel().fit(long).score_samples(long)
    assert np.isfinite(scores).all()
    assert [one.values[0, 1] for one in learnt] == [0.5, 200.5, 450.5, 700.5, 950.5]
    assert all(40 <= len(one.values) <= 50 for one in learnt)


def test_a_million_steps_in_little_memory() -> None:
    steps = np.arange(10.0**6)
    matrix = np.column_stack([1.7e15 + 6e7 * steps, np.sin(steps / 50)])
    matrix[::1000, 1] = np.nan
    table = Table(matrix, (Column("at", "date"), Column("load", "number")))
    found = in_order(table)
    assert found.edges == (0, 10**6)
    assert len(list(found.parts(100, across=False))) == 1
    assert np.array_equal(found.onto_rows(steps, 0.0), steps)
