"""Where each array of a `.likely` file stands: the header's entries, checked, written and hashed.

One order of the arrays and one way to write the header; see `likely.core.container` for the format.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from likely.core.errors import DamagedFile, PersistenceError
from likely.core.strict_json import REMEDY, canonical

MAX_TENSORS = 100_000
MAX_RANK = 8
_MAX_CELLS = 2**48  # beyond any machine; keeps every size inside numpy's own integers

DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2",
    "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1",
}  # fmt: skip
"""Names of number types in safetensors and in numpy."""

_CODES = {np.dtype(text): code for code, text in DTYPES.items()}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}", re.ASCII)


@dataclass(frozen=True)
class Tensor:
    """What the header says of one array.

    Parameters
    ----------
    dtype : str
        The number type in safetensors' words, such as "F64".
    shape : tuple of int
    """

    dtype: str
    shape: tuple[int, ...]

    @property
    def numpy_dtype(self) -> np.dtype[Any]:
        """The number type in numpy's words."""
        return np.dtype(DTYPES[self.dtype])

    @property
    def nbytes(self) -> int:
        """Size in bytes."""
        return math.prod(self.shape) * self.numpy_dtype.itemsize


def describe(name: str, array: np.ndarray) -> Tensor:
    """Return the entry of an array, or raise `PersistenceError` if a file cannot hold it."""
    if not _NAME.fullmatch(name) or name == "__metadata__":
        raise PersistenceError(
            f"{name!r} cannot name an array: letters, digits, `_`, `.` and `-`, at most 255."
        )
    code = _CODES.get(array.dtype.newbyteorder("<"))
    if code is None or array.ndim > MAX_RANK:
        raise PersistenceError(
            f"The array {name!r} is {array.dtype} of rank {array.ndim}; a file holds "
            f"{', '.join(map(str, _CODES))} of rank at most {MAX_RANK}."
        )
    return Tensor(code, array.shape)


def ordered(layout: Mapping[str, Tensor]) -> list[str]:
    """Return the names as the arrays follow one another: widest numbers first, then by name.

    Every array then starts at a multiple of the size of its own numbers.
    """
    return sorted(layout, key=lambda name: (-layout[name].numpy_dtype.itemsize, name))


def write_header(text: str, layout: Mapping[str, Tensor], digest: str) -> bytes:
    """Return the one header that stands for a document, a layout and a digest."""
    fields: dict[str, Any] = {"__metadata__": {"digest": digest, "likely": text}}
    start = 0
    for name in ordered(layout):
        tensor = layout[name]
        stop = start + tensor.nbytes
        fields[name] = {
            "data_offsets": [start, stop],
            "dtype": tensor.dtype,
            "shape": list(tensor.shape),
        }
        start = stop
    header = canonical(fields).encode("ascii")
    return header + b" " * (-len(header) % 8)


def digest_of(text: str, layout: Mapping[str, Tensor], data: list[bytes]) -> str:
    """Return the digest over the header with an empty digest, and all array bytes."""
    total = hashlib.sha256(write_header(text, layout, ""))
    for piece in data:
        total.update(piece)
    return f"sha256:{total.hexdigest()}"


def read_layout(fields: dict[str, Any], name: str) -> dict[str, Tensor]:
    """Return the entries of a parsed header, or raise `DamagedFile` for the first bad one."""
    if len(fields) - 1 > MAX_TENSORS:
        raise DamagedFile(
            f"{name} announces {len(fields) - 1} arrays; at most {MAX_TENSORS} are read. {REMEDY}"
        )
    layout = {}
    for key, field in fields.items():
        if key == "__metadata__":
            continue
        tensor = _tensor(field)
        if tensor is None or not _NAME.fullmatch(key):
            raise DamagedFile(f"{name}: the entry of array {key[:80]!r} is invalid. {REMEDY}")
        layout[key] = tensor
    return layout


def _tensor(field: Any) -> Tensor | None:
    if not isinstance(field, dict) or set(field) != {"data_offsets", "dtype", "shape"}:
        return None
    dtype, shape = field["dtype"], field["shape"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        return None
    if not isinstance(shape, list) or len(shape) > MAX_RANK:
        return None
    if not all(type(size) is int and size >= 0 for size in shape):
        return None
    # A zero does not excuse the other sizes: numpy multiplies those that are not zero.
    if math.prod(size for size in shape if size) > _MAX_CELLS:
        return None
    return Tensor(dtype, tuple(shape))
