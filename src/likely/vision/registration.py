"""Bringing one picture onto another: shifts, small turns and changes of scale are undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

MOST_TURN = 10.0  # degrees
MOST_SCALE = 1.15
MOST_SHIFT = 0.25  # of a side
MOST_SIDE = 400  # pixels; larger pictures are compared at a reduced size first
_ANGLES, _RADII = 720, 256  # of the spectrum in polar form
_WIDTHS = (4.0, 2.0, 1.0)  # of the smoothing, from coarse to fine
_STEPS = 8  # of refinement at each


@dataclass(frozen=True)
class Alignment:
    """Where a place of one picture lies in another: matrix @ (y, x) + offset.

    Parameters
    ----------
    matrix : ndarray of shape (2, 2)
        A turn and a change of scale.
    offset : ndarray of shape (2,)
        In pixels.
    """

    matrix: np.ndarray
    offset: np.ndarray

    @property
    def degrees(self) -> float:
        """The turn in degrees."""
        return float(np.degrees(np.arctan2(self.matrix[1, 0], self.matrix[0, 0])))

    @property
    def scale(self) -> float:
        """The change of scale; 1 is none."""
        return float(np.hypot(self.matrix[1, 0], self.matrix[0, 0]))

    def shift(self, shape: tuple[int, ...]) -> np.ndarray:
        """Return by how many pixels the middle of a picture is moved, shape (2,)."""
        middle = (np.array(shape[:2]) - 1) / 2
        return self.matrix @ middle + self.offset - middle

    def apply(self, image: np.ndarray, shape: tuple[int, ...], fill: float = np.nan) -> np.ndarray:
        """Return the other picture as it looks from the first, (height, width), `fill` outside."""
        shift: Any = self.offset  # its stub knows one number only
        return ndimage.affine_transform(
            image, self.matrix, shift, output_shape=shape, order=1, cval=fill
        )


def register(template: np.ndarray, test: np.ndarray, *, turned: bool = True) -> Alignment:
    """Return where the places of a template lie in a test picture.

    Phase correlation of edges finds the shift; of the polar form of their spectra, turn and scale
    (Reddy & Chatterji, 1996). Gauss-Newton steps on smoothed pictures refine all of them, with
    little weight on what differs much, so that defects do not pull.

    Parameters
    ----------
    template, test : ndarray of shape (height, width)
        Grey pictures, in one unit.
    turned : bool, default True
        Whether to look for a turn (up to 10 degrees) and a change of scale (up to 15 %) as well as
        for a shift.
    """
    factor = -(-max(template.shape) // MOST_SIDE)
    fixed, moving = (edges(_reduced(picture, factor)) for picture in (template, test))
    still = Alignment(np.eye(2), np.zeros(2))
    found = [still, _shifted(np.eye(2), fixed, moving)]
    if turned:
        found.append(_shifted(_turn_and_scale(fixed, moving), fixed, moving))
    start = max(found, key=lambda one: _agreement(one, fixed, moving))
    refined = _refine(_enlarged(start, factor), template, test, turned=turned)
    found.append(_enlarged(refined, 1 / factor))
    possible = [one for one in found if _is_small(one, fixed.shape)]
    best = max(possible, key=lambda one: _agreement(one, fixed, moving))
    return refined if best is found[-1] else _enlarged(best, factor)


def _reduced(picture: np.ndarray, factor: int) -> np.ndarray:
    """Return a picture with sides shorter by a factor, what is left over at the ends cut off."""
    if factor == 1:
        return picture
    rows, columns = (side // factor for side in picture.shape)
    cut = picture[: rows * factor, : columns * factor]
    return cut.reshape(rows, factor, columns, factor).mean(axis=(1, 3))


def _enlarged(alignment: Alignment, factor: float) -> Alignment:
    """Return the same alignment between pictures larger by a factor."""
    middle = np.full(2, (factor - 1) / 2)  # of the first pixel, in the finer grid
    offset = factor * alignment.offset + middle - alignment.matrix @ middle
    return Alignment(alignment.matrix, offset)


def _is_small(alignment: Alignment, shape: tuple[int, ...]) -> bool:
    """Whether turn, scale and shift are such as two pictures of one thing have."""
    return (
        abs(alignment.degrees) <= MOST_TURN
        and abs(np.log(alignment.scale)) <= np.log(MOST_SCALE)
        and bool((np.abs(alignment.shift(shape)) <= MOST_SHIFT * np.array(shape)).all())
    )


def edges(image: np.ndarray) -> np.ndarray:
    """Return how steep a picture is everywhere, shape (height, width)."""
    return ndimage.gaussian_gradient_magnitude(image, 1.0)


def phase_shift(fixed: np.ndarray, moving: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the shift (y, x) of one array in another of its shape, and the whole correlation."""
    spectrum = np.fft.rfft2(fixed) * np.conj(np.fft.rfft2(moving))
    size = np.abs(spectrum)
    spectrum /= size + 1e-3 * (size.max() or 1.0)
    correlation = np.fft.irfft2(spectrum, fixed.shape)
    place = np.array(np.unravel_index(correlation.argmax(), correlation.shape))
    return -_signed(place, correlation.shape), correlation


