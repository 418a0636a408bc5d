"""A picture beside the template that it should look like: circuit boards, labels, prints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import ndimage

from likely.core.errors import DataError, ParameterError
from likely.vision.registration import Alignment, register

_ROOM = 12  # pixels around a spot that are looked at when it is checked


@dataclass(frozen=True)
class Comparison:
    """Where a test picture differs from its template.

    Parameters
    ----------
    boxes : ndarray of int64, shape (m, 4)
        Left, top, right, bottom of every difference in the test picture, the largest one first;
        right and bottom lie behind the last pixel.
    sizes : ndarray of int64, shape (m,)
        How many pixels of each box differ.
    differences : ndarray of float64, shape (height, width)
        How much a place of the template differs, beyond what the tolerance allows, in shares of
        the template's range. It lies over the template, not over the test picture.
    alignment : Alignment
        Where the places of the template lie in the test picture.
    """

    boxes: np.ndarray
    sizes: np.ndarray
    differences: np.ndarray = field(repr=False)
    alignment: Alignment = field(repr=False)


def compare_pair(
    template: Any,
    test: Any,
    *,
    tolerance: int = 2,
    drift: int = 3,
    contrast: float = 0.5,
    least: int = 8,
    join: int = 3,
    margin: int = 8,
    turned: bool = True,
    align: bool = True,
) -> Comparison:
    """Return where a test picture differs from the template that it should look like.

    The test picture is brought onto the template (`likely.vision.registration`). A pixel differs if
    it lies outside the range of the other picture within `tolerance` pixels, seen from either side.
    Pixels at most `2 * join` apart make one spot. A spot is dropped if a further shift of its
    surroundings by up to `drift` pixels explains it: boards stretch and bend a little.

    Parameters
    ----------
    template, test : array of shape (height, width) or (height, width, channel)
        Of about the same size. Channels are averaged.
    tolerance : int in [0, 50], default 2
        Pixels that an edge may be off.
    drift : int in [0, 20], default 3
        Further pixels that a small part of the picture may be off as a whole.
    contrast : float in (0, 1], default 0.5
        Difference that counts, in shares of the range between the 1 % and 99 % quantiles of the
        template (its whole range, if these are equal).
    least : int of at least 1, default 8
        Pixels that a difference has at least.
    join : int in [0, 50], default 3
        Half the distance in pixels up to which spots are one.
    margin : int of at least 0, default 8
        Pixels that boxes leave around a difference.
    turned : bool, default True
        Whether to undo a turn and a change of scale too, not only a shift.
    align : bool, default True
        Whether to align at all; False for pictures that lie on one another already.

    Returns
    -------
    Comparison
        Boxes, the map of differences, and the alignment.

    Raises
    ------
    DataError
        If the pictures are no finite pictures, or their sizes differ by more than a quarter.

    References
    ----------
    Tang, S. et al. (2019). Online PCB defect detector on a new PCB defect dataset.
    arXiv:1902.06197.

    Examples
    --------
    >>> import numpy as np
    >>> from likely.vision import compare_pair
    >>> board = np.zeros((96, 96))
    >>> board[20:30] = board[60:66] = board[:, 40:46] = 1.0
    >>> faulty = board.copy()
    >>> faulty[20:30, 70:76] = 0.0  # a gap in a track
    >>> compare_pair(board, np.roll(faulty, 4, axis=0), margin=0).boxes
    array([[70, 24, 76, 34]])
    """
    _check(tolerance, drift, contrast, least, join, margin)
    fixed, moving = _grey(template, "template"), _grey(test, "test")
    if any(abs(a - b) > max(a, b) / 4 for a, b in zip(fixed.shape, moving.shape, strict=True)):
        raise DataError(
            f"The template has the shape {fixed.shape} and the test picture {moving.shape}; "
            "expected about the same size."
        )
    low, high = np.quantile(fixed, [0.01, 0.99])
    if high <= low:
        low, high = fixed.min(), fixed.max()
    unit = float(high - low) or 1.0
    fixed, moving = (fixed - low) / unit, (moving - low) / unit
    still = Alignment(np.eye(2), np.zeros(2))
    alignment = register(fixed, moving, turned=turned) if align else still
    seen = alignment.apply(moving, fixed.shape)
    seen = np.where(np.isnan(seen), fixed, seen)  # nothing is known of what lies outside
    found = differences(fixed, seen, tolerance)
    spots = _spots(found >= contrast, join, least)
    padded = np.pad(fixed, drift, mode="edge")
    kept = [
        (place, size)
        for place, size in spots
        if _left(padded, seen, place, drift, tolerance // 2, contrast) >= least
    ]
    kept.sort(key=lambda spot: -spot[1])
    corners = [_in_test(place, alignment, margin, moving.shape) for place, _ in kept]
    boxes = np.array(corners, dtype=np.int64).reshape(-1, 4)
    sizes = np.array([size for _, size in kept], dtype=np.int64)
    return Comparison(boxes, sizes, found, alignment)


def differences(one: np.ndarray, other: np.ndarray, tolerance: int) -> np.ndarray:
    """Return by how much each pixel lies outside what the other picture has near it.

    Parameters
    ----------
    one, other : ndarray of shape (height, width)
        Aligned pictures.
    tolerance : int
        How far near is, in pixels.
    """
    size = 2 * tolerance + 1
    found = np.zeros(one.shape)
    for here, there in ((one, other), (other, one)):
        above = here - ndimage.maximum_filter(there, size)
        below = ndimage.minimum_filter(there, size) - here
        found = np.maximum(found, np.maximum(above, below))
    return found


Place = tuple[slice, slice]


def _spots(odd: np.ndarray, join: int, least: int) -> list[tuple[Place, int]]:
    """Return the bounds of all spots of enough pixels, and how many pixels each has."""
    joined = ndimage.binary_dilation(odd, np.ones((2 * join + 1,) * 2))
    labelled: Any = ndimage.label(joined)  # its stub does not know that it is a pair
    label = labelled[0] * odd
    sizes = np.bincount(label.ravel())
    places = ndimage.find_objects(label)
    return [
        (place, int(sizes[i + 1]))
        for i, place in enumerate(places)
        if place is not None and sizes[i + 1] >= least
    ]


def _left(
    padded: np.ndarray, test: np.ndarray, place: Place, drift: int, tolerance: int, contrast: float
) -> int:
    """Return how many pixels of a spot differ under the further shift that explains it best.

    `padded` is the template with `drift` more pixels on every side.
    """
    area = tuple(
        slice(max(part.start - _ROOM, 0), min(part.stop + _ROOM, size))
        for part, size in zip(place, test.shape, strict=True)
    )
    spot = tuple(
        slice(max(part.start - whole.start - 2, 0), part.stop - whole.start + 2)
        for part, whole in zip(place, area, strict=True)
    )
    window = tuple(slice(part.start, part.stop + 2 * drift) for part in area)
    around = padded[window]
    here = test[area]
    fewest = here.size
    for down in range(2 * drift + 1):
        for right in range(2 * drift + 1):
            moved = around[down : down + here.shape[0], right : right + here.shape[1]]
            odd = differences(moved, here, tolerance)[spot] >= contrast
            fewest = min(fewest, int(odd.sum()))
    return fewest


def _in_test(
    place: Place, alignment: Alignment, margin: int, shape: tuple[int, ...]
) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of a place of the template in the test picture."""
    rows, columns = place
    corners = np.array(
        [(y, x) for y in (rows.start, rows.stop - 1) for x in (columns.start, columns.stop - 1)]
    )
    moved = np.rint(corners @ alignment.matrix.T + alignment.offset).astype(int)
    top, left = np.maximum(moved.min(axis=0) - margin, 0)
    bottom, right = np.minimum(moved.max(axis=0) + 1 + margin, shape[:2])
    return int(left), int(top), int(right), int(bottom)


