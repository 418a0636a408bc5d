"""New rows column by column, and what is asked of columns first.

Where conditions are about one column, it is drawn from the part of its pieces that is allowed, and
the others follow. Where they are about several, each of these is drawn from what is allowed, given
those before it; how likely it was to be allowed there is the weight of the row, and rows go on as
often as they weigh. So nothing is drawn that does not satisfy the conditions, however rare it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from likely.core.categorical import draw_categories, systematic
from likely.core.errors import DataError
from likely.core.progress import track
from likely.data.allowed import Allowed, Segments, unmet
from likely.data.pieces import UNSEEN

if TYPE_CHECKING:
    from likely.base.columnwise import Columnwise

ROWS = 32_768
_POOL = 4_096  # beginnings that are weighed, at least
_MOST_POOL = 262_144


class Drawn(NamedTuple):
    """Rows drawn, and how likely what was asked of them is."""

    values: np.ndarray  # (n, columns)
    probability: float


class _Rows:
    """Rows of which some columns are drawn."""

    def __init__(self, n: int, columns: int) -> None:
        self.codes = np.zeros((n, columns), dtype=np.int64)
        self.values = np.full((n, columns), np.nan)
        self.weights = np.ones(n)

    def take(self, rows: np.ndarray) -> None:
        self.codes, self.values = self.codes[rows], self.values[rows]
        self.weights = np.ones(len(rows))


def draw_given(
    model: Columnwise, n: int, allowed: dict[int, Allowed], rng: np.random.Generator
) -> Drawn:
    """Draw n rows of which each satisfies all conditions.

    Parameters
    ----------
    model : Columnwise
        Fitted.
    n : int
        How many rows.
    allowed : dict of int to Allowed
        What is asked of columns, by their position.
    rng : Generator
        Draws the rows.
    """
    segments = {j: _segments(model, j, one) for j, one in allowed.items()}
    order = model._order(tuple(sorted(allowed)))
    ahead = max((order.index(j) + 1 for j in allowed), default=0)
    begun, probability = _begin(model, n, order[:ahead], segments, rng)
    known = np.zeros(len(order), dtype=bool)
    known[order[:ahead]] = True
    values = np.empty((n, len(order)))
    parts = range(0, n, ROWS)
    for start in track(parts, "Drawing rows") if len(parts) > 1 else parts:
        rows = _Rows(0, len(order))
        rows.codes, rows.values = begun.codes[start : start + ROWS], begun.values[start:][:ROWS]
        given = known.copy()
        for j in track(order[ahead:], "Drawing rows"):
            _draw_column(model, rows, j, given, rng)
            given[j] = True
        values[start : start + ROWS] = rows.values
    return Drawn(values, probability)


def _begin(
    model: Columnwise,
    n: int,
    order: list[int],
    segments: dict[int, Segments],
    rng: np.random.Generator,
) -> tuple[_Rows, float]:
    """Return rows drawn up to the last column that something is asked of, and its probability."""
    width = len(model._pieces)
    if len(order) <= 1:  # all rows weigh the same
        rows = _weighed(model, n, order, segments, rng)
        return rows, float(rows.weights.mean()) if n else 1.0
    size, kept, total, drawn = max(_POOL, 2 * n), _Rows(0, width), 0.0, 0
    while True:
        rows = _weighed(model, size, order, segments, rng)
        total, drawn = total + float(rows.weights.sum()), drawn + size
        good = rows.weights > 0
        kept.codes = np.concatenate([kept.codes, rows.codes[good]])
        kept.values = np.concatenate([kept.values, rows.values[good]])
        kept.weights = np.concatenate([kept.weights, rows.weights[good]])
        effective = total**2 / max(float((kept.weights**2).sum()), 1e-300)
        if effective >= n or drawn + size > _MOST_POOL:
            break
    if not total > 0:
        raise DataError(
            f"Of {drawn:,} beginnings of rows none could satisfy all conditions together: what is "
            "asked of one column rules out what is asked of another. Ask for less."
        )
    kept.take(systematic(kept.weights, n, rng))
    return kept, total / drawn


def _weighed(
    model: Columnwise,
    n: int,
    order: list[int],
    segments: dict[int, Segments],
    rng: np.random.Generator,
) -> _Rows:
    rows = _Rows(n, len(model._pieces))
    for start in range(0, n, ROWS):
        part = _Rows(min(ROWS, n - start), len(model._pieces))
        known = np.zeros(len(model._pieces), dtype=bool)
        for j in order:
            if j in segments:
                _draw_segment(model, part, j, known, segments[j], rng)
            else:
                _draw_column(model, part, j, known, rng)
            known[j] = True
        here = slice(start, start + ROWS)
        rows.codes[here], rows.values[here] = part.codes, part.values
        rows.weights[here] = part.weights
    return rows


def _draw_column(
    model: Columnwise, rows: _Rows, j: int, known: np.ndarray, rng: np.random.Generator
) -> None:
    chances, which = model._chances(j, rows.codes, known)
    rows.codes[:, j] = draw_categories(chances, which, rng)
    rows.values[:, j] = model._pieces[j].draw(rows.codes[:, j], rng)


def _draw_segment(
    model: Columnwise,
    rows: _Rows,
    j: int,
    known: np.ndarray,
    segments: Segments,
    rng: np.random.Generator,
) -> None:
    chances, which = model._chances(j, rows.codes, known)
    allowed = chances[:, segments.piece] * segments.share  # (m, segments)
    total = allowed.sum(axis=1)
    rows.weights *= total[which]
    allowed = np.where(total[:, None] > 0, allowed, 1.0)  # such rows weigh nothing
    drawn = draw_categories(allowed, which, rng)
    rows.codes[:, j] = segments.piece[drawn]
    low, high = segments.low[drawn], segments.high[drawn]
    rows.values[:, j] = model._pieces[j].draw_between(low, high, rng)


def _segments(model: Columnwise, j: int, allowed: Allowed) -> Segments:
    found = allowed.segments(model._pieces[j])
    if not len(found.piece) or (found.piece == UNSEEN).all():
        column = model.schema_.used[j]
        raise DataError(
            f"None of the rows learnt from has what is asked of {column.name!r}. "
            f"{unmet(column, model._pieces[j])}"
        )
    return found
