"""What is missing of numbers, by the best linear guess given all that is known.

Chances of pieces lose how exactly numbers follow from others: that six bills lie on one line.
Means and covariances of numbers and indicators of labels keep it. Whatever is known of a row, they
give the regression of the rest on that; with gaps among the rows learnt from they are found by
expectation and maximisation (Dempster, Laird & Rubin, 1977; Little & Rubin, 2019, chapter 11).
Cells hidden from rows learnt tell, column by column, how far this guess is trusted beside that of
the chances.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from likely.base.state import Array
from likely.data.pieces import FIRST, Pieces

ROUNDS = 5
_LEVELS = 5  # of a column, the most frequent ones, that have an indicator
_WIDEST = 100  # features; of more, chances alone say what to expect
_WORK = 3e8  # about so many multiplications a round: of wide tables fewer rows count
_BATCH = 4e6  # numbers held at a time
_FEWEST = 10  # rows a feature, and else no rounds
_LEAST_VARIANCE = 1e-3  # of a direction before the first round, in squared spreads
_RIDGE = 1e-5
LARGEST = 1e100  # numbers beyond it have no square


NAMES = {
    "linear_piece_": Array("feature", dtype="int64", low=-1, high="piece"),
    "linear_column_": Array("feature", dtype="int64", low=0, high="column"),
    "linear_centre_": Array("feature"),
    "linear_scale_": Array("feature", low=0),
    "linear_reach_": Array("feature", low=0),
    "linear_covariance_": Array("feature", "feature"),
    "linear_share_": Array("column", low=0, high=1),
}
"""What a model has of `Linear`, in its order."""


@dataclass(frozen=True)
class Linear:
    """Means and covariances of features.

    Parameters
    ----------
    piece : ndarray of int, shape (feature,)
        The piece that a feature is the indicator of; -1 for the value of a number.
    column : ndarray of int, shape (feature,)
        Whose it is.
    centre, scale : ndarray of shape (feature,)
        What a feature is measured from, and in.
    reach : ndarray of shape (feature,)
        How far from the centre values learnt are, in `scale`.
    covariance : ndarray of shape (feature, feature)
        Of features so measured.
    share : ndarray of shape (column,)
        How far the linear guess is trusted in each column, between 0 and 1; empty before that
        is known.
    """

    piece: np.ndarray
    column: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    reach: np.ndarray
    covariance: np.ndarray
    share: np.ndarray

    def expected(self, x: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Return what to expect of the numbers of rows that are missing, (n, columns); else NaN."""
        whole = self._features(x, codes)
        for rows, back, _ in _by_pattern(np.isnan(whole), self.covariance):
            guess = np.einsum("nij,nj->ni", back, np.nan_to_num(whole[rows]))
            whole[rows] = np.where(np.isnan(whole[rows]), guess, whole[rows])
        found = np.full(x.shape, np.nan)
        for k in np.flatnonzero(self.piece < 0):
            value = np.clip(whole[:, k], -self.reach[k], self.reach[k])
            found[:, self.column[k]] = value * self.scale[k] + self.centre[k]
        return np.where(np.isnan(x), found, np.nan)

    def blended(self, x: np.ndarray, codes: np.ndarray, filled: np.ndarray) -> np.ndarray:
        """Return rows filled by chances moved towards the linear guess, as far as it is trusted."""
        moved = filled + self.share * (self.expected(x, codes) - filled)
        return np.where(np.isnan(moved), filled, moved)

    def _features(self, x: np.ndarray, codes: np.ndarray) -> np.ndarray:
        features = _raw(x, codes, self.piece, self.column)
        measured = (features - self.centre) / self.scale
        return np.clip(measured, -self.reach, self.reach)


def pack_linear(linear: Linear) -> dict[str, np.ndarray]:
    """Return the arrays of a `Linear` by the names that a model has for them."""
    return {name: getattr(linear, f.name) for name, f in zip(NAMES, fields(linear), strict=True)}


def unpack_linear(holder: Any) -> Linear:
    """Return the `Linear` of a model that has the arrays of `pack_linear` as attributes."""
    return Linear(*(getattr(holder, name) for name in NAMES))


def check_linear(holder: Any, pieces: Sequence[Pieces]) -> None:
    """Raise `ValueError` if arrays out of a file contradict one another."""
    linear = unpack_linear(holder)
    numbers = np.array([is_number(own) for own in pieces])
    if (linear.share[~numbers] > 0).any() or not numbers[linear.column[linear.piece < 0]].all():
        raise ValueError("a linear guess is made at what is no number")
    if (linear.scale <= 0).any() or (np.linalg.eigvalsh(linear.covariance) <= 0).any():
        raise ValueError("features of the linear guess are spread by nothing or less")


def learn_linear(x: np.ndarray, codes: np.ndarray, pieces: Sequence[Pieces]) -> Linear:
    """Return means and covariances of rows, in whatever order rows come.

    Parameters
    ----------
    x : ndarray of shape (n, columns)
        Stored values; NaN is missing.
    codes : ndarray of int, shape (n, columns)
        The same as pieces.
    pieces : sequence of Pieces
        Of every column.
    """
    chosen = [(j, piece) for j, own in enumerate(pieces) for piece in _chosen(own, codes[:, j])]
    if len(chosen) > _WIDEST or not any(piece < 0 for _, piece in chosen):
        chosen = []
    column, piece = np.array(chosen, dtype=np.int64).reshape(-1, 2).T
    raw = _raw(x, codes, piece, column)
    raw = raw[np.lexsort(raw.T)] if len(chosen) else raw
    known = ~np.isnan(raw)
    count = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, raw / count, 0.0).sum(axis=0)
    away = np.where(known, raw - centre, 0.0)
    largest = np.maximum(np.abs(away).max(axis=0, initial=0.0), 1e-300)
    scale = largest * np.sqrt(((away / largest) ** 2).sum(axis=0) / count)
    scale = np.where(scale > 0, scale, 1.0)
    measured = np.where(known, away / scale, np.nan)
    reach = np.abs(np.nan_to_num(measured)).max(axis=0, initial=0.0)
    mean, covariance = _moments(measured)
    centre, reach = centre + mean * scale, reach + np.abs(mean)
    return Linear(piece, column, centre, scale, reach, covariance, np.empty(0))


