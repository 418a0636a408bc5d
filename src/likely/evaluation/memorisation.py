"""Whether a generator copies what it has learnt from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.stats import norm

from likely.core.errors import ParameterError
from likely.core.neighbours import Reference, distinct, nearest
from likely.core.random import generator, some_rows
from likely.evaluation.intervals import auroc_with_variance
from likely.evaluation.spaces import Space, in_space


@dataclass(frozen=True)
class Memorisation:
    """How near generated samples are to those learnt from.

    Parameters
    ----------
    nearer_to_training : float in [0, 1]
        Share of generated samples whose nearest real sample was learnt from, among as many that
        were as that were not. 0.5 if nothing is memorised, whatever the quality of the samples.
    interval : (float, float)
        Its interval.
    p_value : float in [0, 1]
        Of "training and held-out samples are alike to the generator", against a share above 0.5.
    closer_than_held_out : float in [0, 1]
        Chance that a generated sample is closer to the training samples than a held-out real one
        is. 0.5 is expected of real samples; more means copies, or samples that are all ordinary.
    closer_interval : (float, float)
        Its interval.
    ratio : float
        Median of: distance to the nearest training sample over that to the nearest held-out one,
        of as many. 1 if nothing is memorised.
    copies : ndarray of int64, shape (k, 2)
        Near-copies: positions of the generated and the training sample, the nearest first.
    copy_distances : ndarray of shape (k,)
        Their distances.
    copies_by_chance : float in [0, 1]
        Share of the held-out real samples that would be called near-copies.
    """

    nearer_to_training: float
    interval: tuple[float, float]
    p_value: float
    closer_than_held_out: float
    closer_interval: tuple[float, float]
    ratio: float
    copies: np.ndarray = field(repr=False)
    copy_distances: np.ndarray = field(repr=False)
    copies_by_chance: float

    def __str__(self) -> str:
        low, high = self.interval
        copies = "1 near-copy" if len(self.copies) == 1 else f"{len(self.copies):,} near-copies"
        return (
            f"{self.nearer_to_training:.1%} of the generated samples are nearer to training than "
            f"to held-out samples ({low:.1%} to {high:.1%}; 50% is ideal, p = {self.p_value:.2g}); "
            f"{copies}."
        )


def memorisation(
    generated: Any,
    train: Any,
    held_out: Any,
    space: Space = "scaled",
    *,
    near: float = 1 / 3,
    level: float = 0.95,
    seed: int = 0,
) -> Memorisation:
    """Compare how near generated samples are to training samples and to held-out real ones.

    Parameters
    ----------
    generated : dataframe, array, list or path, n samples
        Generated samples.
    train : as `generated`
        All samples that the generator has learnt from.
    held_out : as `generated`
        Real samples from the same source that it has not learnt from. Where there are more of the
        one sort than of the other, as many are drawn for shares and ratio.
    space : {"scaled", "given"} or callable, default "scaled"
        Where distances are measured; the training samples say how it is scaled.
    near : float in (0, 1), default 1/3
        A near-copy is closer to its nearest training sample than this part of the distance to the
        second nearest (of those that are not copies of the nearest).
    level : float in (0, 1), default 0.95
        Of the intervals.
    seed : int in [0, inf), default 0
        Of draws.

    Returns
    -------
    Memorisation

    Raises
    ------
    DataError
        If samples do not fit together.
    ParameterError
        If an argument is out of range.

    Notes
    -----
    Many generated samples may have one real sample as their nearest, so they are no independent
    witnesses: variance and p-value are those of dealing real samples anew to both sides, each with
    the generated samples that are its own. A real sample that lies exactly as near on both sides
    counts one half.

    References
    ----------
    Meehan, C., Chaudhuri, K. & Dasgupta, S. (2020). A non-parametric test to detect data-copying in
    generative models. AISTATS. https://arxiv.org/abs/2004.05675
    Yoon, T., Choi, J. Y., Kwon, S. & Ryu, E. K. (2023). Diffusion probabilistic models generalize
    when they fail to memorize. ICML workshop on structured probabilistic inference.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.random.default_rng(0).normal(size=(900, 3))
    >>> train, held_out, new = rows[:300], rows[300:600], rows[600:]
    >>> memorisation(new, train, held_out).p_value > 0.05
    True
    >>> found = memorisation(np.vstack([new[:200], train[:100]]), train, held_out)
    >>> len(found.copies) >= 100, found.p_value < 0.01
    (True, True)
    """
    if not 0 < near < 1 or not 0 < level < 1:
        raise ParameterError(f"near and level must be in (0, 1). Got {near!r} and {level!r}.")
    learnt, made, apart = in_space(space, train, generated, held_out)
    centre = learnt.mean(axis=0)
    learnt, made, apart = learnt - centre, made - centre, apart - centre
    rng, reach = generator(seed), float(norm.ppf((1 + level) / 2))
    share, variance, by_chance, ratio = nearer_side(made, learnt, apart, rng)
    reference = Reference(learnt)
    to_train, positions = (found[:, 0] for found in nearest(made, reference, 1))
    closer, spread, _ = auroc_with_variance(
        np.repeat([True, False], [len(made), len(apart)]),
        -np.concatenate([to_train, nearest(apart, reference, 1)[0][:, 0]]),
    )
    unique = Reference(learnt[distinct(learnt)[0]])
    copies = np.flatnonzero(_near_copies(made, unique, near))
    copies = copies[np.argsort(to_train[copies], kind="stable")]
    return Memorisation(
        nearer_to_training=share,
        interval=_interval(share, variance, reach),
        p_value=float(norm.sf((share - 0.5) / np.sqrt(by_chance))) if by_chance > 0 else 1.0,
        closer_than_held_out=closer,
        closer_interval=_interval(closer, spread, reach),
        ratio=ratio,
        copies=np.column_stack([copies, positions[copies]]),
        copy_distances=to_train[copies],
        copies_by_chance=float(_near_copies(apart, unique, near).mean()),
    )


def nearer_side(
    made: np.ndarray, learnt: np.ndarray, apart: np.ndarray, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """Return share nearer to training, its variance, that by chance, and the ratio of distances."""
    n = min(len(learnt), len(apart))
    first, second = (side[some_rows(len(side), n, rng)] for side in (learnt, apart))
    (near, own), (far, others) = (
        (found[:, 0] for found in nearest(made, Reference(side), 1)) for side in (first, second)
    )
    wins = np.where(near < far, 1.0, np.where(near > far, 0.0, 0.5))
    tied = near == far
    # generated samples that one real sample speaks for; those of a tie speak for nobody
    place = np.where(near < far, own, n + others)[~tied]
    weights = np.bincount(place, minlength=2 * n) / len(made)
    share = float(wins.mean())
    signs = np.repeat([1.0, 0.0], n) - share
    variance = float(((weights * signs) ** 2).sum())
    total = 2 * n  # dealing half of all real samples to each side
    by_chance = ((weights**2).sum() - weights.sum() ** 2 / total) * total / (4 * (total - 1))
    both = (near > 0) | (far > 0)
    with np.errstate(over="ignore"):  # beside a copy on the other side, any distance is infinite
        ratios = near[both] / np.where(far[both] > 0, far[both], np.finfo(np.float64).tiny)
    return share, variance, float(by_chance), float(np.median(ratios)) if both.any() else 1.0


def _near_copies(x: np.ndarray, unique: Reference, near: float) -> np.ndarray:
    if len(unique) < 2:
        return np.ones(len(x), dtype=bool)
    distances = nearest(x, unique, 2)[0]
    return distances[:, 0] < near * distances[:, 1]


def _interval(middle: float, variance: float, reach: float) -> tuple[float, float]:
    half = reach * float(np.sqrt(variance))
    return max(0.0, middle - half), min(1.0, middle + half)
