"""How far windows are from the most similar known one, those that hardly move being levels.

Of another series, of their own, or of what is kept elsewhere of a long one that they are part of.
"""

from __future__ import annotations

import numpy as np

from likely.series.kept_stretches import with_gaps
from likely.series.profiles import matrix_profile
from likely.series.still_windows import judged_as_still, still_windows


def distances_to(values: np.ndarray, pieces: list[np.ndarray], length: int) -> np.ndarray:
    """Return the distance of every window to the most similar one of some stretches.

    Parameters
    ----------
    values : ndarray of float64, shape (time, channel)
        What is judged, in units of the spread of each channel.
    pieces : list of ndarray of shape (time, channel)
        What is known, in the same units; at least one.
    length : int in [3, least time]
        Steps a window.

    Returns
    -------
    ndarray of shape (windows, channel)

    Examples
    --------
    >>> wave = np.sin(np.arange(100.0))[:, None]
    >>> bool(distances_to(wave[:50], [wave[:30], wave[40:]], 5).max() < 1e-3)
    False
    >>> bool(distances_to(wave[:50], [wave], 5).max() < 1e-3)
    True
    """
    starts = np.cumsum([0, *map(len, pieces[:-1])])
    reference = with_gaps(np.concatenate(pieces), starts)
    found = matrix_profile(values, length, reference=reference).distances
    known = np.asarray(still_windows(reference, length).any(axis=0))
    return judged_as_still(found, still_windows(values, length), known, length)


def distances_among(stretches: list[np.ndarray], length: int) -> list[np.ndarray]:
    """Return the distances of the windows of stretches to the most similar other one of them all.

    Windows a quarter of their length apart, or less, are no others. One without any other is as far
    away as if all were unlike it.

    Parameters
    ----------
    stretches : list of ndarray of float64, shape (time, channel)
        In units of the spread of each channel.
    length : int in [3, least time]
        Steps a window.

    Returns
    -------
    list of ndarray of shape (windows, channel)
        One a stretch.
    """
    starts = np.cumsum([0, *map(len, stretches[:-1])])
    joined = with_gaps(np.concatenate(stretches), starts)
    found = matrix_profile(joined, length).distances
    found = np.where(np.isfinite(found), found, np.sqrt(2 * length))
    still = still_windows(joined, length)
    found = judged_as_still(found, still, _others(still, -(-length // 4)), length)
    firsts = starts + np.arange(len(starts))  # behind the gaps
    return [
        found[first : first + len(one) - length + 1]
        for first, one in zip(firsts.tolist(), stretches, strict=True)
    ]


def distances_elsewhere(
    values: np.ndarray,
    first: int,
    pieces: list[np.ndarray],
    places: list[tuple[int, int]],
    length: int,
) -> np.ndarray:
    """Return distances of windows to what is kept of their own series, but not near them.

    Parameters
    ----------
    values : ndarray of float64, shape (time, channel)
        A part of the series, in units of the spread of each channel.
    first : int in [0, inf)
        Which step of the series it begins with.
    pieces : list of ndarray of shape (time, channel)
        What is kept, of four places or more, spread over the series (`kept_ranges`).
    places : list of (int, int)
        First step and end of each.
    length : int in [3, time]
        Steps a window.

    Returns
    -------
    ndarray of shape (windows, channel)
    """
    found = np.empty((len(values) - length + 1, values.shape[1]))
    longest = max(end - begin for begin, end in places)
    size = max(longest, (places[-1][1] - places[0][0]) // len(places))
    for start in range(0, len(found), size):
        stop = min(start + size, len(found))
        low, high = first + start, first + stop + length - 1
        far = [
            piece
            for piece, (begin, end) in zip(pieces, places, strict=True)
            if end <= low or begin >= high
        ]
        found[start:stop] = distances_to(values[start : stop + length - 1], far, length)
    return found


def _others(still: np.ndarray, near: int) -> np.ndarray:
    """Return whether a window farther away than `near` is still, (windows, channel)."""
    place = np.arange(len(still))[:, None]
    first, last = still.argmax(axis=0), len(still) - 1 - still[::-1].argmax(axis=0)
    return still.any(axis=0) & ((place - first > near) | (last - place > near))
