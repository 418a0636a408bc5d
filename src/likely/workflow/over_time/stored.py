"""The state of a stream in a file: plain values and arrays, no code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from likely.core.atomic import write_atomic
from likely.core.container import pack, unpack
from likely.core.errors import DamagedFile, UnsupportedFile
from likely.workflow import storage
from likely.workflow.learned import Learned

_KIND = "stream"
_ARRAY = "$array"


def write(path: Path, state: Mapping[str, Any]) -> None:
    """Write a state at once or not at all.

    Parameters
    ----------
    path : Path
        Where.
    state : mapping
        Of text to plain values, arrays, and such mappings.
    """
    tensors: dict[str, np.ndarray] = {}
    document = {"kind": _KIND, "state": _plain(state, "", tensors)}
    write_atomic(path, pack(document, tensors))


def read(path: Path) -> dict[str, Any]:
    """Return a state that `write` wrote.

    Raises
    ------
    PersistenceError
        If there is no such file, its bytes are not those written, or it is of another kind.
    """
    document, tensors = unpack(path)
    if document.get("kind") != _KIND or not isinstance(document.get("state"), dict):
        raise UnsupportedFile(f"{path} does not hold the state of a stream.")
    return _with_arrays(document["state"], tensors)


def read_with_facts(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a state, and the plain values that were kept beside it."""
    state = read(path)
    facts = state.pop("facts", None)
    if not isinstance(facts, dict):
        raise DamagedFile(f"{path} does not hold the state of a stream.")
    return state, facts


def _plain(value: Any, name: str, tensors: dict[str, np.ndarray]) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype == np.bool_:
            value = value.astype(np.uint8)
        tensors[name] = value
        return {_ARRAY: name}
    if isinstance(value, Mapping):
        return {k: _plain(one, f"{name}.{k}" if name else k, tensors) for k, one in value.items()}
    return value


def _with_arrays(value: Any, tensors: Mapping[str, np.ndarray]) -> Any:
    if isinstance(value, dict):
        if set(value) == {_ARRAY}:
            return tensors[value[_ARRAY]]
        return {name: _with_arrays(one, tensors) for name, one in value.items()}
    return value


def learned_bytes(learned: Learned) -> np.ndarray:
    """Return what was learnt as the bytes of its file."""
    return np.frombuffer(storage.packed(learned), dtype=np.uint8)


def learned_of(content: np.ndarray) -> Learned:
    """Return what was learnt from the bytes of its file."""
    return storage.load_bytes(content.astype(np.uint8).tobytes())
