"""Figures of the field guide: what each model has learnt on a toy, and where it fails.

    from figures import drawn            with docs/ on the path
    drawn("LOF")                         its `Figure`s, drawn now or found drawn
    python docs/figures/build.py         draws all, and says how long each model took

Every figure is drawn by fitting models here and now, from fixed seeds, and its caption says what
was measured meanwhile. A failure that does not show raises `NotShown` instead of being claimed.
Which toy stands for which failure is in the literal tables of the chapters. Drawings are kept in
`.cache/figures` by a digest of the code that draws them and of the model's own file.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path

from figures.figure import Figure, NotShown
from likely import __version__
from likely.core.atomic import write_atomic
from likely.core.catalogue import entry

__all__ = ["CHAPTERS", "Figure", "NotShown", "drawers", "drawn"]

CHAPTERS = ("table_detectors",)

_HERE = Path(__file__).resolve().parent
_KEPT = _HERE.parent.parent / ".cache" / "figures"


@cache
def drawers() -> dict[str, tuple[Callable[[], Figure], ...]]:
    """Return what draws the figures of each model, by its name: nothing is drawn yet."""
    found: dict[str, tuple[Callable[[], Figure], ...]] = {}
    for chapter in CHAPTERS:
        found |= importlib.import_module(f"figures.{chapter}").DRAWN
    return found


def drawn(name: str) -> list[Figure]:
    """Return the figures of a model, the idea before the failure.

    Parameters
    ----------
    name : str
        A class of the catalogue.

    Raises
    ------
    ParameterError
        If there is no model of that name.
    MissingDependency
        If it needs a package that is not installed.
    NotShown
        If a figure does not show what it is for.
    """
    known = entry(name)
    known.load()
    path = _KEPT / f"{name}-{_digest(known.module)}.json"
    if path.exists():
        return [Figure(**kept) for kept in json.loads(path.read_text(encoding="utf-8"))]
    figures = [draw() for draw in drawers()[name]]
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in _KEPT.glob(f"{name}-*.json"):
        old.unlink()
    write_atomic(path, json.dumps([asdict(figure) for figure in figures]).encode())
    return figures


def _digest(module: str) -> str:
    """Return a digest of all that may change the figures of a model that is loaded."""
    source = Path(str(sys.modules[module].__file__))
    digest = hashlib.sha256(__version__.encode())
    for path in (source, *sorted(_HERE.glob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
