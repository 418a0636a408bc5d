"""p-values for the very rows that were learnt from, under a stated assumption about the tail."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from likely.base.model import Model
from likely.calibration.decisions import benjamini_hochberg
from likely.core.empirical import CENSOR_FROM, Tail, learn_empirical

FEWEST_ROWS = 50
"""Below this many rows the tail cannot be fitted well enough for a promise."""

ASSUMPTION = (
    f"one assumption: beyond their {CENSOR_FROM:.0%} quantile, the scores of ordinary rows fall "
    "off as fast as they do just below it"
)
_FEWEST_STEPS = 50
"""So many different scores must lie in the tail that is fitted."""

_TEST_AT = 0.1
_TEST_SPAN = 3.0
"""Nats beyond the censoring point that the test looks at; anomalies lie deeper than that."""

_TOO_HEAVY = 0.15
"""The tail is refused if rows above the fitted range lie deeper than predicted by this share on
average: then about 6 in a million rows get a p-value of one in a million, …"""

_SURE = 3.0
"""… and if that is this many standard errors."""


@dataclass(frozen=True)
class Judgement:
    """p-values of rows that were learnt from.

    Parameters
    ----------
    log_p : ndarray of shape (n,)
        Natural logarithm of each p-value; of each row's rank among all if the promise is off.
    holds : bool
        Whether the promise holds; otherwise the rows are only ranked.
    why : str
        What speaks against the promise, in words; empty if it holds.
    basis : str
        What the promise rests on, in words.
    """

    log_p: np.ndarray
    holds: bool
    why: str
    basis: str = ASSUMPTION


def judge_same_rows(
    oddness: np.ndarray, model: Model, sample: np.ndarray | None = None
) -> Judgement:
    """Turn held-out oddness of all rows into p-values.

    Parameters
    ----------
    oddness : ndarray of shape (n,)
        Oddness of each row by a model that did not see it.
    model : Model
        One of these models: what it knows of how its oddness falls off.
    sample : ndarray of int64, shape (k,), optional
        Positions of rows drawn at random, which the tail is fitted to and tested on. Default: all.
    """
    fitted = slice(None) if sample is None else sample
    n = len(oddness[fitted])
    if model.power_tail:  # the logarithm of what falls off like a power is exponential
        typical = float(np.median(oddness[fitted]))
        oddness = np.log1p(np.maximum(oddness, 0.0) / (typical if typical > 0 else 1.0))
    distribution = learn_empirical(oddness[fitted], least_scale=model.least_scale)
    log_p = distribution.log_p(oddness)
    why = ""
    if n < FEWEST_ROWS or distribution.tail is None:
        why = f"a promise needs {FEWEST_ROWS - n} more rows (at least {FEWEST_ROWS})"
    elif not model.steady_tail:
        why = f"how far out the scores of {type(model).__name__} reach cannot be foretold"
    elif np.sum(distribution.values > distribution.tail.start) < min(_FEWEST_STEPS, 0.15 * n):
        why = "too many of the odder rows have exactly the same score"
    elif _is_too_heavy(oddness[fitted], log_p[fitted], distribution.tail):
        why = "the scores fall off more slowly than assumed, as they do on heavy-tailed data"
    if why:
        log_p = replace(distribution, tail=None).log_p(oddness)
    return Judgement(log_p, not why, why)


def _is_too_heavy(oddness: np.ndarray, log_p: np.ndarray, tail: Tail) -> bool:
    """Compare the rows just above the fitted range with what the tail predicts for them.

    Below the log p of the censoring point, log p of ordinary rows is exponential; cut off where
    rows would be reported, or after `_TEST_SPAN`, since what lies deeper may be the anomalies.
    """
    edge = tail.log_survival(np.quantile(oddness, [CENSOR_FROM], method="higher"))[0]
    reported = benjamini_hochberg(log_p, _TEST_AT)
    threshold = np.log(_TEST_AT * max(reported.sum(), 1) / len(log_p))
    span = min(max(edge - threshold, 1e-3), _TEST_SPAN)
    depth = edge - log_p[(log_p < edge) & (log_p > edge - span)]
    if len(depth) == 0:
        return False
    shrink = span / np.expm1(span)
    mean = 1 - shrink
    variance = 1 - shrink**2 * np.exp(span)
    error = np.sqrt(max(variance, 1e-6) / len(depth))
    return bool(depth.mean() - mean > max(_TOO_HEAVY * mean, _SURE * error))
