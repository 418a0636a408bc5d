"""Arrays in files (`.npy`, `.npz`): one that stacks all samples, or one a sample."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from likely.core.errors import DataError
from likely.data.shaped import Shaped, ShapedKind, from_array

SUFFIXES = (".npy", ".npz")

MOST_BYTES = 1 << 30
"""Larger `.npy` files stay on disk, and are read where they are looked at."""

_FAILURES = (ValueError, OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)


def read_array(path: Path, name: str = "") -> np.ndarray:
    """Return the array in a file.

    Parameters
    ----------
    path : Path
        A `.npy` or `.npz` file.
    name : str, default ""
        Which array of a `.npz` file.

    Raises
    ------
    DataError
        If it is damaged, or holds Python objects, which could run code.
    """
    large = path.suffix.lower() == ".npy" and path.exists() and path.stat().st_size > MOST_BYTES
    try:
        loaded = np.load(path, allow_pickle=False, mmap_mode="r" if large else None)
        if isinstance(loaded, np.ndarray):
            return loaded
        with loaded:
            return loaded[name]
    except FileNotFoundError as error:
        raise DataError(f"There is no file {path}. Check the path.") from error
    except _FAILURES as error:
        raise _no_array(path, error) from error


def shape_of(path: Path) -> np.ndarray:
    """Return an array of the shape and type of that in a `.npy` file; its values are not read."""
    try:
        with path.open("rb") as file:
            return _head(file)
    except _FAILURES as error:
        raise _no_array(path, error) from error


def find_stack(path: Path) -> tuple[str, np.ndarray]:
    """Return which array of a file has the samples, and an array of its shape and type.

    Parameters
    ----------
    path : Path
        A `.npy` or `.npz` file.

    Returns
    -------
    name : str
        Of an archive the array named X, else the only one of three and more axes, else the only
        one of two. Empty if none can be chosen, and for `.npy`.
    like : ndarray
        Without values; one of no axes if none can be chosen.
    """
    if path.suffix.lower() == ".npy":
        return "", shape_of(path)
    try:
        with zipfile.ZipFile(path) as archive:
            heads = {}
            for name in archive.namelist():
                with archive.open(name) as file:
                    heads[name.removesuffix(".npy")] = _head(file)
    except _FAILURES as error:
        raise _no_array(path, error) from error
    if "X" in heads:
        return "X", heads["X"]
    for least, most in ((3, 5), (2, 2)):
        fitting = [name for name, head in heads.items() if least <= head.ndim <= most]
        if len(fitting) == 1:
            return fitting[0], heads[fitting[0]]
        if fitting:
            break
    return "", np.zeros(())


def read_stack(path: Path, kind: ShapedKind | None = None) -> Shaped:
    """Return the samples in a file of arrays, whose first axis counts them.

    Parameters
    ----------
    path : Path
        A `.npy` or `.npz` file.
    kind : {"series", "image", "video"}, optional
        What a sample is; otherwise `likely.data.shaped.from_array` says.
    """
    name, like = find_stack(path)
    if not name and path.suffix.lower() == ".npz":
        raise DataError(f"{path} holds no single array of samples. Name the one that is meant 'X'.")
    from_array(like, kind)  # refuse what does not fit before reading it
    return from_array(read_array(path, name), kind)


def _head(file: Any) -> np.ndarray:
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version, np.lib.format.read_array_header_2_0)
    shape, _, dtype = read(file)
    return np.broadcast_to(np.zeros((), dtype=dtype), shape)


def _no_array(path: Path, error: Exception) -> DataError:
    line = (str(error).splitlines() or [type(error).__name__])[0][:200]
    return DataError(
        f"{path} holds no plain array ({line}). Check that it is complete, and save numbers with "
        "numpy.save."
    )
