"""Whether generated samples look real, and whether they cover all that is real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from likely.core.errors import DataError, ParameterError
from likely.core.neighbours import Reference, nearest
from likely.core.threads import in_parallel
from likely.evaluation.spaces import Space, in_space

_TILE = 1_000_000  # distances held at a time
_MEASURED_CELLS = 1_000_000
_SIDE = 256  # points looked at together


@dataclass(frozen=True)
class Coverage:
    """Precision, recall, density and coverage of generated samples.

    Parameters
    ----------
    precision : float in [0, 1]
        Share of generated samples in a ball of any real one: how many look real.
    recall : float in [0, 1]
        Share of real samples in a ball of any generated one: how much of what is real could have
        been generated.
    density : float in [0, inf)
        Balls of real samples that a generated one lies in, over k; about 1 if both are alike.
        Not misled by a single real outlier with a large ball, as precision is.
    coverage : float in [0, 1]
        Share of real samples whose ball holds a generated one. Not misled by generated outliers,
        as recall is.
    expected_coverage : float in [0, 1]
        Its mean if both come from one continuous distribution, whatever that is.
    k : int
        The ball of a sample reaches to its k-th nearest neighbour of its own sort.
    """

    precision: float
    recall: float
    density: float
    coverage: float
    expected_coverage: float
    k: int


def prdc(real: Any, generated: Any, space: Space = "scaled", *, k: int = 5) -> Coverage:
    """Measure how many generated samples look real, and how much of what is real they cover.

    Around every sample lies a ball that reaches to its k-th nearest neighbour of its own sort.
    Real balls together are where real samples may be, generated balls where generated ones may be.

    Parameters
    ----------
    real : dataframe, array, list or path, n samples
        Real samples.
    generated : as `real`, m samples
        Generated samples; give about as many as real ones, as all four figures depend on numbers.
    space : {"scaled", "given"} or callable, default "scaled"
        Where distances are measured; see `likely.evaluation.spaces.in_space`.
    k : int in [1, inf), default 5
        Neighbours that a ball reaches to, fewer than samples of either sort.

    Returns
    -------
    Coverage

    Raises
    ------
    DataError
        If there are not more than k samples of each sort, or they do not fit together.
    ParameterError
        If k is below 1.

    Notes
    -----
    Distances are exact and a sample on the border of a ball lies in it, so copies count where
    values repeat. Memory is bounded; time grows with n m. Where most values repeat, radii are 0,
    and nothing but copies lies in a ball.

    References
    ----------
    Kynkäänniemi, T., Karras, T., Laine, S., Lehtinen, J. & Aila, T. (2019). Improved precision and
    recall metric for assessing generative models. NeurIPS. https://arxiv.org/abs/1904.06991
    Naeem, M. F., Oh, S. J., Uh, Y., Choi, Y. & Yoo, J. (2020). Reliable fidelity and diversity
    metrics for generative models. ICML. https://arxiv.org/abs/2002.09797

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.random.default_rng(0).normal(size=(600, 2))
    >>> narrow = prdc(rows[:300], 0.3 * rows[300:])
    >>> narrow.precision > 0.99, narrow.coverage < 0.6
    (True, True)
    """
    if k < 1:
        raise ParameterError(f"k must be an integer of at least 1. Got {k!r}.")
    first, second = in_space(space, real, generated)
    n, m = len(first), len(second)
    if min(n, m) <= k:
        raise DataError(f"k = {k} needs more than {k} samples of each sort. Found {n} and {m}.")
    centre = first.mean(axis=0)  # products lose fewer digits near zero
    first, second = first - centre, second - centre
    real_radii, radii = _radii(first, k), _radii(second, k)
    holding = _balls_holding(second, first, real_radii)
    reached = nearest(first, Reference(second), 1)[0][:, 0] <= real_radii
    return Coverage(
        precision=float((holding > 0).mean()),
        recall=float((_balls_holding(first, second, radii) > 0).mean()),
        density=float(holding.mean() / k),
        coverage=float(reached.mean()),
        expected_coverage=_expected_coverage(n, m, k),
        k=k,
    )


def _radii(x: np.ndarray, k: int) -> np.ndarray:
    return nearest(x, Reference(x), k, leave_self_out=True)[0][:, -1]


def _expected_coverage(n: int, m: int, k: int) -> float:
    """Return 1 less the chance that of n + m - 1 other samples the k nearest are all real."""
    real_left = n - 1 - np.arange(k)
    return float(1 - np.prod(real_left / (n + m - 1 - np.arange(k))))


def _balls_holding(points: np.ndarray, centres: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Return in how many balls each point lies, shape (n,)."""
    squares = np.einsum("ij,ij->i", centres, centres)

    def count(here: slice) -> np.ndarray:
        block = points[here]
        found = np.zeros(len(block), dtype=np.int64)
        step = max(1, _TILE // len(block))
        for start in range(0, len(centres), step):
            part = slice(start, start + step)
            found += _count(block, centres[part], radii[part], squares[part])
        return found

    starts = range(0, len(points), _SIDE)
    return np.concatenate(in_parallel(count, [slice(i, i + _SIDE) for i in starts]))


def _count(
    points: np.ndarray, centres: np.ndarray, radii: np.ndarray, squares: np.ndarray
) -> np.ndarray:
    """Return in how many of some balls points lie.

    Products round: what they leave open is measured as a difference.
    """
    own = np.einsum("ij,ij->i", points, points)
    lengths = own[:, None] + squares  # (n, m)
    excess = lengths - 2 * points @ centres.T - radii**2
    slack = 8 * (points.shape[1] + 2) * float(np.finfo(np.float64).eps) * (lengths + radii**2)
    found = (excess < -slack).sum(axis=1)
    rows, columns = np.nonzero(np.abs(excess) <= slack)
    step = max(1, _MEASURED_CELLS // points.shape[1])
    for start in range(0, len(rows), step):
        row, column = rows[start : start + step], columns[start : start + step]
        difference = points[row] - centres[column]
        inside = np.sqrt(np.einsum("ij,ij->i", difference, difference)) <= radii[column]
        found += np.bincount(row[inside], minlength=len(points))
    return found
