"""Drift is told when there is one, named rightly, and never told of rows from the same source."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from likely.calibration.drift import Drift, find_drift
from likely.calibration.summary import ColumnSummary, summarise
from likely.data.frames import as_table
from likely.data.schema import Schema

DAY = 86_400e6


def learn(frame: pd.DataFrame) -> tuple[Schema, tuple[ColumnSummary, ...]]:
    table = as_table(frame)
    schema = Schema.learn(table)
    return schema, summarise(schema, schema.match(table))


def drift_of(
    learnt: tuple[Schema, tuple[ColumnSummary, ...]],
    new: pd.DataFrame,
    p_values: np.ndarray | None = None,
    clock: np.ndarray | None = None,
) -> tuple[Drift, ...]:
    schema, summaries = learnt
    p_values = np.linspace(0, 1, len(new)) if p_values is None else p_values
    return find_drift(summaries, schema.match(new), p_values, summaries[0].rows, clock)


def draw(n: int, rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "normal": rng.normal(size=n),
            "heavy": rng.standard_t(2, size=n),
            "count": rng.poisson(2, n).astype(float),
            "gaps": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
            "land": rng.choice(["DE", "FR", "US"], n, p=[0.1, 0.3, 0.6]),
            "shop": [f"s{k}" for k in rng.geometric(0.005, n)],
            "yes": rng.random(n) < 0.2,
        }
    )


@pytest.mark.parametrize("learnt", [200, 2_000])
@pytest.mark.parametrize("new", [30, 300, 20_000])
def test_rows_from_the_same_source_have_not_drifted(learnt: int, new: int) -> None:
    rng = np.random.default_rng([learnt, new])
    told = [drift_of(learn(draw(learnt, rng)), draw(new, rng), rng.random(new)) for _ in range(10)]
    assert sum(map(bool, told)) <= 1


@pytest.mark.parametrize(
    ("column", "change", "words"),
    [
        ("normal", lambda c, rng: c + 1, r"shifted up by (0\.9|1|1\.1) standard deviations"),
        ("heavy", lambda c, rng: c - 3, r"shifted down by"),
        ("normal", lambda c, rng: 3 * c, r"spreads (2\.[789]|3|3\.[123]) times as wide as before"),
        ("count", lambda c, rng: 0 * c, r"column 'count': shifted down"),
        ("gaps", lambda c, rng: c.mask(rng.random(500) < 0.3), r"missing rose from \d+% to \d+%"),
        ("gaps", lambda c, rng: c.mask(c > -9, np.nan), r"missing rose from \d+% to 100%"),
        ("land", lambda c, rng: c.mask(rng.random(500) < 0.3, "DE"), r"share of 'DE' rose from 9%"),
        ("land", lambda c, rng: c.mask(rng.random(500) < 0.3, "XX"), r"never seen before rose"),
        ("yes", lambda c, rng: ~c, r"the share of '(true|false)' (rose|fell) from"),
    ],
)
def test_the_column_and_the_change_are_named(column: str, change, words: str) -> None:
    rng = np.random.default_rng(3)
    learnt, new = learn(draw(2_000, rng)), draw(500, rng)
    new[column] = change(new[column], rng)
    found = drift_of(learnt, new)
    assert [drift.column for drift in found] == [column]
    sentence = found[0].sentence(None)
    assert re.search(words, sentence), sentence


def test_a_column_of_equal_quartiles_is_told_as_a_share() -> None:
    learnt = learn(pd.DataFrame({"a": np.r_[np.zeros(900), np.ones(100)]}))
    new = pd.DataFrame({"a": np.r_[np.zeros(700), np.ones(300)]})
    assert "70% of its values are at most 0, not 90% as before" in drift_of(learnt, new)[0].change


def test_many_rows_alone_are_no_reason() -> None:
    rng = np.random.default_rng(0)
    learnt = learn(pd.DataFrame({"a": rng.normal(size=50_000)}))
    new = pd.DataFrame({"a": rng.normal(size=200_000) + 0.2})
    assert drift_of(learnt, new) == ()


def test_few_rows_tell_nothing() -> None:
    rng = np.random.default_rng(0)
    learnt = learn(pd.DataFrame({"a": rng.normal(size=1_000)}))
    assert drift_of(learnt, pd.DataFrame({"a": rng.normal(9, 1, 29)})) == ()
    assert len(drift_of(learnt, pd.DataFrame({"a": rng.normal(9, 1, 30)}))) == 1


def test_some_anomalies_are_no_drift() -> None:
    rng = np.random.default_rng(1)
    learnt = learn(draw(2_000, rng))
    new = draw(1_000, rng)
    p_values = rng.random(1_000)
    new.loc[:49, "normal"], p_values[:50] = 1e6, 1e-9
    assert drift_of(learnt, new, p_values) == ()


def test_scores_speak_where_no_column_does() -> None:
    rng = np.random.default_rng(0)
    learnt = learn(draw(2_000, rng))
    p_values = np.where(rng.random(500) < 0.5, 0.05 * rng.random(500), rng.random(500))
    (only,) = drift_of(learnt, draw(500, rng), p_values)
    assert only.column == ""
    assert "of the rows are as odd as the oddest" in only.sentence(None)


def test_since_when_is_told_if_there_is_a_clock() -> None:
    rng = np.random.default_rng(0)
    learnt = learn(pd.DataFrame({"a": rng.normal(size=1_000)}))
    later = pd.DataFrame({"a": np.r_[rng.normal(size=300), rng.normal(3, 1, size=200)]})
    clock = DAY * np.arange(500)
    shuffled = rng.permutation(500)
    (found,) = drift_of(learnt, later.iloc[shuffled], clock=clock[shuffled])
    assert found.since is not None
    assert abs(found.since / DAY - 300) < 10
    (always,) = drift_of(learnt, pd.DataFrame({"a": rng.normal(3, 1, size=500)}), clock=clock)
    assert always.since is None


def test_a_clock_goes_on_without_being_a_drift() -> None:
    rng = np.random.default_rng(0)
    hours = pd.to_timedelta(np.arange(2_000), unit="h")
    frame = pd.DataFrame({"when": pd.Timestamp("2025-01-01") + hours, "a": rng.normal(size=2_000)})
    assert drift_of(learn(frame[:1_000]), frame[1_000:]) == ()


def test_extreme_numbers_survive() -> None:
    values = 1.7e308 * np.linspace(-1, 1, 400)
    learnt = learn(pd.DataFrame({"a": values}))
    assert all(summary.sound for summary in learnt[1])
    (found,) = drift_of(learnt, pd.DataFrame({"a": np.full(400, np.inf)}))
    assert found.moved > 0.9


def test_no_cell_that_occurred_once_is_kept() -> None:
    values = np.random.default_rng(0).normal(size=500)
    _, (summary,) = learn(pd.DataFrame({"a": values}))
    assert not np.isin(summary.thresholds, values).any()
    assert len(summary.thresholds) > 50
