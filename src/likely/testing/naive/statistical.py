"""Slow, obvious z-scores, Grubbs' test, ESD, ECOD, COPOD and power tails, by their formulas.

All take rows in the user's own units: none of these statistics depends on shift or scale.
"""

from __future__ import annotations

import math
from statistics import fmean, median, stdev

import numpy as np
from scipy.integrate import quad
from scipy.stats import t as student


def z_scores(rows: np.ndarray, robust: bool) -> np.ndarray:
    """Return |z| of every value, shape (n, columns).

    Parameters
    ----------
    rows : ndarray of shape (n, columns)
    robust : bool
        Median and median absolute deviation / 0.6745, or mean and standard deviation (divisor n).
    """
    z = np.empty(rows.shape)
    for j in range(rows.shape[1]):
        column = [float(value) for value in rows[:, j]]
        centre = median(column) if robust else fmean(column)
        distances = [abs(value - centre) for value in column]
        if robust:
            spread = median(distances) / 0.6744897501960817
        else:
            spread = math.sqrt(fmean(d * d for d in distances))
        z[:, j] = [d / spread for d in distances]
    return z


def critical_value(n: int, alpha: float, two_sided: bool = True) -> float:
    """Return Grubbs' critical value as textbooks write it, with a quantile of Student's t."""
    tail = alpha / (2 * n) if two_sided else alpha / n
    t = float(student.ppf(1 - tail, n - 2))
    return (n - 1) / math.sqrt(n) * math.sqrt(t**2 / (n - 2 + t**2))


def grubbs_p_values(column: np.ndarray) -> list[float]:
    """Return the level at which each value of a sample is called an outlier.

    The statistic G is turned into Student's t, the tail probability multiplied by the 2 n ways in
    which a value could be an outlier.
    """
    values = [float(value) for value in column]
    n, mean, spread = len(values), fmean(values), stdev(values)
    levels = []
    for value in values:
        g = abs(value - mean) / spread
        t = math.sqrt(n * (n - 2) * g**2 / ((n - 1) ** 2 - n * g**2))
        levels.append(min(1.0, 2 * n * float(student.sf(t, n - 2))))
    return levels


def generalized_esd(
    column: np.ndarray, most: int, alpha: float
) -> tuple[list[int], list[float], list[float], int]:
    """Return Rosner's test: positions set aside, R_i, lambda_i and the number of outliers."""
    left = {i: float(value) for i, value in enumerate(column)}
    positions, statistics, critical_values, found = [], [], [], 0
    for step in range(1, most + 1):
        mean, spread = fmean(left.values()), stdev(left.values())
        farthest = max(left, key=lambda i: abs(left[i] - mean))
        statistics.append(abs(left[farthest] - mean) / spread)
        critical_values.append(critical_value(len(left), alpha))
        positions.append(farthest)
        if statistics[-1] > critical_values[-1]:
            found = step
        del left[farthest]
    return positions, statistics, critical_values, found


def ecod(rows: np.ndarray, tail: str) -> np.ndarray:
    """Return ECOD's oddness of the rows it is fitted on, by counting, shape (n,).

    Parameters
    ----------
    rows : ndarray of shape (n, columns)
    tail : {"column", "row"}
        The larger tail of each column summed up, or the largest of the three sums of the paper.
    """
    n, width = rows.shape
    skewness = [fmean((v - fmean(rows[:, j])) ** 3 for v in rows[:, j]) for j in range(width)]
    oddness = np.empty(n)
    for i in range(n):
        left = [-math.log(np.sum(rows[:, j] <= rows[i, j]) / n) for j in range(width)]
        right = [-math.log(np.sum(rows[:, j] >= rows[i, j]) / n) for j in range(width)]
        if tail == "column":
            oddness[i] = sum(max(pair) for pair in zip(left, right, strict=True))
        else:
            skewed = [left[j] if skewness[j] < 0 else right[j] for j in range(width)]
            oddness[i] = max(sum(left), sum(right), sum(skewed))
    return oddness


