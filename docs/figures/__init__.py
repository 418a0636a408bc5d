"""Figures of the field guide: what each model has learnt on a toy, and where it fails.

    from figures import drawn            with docs/ on the path
    drawn("LOF")                         its `Figure`s, drawn now or found drawn
    python docs/figures/build.py         draws all, and says how long each model took

Every figure is drawn by fitting models here and now, from fixed seeds; its caption says what was
measured meanwhile. A failure that does not show raises `NotShown` instead of being claimed. Which
toy stands for which failure is in the literal tables of the chapters. Drawings are kept in
`.cache/figures` by a digest of the code that draws them and of the model's own file.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import re
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

CHAPTERS = (
    "table_detectors",
    "table_generators",
    "series_models",
    "image_models",
    "texts",
    "voices",
)

_LEFT_OUT = (
    "A figure is left out here: when this page was made, the run behind it did not show what it is "
    "for. Networks learn other numbers on other processors."
)
_HERE = Path(__file__).resolve().parent
_KEPT = _HERE.parent.parent / ".cache" / "figures"
_IMPORTS = re.compile(r"^from figures(?:\.(\w+))? import ([\w, ]+)", re.MULTILINE)


@cache
def drawers() -> dict[str, tuple[Callable[[], Figure], ...]]:
    """Return what draws the figures of each model, by its name: nothing is drawn yet."""
    return {name: draw for chapter in CHAPTERS for name, draw in _chapter(chapter).items()}


def drawn(name: str, *, strict: bool = True) -> list[Figure]:
    """Return the figures of a model, the idea before the failure; none if it has none yet.

    Parameters
    ----------
    name : str
        A class of the catalogue.
    strict : bool, default True
        Whether a figure that does not show what it is for is an error; otherwise words say that it
        is left out, since networks learn other numbers on other processors.

    Raises
    ------
    ParameterError
        If there is no model of that name.
    MissingDependency
        If it needs a package that is not installed.
    NotShown
        If a figure does not show what it is for, and `strict`.
    """
    known = entry(name)
    chapter = next((chapter for chapter in CHAPTERS if name in _chapter(chapter)), None)
    if chapter is None:
        return []
    known.load()
    path = _KEPT / f"{name}-{_digest(chapter, known.module)}.json"
    if path.exists():
        return [Figure(**kept) for kept in json.loads(path.read_text(encoding="utf-8"))]
    figures = [_shown(draw, strict) for draw in _chapter(chapter)[name]]
    if not all(figure.svg for figure in figures):
        return figures  # not kept: it may show tomorrow
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in _KEPT.glob(f"{name}-*.json"):
        old.unlink()
    write_atomic(path, json.dumps([asdict(figure) for figure in figures]).encode())
    return figures


def _shown(draw: Callable[[], Figure], strict: bool) -> Figure:
    """Return a figure, or where it does not show what it is for the words that say so."""
    try:
        return draw()
    except NotShown:
        if strict:
            raise
        return Figure("", _LEFT_OUT, "", "left out")


def _chapter(chapter: str) -> dict[str, tuple[Callable[[], Figure], ...]]:
    return importlib.import_module(f"figures.{chapter}").DRAWN


def _digest(chapter: str, module: str) -> str:
    """Return a digest of all that may change the figures of a model that is loaded."""
    digest = hashlib.sha256(__version__.encode())
    digest.update(Path(str(sys.modules[module].__file__)).read_bytes())
    for path in sorted(_needed(_HERE / f"{chapter}.py", set())):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _needed(path: Path, found: set[Path]) -> set[Path]:
    """Return a file of this folder, and all that it imports from here."""
    if path in found or not path.exists():
        return found
    found.add(path)
    for module, names in _IMPORTS.findall(path.read_text(encoding="utf-8")):
        for name in [module] if module else names.split(","):
            _needed(_HERE / f"{name.strip()}.py", found)
    return found
