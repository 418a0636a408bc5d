"""Whether synthetic rows give away the rows that they were learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.stats import norm

from likely.core.errors import DataError, ParameterError
from likely.core.neighbours import Reference, nearest
from likely.core.random import generator, some_rows
from likely.data.schema import Schema
from likely.data.table import Table
from likely.evaluation.intervals import auroc_with_variance, wilson_interval
from likely.evaluation.memorisation import nearer_side
from likely.evaluation.same_columns import same_columns

_SHARES = np.linspace(0, 1, 101)


@dataclass(frozen=True)
class Privacy:
    """What synthetic rows tell about those learnt from, beside what real rows tell.

    Parameters
    ----------
    copies : float in [0, 1]
        Share of synthetic rows that equal a training row in every cell.
    copies_interval : (float, float)
        Its interval.
    copies_real : float in [0, 1]
        The same share of real rows held out: what is a copy by chance.
    copies_real_interval : (float, float)
        Its interval.
    nearer_to_training : float in [0, 1]
        Share of synthetic rows whose nearest real row was learnt from, among as many that were as
        that were not; 0.5 is ideal.
    nearer_interval : (float, float)
        Its interval.
    membership : float in [0, 1]
        Chance that a training row lies closer to the synthetic rows than one held out (AUROC of
        that attack); 0.5 is ideal.
    membership_interval : (float, float)
        Its interval.
    n : int
        Synthetic rows whose distances were measured.
    distances, distances_real : ndarray of shape (101,)
        Percentiles, from 0 to 100, of the distance to the closest training row, of synthetic rows
        and of real ones held out; in units of the columns' spread. Smaller ones are not worse in
        themselves: rows that are all ordinary lie close to others.
    """

    copies: float
    copies_interval: tuple[float, float]
    copies_real: float
    copies_real_interval: tuple[float, float]
    nearer_to_training: float
    nearer_interval: tuple[float, float]
    membership: float
    membership_interval: tuple[float, float]
    n: int
    distances: np.ndarray = field(repr=False)
    distances_real: np.ndarray = field(repr=False)

    def __str__(self) -> str:
        low, high = self.nearer_interval
        from_, to = self.membership_interval
        return (
            f"{self.copies:.2%} of the synthetic rows are copies of training rows (of real rows "
            f"held out {self.copies_real:.2%}); {self.nearer_to_training:.1%} are nearer to "
            f"training rows than to rows held out ({low:.1%} to {high:.1%}; 50% is ideal); who "
            f"was learnt from is told with AUROC {self.membership:.3f} ({from_:.3f} to {to:.3f}; "
            "0.5 is ideal)."
        )


def privacy(
    synthetic: Any,
    train: Any,
    holdout: Any,
    *,
    most: int = 5_000,
    level: float = 0.95,
    seed: int = 0,
) -> Privacy:
    """Measure copies, nearness to training rows, and how well an attacker tells who was learnt from.

    Distances are those of the features that detectors see: numbers over their spread, an indicator
    for each of a few categories, how frequent a category is where there are many, one feature for
    what is missing.

    Parameters
    ----------
    synthetic : dataframe of any library, array, list, dict or path
        Synthetic rows.
    train : as `synthetic`
        All rows that the generator has learnt from.
    holdout : as `synthetic`
        Real rows of the same source that it has not learnt from.
    most : int in [10, inf), default 5000
        Rows of each table whose distances are measured at most; copies are counted among all.
    level : float in (0, 1), default 0.95
        Of the intervals.
    seed : int in [0, inf), default 0
        Of draws.

    Returns
    -------
    Privacy

    Raises
    ------
    DataError
        If the columns are not the same, or there are fewer than four rows of any sort.
    ParameterError
        If an argument is out of range.

    Notes
    -----
    None of this is a guarantee, as differential privacy would be: an attacker may know more.

    References
    ----------
    Zhao, Z., Kunar, A., Birke, R. & Chen, L. Y. (2021). CTAB-GAN: effective table data synthesizing.
    ACML. https://arxiv.org/abs/2102.08369
    Hilprecht, B., Härterich, M. & Bernau, D. (2019). Monte Carlo and reconstruction membership
    inference attacks against generative models. PoPETs. https://doi.org/10.2478/popets-2019-0067

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.random.default_rng(0).normal(size=(900, 3))
    >>> found = privacy(np.vstack([rows[:30], rows[600:]]), rows[:300], rows[300:600])
    >>> round(found.copies, 3), found.copies_real
    (0.091, 0.0)
    """  # noqa: E501 - one line says what it does
    names = ("training", "synthetic", "held-out")
    learnt, made, apart = same_columns(train, synthetic, holdout, names=names)
    return privacy_of(made, learnt, apart, most=most, level=level, seed=seed)


def privacy_of(
    synthetic: Table,
    train: Table,
    holdout: Table,
    *,
    most: int = 5_000,
    level: float = 0.95,
    seed: int = 0,
) -> Privacy:
    """Return `privacy` of tables that have the same columns already."""
    if most < 10 or not 0 < level < 1:
        raise ParameterError(
            f"most must be at least 10 and level in (0, 1). Got {most!r} and {level!r}."
        )
    if min(len(synthetic), len(train), len(holdout)) < 4:
        raise DataError(
            "At least 4 synthetic, training and held-out rows are needed. Found "
            f"{len(synthetic)}, {len(train)} and {len(holdout)}."
        )
    rng, reach = generator(seed), float(norm.ppf((1 + level) / 2))
    made, learnt, apart = distance_features((train, holdout), synthetic, train, holdout)
    some = made[some_rows(len(made), most, rng)]
    few = apart[some_rows(len(apart), most, rng)]
    share, variance, *_ = nearer_side(some, learnt, apart, rng)
    among = Reference(learnt)
    near, usual = (nearest(rows, among, 1)[0][:, 0] for rows in (some, few))
    members = learnt[some_rows(len(learnt), len(few), rng)]
    few = few[some_rows(len(few), len(members), rng)]
    crowd = Reference(made)
    attacked = -np.concatenate([nearest(rows, crowd, 1)[0][:, 0] for rows in (members, few)])
    is_member = np.repeat([True, False], [len(members), len(few)])
    told, spread, _ = auroc_with_variance(is_member, attacked)
    copied, by_chance = (copies_of(train, table) for table in (synthetic, holdout))
    return Privacy(
        copies=copied,
        copies_interval=wilson_interval(copied, len(synthetic), level),
        copies_real=by_chance,
        copies_real_interval=wilson_interval(by_chance, len(holdout), level),
        nearer_to_training=share,
        nearer_interval=_interval(share, variance, reach),
        distances=np.quantile(near, _SHARES),
        distances_real=np.quantile(usual, _SHARES),
        membership=told,
        membership_interval=_interval(told, spread, reach),
        n=len(some),
    )


def distance_features(real: Sequence[Table], *tables: Table) -> list[np.ndarray]:
    """Return tables with the same columns as features that real rows fix, centred near zero.

    Parameters
    ----------
    real : sequence of Table
        All real rows say how columns are scaled and how frequent categories are. Those of one table
        alone would lie nearer to it, as theirs are the categories that it knows.
    *tables : Table
        What to bring to that scale.
    """
    every = replace(real[0], matrix=np.concatenate([table.matrix for table in real]), native=None)
    schema = Schema.learn(every)
    centre = schema.features(every).mean(axis=0)
    return [schema.features(table) - centre for table in tables]


def copies_of(train: Table, table: Table) -> float:
    """Return the share of rows that equal a row of `train` in every cell, missing ones included."""
    keys = [_keys(one.matrix) for one in (train, table)]
    return float(np.isin(keys[1], keys[0]).mean())


def _keys(matrix: np.ndarray) -> np.ndarray:
    """Return the bytes of each row, with one form of zero and of missing."""
    plain = np.ascontiguousarray(np.where(np.isnan(matrix), np.nan, matrix + 0.0))
    return plain.view(np.dtype((np.void, plain.dtype.itemsize * plain.shape[1])))[:, 0]


def _interval(middle: float, variance: float, reach: float) -> tuple[float, float]:
    half = reach * float(np.sqrt(variance))
    return max(0.0, middle - half), min(1.0, middle + half)
