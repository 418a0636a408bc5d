"""What is missing of rows, column by column: drawn, or expected, given what is known.

A model whose chances may be given any columns is asked for each missing value given all that is
known. One with an order draws what is missing several times over, in its order; how likely what is
known is behind it is the weight of each of these completions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from likely.base.columns_regressed import is_number
from likely.core.categorical import draw_categories
from likely.data.pieces import MISSING, UNSEEN, Pieces

if TYPE_CHECKING:
    from likely.base.columnwise import Columnwise

COMPLETIONS = 24
_ROWS = 16_384


def fill(
    model: Columnwise,
    x: np.ndarray,
    known: np.ndarray,
    rng: np.random.Generator,
    *,
    expected: bool = False,
) -> np.ndarray:
    """Return rows whole.

    Parameters
    ----------
    model : Columnwise
        Fitted.
    x : ndarray of shape (n, columns)
        Rows; what is not known is not looked at.
    known : ndarray of bool, shape (n, columns)
        What is kept.
    rng : Generator
        Draws what is not known.
    expected : bool, default False
        Whether values are expected ones (the mean of numbers, the likeliest of others) and not
        drawn; they are never missing then.
    """
    found = x.copy()
    gaps = np.flatnonzero(~known.all(axis=1))
    size = _ROWS if model.any_set else max(1, _ROWS // COMPLETIONS)
    for start in range(0, len(gaps), size):
        rows = gaps[start : start + size]
        whole = _of_any_set if model.any_set else _in_order
        found[rows] = whole(model, x[rows], known[rows], rng, expected)
    return found


def _of_any_set(
    model: Columnwise, x: np.ndarray, known: np.ndarray, rng: np.random.Generator, expected: bool
) -> np.ndarray:
    found, given = x.copy(), known.copy()
    codes = model._given_codes(model._codes(x), x)
    for j, rows in _gaps(known):
        pieces = model._pieces[j]
        chances, which = model._chances(j, codes[rows], given[rows])
        if expected:  # each given what is known only
            chances = _never_missing(chances)
            found[rows, j] = _expectations(pieces, chances)[which]
            continue
        codes[rows, j] = draw_categories(chances, which, rng)
        found[rows, j] = pieces.draw(codes[rows, j], rng)
        given[rows, j] = True
    return found


def _in_order(
    model: Columnwise, x: np.ndarray, known: np.ndarray, rng: np.random.Generator, expected: bool
) -> np.ndarray:
    n, columns = x.shape
    start = model._given_codes(model._codes(x), x)
    codes = np.repeat(start, COMPLETIONS, axis=0)  # (row x completion, column)
    values = np.repeat(x, COMPLETIONS, axis=0)
    kept = np.repeat(known, COMPLETIONS, axis=0)
    nats, given = np.zeros(len(codes)), np.zeros(columns, dtype=bool)
    guesses: dict[int, np.ndarray] = {}
    for j in model._order():
        pieces, asked = model._pieces[j], ~kept[:, j]
        chances, which = model._chances(j, codes, given)
        nats += np.where(asked, 0.0, np.log(chances[which, codes[:, j]] + 1e-12))
        if asked.any():
            chances = _never_missing(chances) if expected else chances
            codes[asked, j] = draw_categories(chances, which[asked], rng)
            values[asked, j] = pieces.draw(codes[asked, j], rng)
            if expected and is_number(pieces):
                guesses[j] = _expectations(pieces, chances)[which]
        given[j] = True
    weights = nats.reshape(n, COMPLETIONS)
    weights = np.exp(weights - weights.max(axis=1, keepdims=True))
    if not expected:
        one = draw_categories(weights, np.arange(n), rng)
        return values[np.arange(n) * COMPLETIONS + one]
    found = x.copy()
    for j, rows in _gaps(known):
        drawn = guesses.get(j, values[:, j]).reshape(n, COMPLETIONS)[rows]
        found[rows, j] = _together(model._pieces[j], drawn, weights[rows])
    return found


def _gaps(known: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield columns in which something is not known, and the rows."""
    for j in range(known.shape[1]):
        rows = np.flatnonzero(~known[:, j])
        if len(rows):
            yield j, rows


def _never_missing(chances: np.ndarray) -> np.ndarray:
    """Return chances given that there is a value; even ones where there never was one."""
    found = chances.copy()
    found[:, [MISSING, UNSEEN]] = 0.0
    nothing = found.sum(axis=1) <= 0
    if found.shape[1] == UNSEEN + 1:  # a column without any value
        return chances
    found[nothing, UNSEEN + 1 :] = 1.0
    return found / found.sum(axis=1, keepdims=True)


def _expectations(pieces: Pieces, chances: np.ndarray) -> np.ndarray:
    """Return the expected value of every row of chances: the mean, or the likeliest label."""
    if len(pieces) == UNSEEN + 1:  # a column without any value
        return np.full(len(chances), np.nan)
    if not is_number(pieces):
        likeliest = np.argmax(chances[:, UNSEEN + 1 :], axis=1) + UNSEEN + 1
        return _value(pieces, likeliest)
    found = chances[:, UNSEEN + 1 :] @ pieces.middle[UNSEEN + 1 :]
    return pieces.on_step(found)


def _value(pieces: Pieces, codes: np.ndarray) -> np.ndarray:
    """Return the likeliest value of pieces."""
    if not len(pieces.labels):
        return pieces.middle[codes]
    best = np.full(len(pieces), np.nan)
    order = np.argsort(pieces.shares, kind="stable")
    best[pieces.labels[order]] = order  # the last one written is the likeliest
    return best[codes]


def _together(pieces: Pieces, drawn: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return one value for the completions of every row, (n, completions)."""
    if is_number(pieces):
        found = (drawn * (weights / weights.sum(axis=1, keepdims=True))).sum(axis=1)
        return pieces.on_step(found)
    votes = (drawn[:, :, None] == drawn[:, None, :]) @ weights[:, :, None]
    return drawn[np.arange(len(drawn)), votes[:, :, 0].argmax(axis=1)]
