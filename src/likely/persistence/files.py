"""A whole `.likely` file: format version, kind, named parts and where they come from.

```
{"format": [1, 0], "kind": "model", "parts": {"model": …}, "provenance": {"likely": "0.1.0"}}
```

A newer minor version only adds what older readers may skip; a newer major version is refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from likely.base.model import Model, NotFittedError
from likely.core.atomic import write_atomic
from likely.core.container import pack, unpack
from likely.core.errors import PersistenceError, UnsupportedFile
from likely.persistence.codec import Reader, Writer, damaged
from likely.persistence.hints import read_as
from likely.persistence.models import restore, store

FORMAT = (1, 0)
"""Major and minor version of what this package writes."""

_KEYS = {"format", "kind", "parts", "provenance"}
_PART = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)


@dataclass(frozen=True)
class Saved:
    """What a file holds.

    Parameters
    ----------
    kind : str
        What the parts make together, such as "model" or "learned".
    parts : dict
        By name (lower-case letters, digits, `_`): fitted or unfitted models, schemas, arrays, and
        whatever dicts, lists, tuples, text, numbers, True, False and None make of them.
    provenance : dict of str to str
        Where it comes from: versions, time, platform.
    """

    kind: str
    parts: dict[str, Any]
    provenance: dict[str, str] = field(default_factory=dict)


def save(path: str | os.PathLike[str], saved: Saved, *, rows: bool = True) -> None:
    """Write a file in one step: whatever happens, the old file or the new one is there.

    Parameters
    ----------
    path : str or path
        Where to; ".likely" is the usual ending.
    saved : Saved
        What.
    rows : bool, default True
        Whether models may keep training rows in the file. Arrays that are parts of their own
        are the caller's to leave out.

    Raises
    ------
    CannotDo
        If `rows` is False and a model keeps training rows.
    PersistenceError
        If something cannot be stored, or the file cannot be written.
    """
    write_atomic(path, packed(saved, rows=rows))


def packed(saved: Saved, *, rows: bool = True) -> bytes:
    """Return the bytes of the file that `save` writes."""
    for name in saved.parts:
        if not _PART.fullmatch(name):
            raise PersistenceError(f"A part cannot be named {name!r}: use a-z, 0-9 and _.")
    writer = Writer(store, rows)
    document = {
        "format": list(FORMAT),
        "kind": saved.kind,
        "parts": {n: writer.value(part, f"parts.{n}") for n, part in saved.parts.items()},
        "provenance": dict(saved.provenance),
    }
    return pack(document, writer.tensors)


def load(path: bytes | str | os.PathLike[str], kind: str, *others: str) -> Saved:
    """Read a file that `save` wrote.

    Parameters
    ----------
    path : str, path or bytes
        Where it is, or what is in it.
    kind, *others : str
        What it must hold: one of these.

    Raises
    ------
    PersistenceError
        If there is no such file.
    DamagedFile
        If its bytes or its content are not valid.
    UnsupportedFile
        If it is of another kind, or from a newer version.
    """
    document, tensors = unpack(path)
    where = "These bytes" if isinstance(path, bytes) else os.fspath(path)
    check_document(document, where)
    if document["kind"] not in (kind, *others):
        use = {
            "model": "load_model",
            "learned": "likely.load",
            "related": "likely.Related.load",
        }.get(document["kind"], "what wrote it")
        raise UnsupportedFile(
            f"{where} holds a {document['kind'][:40]!r}, not a {kind!r}; open it with {use}."
        )
    reader = Reader(tensors, restore)
    parts = {n: reader.value(part, f"parts.{n}") for n, part in document["parts"].items()}
    reader.finish()
    return Saved(document["kind"], parts, document["provenance"])


def save_model(
    model: Model,
    path: str | os.PathLike[str],
    rows: bool = True,
    provenance: Mapping[str, str] | None = None,
) -> None:
    """Write one fitted model to a file.

    Parameters
    ----------
    model : Model
        Fitted; any class of the catalogue.
    path : str or path
        Where to.
    rows : bool, default True
        Whether training rows may be in the file.
    provenance : mapping of str to str, optional
        Where it comes from; the versions of likely and numpy if not given, so that the same model
        gives the same bytes.

    Raises
    ------
    NotFittedError
        If `fit` was not called.
    CannotDo, PersistenceError
        As `save`.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from likely.detectors import KNN
    >>> model = KNN().fit(np.random.default_rng(0).normal(size=(50, 2)))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(model, f"{folder}/knn.likely")
    ...     again = load_model(f"{folder}/knn.likely")
    >>> bool((again.score_samples([[0.0, 9.0]]) == model.score_samples([[0.0, 9.0]])).all())
    True
    """
    if not hasattr(model, "schema_"):
        raise NotFittedError(f"This {type(model).__name__} is not fitted yet. Call `fit` first.")
    made_by = {name: version(name) for name in ("likely", "numpy")}
    save(path, Saved("model", {"model": model}, dict(provenance or made_by)), rows=rows)


def load_model(path: str | os.PathLike[str]) -> Any:
    """Return the model that `save_model` wrote; no code from the file is run.

    Raises
    ------
    PersistenceError, DamagedFile, UnsupportedFile
        As `load`.
    """
    return only_model(load(path, "model"))


def only_model(saved: Saved) -> Any:
    """Return the fitted model that is all of what a file holds, or raise `DamagedFile`."""
    model = saved.parts.get("model")
    alone = set(saved.parts) == {"model"}
    if not alone or not isinstance(model, Model) or not hasattr(model, "schema_"):
        raise damaged("it does not hold one fitted model")
    return model


def check_document(document: dict[str, Any], name: str) -> None:
    """Raise unless a document has this format's version and fields."""
    if "format" not in document or not isinstance(document.get("provenance", {}), dict):
        raise damaged(f"{name} states no format")
    major, minor = read_as(tuple[int, int], document["format"], "format")
    if major > FORMAT[0]:
        author = str(document.get("provenance", {}).get("likely", "of a later version"))[:40]
        raise UnsupportedFile(
            f"{name} was written by likely {author} in format {major}.{minor}; this version reads "
            f"format {FORMAT[0]}. Upgrade: pip install -U likely"
        )
    if major < 1 or minor < 0:
        raise damaged(f"there was no format {major}.{minor}")
    if not set(document) >= _KEYS or (minor <= FORMAT[1] and set(document) != _KEYS):
        raise damaged(f"a file must have {', '.join(sorted(_KEYS))}")
    read_as(str, document["kind"], "kind")
    read_as(dict[str, str], document["provenance"], "provenance")
    if not all(_PART.fullmatch(part) for part in read_as(dict[str, Any], document["parts"])):
        raise damaged("a part has no proper name")
