"""What is inside a file, told without building a model."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from likely.core.container import Contents, read
from likely.data.shaped import AXES
from likely.persistence.files import check_document


def inspect(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Say what a `.likely` file holds; nothing of it is built or run.

    Parameters
    ----------
    path : str or path
        Where it is.

    Returns
    -------
    dict
        `path`, `bytes`, `format` ("1.0"), `kind`, `digest` ("intact" or "does not match"),
        `provenance`, `models` (each with `where`, `class`, `params`, `columns` of a table, and
        `form` of samples with axes, or None), `calibration` (as stored, or None), `parts` (names),
        `tensors` (each with `name`, `dtype`, `shape`, `bytes`).
        All text in it is the file's own and unchecked: escape it before showing it.

    Raises
    ------
    PersistenceError
        If it cannot be opened.
    DamagedFile, UnsupportedFile
        If its header or document cannot be read.
    """
    found = read(path)
    document = found.document
    check_document(document, found.name)
    return {
        "path": found.name,
        "bytes": Path(path).stat().st_size,
        "format": "{}.{}".format(*document["format"]),
        "kind": document["kind"],
        "digest": "intact" if found.intact else "does not match",
        "provenance": document["provenance"],
        "models": list(_models(document["parts"], "")),
        "calibration": document["parts"].get("calibration"),
        "parts": sorted(document["parts"]),
        "tensors": _tensors(found),
    }


def _tensors(found: Contents) -> list[dict[str, Any]]:
    return [
        {"name": n, "dtype": t.numpy_dtype.name, "shape": list(t.shape), "bytes": t.nbytes}
        for n, t in sorted(found.tensors.items())
    ]


def _models(value: Any, where: str) -> Iterator[dict[str, Any]]:
    """Find models by their form, wherever they stand; members come after what they belong to."""
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from _models(item, f"{where}.{i}")
    if not isinstance(value, dict):
        return
    if {"class", "params"} <= set(value):
        yield {
            "where": where.strip("."),
            "class": value["class"],
            "params": value["params"],
            "columns": _columns(value.get("schema")),
            "form": _form(value.get("schema")),
            "tokens": _tokens(value.get("schema")),
            "conditions": _columns(value.get("condition")),
            "captions": _captions(value.get("condition")),
        }
    for key, item in value.items():
        yield from _models(item, where if key in ("state", "members") else f"{where}.{key}")


def _form(schema: Any) -> dict[str, Any] | None:
    """Return kind, shape and channels of samples with axes, if that is what a schema describes."""
    if not isinstance(schema, dict):
        return None
    kind, shape, channels = (schema.get(key) for key in ("kind", "shape", "channels"))
    if not isinstance(kind, str) or kind not in AXES or not isinstance(shape, list):
        return None
    whole = all(type(number) is int for number in [*shape, channels])
    if not whole or len(shape) != len(AXES[kind]):
        return None
    return {"kind": kind, "shape": shape, "channels": channels}


def _tokens(schema: Any) -> dict[str, Any] | None:
    """Return what the tokens of texts or of sound are, if that is what a schema describes."""
    wanted: dict[Any, dict[str, type]] = {
        "text": {"unit": str, "lines": bool, "longest": int},
        "molecule": {"unit": str, "lines": bool, "longest": int},
        "audio": {"rate": int, "longest": int},
    }
    kind = schema.get("kind") if isinstance(schema, dict) else None
    fields = wanted.get(kind, {}) if isinstance(kind, str) else {}
    if not fields or any(type(schema.get(name)) is not type_ for name, type_ in fields.items()):
        return None
    return {"kind": kind, **{name: schema[name] for name in fields}}


def _captions(condition: Any) -> dict[str, Any] | None:
    """Return which words captions have, if a model was told captions."""
    if not isinstance(condition, dict) or condition.get("kind") != "caption":
        return None
    words, longest = condition.get("words"), condition.get("longest")
    if not isinstance(words, list) or type(longest) is not int:
        return None
    return {"words": [word for word in words if isinstance(word, str)], "longest": longest}


def _columns(schema: Any) -> list[dict[str, Any]]:
    columns = schema.get("columns") if isinstance(schema, dict) else None
    if not isinstance(columns, list):
        return []
    shown = ("name", "kind", "dtype", "set_aside")
    return [
        {key: column[key] for key in shown if key in column}
        for column in columns
        if isinstance(column, dict)
    ]