def copod(rows: np.ndarray, tail: str) -> np.ndarray:
    """Return COPOD's oddness of the rows it is fitted on, by counting, shape (n,).

    Parameters
    ----------
    rows : ndarray of shape (n, columns)
    tail : {"column", "row"}
        The larger of corrected tail and mean tail of each column summed up, as in the authors'
        program, or the largest of the three sums of Algorithm 1.
    """
    n, width = rows.shape
    skewness = [fmean((v - fmean(rows[:, j])) ** 3 for v in rows[:, j]) for j in range(width)]
    oddness = np.empty(n)
    for i in range(n):
        sums = {"left": 0.0, "right": 0.0, "corrected": 0.0, "column": 0.0}
        for j in range(width):
            left = -math.log(np.sum(rows[:, j] <= rows[i, j]) / n)
            right = -math.log(np.sum(rows[:, j] >= rows[i, j]) / n)
            corrected = (skewness[j] <= 0) * left + (skewness[j] >= 0) * right
            sums["left"] += left
            sums["right"] += right
            sums["corrected"] += corrected
            sums["column"] += max(corrected, (left + right) / 2)
        by_column = sums.pop("column")
        oddness[i] = by_column if tail == "column" else max(sums.values())
    return oddness


def exponential_power_log_survival(y: float, width: float, power: float) -> float:
    """Return log of the share of f(y) ~ exp(-(y / width)^power), y >= 0, that lies above y.

    Both integrals are taken numerically, in units in which the integrand falls to 1 / e in one.
    """
    z = y / width

    def area(start: float) -> float:
        unit = 1 / max(1.0, power * start ** (power - 1)) if start > 0 else 1.0

        def falling(steps: float) -> float:
            return math.exp(start**power - min((start + unit * steps) ** power, 1e300))

        return unit * (quad(falling, 0, 1, limit=200)[0] + quad(falling, 1, np.inf, limit=200)[0])

    return -(z**power) + math.log(area(z)) - math.log(area(0.0))


def marginal_tail(
    deviations: np.ndarray, y: list[float], powers: np.ndarray, means: np.ndarray
) -> list[float]:
    """Return -log P(deviation above y) on one side of a column, averaged over its posterior.

    Parameters
    ----------
    deviations : ndarray of shape (n,)
        Distances from the median of the values on this side.
    y : list of float
        Where to evaluate.
    powers, means : ndarray
        The grid of powers b, and of mean deviations relative to the uncensored ones' own.
    """
    ordered = sorted(float(value) for value in deviations)
    n, inner = len(ordered), max(2, int(0.88 * len(ordered)))
    own_mean, top = fmean(ordered[:inner]), ordered[inner]
    logs, survivals = [], []
    for power in powers:
        for mean in means:
            width = mean * own_mean * math.gamma(1 / power) / math.gamma(2 / power)
            constant = math.log(power / width / math.gamma(1 / power))
            inside = sum(constant - (value / width) ** power for value in ordered[:inner])
            prior = -0.5 * (math.log(power) / 0.6) ** 2
            prior += math.log(len(powers) / 2) if power == 2 else 0.0  # Gaussian until it says no
            beyond = math.exp(exponential_power_log_survival(top, width, power))
            likelihoods = []
            for share in np.linspace(0, 0.95, 12) * (n - inner) / n:  # of strangers, all beyond
                clean = 0.9 if share == 0 else 0.1 / 11
                outside = (n - inner) * math.log((1 - share) * beyond + share + 1e-320)
                belongs = (inner + 1) * math.log(1 - share)
                likelihoods.append(math.log(clean) + inside + prior + belongs + outside)
            logs.append(float(np.logaddexp.reduce(likelihoods)))
            survivals.append([exponential_power_log_survival(at, width, power) for at in y])
    total = np.logaddexp.reduce(logs)
    pairs = list(zip(logs, survivals, strict=True))
    return [
        float(total - np.logaddexp.reduce([log + survival[i] for log, survival in pairs]))
        for i in range(len(y))
    ]
