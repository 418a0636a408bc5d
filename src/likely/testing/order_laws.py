"""Laws for models of one series: its clock rules, and what is planted is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from likely.core.errors import DataError
from likely.data.table import Table
from likely.testing.law import (
    hasty,
    law,
    learnt,
    require,
    require_equal,
    require_error,
    require_finite,
    require_survival,
)
from likely.testing.timelines import planted_stretch, timeline


@law(data="timeline")
def stretches_that_stand_still_are_found(model: Any) -> None:
    """Learnt from a clean series, the oddest moment of another lies in what was planted."""
    spoilt, where = planted_stretch(seed=1)
    scores = learnt(model, timeline()).score_samples(spoilt)
    require(scores.shape == (len(spoilt),), f"The scores have the shape {scores.shape}.")
    reach = where.stop - where.start
    oddest = int(scores.argmin())
    require(
        where.start - reach <= oddest < where.stop + reach,
        f"The oddest moment is {oddest}; planted are {where.start} to {where.stop}.",
    )


@law(data="timeline")
def the_clock_says_the_order(model: Any) -> None:
    """Rows in another order have the scores they had."""
    rows = timeline()
    fitted, order = learnt(model, rows), np.random.default_rng(0).permutation(len(rows))
    new = timeline(seed=1)
    mixed = fitted.score_samples(new.take(order))
    rtol = type(model).precision
    require_equal(mixed, fitted.score_samples(new)[order], "Mixed rows", rtol=rtol)


@law(data="timeline")
def channels_are_matched_by_name(model: Any) -> None:
    """Columns in another order change nothing; a missing one is named."""
    fitted, new = learnt(model, timeline()), timeline(seed=1)
    turned = Table(new.matrix[:, ::-1], new.columns[::-1])
    found, rtol = fitted.score_samples(turned), type(model).precision
    require_equal(found, fitted.score_samples(new), "Turned columns", rtol=rtol)
    less = Table(new.matrix[:, :2], new.columns[:2])
    require_error(DataError, lambda: fitted.score_samples(less), ("heat",), "A missing channel")


@law(data="timeline")
def the_same_seed_learns_the_same_series(model: Any) -> None:
    """Two fits give the same scores to the last bit, and leave the data as they were."""
    rows = timeline()
    before = rows.matrix.copy()
    first, second = (learnt(model, rows).score_samples(rows) for _ in range(2))
    require(np.array_equal(first, second), "Two fits give different scores.")
    require(np.array_equal(rows.matrix, before), "The data were changed.")


@law(data="timeline")
def units_of_channels_do_not_matter(model: Any) -> None:
    """A channel in another unit, from another zero, gives the same scores."""
    rows = timeline()
    other = replace(rows, matrix=rows.matrix * [1, 1e3, 1e-3] + [0, 5e4, -7])
    found = learnt(model, other).score_samples(other)
    rtol = max(1e-5, type(model).precision)
    require_equal(found, learnt(model, rows).score_samples(rows), "Other units", rtol=rtol)


@law(data="timeline")
def what_comes_later_changes_no_score(model: Any) -> None:
    """A score depends on the steps within its reach only, so that a stream repeats a batch."""
    rows = timeline()
    fitted, whole = learnt(model, rows), timeline(2 * len(rows), seed=1)
    before, after = fitted.reach_
    scores = fitted.score_samples(whole)
    known = len(rows) - after
    require(known > 0, f"Scores depend on {after} later steps; the stretch has {len(rows)}.")
    part = fitted.score_samples(whole.take(np.arange(len(rows))))
    rtol = type(model).precision
    require_equal(part[:known], scores[:known], "Without what comes later", rtol=rtol)
    start = -(-(len(rows) - before) // fitted.stride_) * fitted.stride_
    late = fitted.score_samples(whole.take(np.arange(start, len(whole))))
    require_equal(
        late[before:], scores[start + before :], "Without what came long before", rtol=rtol
    )


@law(data="timeline")
def no_window_crosses_a_gap(model: Any) -> None:
    """What stands behind a gap in the clock does not change scores before it."""
    rows = timeline()
    fitted = learnt(model, rows)
    matrix = timeline(2 * len(rows), seed=1).matrix
    matrix[len(rows) :, 0] += matrix[len(rows), 0] - matrix[0, 0]
    both = Table(matrix, rows.columns)
    alone = fitted.score_samples(both.take(np.arange(len(rows))))
    rtol = type(model).precision
    require_equal(fitted.score_samples(both)[: len(rows)], alone, "Before a gap", rtol=rtol)


@law(data="timeline")
def hostile_series_are_survived(model: Any) -> None:
    """Gaps, still channels, stamps that repeat, few moments: finite scores, or an error of ours."""
    rows = timeline(300)
    fitted = learnt(model, timeline())

    def with_values(change: Any) -> Table:
        values = rows.matrix.copy()
        change(values)
        return replace(rows, matrix=values)

    def put(where: Any, value: float) -> Table:
        return with_values(lambda x: x.__setitem__(where, value))

    several = {
        "gaps": put((slice(None, None, 3), 1), np.nan),
        "a channel without values": put((slice(None), 1), np.nan),
        "a still channel": put((slice(None), 2), 4.0),
        "one tick": put((150, 2), 1e3),
        "all stamps equal": put((slice(None), 0), 1.7e15),
        "stamps that repeat": put((slice(10, 20), 0), 1.7e15),
        "rows without a time": put((slice(5, 9), 0), np.nan),
        "no times": put((slice(None), 0), np.nan),
        "huge numbers": with_values(lambda x: x[:, 1:].__imul__(1e200)),
        "tiny numbers": with_values(lambda x: x[:, 1:].__imul__(1e-200)),
        "ten moments": rows.take(np.arange(10)),
        "one moment": rows.take(np.arange(1)),
    }

    def attempt(table: Table) -> None:
        require_finite(fitted.score_samples(table), "Scores of what is new")
        again = hasty(model).fit(table)
        require_finite(again.score_samples(table), "Scores of what was learnt")

    require_survival(several, attempt, "Hostile series")
