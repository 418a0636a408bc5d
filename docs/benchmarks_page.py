"""The page of benchmarks, from the stored results."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pieces import GENERATED, number, table

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
_INTRODUCTION = """\
# Benchmarks

What was measured, by which command, on which machine. Every figure comes from a file in
`benchmarks/results/`, which its command writes anew. Shares are between 0 and 1.

"""
_ABOUT = ("command", "versions", "hardware", "seconds", "setting")


def page() -> str:
    """Return the page."""
    parts = [_chapter(path) for path in _results()]
    return f"{GENERATED}{_INTRODUCTION}" + "\n".join(parts)


def short_table() -> str:
    """Return how often explanations name the right columns, for the README."""
    figures = json.loads((FOLDER / "results" / "explanations.json").read_text("utf-8"))["figures"]
    rows = []
    for planted, what in (("column", "one odd value"), ("pair", "two values that do not fit")):
        cases = [f for f in figures if f["planted"] == planted and not f["exempt"]]
        named = sum(case["named"] for case in cases) / len(cases)
        trivial = sum(case["trivial"] for case in cases) / len(cases)
        models = len({case["model"] for case in cases})
        rows.append((what, str(models), f"{named:.0%}", f"{trivial:.0%}"))
    heads = ("what was planted", "methods", "named first", "largest z-score names it")
    return table(heads, rows)


def _results() -> list[Path]:
    return sorted((FOLDER / "results").glob("*.json"))


def _chapter(path: Path) -> str:
    stored = json.loads(path.read_text(encoding="utf-8"))
    title, _, more = _docstring(FOLDER / f"{path.stem}.py").partition("\n")
    about = [
        (key, _in_line(stored[key]) if key != "command" else f"`{stored[key]}`")
        for key in _ABOUT
        if key in stored
    ]
    tables = [_figures(key, value) for key, value in stored.items() if key not in _ABOUT]
    head = f"## {title.rstrip('.')}\n\n{more.strip()}\n\n" if more else f"## {title.rstrip('.')}\n\n"
    return head + table(("", ""), about) + "\n" + "\n".join(tables)


def _docstring(script: Path) -> str:
    if not script.exists():
        return script.stem.replace("_", " ").capitalize()
    return ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or script.stem


def _figures(name: str, value: Any) -> str:
    """Return a table of figures: a row a record, or a row a key."""
    if isinstance(value, Mapping) and all(isinstance(v, Mapping) for v in value.values()):
        value = [{name: key, **record} for key, record in value.items()]
    if isinstance(value, list) and value and all(isinstance(v, Mapping) for v in value):
        heads = list(dict.fromkeys(key for record in value for key in record))
        rows = [[_in_line(record.get(head)) for head in heads] for record in value]
        return table([head.replace("_", " ") for head in heads], rows)
    return f"{name.replace('_', ' ')}: {_in_line(value)}\n"


def _in_line(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key.replace('_', ' ')} {number(v)}" for key, v in value.items())
    return number(value)
