"""The bytes of a `.likely` file: one JSON document and named arrays, in a valid safetensors file.

```
8 bytes        length n of the header, little-endian
n bytes        header: JSON with sorted keys and no spaces, filled up with spaces to a multiple of 8
    "__metadata__": {"digest": "sha256:…", "likely": "the document, as canonical JSON in a string"}
    "<name>":       {"data_offsets": [start, stop], "dtype": "F64", "shape": [3, 2]}
the rest       the arrays: little-endian, C order, without gaps, widest numbers first, then by name
```

The digest is SHA-256 over the header as written with an empty digest, followed by all array bytes.
A reader writes the header again from what it understood and compares: a change of any bit, in
whichever place, shows. A digest notices accidents; it is no signature, so what a document says is
still checked by whoever reads it.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from likely.core.errors import DamagedFile, PersistenceError, UnsupportedFile
from likely.core.layout import (
    MAX_TENSORS,
    Tensor,
    describe,
    digest_of,
    ordered,
    read_layout,
    write_header,
)
from likely.core.strict_json import REMEDY, canonical, parse

MAX_HEADER = 16 * 2**20
"""Bytes of the header that are read at most."""

_OTHER_KINDS = {
    b"\x80": "a Python pickle, which could run code; likely never opens one",
    b"PK\x03\x04": "a zip archive (such as npz, xlsx or a torch checkpoint)",
    b"\x93NUMPY": "a numpy array (npy)",
    b"\x1f\x8b": "a gzip archive",
    b"\x89HDF": "an HDF5 file",
    b"PAR1": "a Parquet file",
}


@dataclass(frozen=True)
class Contents:
    """A file as read: `intact` says whether header and digest are those of the writer."""

    document: dict[str, Any]
    tensors: dict[str, Tensor]
    data: bytes
    intact: bool
    name: str


def pack(document: dict[str, Any], tensors: Mapping[str, np.ndarray]) -> bytes:
    """Return the bytes of a file: the same document and arrays give the same bytes.

    Parameters
    ----------
    document : dict
        Anything that JSON can hold.
    tensors : mapping of str to ndarray
        Arrays by name: letters, digits, `_`, `.` and `-`; rank at most 8.

    Raises
    ------
    PersistenceError
        If a name, type or size cannot be stored.

    Examples
    --------
    >>> import numpy as np
    >>> document, tensors = unpack(pack({"answer": 42}, {"x": np.arange(3.0)}))
    >>> document, tensors["x"]
    ({'answer': 42}, array([0., 1., 2.]))
    """
    if len(tensors) > MAX_TENSORS:
        raise PersistenceError(f"A file holds at most {MAX_TENSORS} arrays; got {len(tensors)}.")
    layout = {name: describe(name, array) for name, array in tensors.items()}
    text = canonical(document)
    data = [_as_bytes(tensors[name]) for name in ordered(layout)]
    header = write_header(text, layout, digest_of(text, layout, data))
    if len(header) > MAX_HEADER:
        raise PersistenceError(
            f"The header would take {len(header)} bytes; at most {MAX_HEADER} are read again. "
            "Put long lists into arrays."
        )
    return b"".join([len(header).to_bytes(8, "little"), header, *data])


def unpack(source: bytes | str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the document and the arrays of a file.

    Parameters
    ----------
    source : bytes or path
        A file's content or its place.

    Returns
    -------
    document : dict
    tensors : dict of str to ndarray
        Read-only views of what was read.

    Raises
    ------
    UnsupportedFile
        If it is a file of another kind.
    DamagedFile
        If any byte is not the one that was written.
    """
    found = read(source)
    if not found.intact:
        raise DamagedFile(f"{found.name}: its content does not match its digest. {REMEDY}")
    tensors, start = {}, 0
    for name in ordered(found.tensors):
        tensor = found.tensors[name]
        tensors[name] = np.ndarray(
            tensor.shape, tensor.numpy_dtype, buffer=found.data, offset=start
        )
        start += tensor.nbytes
    return found.document, tensors


