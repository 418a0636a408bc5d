r"""Do new rows still look like those learnt from? Column by column, and all columns together.

A column has drifted if at least 15 % of its values have moved: from below some value to above it,
to or from one category, or between missing and present. That is an effect, whatever the number of
rows; it must also be certain. The test allows 5 % of the new rows to be anomalies, which say
nothing about the others, counts how uncertain the reference itself is, and shares its error of
1 % among all columns. For numbers it is the two-sample test of Kolmogorov and Smirnov at up to 64
values,

$$P(\sup |F_{new} - F_{learnt}| \ge d) \approx 2 \exp(-2 d^2 n m / (n + m)),$$

which asks nothing of the distribution, and for shares the exact test of Fisher. A shift by one
standard deviation moves 38 % of the values, one by 0.4 moves 16 %.

That the columns fit together no longer, such as a correlation that broke, shows in the scores
alone: many more rows are odd than were. Fewer than 30 rows tell nothing.

References
----------
Massey, F. J. (1951). The Kolmogorov-Smirnov test for goodness of fit. JASA 46, 68-78.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import hypergeom

from likely.calibration.summary import ColumnSummary
from likely.data.column import Column
from likely.data.table import Table, write_number, write_value

FEWEST_ROWS = 30
"""Fewer new or learnt values than this tell nothing."""

LEAST_MOVED = 0.15
"""A smaller share of values that moved is no drift, however certain it is."""

ANOMALIES = 0.05
"""This share of the new rows may be anomalies without that being a drift."""

ERROR = 0.01
"""How often rows from the same source may be called drifted, over all tests together."""

MOST_ODD = 0.25
"""Scores have drifted if this share of the rows moved among the odd ones."""

_LEAST_SHIFT = 0.25  # standard deviations; a smaller one is not what people would call a shift
_LEAST_SPREAD = 1.25


@dataclass(frozen=True)
class Drift:
    """One way in which new rows no longer look like those learnt from.

    Attributes
    ----------
    column : str
        The column; empty if only all columns together have drifted.
    change : str
        What changed and how much, in words.
    moved : float in [0, 1]
        Share of the values that moved.
    since : float or None
        When it began, in microseconds since 1970; None without a clock, or if from the start.
    """

    column: str
    change: str
    moved: float
    since: float | None = None

    def sentence(self, clock: Column | None) -> str:
        """Say what changed; the clock column says how to write since when."""
        when = ""
        if self.since is not None and clock is not None:
            when = f", since {write_value(clock, self.since)}"
        what = f"column {self.column!r}: {self.change}" if self.column else self.change
        return what + when


@dataclass(frozen=True)
class _Change:
    """A tested change: how much moved, how likely by chance, which rows it shows in.

    `hits` tells per row whether it has what became more or less common (NaN: no value); `expected`
    is the share of the learnt rows that had it.
    """

    moved: float
    chance: float
    words: str
    hits: np.ndarray = field(repr=False)
    expected: float


def find_drift(
    learnt: Sequence[ColumnSummary],
    table: Table,
    p_values: np.ndarray,
    reference: int,
    clock: np.ndarray | None = None,
) -> tuple[Drift, ...]:
    """Return how new rows differ from those learnt from, the largest drift first.

    Parameters
    ----------
    learnt : sequence of ColumnSummary
        One a column of `table`; none if columns may change as they like, such as a context and
        what depends on it.
    table : Table of n rows
        The new rows, as `model.schema_.match` returns them.
    p_values : ndarray of shape (n,)
        Share of the reference rows at least as odd as each.
    reference : int
        How many reference rows there are.
    clock : ndarray of shape (n,), optional
        Times in microseconds.

    Returns
    -------
    tuple of Drift
        Empty if the rows look as before, or are too few to tell. The scores speak only where no
        column does.

    Examples
    --------
    >>> import numpy as np
    >>> from likely.calibration.summary import summarise
    >>> from likely.data.frames import as_table
    >>> from likely.data.schema import Schema
    >>> rng = np.random.default_rng(0)
    >>> rows = as_table(rng.normal(size=(1000, 2)))
    >>> learnt = summarise(Schema.learn(rows), rows)
    >>> new = as_table(rng.normal(size=(500, 2)) + [0.0, 1.0])
    >>> [drift.column for drift in find_drift(learnt, new, rng.random(500), 1000)]
    ['column_1']
    """
    if min(len(table), reference) < FEWEST_ROWS:
        return ()
    level = ERROR / (2 * len(learnt) + 1)  # values and gaps of every column, and the scores
    found = []
    for column, summary, values in zip(table.columns, learnt, table.matrix.T, strict=bool(learnt)):
        changes = [c for c in _changes(column, summary, values) if c.chance <= level]
        if changes:
            largest = max(changes, key=lambda change: change.moved)
            since = _since(largest, clock)
            found.append(Drift(column.name, largest.words, largest.moved, since))
    if not found:
        together = _odder(p_values, reference)
        if together.moved >= MOST_ODD and together.chance <= level:
            found = [Drift("", together.words, together.moved, _since(together, clock))]
    return tuple(sorted(found, key=lambda drift: -drift.moved))


def _changes(column: Column, learnt: ColumnSummary, values: np.ndarray) -> Iterator[_Change]:
    """Yield the changes of one column that are large enough."""
    gaps = np.isnan(values)
    if abs(gaps.mean() - learnt.missing / max(learnt.rows, 1)) >= LEAST_MOVED:
        yield _share_change("missing", learnt.missing, learnt.rows, gaps.astype(np.float64), 1)
    if min(learnt.present, int((~gaps).sum())) < FEWEST_ROWS:
        return
    if len(learnt.thresholds):
        yield from _moved_values(column, learnt, values)
    elif len(learnt.levels):
        yield from _moved_levels(column, learnt, values)


def _moved_values(column: Column, learnt: ColumnSummary, values: np.ndarray) -> Iterator[_Change]:
    """Compare numbers or dates: the largest difference of the two distribution functions."""
    new = np.sort(values[~np.isnan(values)])
    n, m = learnt.present, len(new)
    before = np.array([learnt.at_most, learnt.below]) / n  # (2, threshold)
    at_most = np.searchsorted(new, learnt.thresholds, side="right")
    now = np.array([at_most, np.searchsorted(new, learnt.thresholds, side="left")]) / m
    side, place = np.unravel_index(np.argmax(np.abs(now - before)), now.shape)
    moved = float(abs(now - before)[side, place])
    if moved < LEAST_MOVED:
        return
    sure = max(moved - ANOMALIES, 0.0)
    cut = float(learnt.thresholds[place])
    hits = np.where(np.isnan(values), np.nan, values < cut if side else values <= cut)
    shares = (float(before[side, place]), float(now[side, place]))
    yield _Change(
        moved=moved,
        chance=float(2 * np.exp(-2 * sure**2 * n * m / (n + m))),
        words=_in_words(column, learnt, new, cut, shares),
        hits=hits,
        expected=shares[0],
    )


def _in_words(
    column: Column,
    learnt: ColumnSummary,
    new: np.ndarray,
    cut: float,
    shares: tuple[float, float],
) -> str:
    """Say how numbers moved: as a shift, else as a spread, else as a share below some value."""
    before = np.array([learnt.quantile(share) for share in (0.25, 0.5, 0.75)])
    now = np.quantile(new, [0.25, 0.5, 0.75], method="inverted_cdf")
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        shift = float(np.mean((now - before) / learnt.scale))
        ratio = float((now[2] - now[0]) / (before[2] - before[0]))
    if _LEAST_SHIFT <= abs(shift) < np.inf and now[1] != before[1]:
        to, far = "up" if shift > 0 else "down", write_number(round(abs(shift), 1))
        was, is_now = write_value(column, before[1]), write_value(column, now[1])
        return f"shifted {to} by {far} standard deviations (its middle was {was}, now {is_now})"
    if _LEAST_SPREAD <= ratio < np.inf or 0 < ratio <= 1 / _LEAST_SPREAD:
        return f"spreads {ratio:.2g} times as wide as before"
    value = write_value(column, cut)
    return f"{shares[1]:.0%} of its values are at most {value}, not {shares[0]:.0%} as before"


def _moved_levels(column: Column, learnt: ColumnSummary, values: np.ndarray) -> Iterator[_Change]:
    """Compare the share of every level, and of levels never seen, where it moved enough.

    How often a learnt row had a level that no other had tells how often new levels may come.
    """
    count = len(learnt.levels)
    codes = np.where(np.isnan(values), np.nan, np.minimum(values, count))
    known = codes[~np.isnan(codes)].astype(np.int64)
    now = np.bincount(known, minlength=count + 1) / len(known)  # (levels + 1,)
    counts = np.append(learnt.levels, np.sum(learnt.levels == 1))
    before = counts / learnt.present
    for level in np.flatnonzero(np.abs(now - before) >= LEAST_MOVED):
        hits = np.where(np.isnan(codes), np.nan, codes == level)
        name = "values never seen before"
        if level < count:
            name = f"{write_value(column, float(level))!r}"
        yield _share_change(name, int(counts[level]), learnt.present, hits, count + 1)


def _share_change(name: str, count: int, rows: int, hits: np.ndarray, tests: int) -> _Change:
    """Compare how common something is among learnt and new rows, by Fisher's exact test."""
    known = hits[~np.isnan(hits)]
    m, now = len(known), int(known.sum())
    before, share = count / max(rows, 1), now / max(m, 1)
    rose = share > before
    excused = int(np.ceil(ANOMALIES * m))
    told = max(now - excused, 0) if rose else min(now + excused, m)
    both = hypergeom(rows + m, count + told, m)
    chance = both.sf(told - 1) if rose else both.cdf(told)
    words = f"{name} {'rose' if rose else 'fell'} from {before:.0%} to {share:.0%}"
    if name != "missing":
        words = f"the share of {words}"
    return _Change(abs(share - before), min(1.0, 2 * tests * float(chance)), words, hits, before)


