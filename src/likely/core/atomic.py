"""Writing a file so that whoever looks sees the old one or the new one, never half of either."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from likely.core.errors import PersistenceError

CHUNK = 1 << 20
"""Bytes handed to the system at a time."""


def write_atomic(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file in one step, as far as any reader or a power cut can tell.

    The bytes go to a temporary file in the same folder, are flushed to the disk, and then take the
    name. A link is followed, so that it goes on pointing where it did. A new file can be read by
    its owner only, since a model may hold rows of the data; one that is replaced keeps its mode.

    Parameters
    ----------
    path : str or path
        Where to.
    content : bytes
        What.

    Raises
    ------
    PersistenceError
        If the folder is missing, not writable or full. What was there before is still there.
    """
    name = os.fspath(path)
    try:
        target = Path(os.path.realpath(name))
        _replace(target, content)
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise PersistenceError(
            f"{name} could not be written: {reason}. Nothing was changed; choose another place "
            "or make room, and save again."
        ) from error


def _replace(target: Path, content: bytes) -> None:
    if target.is_dir():
        raise IsADirectoryError(0, "it is a folder", str(target))
    # Only the start of the name, so that the temporary name stays within the limit of 255 bytes.
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    try:
        try:
            _write_all(handle, content)
            _copy_mode(target, temporary)
            os.fsync(handle)
        finally:
            os.close(handle)
        Path(temporary).replace(target)
    except BaseException:  # Ctrl-C too must leave no temporary file behind
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    _flush_folder(target.parent)


def _write_all(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest[:CHUNK]) :]


def _copy_mode(target: Path, temporary: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        Path(temporary).chmod(stat.S_IMODE(target.stat().st_mode))


def _flush_folder(folder: Path) -> None:
    """Make the new name itself outlive a power cut."""
    # The content is already safe; some systems cannot flush a folder, and that is no failure.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