def is_container(path: str | os.PathLike[str]) -> bool:
    """Whether a file begins as one of ours does, or as any other safetensors file."""
    file = Path(path)
    size = file.stat().st_size
    with file.open("rb") as stream:
        start = stream.read(9)
    return start[8:] == b"{" and int.from_bytes(start[:8], "little") <= size - 8


def read(source: bytes | str | os.PathLike[str]) -> Contents:
    """Read a file and check its form; a wrong digest is reported in `intact`, not raised.

    Raises
    ------
    PersistenceError
        If there is no such file, or it cannot be opened.
    UnsupportedFile, DamagedFile
        As `unpack`, except for the digest.
    """
    if isinstance(source, bytes):
        return _read(io.BytesIO(source), len(source), "These bytes")
    name = os.fspath(source)
    try:
        mode = Path(name).stat().st_mode
        if not stat.S_ISREG(mode):  # opening a pipe would wait for ever
            kind = "a folder" if stat.S_ISDIR(mode) else "no regular file"
            raise UnsupportedFile(f"{name} is {kind}; give the path of a .likely file.")
        with Path(name).open("rb") as stream:
            return _read(stream, os.fstat(stream.fileno()).st_size, name)
    except PersistenceError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise PersistenceError(f"{name!r} could not be read: {reason}. Check the path.") from error
    except MemoryError:
        raise PersistenceError(f"{name} is larger than the free memory of this machine.") from None


def _read(stream: BinaryIO, size: int, name: str) -> Contents:
    header = _read_header(stream, size, name)
    fields = parse(header, f"{name}: the header")
    text, digest = _metadata(fields, name)
    layout = read_layout(fields, name)
    total = sum(tensor.nbytes for tensor in layout.values())
    if 8 + len(header) + total != size:
        raise DamagedFile(
            f"{name} is {size} bytes long; its header describes {8 + len(header) + total}. {REMEDY}"
        )
    document = parse(text.encode("utf-8", "surrogatepass"), f"{name}: the document")
    if not isinstance(document, dict):
        raise DamagedFile(f"{name}: the document is no JSON object. {REMEDY}")
    data = stream.read(total)
    intact = (
        len(data) == total
        and header == write_header(text, layout, digest)
        and digest == digest_of(text, layout, [data])
    )
    return Contents(document, layout, data, intact, name)


def _read_header(stream: BinaryIO, size: int, name: str) -> bytes:
    if size == 0:
        raise DamagedFile(f"{name} is empty. {REMEDY}")
    start = stream.read(9)
    for magic, kind in _OTHER_KINDS.items():
        # The length of a header of 128 bytes starts like a pickle: only what follows tells.
        if start.startswith(magic) and start[8:] != b"{":
            raise UnsupportedFile(f"{name} is {kind}, not a likely model file.")
    if len(start) == 9 and start[8:] != b"{":
        raise UnsupportedFile(f"{name} is not a likely model file, or its start is damaged.")
    length = int.from_bytes(start[:8], "little")
    if length > MAX_HEADER:
        raise DamagedFile(
            f"{name} announces a header of {length} bytes; at most {MAX_HEADER} are read. {REMEDY}"
        )
    if size < 8 + length or length < 2:
        raise DamagedFile(
            f"{name} is cut off: {size} bytes, of which the header takes {8 + length}. {REMEDY}"
        )
    return start[8:] + stream.read(length - 1)


def _metadata(fields: Any, name: str) -> tuple[str, str]:
    metadata = fields.get("__metadata__") if isinstance(fields, dict) else None
    if not isinstance(metadata, dict) or "likely" not in metadata:
        raise UnsupportedFile(
            f"{name} is a safetensors file of another program, not a likely model file."
        )
    text, digest = metadata["likely"], metadata.get("digest")
    if set(metadata) != {"likely", "digest"} or type(text) is not str or type(digest) is not str:
        raise DamagedFile(f"{name}: __metadata__ must hold `likely` and `digest` as text. {REMEDY}")
    return text, digest


def _as_bytes(array: np.ndarray) -> bytes:
    return array.astype(array.dtype.newbyteorder("<"), order="C", copy=False).tobytes()
