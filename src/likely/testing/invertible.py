"""Laws of exact densities: what they draw is what they say, and codes lose nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.base.capabilities import Density, Encoder, Sampler
from likely.testing.law import law, learnt, require, require_equal, shaped_kinds
from likely.testing.shaped import clean
from likely.testing.toys import gaussian

_LOST = 1e-4


@law((Density, Encoder), exact=True)
def codes_restore_rows(model: Any) -> None:
    """`decode(encode(X))` is X to 1e-4 of a spread, and of its size far out."""
    rows = _heavy(400, 0)
    fitted = learnt(model, rows)
    new = np.vstack([_heavy(200, 1), 1e3 * _heavy(20, 2)])
    found, spread = np.asarray(fitted.decode(fitted.encode(new))), _spread(rows)
    require_equal(found / spread, new / spread, "decode(encode(X))", rtol=_LOST, atol=_LOST)


@law((Density, Encoder), exact=True)
def density_is_that_of_the_code_times_the_jacobian(model: Any) -> None:
    """Log p(x) is the normal log-density of the code plus the log-determinant of dz/dx."""
    rows = gaussian(300)
    fitted, spread, width = learnt(model, rows), _spread(rows), rows.shape[1]
    new, step = gaussian(60, seed=1), 1e-2
    jacobian = np.empty((len(new), width, width))
    for j in range(width):
        move = np.zeros(width)
        move[j] = step * spread[j]
        ahead, behind = fitted.encode(new + move), fitted.encode(new - move)
        jacobian[:, :, j] = (ahead - behind).reshape(len(new), width) / (2 * move[j])
    codes = fitted.encode(new).reshape(len(new), width)
    normal = -0.5 * (codes**2).sum(axis=1) - 0.5 * width * np.log(2 * np.pi)
    expected = normal + np.linalg.slogdet(jacobian)[1]
    away = float(np.median(np.abs(fitted.log_prob(new) - expected)))
    require(away <= 0.02, f"log_prob is off by {away:.3f} nats (median; finite differences).")


@law((Density, Sampler), exact=True)
def samples_follow_the_density(model: Any) -> None:
    """The mean of q(x) / p(x) over samples of p is 1, for a normal density q about their centre."""
    fitted = learnt(model, gaussian(500, width=2))
    drawn = np.asarray(fitted.sample(4000, seed=0))
    lower = np.linalg.cholesky(0.6 * np.cov(drawn.T))  # narrower, so that no quotient is huge
    away = np.linalg.solve(lower, (drawn - drawn.mean(axis=0)).T)  # (2, n)
    q = -0.5 * (away**2).sum(axis=0) - np.log(2 * np.pi) - np.log(np.diag(lower)).sum()
    found = float(np.exp(q - fitted.log_prob(drawn)).mean())
    require(abs(found - 1) <= 0.1, f"The mean of q / p over samples is {found:.3f}, not 1.")


@law((Density, Encoder), data="axes", exact=True)
def codes_restore_samples(model: Any) -> None:
    """`decode(encode(X))` is X: whole numbers exactly, others to 1e-4 of their range."""
    for kind in shaped_kinds(model):
        fitted, new = learnt(model, clean(kind)), clean(kind, 9, seed=1)
        found = np.asarray(fitted.decode(fitted.encode(new)), dtype=np.float64)
        require_equal(
            found, new.astype(np.float64), f"decode(encode({kind}))",
            rtol=_LOST, atol=_LOST * float(np.ptp(new)),
        )  # fmt: skip


def _heavy(n: int, seed: int) -> np.ndarray:
    """Return rows with heavy tails, three columns of several sizes."""
    return np.random.default_rng(seed).standard_t(2, size=(n, 3)) * [1.0, 100.0, 0.01] + 5.0


def _spread(rows: np.ndarray) -> np.ndarray:
    low, high = np.quantile(rows, [0.25, 0.75], axis=0)
    return (high - low) / 1.349