def _signed(place: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    return np.where(place > np.array(shape) // 2, place - np.array(shape), place)


def _shifted(matrix: np.ndarray, fixed: np.ndarray, moving: np.ndarray) -> Alignment:
    """Return the alignment with a known turn and scale, about the middle, and the best shift."""
    centre = (np.array(fixed.shape) - 1) / 2
    start = Alignment(matrix, (np.array(moving.shape) - 1) / 2 - matrix @ centre)
    turned = start.apply(moving, fixed.shape, 0.0)
    window = _window(fixed.shape)
    shift, _ = phase_shift(fixed * window, turned * window)
    return Alignment(matrix, start.offset + matrix @ shift)


def _turn_and_scale(fixed: np.ndarray, moving: np.ndarray) -> np.ndarray:
    """Return the matrix of turn and scale that brings the spectra of both together."""
    polar = [_polar_spectrum(picture, min(fixed.shape)) for picture in (fixed, moving)]
    _, correlation = phase_shift(*(spectrum - spectrum.mean() for spectrum in polar))
    angles = -_signed(np.arange(_ANGLES), (_ANGLES,)) * 180.0 / _ANGLES
    steps = -_signed(np.arange(_RADII), (_RADII,))
    scales = np.exp(steps * np.log(min(fixed.shape) / 2) / _RADII)
    allowed = (np.abs(angles) <= MOST_TURN)[:, None] & (
        np.abs(np.log(scales)) <= np.log(MOST_SCALE)
    )
    place = np.where(allowed, correlation, -np.inf).argmax()
    row, column = np.unravel_index(place, correlation.shape)
    angle, scale = -np.radians(angles[row]), 1 / scales[column]
    return scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _polar_spectrum(picture: np.ndarray, size: int) -> np.ndarray:
    """Return the size of a picture's spectrum by angle and logarithm of the radius."""
    spectrum = np.abs(np.fft.fftshift(np.fft.fft2(picture * _window(picture.shape))))
    angle = np.arange(_ANGLES)[:, None] * np.pi / _ANGLES
    radius = np.exp(np.arange(_RADII) * np.log(size / 2) / _RADII)
    middle = np.array(picture.shape) // 2
    stretch = np.array(picture.shape) / size  # a longer side has finer frequencies
    y = middle[0] + stretch[0] * radius * np.sin(angle)
    x = middle[1] + stretch[1] * radius * np.cos(angle)
    found = ndimage.map_coordinates(spectrum, [y, x], order=1, mode="nearest")
    return np.log1p(found) * radius / radius.max()  # low frequencies hardly tell turns apart


def _window(shape: tuple[int, ...]) -> np.ndarray:
    return np.hanning(shape[0])[:, None] * np.hanning(shape[1])


def _agreement(alignment: Alignment, fixed: np.ndarray, moving: np.ndarray) -> float:
    """Return the correlation of the edges of both pictures; -1 where one has none."""
    other = alignment.apply(moving, fixed.shape, 0.0)  # no edges outside, so none gained by leaving
    if fixed.std() == 0 or other.std() == 0:
        return -1.0
    return float(np.corrcoef(fixed.ravel(), other.ravel())[0, 1])


def _refine(start: Alignment, template: np.ndarray, test: np.ndarray, *, turned: bool) -> Alignment:
    """Take Gauss-Newton steps towards equal pictures, robustly (Lucas & Kanade, 1981)."""
    found = start
    middle = (np.array(template.shape) - 1) / 2
    for width in _WIDTHS:
        fixed, moving = (ndimage.gaussian_filter(picture, width) for picture in (template, test))
        sampled = (slice(None, None, int(2 * width)),) * 2  # smooth, so every pixel is too many
        places = np.indices(template.shape)[(slice(None), *sampled)].reshape(2, -1)
        wanted = fixed[sampled].ravel()
        pictures = [moving, *np.gradient(moving)]
        for _ in range(_STEPS):
            at = found.matrix @ places + found.offset[:, None]
            inside = ((at >= 0) & (at <= np.array([moving.shape]).T - 1)).all(axis=0)
            seen, down, right = (
                ndimage.map_coordinates(picture, at[:, inside], order=1) for picture in pictures
            )
            lack = wanted[inside] - seen
            y, x = places[:, inside] - middle[:, None]
            # growth and turn about the middle, then the shift: how each changes what is seen
            moves = np.array([down * y + right * x, right * y - down * x, down, right])
            grow, turn, *shift = _step(moves, lack, turned=turned)
            change = np.array([[1 + grow, -turn], [turn, 1 + grow]])
            offset = middle + shift - change @ middle
            found = Alignment(found.matrix @ change, found.matrix @ offset + found.offset)
            if np.abs(shift).max() < 0.02 and np.hypot(grow, turn) * middle.max() < 0.02:
                break
    return found


def _step(moves: np.ndarray, lack: np.ndarray, *, turned: bool) -> np.ndarray:
    """Return growth, turn and shift that take away most of a difference, shape (4,)."""
    weight = 1 / (1 + (lack / (3 * np.abs(lack).mean() + 1e-12)) ** 2)
    free = slice(0 if turned else 2, 4)
    weighted = moves[free] * weight
    normal = weighted @ moves[free].T
    normal += (1e-9 * np.trace(normal) + 1e-12) * np.eye(len(normal))
    step = np.zeros(4)
    step[free] = np.linalg.solve(normal, weighted @ lack)
    return step