def _odder(p_values: np.ndarray, rows: int) -> _Change:
    """Compare scores with those of so many reference rows: how many more are odd than were."""
    ordered = np.sort(p_values)
    n = len(ordered)
    excess = np.arange(1, n + 1) / n - ordered
    place = int(np.argmax(excess))
    moved, cut = float(excess[place]), float(ordered[place])
    sure = max(moved - ANOMALIES, 0.0)
    words = (
        f"no column alone, but all together: {(place + 1) / n:.0%} of the rows are as odd as the "
        f"oddest {cut:.0%} of those learnt from"
    )
    hits = (p_values <= cut).astype(np.float64)
    return _Change(moved, float(np.exp(-2 * sure**2 * n * rows / (n + rows))), words, hits, cut)


def _since(change: _Change, clock: np.ndarray | None) -> float | None:
    """Return when the change began, if the rows before that were as those learnt from.

    It began where the sum of deviations from the mean over all later rows is largest (CUSUM).
    """
    if clock is None:
        return None
    known = np.flatnonzero(~np.isnan(clock) & ~np.isnan(change.hits))
    order = known[np.argsort(clock[known], kind="stable")]
    hits = change.hits[order]
    if len(order) < FEWEST_ROWS:
        return None
    start = int(np.argmax(np.abs(np.cumsum((hits - hits.mean())[::-1])[::-1])))
    if start < ANOMALIES * len(order):
        return None
    before = abs(float(hits[:start].mean()) - change.expected)
    return float(clock[order[start]]) if before < change.moved / 2 else None
