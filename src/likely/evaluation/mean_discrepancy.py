"""The largest difference of means that a kernel can see between real and generated samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from likely.core.errors import ParameterError
from likely.core.kernels import exponents
from likely.core.random import generator, some_rows
from likely.evaluation.spaces import Space, in_space

Kernel = Callable[[np.ndarray, np.ndarray], np.ndarray]

_SIDE = 1_000  # kernels of so many by so many samples are held at a time
_LOOKED_AT = 1_000  # samples that the median distance is taken from
_WIDTHS = 5  # bandwidths: a quarter to four times the median distance
_DEGREE = 3
_EQUAL = 1e-9  # estimates that differ by this share of a mean kernel are equal but for rounding


@dataclass(frozen=True)
class MeanDiscrepancy:
    """Squared maximum mean discrepancy between real and generated samples.

    Parameters
    ----------
    squared : float
        The unbiased estimate: 0 on average if both come from one distribution, so it can be
        negative.
    p_value : float in (0, 1]
        Of "both come from one distribution": share of random divisions of all samples into two
        parts with an estimate as large; NaN if none were tried.
    bandwidth : float
        Median distance of two samples, which the Gaussian kernels are built on; NaN for the
        polynomial one.
    """

    squared: float
    p_value: float
    bandwidth: float


def mean_discrepancy(
    real: Any,
    generated: Any,
    space: Space = "scaled",
    *,
    kernel: Literal["gaussian", "polynomial"] = "gaussian",
    bandwidth: float | None = None,
    permutations: int = 200,
    seed: int = 0,
) -> MeanDiscrepancy:
    """Estimate the squared maximum mean discrepancy without bias, and test whether it is zero.

        MMD^2 = E k(x, x') + E k(y, y') - 2 E k(x, y)

    It is 0 for equal distributions and, with the Gaussian kernel, for no others.

    Parameters
    ----------
    real : dataframe, array, list or path, n samples
        Real samples.
    generated : as `real`, m samples
        Generated samples.
    space : {"scaled", "given"} or callable, default "scaled"
        What the kernel sees; see `likely.evaluation.spaces.in_space`.
    kernel : {"gaussian", "polynomial"}, default "gaussian"
        The mean of five Gaussian kernels with bandwidths from a quarter to four times the median
        distance; or (x y / width + 1)^3, with which this is the kernel inception distance, if the
        space is one of features.
    bandwidth : float in (0, inf), optional
        What stands for the median distance. Give one to compare several generators: the median is
        that of real and generated samples together.
    permutations : int in [0, inf), default 200
        Random divisions for the p-value; the smallest one possible is 1 / (1 + permutations).
    seed : int in [0, inf), default 0
        Of divisions.

    Returns
    -------
    MeanDiscrepancy

    Raises
    ------
    DataError
        If samples do not fit together.
    ParameterError
        If an argument is out of range.

    Notes
    -----
    Memory grows with (n + m) times the permutations, time with (n + m)^2.

    References
    ----------
    Gretton, A., Borgwardt, K. M., Rasch, M. J., Schölkopf, B. & Smola, A. (2012). A kernel
    two-sample test. JMLR 13. https://jmlr.org/papers/v13/gretton12a.html
    Bińkowski, M., Sutherland, D. J., Arbel, M. & Gretton, A. (2018). Demystifying MMD GANs. ICLR.
    https://arxiv.org/abs/1801.01401

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.random.default_rng(0).normal(size=(400, 2))
    >>> mean_discrepancy(rows[:200], rows[200:]).p_value > 0.05
    True
    >>> mean_discrepancy(rows[:200], rows[200:] + 1).p_value < 0.05
    True
    """
    if kernel not in ("gaussian", "polynomial"):
        raise ParameterError(f'kernel must be "gaussian" or "polynomial". Got {kernel!r}.')
    if permutations < 0 or (bandwidth is not None and not 0 < bandwidth < np.inf):
        raise ParameterError(
            "permutations must be at least 0, and bandwidth above 0. Got "
            f"{permutations!r} and {bandwidth!r}."
        )
    rng = generator(seed)
    first, second = in_space(space, real, generated)
    x = np.concatenate([first, second])
    x -= x.mean(axis=0) if kernel == "gaussian" else 0.0
    width = float("nan")
    if kernel == "gaussian":
        width = bandwidth or _median_distance(x, rng)
    of_pairs = _polynomial if kernel == "polynomial" else _gaussian(width)
    parts = _divisions(len(first), len(x), permutations, rng)
    sums = _sums(x, parts, of_pairs)
    found = _estimates(*sums, len(first), len(second))
    equal = _EQUAL * abs(sums[-1]) / len(x) ** 2  # the same division in another order of adding up
    p = float((found >= found[0] - equal).mean()) if permutations else float("nan")
    return MeanDiscrepancy(float(found[0]), p, width)


def _median_distance(x: np.ndarray, rng: np.random.Generator) -> float:
    """Return the median distance of two samples; the mean if half of them are copies."""
    some = x[some_rows(len(x), _LOOKED_AT, rng)]
    squares = -exponents(some, some, 1.0)[np.triu_indices(len(some), 1)]
    distances = np.sqrt(np.maximum(squares, 0.0))
    return float(np.median(distances)) or float(distances.mean()) or 1.0


def _gaussian(width: float) -> Kernel:
    """Return the mean of Gaussian kernels, each half as wide as the one before."""
    widest = width * 2.0 ** (_WIDTHS // 2)

    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        part = np.exp(np.minimum(exponents(a, b, 1 / (2 * widest**2)), 0.0))
        total = part.copy()
        for _ in range(_WIDTHS - 1):
            part = part**2 * part**2  # half the bandwidth is four times the exponent
            total += part
        return total / _WIDTHS

    return kernel


def _polynomial(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a @ b.T / a.shape[1] + 1) ** _DEGREE


def _divisions(n: int, total: int, permutations: int, rng: np.random.Generator) -> np.ndarray:
    """Return which samples count as real, (sample, division); in the first, those that are."""
    parts = np.zeros((total, permutations + 1))
    parts[:n, 0] = 1
    for j in range(1, permutations + 1):
        parts[rng.permutation(total)[:n], j] = 1
    return parts


def _sums(x: np.ndarray, parts: np.ndarray, kernel: Kernel) -> tuple[np.ndarray, np.ndarray, float]:
    """Return sums of kernels over pairs of different samples.

    Within the first part, between the first part and all samples, each (division,), and over all.
    """
    within, with_all, total = np.zeros(parts.shape[1]), np.zeros(parts.shape[1]), 0.0
    for start in range(0, len(x), _SIDE):
        here = slice(start, start + _SIDE)
        to_parts = np.zeros((len(x[here]), parts.shape[1]))
        to_all = np.zeros(len(x[here]))
        for other in range(0, len(x), _SIDE):
            there = slice(other, other + _SIDE)
            tile = kernel(x[here], x[there])
            if other == start:
                np.fill_diagonal(tile, 0.0)
            to_parts += tile @ parts[there]
            to_all += tile.sum(axis=1)
        within += np.einsum("ij,ij->j", parts[here], to_parts)
        with_all += to_all @ parts[here]
        total += float(to_all.sum())
    return within, with_all, total


def _estimates(
    within: np.ndarray, with_all: np.ndarray, total: float, n: int, m: int
) -> np.ndarray:
    between = with_all - within
    within_second = total - within - 2 * between
    return within / (n * (n - 1)) + within_second / (m * (m - 1)) - 2 * between / (n * m)
