"""Minimum covariance determinant: location and scatter that gross rows cannot move.

The estimate is the mean and covariance of the majority of rows whose covariance has the smallest
determinant. The search is deterministic: a few cheap robust guesses of the scatter each name the
rows that look central, and concentration steps (fit the chosen rows; choose the rows nearest by
that fit) lower the determinant until nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri
from scipy.stats import chi2, rankdata

from likely.core.covariance import regularise, whitening
from likely.core.random import some_rows

MOST_ROWS = 10_000
"""Concentration steps look at this many rows at most; the final reweighting looks at all."""

LUMP = 0.25
"""A column is lumpy if this share of its rows holds one and the same value."""

RARE = 2.0
"""A rare value of a two-valued column lies at most this many standard deviations out."""

_SCREENING_STEPS = 2
_MOST_STEPS = 50
_KEPT_STARTS = 2
_MAD_TO_SIGMA = 1.482602218505602
_CUT = 0.975
_FLOOR_CLIP = 10.0


class Scatter(NamedTuple):
    """A centre, shape (width,), and a covariance, shape (width, width)."""

    centre: np.ndarray
    covariance: np.ndarray


def minimum_covariance_determinant(
    x: np.ndarray,
    rng: np.random.Generator,
    support: float = 0.75,
    steps: np.ndarray | float = 0.0,
) -> Scatter:
    """Return centre and covariance of the central majority of the rows.

    Parameters
    ----------
    x : ndarray of shape (n, width)
        Rows, on a like scale; n of at least 2.
    rng : Generator
        Draws the rows of the search when there are more than `MOST_ROWS`; unused otherwise.
    support : float in [0.5, 1], default 0.75
        Share of the rows that the search fits: up to 1 - `support` of them may be gross.
    steps : ndarray of shape (width,), default 0
        How far columns move that stand for categories, where the category changes.

    Returns
    -------
    Scatter
        Reweighted estimate, consistent for Gaussian rows.

    References
    ----------
    Hubert, M., Rousseeuw, P. & Verdonck, T. (2012). A deterministic algorithm for robust location
    and scatter. J. Comput. Graph. Stat. 21(3). https://doi.org/10.1080/10618600.2012.672100
    Boudt, K., Rousseeuw, P., Vanduffel, S. & Verdonck, T. (2020). The minimum regularized
    covariance determinant estimator. Stat. Comput. 30. https://doi.org/10.1007/s11222-019-09869-x
    """
    searched = x[some_rows(len(x), MOST_ROWS, rng)]
    lumps = find_lumps(searched, steps)
    centre, spread = np.median(searched, axis=0), _spread(searched, lumps.least)
    z = (searched - centre) / spread
    kept = _kept_count(len(z), z.shape[1], support)
    best = _search(z, kept, lumps.over(spread))
    raw = _corrected(searched, best, centre, spread)
    return _reweighted(x, raw, support, lumps)


class Lumps(NamedTuple):
    """What to add to the scatter of columns where many rows share one value, shapes (width,).

    Among the central rows the spread of such a column is nothing, and every other value would be
    infinitely odd. So the spread of all rows, with gross values pulled in, is the `least` to
    believe in. Columns of two values, and those that stand for categories, get `noise` of their own
    besides: however rare a category is, also one that no row had, and though its indicators add up
    to one, it lies only so many standard deviations out, because a Gaussian says nothing about the
    odds of a category.
    """

    least: np.ndarray
    noise: np.ndarray

    def over(self, spread: np.ndarray) -> Lumps:
        """Return the same in another unit."""
        return Lumps(self.least / spread, self.noise / spread)


def find_lumps(x: np.ndarray, steps: np.ndarray | float = 0.0) -> Lumps:
    """Look for columns in which many rows share one value, or that are known to be categories."""
    ordered = np.sort(x, axis=0)
    lump = max(1, int(LUMP * len(x)))
    lumpy = (ordered[lump:] == ordered[:-lump]).any(axis=0)
    centre = ordered[len(x) // 2]
    clipped = np.clip(x - centre, -_FLOOR_CLIP, _FLOOR_CLIP)
    low, high = ordered[0], ordered[-1]
    two_valued = lumpy & ((x == low) | (x == high)).all(axis=0)
    return Lumps(
        np.where(lumpy, np.std(clipped, axis=0), 0.0),
        np.maximum(np.where(two_valued, np.minimum(high - low, _FLOOR_CLIP), 0.0), steps) / RARE,
    )


def _search(z: np.ndarray, kept: int, lumps: Lumps) -> Scatter:
    """Return the fit of smallest determinant over all starts."""
    screened = [_concentrate(z, rows, kept, lumps, _SCREENING_STEPS) for rows in _starts(z, kept)]
    screened.sort(key=lambda found: found[0])
    finished = [
        _concentrate(z, rows, kept, lumps, _MOST_STEPS) for _, rows in screened[:_KEPT_STARTS]
    ]
    _, rows = min(finished, key=lambda found: found[0])
    return _fit(z[rows], lumps)


def _concentrate(
    z: np.ndarray, rows: np.ndarray, kept: int, lumps: Lumps, steps: int
) -> tuple[float, np.ndarray]:
    """Return the log-determinant reached and the rows chosen after at most `steps` C-steps."""
    reached = np.inf
    for _ in range(steps):
        centre, covariance = _fit(z[rows], lumps)
        white = whitening(covariance)
        determinant = -2 * float(np.log(np.diag(white)).sum())
        if determinant >= reached - 1e-9:
            break
        reached = determinant
        rows = _nearest_rows(_squares(z, centre, white), kept)
    return reached, rows


def _fit(rows: np.ndarray, lumps: Lumps) -> Scatter:
    centre = rows.mean(axis=0)
    centred = rows - centre
    return Scatter(centre, _lifted(centred.T @ centred / len(rows), len(rows), lumps))


def _lifted(covariance: np.ndarray, rows: int, lumps: Lumps) -> np.ndarray:
    return regularise(covariance + np.diag(lumps.noise**2), rows, lumps.least, ball=True)


def _squares(x: np.ndarray, centre: np.ndarray, white: np.ndarray) -> np.ndarray:
    y = (x - centre) @ white
    return np.einsum("ij,ij->i", y, y)


def _nearest_rows(squares: np.ndarray, kept: int) -> np.ndarray:
    return np.argpartition(squares, kept - 1)[:kept]


def _kept_count(rows: int, width: int, support: float) -> int:
    """Rows of the search: at least the half that gives the highest breakdown point."""
    least = min(rows, (rows + width + 1) // 2) if width < rows else (rows + 1) // 2
    return int(np.clip(round(support * rows), least, rows))


def _starts(z: np.ndarray, kept: int) -> Iterator[np.ndarray]:
    """Yield the rows nearest by each of five robust guesses of the scatter.

    The sixth guess of the paper, pairwise robust covariances, costs width^2 sorts and is left out.
    """
    ranks = rankdata(z, axis=0)
    lengths = np.sqrt(np.einsum("ij,ij->i", z, z))
    directions = z / np.where(lengths > 0, lengths, 1.0)[:, None]
    central = z[_nearest_rows(lengths, (len(z) + 1) // 2)]
    for guess in (
        np.tanh(z),
        ranks,
        ndtri((ranks - 1 / 3) / (len(z) + 1 / 3)),
        directions,
        central,
    ):
        centred = guess - guess.mean(axis=0)
        scatter = regularise(centred.T @ centred / len(centred), len(centred))
        if guess is not directions and guess is not central:
            spread = np.sqrt(np.diag(scatter))
            scatter = scatter / spread / spread[:, None]
        yield _nearest_rows(_guessed_squares(z, scatter), kept)


def _guessed_squares(z: np.ndarray, scatter: np.ndarray) -> np.ndarray:
    """Squared distances by the directions of a guess, with robust spreads along them."""
    _, directions = np.linalg.eigh(scatter)
    along = z @ directions
    along -= np.median(along, axis=0)
    y = along / _spread(along, 0.0)
    return np.einsum("ij,ij->i", y, y)


def _spread(x: np.ndarray, floor: np.ndarray | float) -> np.ndarray:
    """Median absolute deviation as a standard deviation, shape (width,), never zero."""
    spread = _MAD_TO_SIGMA * np.median(np.abs(x - np.median(x, axis=0)), axis=0)
    spread = np.maximum(spread, floor)
    return np.where(spread > 0, spread, 1.0)


def _corrected(x: np.ndarray, found: Scatter, centre: np.ndarray, spread: np.ndarray) -> Scatter:
    """Return the fit in the unit of the data, scaled so that the median distance is Gaussian."""
    moved = Scatter(centre + spread * found.centre, found.covariance * spread * spread[:, None])
    squares = _squares(x, moved.centre, whitening(moved.covariance))
    factor = float(np.median(squares)) / chi2.ppf(0.5, x.shape[1])
    return Scatter(moved.centre, moved.covariance * (factor if factor > 0 else 1.0))


def _reweighted(x: np.ndarray, raw: Scatter, support: float, lumps: Lumps) -> Scatter:
    """Fit all rows inside the 97.5 % ellipsoid of the raw fit."""
    width = x.shape[1]
    squares = _squares(x, raw.centre, whitening(raw.covariance))
    cut = chi2.ppf(_CUT, width)
    rows = np.flatnonzero(squares <= cut)
    if len(rows) < (least := _kept_count(len(x), width, support)):
        rows = np.sort(_nearest_rows(squares, least))
    inside = x[rows]
    mean = inside.mean(axis=0)
    centred = inside - mean
    covariance = centred.T @ centred / len(rows) * (_CUT / chi2.cdf(cut, width + 2))
    return Scatter(mean, _lifted(covariance, len(rows), lumps))
