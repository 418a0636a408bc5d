"""The page of methods: chapters are docstrings of folders, tables come from the catalogue."""

from __future__ import annotations

import importlib
import inspect
from itertools import groupby

import class_page
from pieces import GENERATED, table

from likely.core.catalogue import Entry, entries
from likely.core.params import parameters

_INTRODUCTION = """\
# Methods

A chapter for each branch of the field, and what belongs to it. Give a name as `method=` or
`--method`, and parameters as keywords or `--set name=value`. Every one is also a plain scikit-learn
estimator, `from likely.detectors import KNN`; `help(KNN)` has its paper and an example.

Those of the first chapters need nothing but likely itself. Autoencoders are networks, which
`pip install "likely[deep]"` brings; pictures need `pip install "likely[images]"`.

"""
_ABILITIES = (
    "Density", "Sampler", "Completer", "Reconstructor", "Encoder", "Conditional", "Online",
    "Tester", "Labelled",
)  # fmt: skip
_SITES = {"doi": "https://doi.org/", "arXiv": "https://arxiv.org/abs/"}


def page() -> str:
    """Return the page."""
    chapters = [
        _chapter(title, list(members)) for title, members in groupby(entries().values(), _title)
    ]
    overview = inspect.getdoc(importlib.import_module("likely.detectors")) or ""
    return f"{GENERATED}{_INTRODUCTION}{overview}\n\n" + "\n".join(chapters)


def short_table() -> str:
    """Return one line a model, for the README."""
    rows = [
        (
            f"`{entry.name}`",
            f"[{_named(_title(entry))}](docs/methods.md#{_title(entry)})",
            ", ".join(entry.kinds),
            entry.summary,
        )
        for entry in entries().values()
    ]
    return table(("name", "branch", "for", "what it does"), rows)


def _title(entry: Entry) -> str:
    """Return the chapter that a model belongs to: its branch, or a family without branches."""
    return entry.branch or entry.family


def _named(title: str) -> str:
    return class_page.SHORT.get(title.lower(), title)


def _chapter(title: str, members: list[Entry]) -> str:
    folder = importlib.import_module(members[0].module.rpartition(".")[0])
    words, example = class_page.of_folder(folder)
    parts = [f"## {_named(title.capitalize())}\n", f"{words}\n", f"**Example.**\n\n{example}"]
    return "\n".join([*parts, *map(_model, members)])


def _model(entry: Entry) -> str:
    lines = [f"### {entry.name}\n\n{entry.summary} {_paper(entry.paper)}\n"]
    abilities = [name for name in _ABILITIES if name in entry.capabilities]
    if abilities:
        lines.append(f"\nAlso a {' and a '.join(f'`{name}`' for name in abilities)}.\n")
    if entry.kinds != ("table",):
        lines.append(f"\nLearns from: {', '.join(entry.kinds)}.\n")
    rows = [(f"`{p.name}`", f"`{p.default!r}`", p.expected) for p in parameters(entry.load())]
    if rows:
        lines.append("\n" + table(("parameter", "default", "may be"), rows))
    return "".join(lines)


def _paper(paper: str) -> str:
    scheme, _, rest = paper.partition(":")
    return f"[{paper}]({_SITES[scheme]}{rest})" if scheme in _SITES else f"({paper})"
