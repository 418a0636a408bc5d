"""Samples with axes: series (time), images (height, width), video (time, height, width).

What the user gave, made uniform, before anything is learnt: one array or file a sample. Files are
read when they are looked at, so a folder larger than memory can be walked through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from likely.core.errors import DataError

ShapedKind = Literal["series", "image", "video"]

AXES: dict[str, tuple[str, ...]] = {
    "series": ("time",),
    "image": ("height", "width"),
    "video": ("time", "height", "width"),
}
"""The axes of one sample, before its channels."""

MOST_CHANNELS = 16
"""A last axis of at most so many may be read as channels where the number of axes leaves it open;
with `kind=` any number can be."""

Read = Callable[[Path], np.ndarray]


@dataclass(frozen=True)
class Shaped:
    """Samples of one kind that have axes.

    Parameters
    ----------
    kind : {"series", "image", "video"}
        What a sample is; `AXES` names its axes.
    parts : ndarray of shape (n, ...) or sequence of n arrays and paths
        The samples, each of shape (*axes, channel), or (*axes) if `flat`.
    flat : bool
        Whether the samples came without an axis of channels; results then have none either.
    names : tuple of str
        What each sample is called, such as its file; empty if they have no names.
    read : callable, optional
        Reads a path.
    native : object
        What the user gave.
    notes : tuple of str
        What was decided while reading, in sentences for people.
    """

    kind: ShapedKind
    parts: np.ndarray | Sequence[np.ndarray | Path] = field(repr=False)
    flat: bool = True
    names: tuple[str, ...] = field(default=(), repr=False)
    read: Read | None = field(default=None, repr=False)
    native: Any = field(default=None, repr=False)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.parts)

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self.sample(i) for i in range(len(self)))

    @property
    def named(self) -> bool:
        """Whether the samples have names of their own."""
        return bool(self.names)

    def sample(self, i: int) -> np.ndarray:
        """Return one sample as an array of shape (*axes, channel)."""
        part = self.parts[i]
        if isinstance(part, Path):
            if self.read is None:
                raise DataError(f"{part} is a file, and nothing says how to read it.")
            part = self.read(part)
        axes = len(AXES[self.kind])
        if part.ndim == axes:
            return part[..., None]
        if part.ndim != axes + 1:
            raise DataError(
                f"{self.name(i)} has {part.ndim} axes {part.shape}; one {self.kind} has the axes "
                f"{', '.join(AXES[self.kind])}, and perhaps channels behind them."
            )
        return part

    def name(self, i: int) -> str:
        """Return what a sample is called: its name, or its number counted from 1."""
        return self.names[i] if self.names else f"{self.kind} {i + 1:,}"

    def take(self, rows: np.ndarray | slice) -> Shaped:
        """Return some of the samples; the native data do not come along."""
        chosen = np.arange(len(self))[rows]
        if isinstance(self.parts, np.ndarray):
            parts: Any = self.parts[rows]
        else:
            parts = [self.parts[i] for i in chosen]
        names = tuple(self.names[i] for i in chosen) if self.names else ()
        return replace(self, parts=parts, names=names, native=None)


def from_array(array: np.ndarray, kind: ShapedKind | None = None) -> Shaped:
    """Return an array of samples, its first axis.

    Parameters
    ----------
    array : ndarray of shape (n, ...)
        (n, time) and (n, time, channel) are series, (n, height, width) and (n, height, width,
        channel) images, (n, time, height, width) and (n, time, height, width, channel) video.
    kind : {"series", "image", "video"}, optional
        What a sample is. Otherwise the number of axes decides; of three axes, and of four, the last
        one is taken for channels if it is at most 16 long and shorter than the one before, unless
        the numbers of three axes are bytes, as those of grey images are.
    """
    if array.dtype.kind not in "biuf":
        raise DataError(f"Samples must be numbers; found {array.dtype}.")
    if kind is None:
        kind, flat = _guess(array)
    else:
        axes = len(AXES[kind])
        flat = array.ndim == axes + 1
        if array.ndim not in (axes + 1, axes + 2):
            raise DataError(
                f"The array has the shape {array.shape}; expected (n, {', '.join(AXES[kind])}), "
                "and perhaps channels behind it."
            )
    if 0 in array.shape:
        raise DataError(f"The array has the shape {array.shape}: there is nothing in it.")
    return Shaped(kind, array, flat, native=array)


def from_arrays(arrays: Sequence[np.ndarray], kind: ShapedKind | None = None) -> Shaped:
    """Return a list of arrays, one a sample, which may differ in size.

    Parameters
    ----------
    arrays : sequence of ndarray
        Each of shape (*axes) or (*axes, channel).
    kind : {"series", "image", "video"}, optional
        What a sample is; otherwise as in `from_array`.
    """
    arrays = [np.asarray(array) for array in arrays]
    if len({array.ndim for array in arrays}) > 1 and kind is None:
        kind = "image"
    first = from_array(arrays[0][None], kind)
    axes = len(AXES[first.kind])
    if any(array.ndim not in (axes, axes + 1) or 0 in array.shape for array in arrays):
        shapes = ", ".join(map(str, dict.fromkeys(array.shape for array in arrays)))
        raise DataError(
            f"The samples have the shapes {shapes}; one {first.kind} has the axes "
            f"{', '.join(AXES[first.kind])}, and perhaps channels behind them."
        )
    if len({(array.shape, array.dtype) for array in arrays}) == 1:
        return replace(from_array(np.stack(arrays), first.kind), native=arrays)
    flat = all(array.ndim == axes for array in arrays)
    return Shaped(first.kind, arrays, flat, native=arrays)


def _guess(array: np.ndarray) -> tuple[ShapedKind, bool]:
    """Return the kind that the axes of an array suggest, and whether it has no channels."""
    if array.ndim == 2:
        return "series", True
    channels = array.shape[-1] <= MOST_CHANNELS and array.shape[-1] < array.shape[-2]
    if array.ndim == 3:
        grey = array.dtype == np.uint8 or not channels
        return ("image", True) if grey else ("series", False)
    if array.ndim == 4:
        return ("image", False) if channels else ("video", True)
    if array.ndim == 5:
        return "video", False
    raise DataError(
        f"The array has the shape {array.shape}. Give (n, time), (n, height, width), or (n, time, "
        "height, width), perhaps with channels behind them."
    )
