"""Mean and spread of outputs given a context: a sum of effects of the cells it lies in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from likely.detectors.contextual.axes import Axis, basis, cells_of
from likely.detectors.contextual.effects import (
    LARGEST,
    Effects,
    Term,
    gain,
    improve_logs,
    improve_means,
    no_effects,
    term_of,
)

MOST_PAIRS = 8
MOST_CELLS = 4_096
"""Pairs of axes with more cells than this are not tried."""

WORTH = 5.0
"""A pair of axes is kept if its cells differ by this many standard errors."""

_MAD_TO_SIGMA = 1.482602218505602
_LEAST_SPREAD = 1e-3
_MOST_LEVERAGE = 0.9


class Given(NamedTuple):
    """What a context lets expect of outputs."""

    base: np.ndarray
    """What every output is without effects, shape (outputs,)."""

    level: np.ndarray
    """Logarithm of its variance without effects, shape (outputs,)."""

    floor: np.ndarray
    """The least variance, shape (outputs,)."""

    pairs: np.ndarray
    """The pairs of axes whose joint effect is used, shape (pairs, 2)."""

    means: np.ndarray
    """Effect of each cell on the mean, (cells, outputs): of single axes, then of pairs."""

    doubts: np.ndarray
    """Variance that remains of the effect on the mean, shape (cells, outputs)."""

    logs: np.ndarray
    """Effect of each cell on the logarithm of the variance, shape (cells, outputs)."""


def learn_given(
    axes: Sequence[Axis],
    context: np.ndarray,
    values: np.ndarray,
    missing: np.ndarray,
    indicator: np.ndarray,
) -> tuple[Given, np.ndarray]:
    """Learn what a context lets expect.

    Parameters
    ----------
    axes : sequence of Axis
        Of the context.
    context : ndarray of shape (n, context columns)
        Stored values.
    values : ndarray of shape (n, outputs)
        Outputs.
    missing : ndarray of bool, shape (n, outputs)
        Where there is none.
    indicator : ndarray of bool, shape (outputs,)
        Outputs that are yes or no: their mean is a share, and no value is gross.

    Returns
    -------
    given : Given
    leverage : ndarray of shape (n, outputs)
        Each row's share in its own mean.
    """
    width = values.shape[1]
    known = np.where(missing, np.nan, values)
    base = np.where(indicator, _mean(known), _median(known))
    left = np.where(missing, 0.0, values - base)
    floor = (_LEAST_SPREAD * _spread(np.where(missing, np.nan, left))) ** 2

    def cut(left: np.ndarray) -> np.ndarray:
        """Return what residuals count as at most; nothing where a value is missing."""
        most = LARGEST * _spread(np.where(missing, np.nan, left))
        return np.where(missing, 0.0, np.where(indicator, np.inf, most))

    terms = [term_of(basis((axis,), context)) for axis in axes]
    effects = no_effects(terms, width)
    for _ in range(2):
        left = improve_means(terms, effects, left, cut(left))
    pairs = _choose_pairs(axes, context, np.clip(left, -cut(left), cut(left)))
    more = [term_of(basis(pair, context)) for pair in _terms(axes, pairs)[len(axes) :]]
    terms, effects = terms + more, effects + no_effects(more, width)
    left = improve_means(terms, effects, left, cut(left))
    spreads = no_effects(terms, width)
    start = 2 * np.log(_spread(np.where(missing, np.nan, left)))
    level = np.tile(start, (len(left), 1))
    for _ in range(2):
        alone = left / (1 - _leverage(terms, effects))
        squares = np.where(missing | indicator, np.nan, alone**2)
        level, shift = improve_logs(terms, spreads, squares, level)
        start = start + shift
        most = np.where(missing, 0.0, LARGEST * np.exp(level / 2))
        left = improve_means(terms, effects, left, np.where(indicator & ~missing, np.inf, most))
    doubts = [effect.doubts(term.rows) for effect, term in zip(effects, terms, strict=True)]
    given = Given(
        base=base,
        level=np.clip(start, -300, 300),
        floor=floor,
        pairs=pairs,
        means=_stack([effect.values for effect in effects], width),
        doubts=_stack(doubts, width),
        logs=np.clip(_stack([effect.values for effect in spreads], width), -300, 300),
    )
    return given, _leverage(terms, effects)


def expect(
    axes: Sequence[Axis], given: Given, context: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return means and variances of outputs, shape (n, outputs) each.

    Parameters
    ----------
    axes : sequence of Axis
        Those that were learnt with.
    given : Given
        What was learnt.
    context : ndarray of shape (n, context columns)
        Stored values.
    """
    means = np.tile(given.base, (len(context), 1))
    logs = np.tile(given.level, (len(context), 1))
    doubts = np.zeros_like(means)
    start = 0
    for term in _terms(axes, given.pairs):
        here = slice(start, start + cells_of(term))
        start = here.stop
        where = basis(term, context)
        means += where @ given.means[here]
        logs += where @ given.logs[here]
        doubts += (where * where) @ given.doubts[here]
    return means, np.exp(np.clip(logs, -600, 600)) + given.floor + doubts


def cells_in_all(axes: Sequence[Axis], pairs: np.ndarray) -> int:
    """Return how many cells axes and pairs of them have."""
    return sum(cells_of(term) for term in _terms(axes, pairs))


def _choose_pairs(axes: Sequence[Axis], context: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Return the pairs of axes whose cells still differ, the most different first."""
    found = []
    for first, second in combinations(range(len(axes)), 2):
        pair = (axes[first].coarse(), axes[second].coarse())
        if cells_of(pair) > min(MOST_CELLS, len(left)):
            continue
        worth = gain(term_of(basis(pair, context)), left)
        if worth > WORTH:
            found.append((-worth, first, second))
    chosen = [(first, second) for _, first, second in sorted(found)[:MOST_PAIRS]]
    return np.array(chosen, dtype=np.int64).reshape(len(chosen), 2)


def _terms(axes: Sequence[Axis], pairs: np.ndarray) -> list[tuple[Axis, ...]]:
    joint = [(axes[first].coarse(), axes[second].coarse()) for first, second in pairs]
    return [*((axis,) for axis in axes), *joint]


def _leverage(terms: list[Term], effects: list[Effects]) -> np.ndarray:
    """Return each row's share in its own mean, shape (n, outputs)."""
    total = sum(
        (effect.leverage(term) for term, effect in zip(terms, effects, strict=True)), np.zeros(1)
    )
    return np.minimum(total, _MOST_LEVERAGE)


def _stack(blocks: list[np.ndarray], width: int) -> np.ndarray:
    return np.vstack([np.empty((0, width)), *blocks])


def _mean(values: np.ndarray) -> np.ndarray:
    """Return means without NaN, 0 where there is nothing else."""
    count = np.maximum((~np.isnan(values)).sum(axis=0), 1)
    return np.nansum(values, axis=0) / count


def _median(values: np.ndarray) -> np.ndarray:
    """Return medians without NaN, 0 where there is nothing else."""
    return np.array([np.median(v[~np.isnan(v)]) if (~np.isnan(v)).any() else 0.0 for v in values.T])


def _spread(values: np.ndarray) -> np.ndarray:
    """Return robust standard deviations without NaN, never 0."""
    away = np.abs(values - _median(values))
    robust = _MAD_TO_SIGMA * _median(away)
    with np.errstate(over="ignore"):
        plain = np.sqrt(np.minimum(_mean(np.minimum(away, 1e100) ** 2), 1e100))
    return np.where(robust > 0, robust, np.where(plain > 0, plain, 1.0))
