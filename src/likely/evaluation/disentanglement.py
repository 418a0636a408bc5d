"""Whether each number of a code stands for one cause of variation."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.core.errors import DataError, ParameterError


def mutual_information_gap(codes: Any, factors: Any, bins: int = 20) -> float:
    """Return how much better the best number of a code knows a factor than the second best does.

    For each factor, the mutual information with every number of the code is measured, in bins of
    equal width between the 0.5 % and the 99.5 % quantile of the code; the difference of the two
    largest is divided by the entropy of the factor. The gap is the mean over factors.

    Parameters
    ----------
    codes : array of shape (n, latent)
        Codes of samples, as `encode` returns them; at least two numbers each.
    factors : array of shape (n, factor)
        The true causes of each sample; each takes a few values only.
    bins : int in [2, inf), default 20
        Bins of each number of a code.

    Returns
    -------
    float in [0, 1]
        1 if each factor is known exactly from one number of the code, and nothing from the others;
        0 if two know it equally well.

    Raises
    ------
    DataError
        If there is not one row of factors for every code, or a factor never varies.

    References
    ----------
    Chen, R. T. Q., Li, X., Grosse, R. & Duvenaud, D. (2018). Isolating sources of disentanglement
    in variational autoencoders. NeurIPS. https://arxiv.org/abs/1802.04942

    Examples
    --------
    >>> import numpy as np
    >>> causes = np.random.default_rng(0).integers(0, 4, size=(4000, 2))
    >>> round(mutual_information_gap(causes, causes), 2)
    1.0
    >>> turned = causes @ [[1, 1], [1, -1]]
    >>> mutual_information_gap(turned, causes) < 0.1
    True
    """
    if bins < 2:
        raise ParameterError(f"bins must be an integer of at least 2. Got {bins!r}.")
    z, causes = _matrix(codes, "codes"), _matrix(factors, "factors")
    if len(z) != len(causes) or z.shape[1] < 2:
        raise DataError(
            f"Found codes of shape {z.shape} and factors of shape {causes.shape}. Give at least "
            "two numbers a code, and one row of factors for each."
        )
    binned = np.stack([_bins(column, bins) for column in z.T], axis=1)
    gaps = []
    for j, factor in enumerate(causes.T):
        _, values = np.unique(factor, return_inverse=True)
        entropy = _entropy(np.bincount(values))
        if entropy == 0:
            raise DataError(f"Factor {j} never varies. Leave it out.")
        known = np.sort([_information(column, values) for column in binned.T])
        gaps.append((known[-1] - known[-2]) / entropy)
    return float(np.mean(gaps))


def _matrix(values: Any, what: str) -> np.ndarray:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 2 or not len(found) or not np.isfinite(found).all():
        raise DataError(f"The {what} must be finite numbers, (n, ...). Found shape {found.shape}.")
    return found


def _bins(values: np.ndarray, bins: int) -> np.ndarray:
    """Return the bin of each value; a number that never varies has one bin."""
    low, high = np.quantile(values, [0.005, 0.995])
    if not high > low:
        return np.zeros(len(values), dtype=np.int64)
    return np.clip((values - low) / (high - low) * bins, 0, bins - 1).astype(np.int64)


def _information(first: np.ndarray, second: np.ndarray) -> float:
    """Return the mutual information of two whole numbers, in nats."""
    both = first * (second.max() + 1) + second
    return (
        _entropy(np.bincount(first)) + _entropy(np.bincount(second)) - _entropy(np.bincount(both))
    )


def _entropy(counts: np.ndarray) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())
