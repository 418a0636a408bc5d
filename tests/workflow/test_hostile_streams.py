"""Series as found in the wild, as they go on: a result for every row, or an error with a name."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

import likely
from likely.workflow.over_time.kept import Kept
from likely.workflow.over_time.lines import Lines
from likely.workflow.over_time.stream import Stream

N = 320
RNG = np.random.default_rng(0)
HOURS = pd.date_range("2026-05-01", periods=N, freq="h")
STEPS = np.arange(N)
LOAD = np.sin(STEPS / 4) + 0.1 * RNG.normal(size=N)
HEAT = np.cos(STEPS / 4) + 0.1 * RNG.normal(size=N)
LEAP = "2016-12-31 23:59:60"


def frame(stamps: object = HOURS, load: np.ndarray = LOAD, heat: np.ndarray = HEAT) -> pd.DataFrame:
    return pd.DataFrame({"at": stamps, "load": load, "heat": heat})


def around_the_leap() -> list[str]:
    seconds = [str(one) for one in pd.date_range("2016-12-31 23:57:30", periods=N - 1, freq="s")]
    return [*seconds[:150], LEAP, *seconds[150:]]


AS_A_BATCH = {
    "after 2038": frame(pd.date_range("2038-01-18", periods=N, freq="h")),
    "year 2262": frame(pd.date_range("2262-01-18", periods=N, freq="h")),
    "before 1970": frame(pd.date_range("1901-01-18", periods=N, freq="h")),
    "a leap second": frame(around_the_leap()),
    "one stamp": frame(np.repeat(HOURS[:1], N)),
    "a channel without values": frame(load=np.full(N, np.nan)),
    "no values at all": frame(load=np.full(N, np.nan), heat=np.full(N, np.nan)),
    "one tick": frame(load=np.where(STEPS == 200, 5.0, 4.0)),
    "all constant": frame(load=np.ones(N), heat=np.zeros(N)),
    "a long silence": frame(load=np.where(abs(STEPS - 125) < 75, np.nan, LOAD)),
    "silence of all": frame(
        load=np.where(abs(STEPS - 260) < 40, np.nan, LOAD),
        heat=np.where(abs(STEPS - 265) < 40, np.nan, HEAT),
    ),
    "infinite": frame(load=np.where(STEPS == 70, np.inf, LOAD)),
}
OUT_OF_ORDER = {
    "the clock goes back": frame(np.r_[HOURS[:100], HOURS[60:280]]),
    "all backwards": frame(HOURS[::-1]),
    "stamps that repeat": frame(np.r_[HOURS[:100], HOURS[80:100], HOURS[100:300]]),
    "no time at all": frame(np.full(N, np.datetime64("NaT", "us"))),
}


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        yield


@pytest.fixture(scope="module")
def learned() -> likely.Learned:
    return likely.learn(frame(), "Forecaster", kind="timeline")


def pushed(learned: likely.Learned, rows: pd.DataFrame, size: int = 37) -> tuple[Stream, list[str]]:
    stream = learned.stream(fpr=0.01)
    assert isinstance(stream, Stream)
    alerts = [
        one
        for first in range(0, len(rows), size)
        for one in stream.push(rows.iloc[first : first + size])
    ]
    alerts += stream.finish()
    return stream, [json.dumps(one.told(), allow_nan=False) for one in alerts]


def steps_of(stream: Stream) -> Kept:
    return stream._following.running.kept


@pytest.mark.parametrize("name", AS_A_BATCH)
def test_a_stream_gives_the_scores_of_a_batch(learned: likely.Learned, name: str) -> None:
    rows = AS_A_BATCH[name]
    batch = learned.detect(rows, fpr=0.01)
    stream, alerts = pushed(learned, rows)
    kept = steps_of(stream)
    own = (kept.rows >= 0) & kept.real
    assert own.sum() == N
    np.testing.assert_allclose(-kept.oddness[own], batch.scores[kept.rows[own]], atol=1e-9)
    assert np.isfinite(batch.scores).all()
    assert pushed(learned, rows, size=N)[1] == alerts


@pytest.mark.parametrize("name", OUT_OF_ORDER)
def test_every_row_is_judged_or_counted(learned: likely.Learned, name: str) -> None:
    rows = OUT_OF_ORDER[name]
    stream, told = pushed(learned, rows)
    kept = steps_of(stream)
    assert stream.late + stream.timeless + int((kept.rows >= 0).sum()) == N
    assert (stream.late > 0) == (name != "no time at all")
    assert np.isfinite(kept.oddness).all()
    whole, alerts = pushed(learned, rows, size=N)
    assert (whole.late, alerts) == (stream.late, told)
    if name == "no time at all":
        with pytest.raises(likely.DataError, match="has 0 steps with a time"):
            learned.detect(rows, fpr=0.01)
    else:
        assert np.isfinite(learned.detect(rows, fpr=0.01).scores).all()


@pytest.mark.parametrize("name", {**AS_A_BATCH, **OUT_OF_ORDER})
def test_what_is_learnt_from_it_judges_ordinary_rows_as_they_go_on(name: str) -> None:
    rows = {**AS_A_BATCH, **OUT_OF_ORDER}[name]
    if name == "no values at all":
        with pytest.raises(likely.DataError):
            likely.learn(rows, "Forecaster", kind="timeline")
        return
    learned = likely.learn(rows, "Forecaster", kind="timeline")
    stream, _ = pushed(learned, frame(pd.date_range("2300-01-01", periods=N, freq="h")))
    assert np.isfinite(steps_of(stream).oddness).all()


def test_one_point(learned: likely.Learned) -> None:
    stream, alerts = pushed(learned, frame()[:1])
    assert alerts == []
    assert np.isfinite(steps_of(stream).oddness).all()
    with pytest.raises(likely.DataError, match="has 1 steps with a time"):
        learned.detect(frame()[:1], fpr=0.01)
    with pytest.raises(likely.DataError, match="at least 2 rows"):
        likely.detect(frame()[:1], "Forecaster", kind="timeline")


def test_lines_with_a_leap_second_and_a_clock_that_goes_back(learned: likely.Learned) -> None:
    stream = learned.stream(fpr=0.01)
    lines = Lines(stream, "rows", skip_bad=False)
    stamps = [*around_the_leap()[:200], "2016-12-31 23:58:00"]
    told = [json.dumps({"at": at, "load": 0.1, "heat": 0.9}).encode() for at in stamps]
    table = lines.table(told)
    assert table is not None
    stream.push(table)
    assert (lines.skipped, stream.late, stream.timeless) == (0, 1, 0)
