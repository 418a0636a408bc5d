"""The matrix profile: how far every window of a series is from the nearest other one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from likely.core.errors import DataError, ParameterError
from likely.series.all_pairs import correlate
from likely.series.covariance_tiles import Task
from likely.series.direct_products import correlate_hard
from likely.series.nearest_windows import Nearest
from likely.series.z_windows import ZWindows

Side = Literal["both", "earlier", "later"]

_LEAST_WINDOW = 3
_ROUNDING = 1e-10
"""Distances that rounding of correlations may spoil by more are measured again."""


@dataclass(frozen=True)
class Profile:
    """Nearest neighbours of the windows of a series.

    Attributes
    ----------
    distances : ndarray of shape (windows,) or (windows, channel)
        From 0 to 2 √m; infinite where there is no neighbour.
    neighbours : ndarray of int64, shape (windows,) or (windows, channel)
        First value of the nearest window; -1 where there is none.
    """

    distances: np.ndarray
    neighbours: np.ndarray


def matrix_profile(
    x: np.ndarray,
    window: int,
    *,
    reference: np.ndarray | None = None,
    exclusion: int | None = None,
    side: Side = "both",
    since: int = 0,
) -> Profile:
    """Return the distance of every window to its nearest neighbour, exactly.

    Windows are brought to mean 0 and standard deviation 1, so only their shape counts. Two constant
    windows are at distance 0, a constant one and another at √m. A window with NaN or an infinite
    value in it is no neighbour and has none. Each channel is a series of its own; see `combined`.

    The time grows with the square of the length and does not depend on the window; memory grows
    with the length. As many threads work as numerical libraries may use.

    Parameters
    ----------
    x : ndarray of shape (time,) or (time, channel)
        Values at even steps.
    window : int in [3, time]
        How many values a window has.
    reference : ndarray of shape (time,) or (time, channel), optional
        Neighbours are sought in this series (an AB-join); by default in x itself.
    exclusion : int in [0, inf), optional
        Windows so few steps apart, or fewer, are no neighbours; by default a quarter of the window,
        rounded up. A reference has no such zone.
    side : {"both", "earlier", "later"}, default "both"
        Where in x neighbours may stand. With "earlier" a distance never changes by more than
        rounding when values are appended.
    since : int in [0, windows], default 0
        With side "earlier": only windows from here on are judged, and returned; for streams.

    Returns
    -------
    Profile
        One row a window: windows start at 0, 1, ..., time - window.

    Raises
    ------
    ParameterError
        If a parameter is outside its range.
    DataError
        If arrays are no numbers, have other axes, or are shorter than a window.

    References
    ----------
    Yeh, C.-C. M. et al. (2016). Matrix Profile I: all pairs similarity joins for time series. ICDM.
    Law, S. M. (2019). STUMPY: a powerful and scalable Python library for time series data mining.
    JOSS 4(39). https://doi.org/10.21105/joss.01504 (conventions for constant windows and gaps)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.series.profiles import matrix_profile
    >>> x = np.sin(np.arange(400) / 5)
    >>> x[200:210] = 0
    >>> found = matrix_profile(x, 30)
    >>> bool(170 < found.distances.argmax() < 210)
    True
    """
    values = _columns(x, window, "x")
    others = None if reference is None else _columns(reference, window, "reference")
    gap = _gap(window, exclusion)
    _check_side(side, since, len(values) - window + 1, reference)
    if others is not None and others.shape[1] != values.shape[1]:
        raise DataError(
            f"x has {values.shape[1]} channels, reference {others.shape[1]}; give both the same."
        )
    found = []
    for channel in range(values.shape[1]):
        windows = ZWindows(values[:, channel], window)
        if others is None:
            found.append(_of_itself(windows, gap, side, since))
        else:
            found.append(_of_another(windows, ZWindows(others[:, channel], window)))
    if np.ndim(x) == 1:
        return found[0]
    return Profile(
        np.column_stack([one.distances for one in found]),
        np.column_stack([one.neighbours for one in found]),
    )


def combined(distances: np.ndarray, channels: int | None = None) -> np.ndarray:
    """Return one distance a window from those of its channels.

    Parameters
    ----------
    distances : ndarray of shape (windows, channel)
        As `matrix_profile` returns them.
    channels : int in [1, channel], optional
        The mean is of so many channels, those that are farthest from what is known: 1 is the
        maximum. By default of all. Channels without a neighbour count only where none has one.

    Returns
    -------
    ndarray of shape (windows,)
        Mean distance; infinite where no channel has a neighbour.
    """
    width = distances.shape[1]
    if channels is not None and not 1 <= channels <= width:
        raise ParameterError(f"channels={channels!r} must be in [1, {width}].")
    ranked = -np.sort(-np.where(np.isfinite(distances), distances, -1.0), axis=1)
    ranked = ranked[:, : channels or width]
    known = ranked >= 0
    count = known.sum(axis=1)
    sums = np.where(known, ranked, 0.0).sum(axis=1)
    return np.where(count > 0, sums / np.maximum(count, 1), np.inf)


def _of_itself(windows: ZWindows, gap: int, side: Side, since: int) -> Profile:
    """Return the profile of one channel among its own windows."""
    earlier, later = Nearest(len(windows)), Nearest(len(windows))
    task = Task(windows, windows, gap, of_rows=later, of_columns=earlier)
    correlate(task, since)
    correlate_hard(task, since)
    _offer_constant(earlier, windows, windows, -gap)
    _offer_constant(later, windows, windows, gap)
    found = {"earlier": earlier, "later": later}.get(side) or earlier.joined(later)
    measured = _measured(found, windows, windows)
    return Profile(measured.distances[since:], measured.neighbours[since:])


def _of_another(windows: ZWindows, others: ZWindows) -> Profile:
    """Return the profile of one channel among the windows of another series."""
    found = Nearest(len(windows))
    task = Task(windows, others, None, of_rows=found, of_columns=None)
    correlate(task)
    correlate_hard(task)
    _offer_constant(found, windows, others, 0)
    return _measured(found, windows, others)


def _offer_constant(found: Nearest, windows: ZWindows, others: ZWindows, gap: int) -> None:
    """Offer pairs of which one or both are constant: correlation 1/2, or 1.

    `gap` is how far behind a window others start if positive, by how much they end before it if
    negative; 0 allows all.
    """
    for mine, theirs, correlation in (
        (windows.constant, others.constant, 1.0),
        (windows.constant, others.usable, 0.5),
        (windows.usable, others.constant, 0.5),
    ):
        at, candidates = np.flatnonzero(mine), np.flatnonzero(theirs)
        if not len(at) or not len(candidates):
            continue
        pick = np.searchsorted(candidates, at + gap) if gap > 0 else np.zeros_like(at)
        there = pick < len(candidates)
        position = candidates[np.minimum(pick, len(candidates) - 1)]
        if gap < 0:
            there = position <= at + gap
        found.offer(at[there], np.full(there.sum(), correlation), position[there])


def _measured(found: Nearest, windows: ZWindows, others: ZWindows) -> Profile:
    """Return distances; those that cancellation blurs are measured as differences of values."""
    m = windows.window
    lost = found.position < 0
    squares = 2 * m * (1 - np.clip(np.where(lost, 0.0, found.correlation), -1, 1))
    distances = np.where(lost, np.inf, np.sqrt(squares))
    both = windows.usable & others.usable[found.position] & ~lost
    error = 1e-14 * m * windows.hardness * others.hardness[found.position]
    blurred = np.flatnonzero(both & (error > _ROUNDING * distances))
    for here in windows.blocks():
        which = blurred[(blurred >= here.start) & (blurred < here.stop)]
        if len(which):
            apart = windows.of(which) - others.of(found.position[which])  # (some, m)
            distances[which] = np.sqrt(m * np.einsum("ij,ij->i", apart, apart))
    return Profile(distances, found.position)


def _columns(x: np.ndarray, window: int, name: str) -> np.ndarray:
    """Return values as float64 of shape (time, channel)."""
    values = np.asarray(x)
    if values.dtype.kind not in "fiub" or values.ndim not in (1, 2) or 0 in values.shape[1:]:
        raise DataError(
            f"{name} has dtype {values.dtype} and shape {values.shape}; "
            "it must be numbers of shape (time,) or (time, channel)."
        )
    if not isinstance(window, (int, np.integer)) or window < _LEAST_WINDOW:
        raise ParameterError(f"window={window!r} must be a whole number of at least 3.")
    if len(values) < window:
        raise DataError(f"{name} has {len(values)} values; a window needs {window}.")
    return values.astype(np.float64).reshape(len(values), -1)


def _gap(window: int, exclusion: int | None) -> int:
    """Return how many steps apart the closest neighbours may be."""
    if exclusion is None:
        return -(-window // 4) + 1
    if not isinstance(exclusion, (int, np.integer)) or exclusion < 0:
        raise ParameterError(f"exclusion={exclusion!r} must be a whole number of at least 0.")
    return int(exclusion) + 1


def _check_side(side: Side, since: int, count: int, reference: np.ndarray | None) -> None:
    if side not in ("both", "earlier", "later"):
        raise ParameterError(f'side={side!r} must be "both", "earlier" or "later".')
    if reference is not None and side != "both":
        raise ParameterError(f'side={side!r} needs a series of its own; leave "reference" out.')
    if not 0 <= since <= count or (since and side != "earlier"):
        raise ParameterError(
            f'since={since!r} must be in [0, {count}], and 0 unless side="earlier".'
        )
