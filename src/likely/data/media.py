"""Images, sounds and arrays in files, one sample a file, as `Shaped`.

At first only the heads of files are read. The rest is read when it is looked at, and held until a
gigabyte is full: small folders are read once, and large ones fit all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from likely.core.errors import DataError
from likely.core.progress import track
from likely.data import audio, image, scan, stacks
from likely.data.files import Files, listing
from likely.data.shaped import AXES, Read, Shaped, ShapedKind, from_array

MOST_BYTES = 1 << 30
"""So much of what was read from files is held."""

Head = TypeVar("Head")


def kind_of_files(files: Files) -> ShapedKind:
    """Return what the samples in files are, seen from the first of them.

    Raises
    ------
    DataError
        If there are none, or things of several sorts.
    """
    what = files.what()
    if what == "arrays":
        return from_array(stacks.shape_of(files.paths[0])[None]).kind
    return "image" if what == "images" else "series"


def read_files(files: Files, kind: ShapedKind | None = None) -> Shaped:
    """Return the samples in files.

    Parameters
    ----------
    files : Files
        As `find_files` finds them.
    kind : {"series", "image", "video"}, optional
        What the samples are; of files of several sorts, those that fit are taken.

    Raises
    ------
    DataError
        If there are no samples of the kind, or some cannot be read; the message names the files.
    MissingDependency
        For images, if Pillow is not installed.
    """
    what = files.what(kind)
    chosen = files.only(what)
    if what == "images":
        found = _images(chosen)
    elif what == "sounds":
        found = _sounds(chosen)
    else:
        found = _arrays(chosen, kind)
    notes = (*found.notes, *about_folders(chosen, what), *about_others(chosen, what))
    return replace(found, names=chosen.names, native=chosen.where, notes=notes)


def _images(files: Files) -> Shaped:
    heads = heads_of(files, _image_head, "images")
    depths = Counter(head.dtype for head in heads)
    depth, notes = "", [*_about_sizes(heads)]
    narrowed = sum(head.narrowed for head in heads)
    if narrowed:
        notes.append(f"{_share(narrowed, heads)} 16 bits a colour, of which 8 are read.")
    if {"uint8", "uint16"} <= set(depths):
        depth, few = ("uint8", "uint16")[:: 1 if depths["uint8"] >= depths["uint16"] else -1]
        notes.append(
            f"{_share(depths[few], heads)} {few[4:]} bits, brought to {depth[4:]} as the others "
            "have: black stays black, white stays white."
        )
    if len(depths) > 1 and set(depths) - {"uint8", "uint16"}:
        notes.append(
            f"The images hold numbers of several types ({', '.join(sorted(depths))}), which are "
            "taken as they are."
        )
    flat = all(head.channels == 1 for head in heads)
    read = Holding(partial(_image, depth=depth))
    return Shaped("image", files.paths, flat, read=read, notes=tuple(notes))


def _image_head(path: Path) -> image.Header:
    return scan.read_header(path) if scan.is_scan(path) else image.read_header(path)


def _image(path: Path, depth: str) -> np.ndarray:
    return (
        scan.read_scan(path, depth) if scan.is_scan(path) else image.read_image(path, depth=depth)
    )


def _sounds(files: Files) -> Shaped:
    heads = heads_of(files, audio.read_head, "sounds")
    for head, name in zip(heads, files.names, strict=True):
        if head != heads[0]:
            raise DataError(
                f"The sounds in {files.where} are not alike: {files.names[0]} has {heads[0]}; "
                f"{name} has {head}. Bring them to one sampling rate and one number of channels."
            )
    note = (
        f"Sounds are seen as log-mel spectrograms: how loud every band of frequencies is in "
        f"{audio.MOMENTS} equal parts of a clip ({heads[0]})."
    )
    read = Holding(audio.read_spectrogram)
    return Shaped("series", files.paths, flat=False, read=read, notes=(note,))


def _arrays(files: Files, kind: ShapedKind | None) -> Shaped:
    heads = heads_of(files, stacks.shape_of, "arrays")
    kind = from_array(heads[0][None], kind).kind
    axes = AXES[kind]
    for head, name in zip(heads, files.names, strict=True):
        if head.ndim not in (len(axes), len(axes) + 1) or not head.size:
            raise DataError(
                f"{name} in {files.where} has the shape {head.shape}; one {kind} has the axes "
                f"{', '.join(axes)}, and perhaps channels behind them."
            )
    flat = all(head.ndim == len(axes) for head in heads)
    return Shaped(kind, files.paths, flat, read=Holding(stacks.read_array))


class Holding:
    """Reads files, and holds what it has read until that is too much."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._held: dict[Path, np.ndarray] = {}
        self._room = MOST_BYTES

    def __call__(self, path: Path) -> np.ndarray:
        """Return what is in a file."""
        found = self._held.get(path)
        if found is None:
            found = self._read(path)
            found.flags.writeable = False  # several will look at it
            if found.nbytes <= self._room:
                self._held[path] = found
                self._room -= found.nbytes
        return found


def heads_of(files: Files, read: Callable[[Path], Head], what: str) -> list[Head]:
    """Return the heads of all files, or name all those that cannot be read."""
    heads, bad, errors = [], [], []
    pairs = zip(files.paths, files.names, strict=True)
    for path, name in track(pairs, f"Looking at {what}", len(files.paths)):
        try:
            heads.append(read(path))
        except DataError as error:
            bad.append(name)
            errors.append(error)
    if len(bad) > 1:
        raise DataError(
            f"{len(bad):,} of {len(files.paths):,} {what} in {files.where} cannot be read: "
            f"{listing(bad)}. The first: {errors[0]}"
        ) from errors[0]
    if bad:
        raise errors[0]
    return heads


def _about_sizes(heads: Sequence[image.Header]) -> list[str]:
    wide, high = sorted(head.width for head in heads), sorted(head.height for head in heads)
    if (wide[0], high[0]) == (wide[-1], high[-1]):
        return []
    sizes = len({(head.width, head.height) for head in heads})
    return [
        f"The images have {sizes:,} sizes: {wide[0]:,} to {wide[-1]:,} pixels wide, {high[0]:,} to "
        f"{high[-1]:,} high."
    ]


def about_folders(files: Files, what: str) -> list[str]:
    """Say from which folders samples are taken together, if from several."""
    folders = sorted({Path(name).parent.as_posix() for name in files.names})
    if len(folders) == 1:
        return []
    return [
        f"{what.capitalize()} of {len(folders):,} folders are taken together: {listing(folders)}."
    ]


def about_others(files: Files, what: str) -> list[str]:
    """Say which files are passed over."""
    count, all_files = len(files.others), len(files.others) + len(files.paths)
    if not count:
        return []
    verb = "is" if count == 1 else "are"
    return [
        f"{count:,} of {all_files:,} files {verb} passed over, for want of {what}: "
        f"{listing(files.others)}."
    ]


def _share(count: int, heads: Sequence[image.Header]) -> str:
    return f"{count:,} of {len(heads):,} images {'has' if count == 1 else 'have'}"
