"""Which columns, and which two together, give a synthetic table away."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy.stats import norm

from likely.core.errors import DataError, ParameterError
from likely.core.random import generator, some_rows
from likely.data.column import Column
from likely.data.table import Table
from likely.evaluation.ranking import auroc
from likely.evaluation.same_columns import is_nominal, same_columns
from likely.evaluation.tree_codes import ranks

_ALONE, _TOGETHER = 50, 8  # quantiles that numbers are cut at; fewer where rows are few
_LEVELS = 60  # so many categories count for themselves in a pair
_CHANCE = 0.05
_FOLDS = 2
_WORDS = 3


@dataclass(frozen=True)
class GiveAways:
    """How well synthetic rows are told from real ones by single columns and by pairs.

    Parameters
    ----------
    alone : tuple of (str, float)
        Columns with the AUROC that each has by itself, the most telling first.
    together : tuple of (str, str, float, float)
        Pairs of columns with their AUROC, and by how much it is above that of the better one of
        the two alone; the largest gain first.
    least_alone, least_together : float
        What an AUROC, or the gain of a pair, must exceed for it not to be chance: the largest of as
        many tables that differ in nothing is higher once in 20.
    n : int
        Rows of each sort.
    """

    alone: tuple[tuple[str, float], ...]
    together: tuple[tuple[str, str, float, float], ...]
    least_alone: float
    least_together: float
    n: int

    @property
    def columns(self) -> tuple[tuple[str, float], ...]:
        """Columns that give the synthetic rows away beyond chance, with their AUROC."""
        return tuple(one for one in self.alone if one[1] > self.least_alone)

    @property
    def pairs(self) -> tuple[tuple[str, str, float, float], ...]:
        """Pairs that give more away than either column alone, beyond chance."""
        return tuple(one for one in self.together if one[3] > self.least_together)

    def __str__(self) -> str:
        columns = [f"{name!r} (AUROC {value:.3f})" for name, value in self.columns[:_WORDS]]
        pairs = [
            f"{one!r} with {other!r} (AUROC {value:.3f}, {gain:.3f} above the better one alone)"
            for one, other, value, gain in self.pairs[:_WORDS]
        ]
        said = []
        if columns:
            said.append(f"Given away by {_listed(columns)}.")
        else:
            said.append("No single column gives the synthetic rows away.")
        if pairs:
            said.append(f"Together give more away: {_listed(pairs)}.")
        elif self.together:
            said.append("No two columns together give more away.")
        return " ".join(said)


def give_aways(
    real: Any, synthetic: Any, *, most: int = 8_000, pairs: int = 5_000, seed: int = 0
) -> GiveAways:
    r"""Ask of every column and every two columns how well they tell synthetic from real rows.

    Values are cut at quantiles of all rows, with values that repeat apart, so that a spike that was
    smeared is seen. In one half of the rows the share of synthetic ones is counted in every cell,
    and rows of the other half are ranked by that of theirs; then the other way round.

    Parameters
    ----------
    real : dataframe of any library, array, list, dict or path
        Real rows, best those that the generator has not learnt from.
    synthetic : as `real`
        Synthetic rows, with the same columns in any order. Of the larger table as many rows are
        drawn as the smaller one has.
    most : int in [20, inf), default 8000
        Rows of each sort that are used at most.
    pairs : int in [0, inf), default 5000
        Pairs that are looked at at most; of more, so many are drawn.
    seed : int in [0, inf), default 0
        Of draws and halves.

    Returns
    -------
    GiveAways

    Raises
    ------
    DataError
        If the columns are not the same, or there are fewer than four rows of either sort.
    ParameterError
        If an argument is out of range.

    Notes
    -----
    What only three columns together give away is not seen here; `two_sample_test` with
    ``space="codes"`` sees it.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(1000, 2))
    >>> real, made = np.column_stack([x, x[:, 0]]), np.column_stack([x, rng.normal(size=1000)])
    >>> found = give_aways(real, made)
    >>> found.columns, found.pairs[0][:2]
    ((), ('column_0', 'column_2'))
    """
    if most < 20 or pairs < 0:
        raise ParameterError(
            f"most must be at least 20 and pairs at least 0. Got {most!r} and {pairs!r}."
        )
    return give_aways_of(*same_columns(real, synthetic), most=most, pairs=pairs, seed=seed)


def give_aways_of(
    real: Table, synthetic: Table, *, most: int = 8_000, pairs: int = 5_000, seed: int = 0
) -> GiveAways:
    """Return `give_aways` of tables that have the same columns already."""
    n = min(len(real), len(synthetic), most)
    if n < 2 * _FOLDS:
        raise DataError(f"At least {2 * _FOLDS} rows of each sort are needed. Found {n}.")
    rng = generator(seed)
    x = np.concatenate([t.matrix[some_rows(len(t), n, rng)] for t in (real, synthetic)])
    turn = np.concatenate([rng.permutation(np.arange(n) % _FOLDS) for _ in range(2)])
    made = np.repeat([False, True], n)
    width = x.shape[1]
    fine, few = min(_ALONE, int(n ** (1 / 2))), min(_TOGETHER, int(n ** (1 / 3)))
    cells = [_cells(c, x[:, j], fine) for j, c in enumerate(real.columns)]
    alone = np.array([_told(cell, turn, made) for cell in cells])
    coarse = [_cells(c, x[:, j], few, _LEVELS) for j, c in enumerate(real.columns)]
    alike = np.array([_told(cell, turn, made) for cell in coarse])  # in the cells that pairs have
    every = np.array(list(combinations(range(width), 2)), dtype=np.int64).reshape(-1, 2)
    found = []
    for i, j in every[some_rows(len(every), pairs, rng)].tolist():
        told = _told(coarse[i] * (int(coarse[j].max()) + 1) + coarse[j], turn, made)
        gain = told - max(alone[i], alone[j], alike[i], alike[j], 0.5)
        found.append((real.names[i], real.names[j], told, gain))
    return GiveAways(
        alone=tuple((real.names[j], float(alone[j])) for j in np.argsort(-alone, kind="stable")),
        together=tuple(sorted(found, key=lambda one: -one[3])),
        least_alone=0.5 + _by_chance(n, width),
        least_together=_by_chance(n, len(found)),
        n=n,
    )


def _cells(
    column: Column, values: np.ndarray, quantiles: int, most: int | None = None
) -> np.ndarray:
    """Return in which cell each value lies; missing ones have one of their own.

    With `most`, all but so many most frequent levels are one.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return np.zeros(len(values), dtype=np.int64)
    if is_nominal(column):
        codes = np.where(np.isnan(values), known.max() + 1, values).astype(np.int64)
        return codes if most is None else np.minimum(ranks(column, codes), most)
    edges = np.unique(np.quantile(known, np.linspace(0, 1, quantiles + 1), method="lower"))
    place = np.searchsorted(edges, values, side="left")  # NaN comes behind all
    on_edge = edges[np.minimum(place, len(edges) - 1)] == values
    return np.where(np.isnan(values), 2 * len(edges) + 2, 2 * place + on_edge)


def _told(cells: np.ndarray, turn: np.ndarray, made: np.ndarray) -> float:
    """Return the AUROC of the share of synthetic rows in cells, counted in other rows."""
    size = int(cells.max()) + 1
    found = []
    for fold in range(_FOLDS):
        here, others = turn == fold, turn != fold
        total = np.bincount(cells[others], minlength=size)
        synthetic = np.bincount(cells[others & made], minlength=size)
        share = (synthetic + 1) / (total + 2)
        found.append(auroc(made[here], share[cells[here]]))
    return float(np.mean(found))


def _by_chance(n: int, tests: int) -> float:
    """Return what the largest of so many AUROC exceeds 0.5 by, once in 20, if nothing differs.

    Both halves ask whether what differs in one differs in the other, so that they say the same:
    the mean of both is no surer than one of them.
    """
    half = n / _FOLDS
    spread = np.sqrt((2 * half + 1) / (12 * half**2))
    return float(norm.isf(_CHANCE / max(tests, 1)) * spread)


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
