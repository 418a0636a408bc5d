"""Which files hold samples with axes: those of a folder, of a pattern, or of a list."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from likely.core.errors import DataError
from likely.data import audio, image, scan

HOLDS = {
    **dict.fromkeys((*image.SUFFIXES, *scan.SUFFIXES), "images"),
    **dict.fromkeys(audio.SUFFIXES, "sounds"),
    ".npy": "arrays",
}
"""What a file holds, by its ending."""

_KINDS = {
    "images": ("image",),
    "sounds": ("series", "audio"),
    "arrays": ("image", "series", "video"),
}
_LITTER = ("thumbs.db", "desktop.ini", "__macosx")
_PATTERN = frozenset("*?[")
_MOST_NAMED = 3


@dataclass(frozen=True)
class Files:
    """The files of samples, one each.

    Parameters
    ----------
    where : str
        What the user gave, for messages.
    paths : tuple of Path
        The files that hold samples, in the order of their names, or as the user listed them.
    names : tuple of str
        What the samples are called: paths below the folder.
    others : tuple of str
        Names of the files that hold none.
    """

    where: str
    paths: tuple[Path, ...]
    names: tuple[str, ...]
    others: tuple[str, ...] = ()

    def only(self, what: str) -> Files:
        """Return the files that hold one thing, such as "images"; the rest becomes others."""
        pairs = list(zip(self.paths, self.names, strict=True))
        kept = [(path, name) for path, name in pairs if holds(path) == what]
        rest = tuple(name for path, name in pairs if holds(path) != what)
        paths, names = zip(*kept, strict=True)
        return replace(self, paths=paths, names=names, others=self.others + rest)

    def what(self, kind: str | None = None) -> str:
        """Return the one thing that the files hold: "images", "sounds" or "arrays".

        Parameters
        ----------
        kind : {"series", "image", "video", "audio"}, optional
            What the samples are, which decides where there are several things.

        Raises
        ------
        DataError
            If there is nothing, several things, or nothing of the kind.
        """
        found = dict(Counter(holds(path) for path in self.paths))
        if not found:
            listed = f"; it holds {listing(self.others)}" if self.others else ""
            raise DataError(
                f"There are no images, sounds or arrays in {self.where}{listed}. Expected files "
                f"that end in {', '.join(HOLDS)}. A table is a single file."
            )
        fitting = [what for what in found if kind is None or kind in _KINDS[what]]
        if len(fitting) > 1:
            fitting = [what for what in fitting if what != "arrays"] if kind else []
        if len(fitting) == 1:
            return fitting[0]
        counts = " and ".join(
            f"{count:,} {what if count > 1 else what[:-1]}" for what, count in found.items()
        )
        if kind is not None:
            raise DataError(f"There are {counts} in {self.where}; expected samples of kind {kind}.")
        raise DataError(
            f"There are {counts} in {self.where}. Keep them in folders of their own, or say by "
            "kind= which are meant."
        )


def holds(path: Path) -> str:
    """Return what a file holds by its ending; empty if it is none of `HOLDS`, and no scan."""
    return HOLDS.get(path.suffix.lower(), "images" if scan.is_scan(path) else "")


def find_files(data: Any) -> Files | None:
    """Return the files that samples with axes are in, one each; None if data are no such files.

    Parameters
    ----------
    data : object
        A folder, which is searched with all below it; a pattern such as `day*/*.png`; one image
        or sound; or a list of images, sounds or arrays.
    """
    if isinstance(data, (list, tuple)):
        paths = [Path(one) for one in data if isinstance(one, (str, Path))]
        if not data or len(paths) < len(data) or not all(map(holds, paths)):
            return None
        return _named(f"the list of {len(paths):,} files", paths)
    if not isinstance(data, (str, Path)):
        return None
    path = Path(data)
    if path.is_dir():
        return _named(str(path), _below(path), path)
    if not path.exists() and _PATTERN & set(str(data)):
        return _matching(str(data))
    return _named(str(path), [path]) if holds(path) in ("images", "sounds") else None


def listing(names: Sequence[str]) -> str:
    """Return the first of some names, and how many there are besides."""
    more = len(names) - _MOST_NAMED
    shown = ", ".join(names[:_MOST_NAMED])
    return f"{shown} and {more:,} more" if more > 0 else shown


def _below(folder: Path) -> list[Path]:
    """Return all files below a folder, except hidden ones, in the order of their names."""
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if _counts(name)]
        found += [Path(place) / name for name in files if _counts(name)]
    return sorted(found)


def _matching(pattern: str) -> Files:
    anchor = Path(pattern).anchor
    found = Path(anchor or ".").glob(pattern[len(anchor) :])
    files = sorted(path for path in found if path.is_file() and _counts(path.name))
    if not files:
        raise DataError(f"No file matches {pattern}. Check the pattern.")
    return _named(pattern, files)


def _counts(name: str) -> bool:
    return not name.startswith(".") and name.lower() not in _LITTER


def _named(where: str, paths: Sequence[Path], folder: Path | None = None) -> Files:
    """Return files with names below their common folder."""
    held = [path for path in paths if holds(path)]
    if folder is None:
        parents = [path.absolute().parent for path in paths]
        folder = Path(os.path.commonpath(parents)) if parents else Path()
        names = {path: path.absolute().relative_to(folder).as_posix() for path in paths}
    else:
        names = {path: path.relative_to(folder).as_posix() for path in paths}
    others = tuple(names[path] for path in paths if not holds(path))
    return Files(where, tuple(held), tuple(names[path] for path in held), others)