def _grey(picture: Any, name: str) -> np.ndarray:
    found = np.asarray(picture)
    if found.dtype.kind not in "biuf" or found.ndim not in (2, 3) or min(found.shape[:2]) < 16:
        raise DataError(
            f"The {name} has the shape {found.shape} and the type {found.dtype}; expected numbers "
            "of shape (height, width), perhaps with channels behind them, at least 16 by 16."
        )
    found = found.astype(np.float64)
    if not np.isfinite(found).all():
        raise DataError(f"The {name} holds numbers that are not finite.")
    return found if found.ndim == 2 else found.mean(axis=2)


def _check(tolerance: int, drift: int, contrast: float, least: int, join: int, margin: int) -> None:
    limits = {
        "tolerance": (tolerance, 0, 50),
        "drift": (drift, 0, 20),
        "least": (least, 1, np.inf),
        "join": (join, 0, 50),
        "margin": (margin, 0, np.inf),
    }
    for name, (value, low, high) in limits.items():
        if not isinstance(value, (int, np.integer)) or not low <= value <= high:
            raise ParameterError(f"{name} must be an integer in [{low}, {high}]. Got {value!r}.")
    if not 0 < contrast <= 1:
        raise ParameterError(f"contrast must be a number in (0, 1]. Got {contrast!r}.")
