"""Samples of sound whose lengths differ: wav files of a folder, arrays of a list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from likely.core.errors import DataError
from likely.data import audio
from likely.data.files import Files, find_files
from likely.data.media import Holding, about_folders, about_others, heads_of

RATE = 8_000
"""Values a second of arrays that come without a rate."""

_MOST_CHANNELS = 16
_WANTED = (
    "Expected sound: a folder or a list of wav files, a list of arrays (one a clip), an array of "
    "shape (n, time), or a pair (values a second, any of these arrays)."
)


@dataclass(frozen=True)
class Clips:
    """Samples of sound.

    Parameters
    ----------
    parts : tuple of arrays and paths
        The samples, each of shape (time,) or (time, channel), or a wav file, which is read when
        it is looked at.
    rate : int
        Values a second, of all of them.
    dtype : str
        The type of whole numbers that all arrays have, such as "int16"; else "float32".
    names : tuple of str
        What each sample is called, such as its file; empty if they have no names.
    read : callable, optional
        Reads a path.
    native : object
        What the user gave.
    notes : tuple of str
        What was decided while reading, in sentences for people.
    """

    kind: ClassVar[Literal["audio"]] = "audio"

    parts: tuple[np.ndarray | Path, ...] = field(repr=False)
    rate: int = RATE
    dtype: str = "float32"
    names: tuple[str, ...] = field(default=(), repr=False)
    read: Any = field(default=None, repr=False)
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
        """Return the pressure of one sample, float32 of shape (time,), with one channel.

        Whole numbers of 8 to 32 bits are divided by the largest that their type holds, and so lie
        between -1 and 1. All others are taken as they are.

        Raises
        ------
        DataError
            If the file cannot be read, or the sound has gaps.
        """
        part = self.parts[i]
        if isinstance(part, Path):
            part = audio.read_clip(part).values if self.read is None else self.read(part)
        values = _pressure(part)
        if values.ndim == 2:
            values = values.mean(axis=1)
        with np.errstate(over="ignore"):
            values = values.astype(np.float32)
        if not np.isfinite(values).all():
            raise DataError(
                f"{self.name(i)} holds values that are no numbers, or too large for one. Sound "
                "must not have gaps: cut the clip there, or fill them."
            )
        return values

    def name(self, i: int) -> str:
        """Return what a sample is called: its name, or its number counted from 1."""
        return self.names[i] if self.names else f"clip {i + 1:,}"

    def take(self, rows: np.ndarray | slice) -> Clips:
        """Return some of the samples; the native data do not come along."""
        chosen = np.arange(len(self))[rows]
        parts = tuple(self.parts[i] for i in chosen)
        names = tuple(self.names[i] for i in chosen) if self.names else ()
        return replace(self, parts=parts, names=names, native=None)


def as_clips(data: Any, rate: int | None = None) -> Clips:
    """Return data as samples of sound.

    Parameters
    ----------
    data : path, list of paths or arrays, array of shape (n, time), pair (rate, arrays), or Clips
        A folder gives the wav files in it and below it, a pattern those that fit. Arrays are
        pressure over time, of whole numbers or of floating-point ones, which should lie between
        -1 and 1; those of shape (time, channel) have their channels averaged, as files have.
    rate : int, optional
        Values a second of arrays that come without; default 8,000.

    Raises
    ------
    DataError
        If there is no sound in it, or sound of several rates.
    """
    if isinstance(data, Clips):
        return data
    files = find_files(data)
    if files is not None:
        return _from_files(files)
    if _is_pair(data):
        rate, arrays = int(data[0]), data[1]
        return replace(_from_arrays(_listed(arrays)), rate=rate, native=data)
    found = replace(_from_arrays(_listed(data)), rate=rate or RATE, native=data)
    if rate is not None:
        return found
    note = (
        f"The clips come without a rate; {RATE:,} values a second are assumed. A pair (rate, clips)"
        " says another one."
    )
    return replace(found, notes=(note, *found.notes))


def _from_files(files: Files) -> Clips:
    what = files.what("audio")
    chosen = files.only(what)
    missing = [str(path) for path in chosen.paths if not path.is_file()]
    if missing:
        raise DataError(f"There is no file {missing[0]}. Check the path.")
    heads = heads_of(chosen, audio.read_head, what)
    rates = {head.rate: name for head, name in zip(heads, chosen.names, strict=True)}
    if len(rates) > 1:
        (one, first), (other, second) = list(rates.items())[:2]
        raise DataError(
            f"The sounds in {files.where} are not alike: {first} has {one:,} values a second, "
            f"{second} has {other:,}. Bring them to one sampling rate."
        )
    several = sum(head.channels > 1 for head in heads)
    notes = (*_about_channels(several, len(heads)), *about_folders(chosen, what))
    return Clips(
        chosen.paths,
        heads[0].rate,
        names=chosen.names,
        read=Holding(_read_mono),
        native=chosen.where,
        notes=(*notes, *about_others(chosen, what)),
    )


def _read_mono(path: Path) -> np.ndarray:
    return audio.read_clip(path).values.mean(axis=1)


def _from_arrays(arrays: list[np.ndarray]) -> Clips:
    if not arrays:
        raise DataError("There are 0 clips. Give at least one.")
    for i, array in enumerate(arrays):
        wide = array.ndim == 2 and not 0 < array.shape[1] <= _MOST_CHANNELS
        if array.dtype.kind not in "iuf" or array.ndim not in (1, 2) or wide:
            raise DataError(
                f"Clip {i + 1:,} is an array of {array.dtype} of shape {array.shape}; expected "
                f"numbers of shape (time,), or (time, channel) with at most {_MOST_CHANNELS} "
                "channels."
            )
    types = {array.dtype.name for array in arrays}
    whole = len(types) == 1 and full_scale(arrays[0].dtype) > 1
    notes = _about_channels(sum(array.ndim == 2 for array in arrays), len(arrays))
    return Clips(tuple(arrays), dtype=types.pop() if whole else "float32", notes=notes)


def _listed(data: Any) -> list[np.ndarray]:
    """Return an array or a list as a list of arrays."""
    if isinstance(data, np.ndarray) and data.ndim in (2, 3):
        return list(data)
    if isinstance(data, np.ndarray) and data.dtype == object and data.ndim == 1:
        return _listed(data.tolist())
    if not isinstance(data, (list, tuple)) or any(isinstance(one, (str, Path)) for one in data):
        raise DataError(f"{_WANTED} Found {_said(data)}.")
    try:
        return [np.asarray(one) for one in data]
    except ValueError as error:  # lists of lists that are no arrays
        raise DataError(f"{_WANTED} Found {_said(data)}.") from error


def _said(data: Any) -> str:
    if isinstance(data, np.ndarray):
        return f"an array of {data.dtype} of shape {data.shape}"
    return f"{str(data)[:80]!r}" if isinstance(data, (str, Path)) else f"a {type(data).__name__}"


def _is_pair(data: Any) -> bool:
    """Whether data are a rate and arrays, as scipy's reader of wav files gives them."""
    return (
        isinstance(data, tuple)
        and len(data) == 2
        and isinstance(data[0], (int, np.integer))
        and int(data[0]) > 0
        and isinstance(data[1], (list, tuple, np.ndarray))
    )


def full_scale(dtype: np.dtype) -> float:
    """Return the number that whole numbers of a type are divided by; 1 for all others.

    Whole numbers of 64 bits are no sound by themselves, but counts of something: as they are.
    """
    sound = dtype.kind in "iu" and dtype.itemsize < 8
    return 2.0 ** (8 * dtype.itemsize - 1) if sound else 1.0


def _pressure(values: np.ndarray) -> np.ndarray:
    """Return whole numbers as parts of the largest that they could be."""
    full = full_scale(values.dtype)
    if full == 1.0:
        return values
    return values.astype(np.float64) / full - (values.dtype.kind == "u")


def _about_channels(several: int, n: int) -> tuple[str, ...]:
    if not several:
        return ()
    verb = "has" if several == 1 else "have"
    return (f"{several:,} of {n:,} clips {verb} several channels; their average is heard.",)
