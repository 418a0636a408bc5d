"""Whether a model's densities are as high at real samples as at its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.stats import ks_2samp

from likely.base.capabilities import Density, Sampler
from likely.core.errors import CannotDo, DataError, ParameterError

_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


@dataclass(frozen=True)
class DensityCalibration:
    """How log-densities of held-out samples lie among those of a model's own samples.

    Parameters
    ----------
    levels : ndarray of shape (q,)
        Shares of its own samples that the model's regions of highest density hold.
    shares : ndarray of shape (q,)
        Shares of the held-out samples that they hold; equal to `levels` if the model is right.
    error : float in [0, 0.5]
        Mean of |share - level| over all levels.
    lean : float in [-0.5, 0.5]
        Mean of share - level: negative if real samples are less likely than the model's own, so
        that its regions are too small; positive if it spreads too far.
    p_value : float in [0, 1]
        Of "both sorts of log-densities come from one distribution" (Kolmogorov and Smirnov).
    ranks : ndarray of shape (n,)
        Share of the model's own samples that are at most as likely as each held-out sample, ties
        counting one half; uniform if the model is right.
    """

    levels: np.ndarray
    shares: np.ndarray
    error: float
    lean: float
    p_value: float
    ranks: np.ndarray = field(repr=False)


def density_calibration(
    model: Any,
    held_out: Any,
    generated: Any = None,
    *,
    n: int = 1_000,
    levels: Sequence[float] = _LEVELS,
    seed: int = 0,
) -> DensityCalibration:
    """Compare a model's log-densities of held-out samples with those of its own samples.

    The region of highest density that holds the share q of a model's own samples should hold the
    share q of real ones. It can hold fewer, although real samples have a high likelihood on
    average: a model that is too sure of itself.

    Parameters
    ----------
    model : Model
        Fitted, with `log_prob` and `sample`.
    held_out : as in `log_prob`
        Real samples that it has not learnt from.
    generated : as `held_out`, optional
        At least 20 of the model's own samples. Default: n are drawn.
    n : int in [20, inf), default 1000
        Samples to draw from the model, if none are given.
    levels : sequence of float in (0, 1)
        Shares to report.
    seed : int in [0, inf), default 0
        Of the model's samples.

    Returns
    -------
    DensityCalibration

    Raises
    ------
    CannotDo
        If the model has no `log_prob` or no `sample`.
    DataError
        If a log-density is NaN, or there are fewer than 20 of the model's own samples.
    ParameterError
        If an argument is out of range.

    Notes
    -----
    Necessary and not sufficient: a model that puts the right shares into regions of the wrong form
    passes. A bound instead of a density (`exact` is False) can be compared in the same way. Values
    that `sample` rounds, such as whole numbers, must be whole in the held-out samples, too.

    References
    ----------
    Hyndman, R. J. (1996). Computing and graphing highest density regions. The American Statistician
    50. https://doi.org/10.1080/00031305.1996.10474359
    Dalmasso, N., Pospisil, T., Lee, A. B., Izbicki, R., Freeman, P. E. & Malz, A. I. (2020).
    Conditional density estimation tools in Python and R with applications to photometric redshifts
    and likelihood-free cosmological inference. Astronomy and Computing 30.
    https://arxiv.org/abs/1908.11523

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import GaussianMixture
    >>> rows = np.random.default_rng(0).normal(size=(2000, 2))
    >>> model = GaussianMixture(n_components=1).fit(rows[:1000])
    >>> density_calibration(model, rows[1000:]).p_value > 0.01
    True
    >>> density_calibration(model, 3 * rows[1000:]).lean < -0.2
    True
    """
    if not (isinstance(model, Density) and isinstance(model, Sampler)):
        raise CannotDo(f"{type(model).__name__} needs both log_prob and sample for this.")
    asked = np.asarray(levels, dtype=np.float64)
    if n < 20 or asked.ndim != 1 or not len(asked) or not ((asked > 0) & (asked < 1)).all():
        raise ParameterError(
            f"n must be at least 20 and levels in (0, 1). Got {n!r} and {list(levels)!r}."
        )
    samples = model.sample(n, seed) if generated is None else generated
    own = np.sort(_log_prob(model, samples, "of its own samples"))
    n = len(own)
    if n < 20:
        raise DataError(f"Give at least 20 of the model's own samples. Found {n}.")
    real = _log_prob(model, held_out, "of held-out samples")
    ranks = (np.searchsorted(own, real) + np.searchsorted(own, real, side="right")) / (2 * n)
    differences = _shares(ranks, every := (np.arange(n) + 0.5) / n) - every
    test: Any = ks_2samp(real, own, method="asymp")
    return DensityCalibration(
        levels=asked,
        shares=_shares(ranks, asked),
        error=float(np.abs(differences).mean()),
        lean=float(ranks.mean() - 0.5),
        p_value=float(test.pvalue),
        ranks=ranks,
    )


def _log_prob(model: Density, samples: Any, what: str) -> np.ndarray:
    found = np.asarray(model.log_prob(samples), dtype=np.float64)
    missing = int(np.isnan(found).sum())
    if missing:
        raise DataError(f"{missing} of {len(found)} log-densities {what} are NaN.")
    return found


def _shares(ranks: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Return which share of samples lies in each region of highest density."""
    odd = np.sort(1 - ranks)
    return np.searchsorted(odd, levels, side="right") / len(odd)