def trusted(truth: np.ndarray, chances: np.ndarray, linear: np.ndarray) -> np.ndarray:
    """Return the share of the linear guess in every column that leaves the least squared error.

    Parameters
    ----------
    truth, chances, linear : ndarray of shape (n, columns)
        What was hidden, and both guesses at it; NaN in any where nothing is to be compared.

    Returns
    -------
    ndarray of shape (columns,)
        Between 0 and 1; 0 where nothing tells.

    Examples
    --------
    >>> trusted(np.array([[1.0], [2.0]]), np.array([[0.0], [0.0]]), np.array([[2.0], [4.0]]))
    array([0.5])
    """
    apart, short = linear - chances, truth - chances
    here = ~np.isnan(apart) & ~np.isnan(short)
    apart, unit = _by_largest(np.where(here, apart, 0.0))
    short, other = _by_largest(np.where(here, short, 0.0))
    power = (apart**2).sum(axis=0)
    slope = (apart * short).sum(axis=0) / np.where(power > 0, power, 1.0)
    with np.errstate(over="ignore"):
        return np.clip(slope * np.maximum(other / unit, 1e-300), 0.0, 1.0)


def _by_largest(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return columns in units of their largest number, which have squares, and the units."""
    largest = np.abs(x).max(axis=0, initial=0.0)
    unit = np.where(largest > 0, largest, 1.0)
    return x / unit, unit


def is_number(pieces: Pieces) -> bool:
    """Whether values lie on a line, and not only at two places of it or none."""
    return len(pieces.labels) == 0 and len(pieces) > FIRST + 2


def _chosen(pieces: Pieces, codes: np.ndarray) -> list[int]:
    """Return the features of a column: -1 for its number, or its most frequent pieces."""
    if is_number(pieces):
        return [-1]
    counts = np.bincount(codes, minlength=len(pieces))[FIRST:]
    order = np.argsort(-counts, kind="stable")[:_LEVELS]
    return (FIRST + order[counts[order] > 0]).tolist()


def _raw(x: np.ndarray, codes: np.ndarray, piece: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Return features in their own units, (n, features); NaN where a value is missing."""
    values = np.where(np.abs(x) <= LARGEST, x, np.nan)[:, column]
    return np.where(np.isnan(values) | (piece < 0), values, codes[:, column] == piece)


def _moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return means and covariances of rows with gaps."""
    n, width = x.shape
    known = ~np.isnan(x)
    zero = np.nan_to_num(x)
    mean = np.zeros(width)
    pairs = np.maximum(known.T.astype(float) @ known, 1.0)
    covariance = (zero.T @ zero) / pairs
    if known.all() or not width:
        return mean, covariance + _RIDGE * np.eye(width)
    values, vectors = np.linalg.eigh(covariance)
    covariance = (vectors * np.maximum(values, _LEAST_VARIANCE)) @ vectors.T
    most = int(_WORK / width**3)
    if min(n, most) < _FEWEST * width:
        return mean, covariance
    rows = x[np.linspace(0, n - 1, min(n, most)).astype(np.int64)]
    for _ in range(ROUNDS):
        mean, covariance = _round(rows, mean, covariance)
    return mean, covariance


def _round(
    x: np.ndarray, mean: np.ndarray, covariance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return means and covariances of rows completed by the last ones."""
    whole, open_ = x.copy(), np.zeros_like(covariance)
    for rows, back, left in _by_pattern(np.isnan(x), covariance):
        guess = mean + np.einsum("nij,nj->ni", back, np.nan_to_num(x[rows] - mean))
        whole[rows] = np.where(np.isnan(x[rows]), guess, x[rows])
        open_ += left
    found = whole.mean(axis=0)
    away = whole - found
    return found, (away.T @ away + open_) / len(x) + _RIDGE * np.eye(len(mean))


def _by_pattern(
    missing: np.ndarray, covariance: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield rows, the regressions of each on what is known, and what these leave open, summed.

    Rows in which the same is missing have one regression, so that it is found once.
    """
    width = missing.shape[1]
    order = np.lexsort(missing.T) if width else np.arange(0)
    size = max(1, int(_BATCH / max(width, 1) ** 2))
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        patterns, which, counts = np.unique(
            missing[rows], axis=0, return_inverse=True, return_counts=True
        )
        both = ~patterns[:, :, None] & ~patterns[:, None, :]
        own = np.where(both, covariance, 0.0)
        diagonal = np.arange(width)
        own[:, diagonal, diagonal] += patterns  # apart from the others, so left as they are
        back = covariance @ np.where(both, np.linalg.inv(own), 0.0)
        hidden = patterns[:, :, None] & patterns[:, None, :]
        left = np.where(hidden, covariance - back @ covariance, 0.0)
        yield rows, back[which.ravel()], np.tensordot(counts, left, axes=1)
