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


def page() -> str:
    """Return the page."""
    parts = [_chapter(path) for path in _results()]
    return f"{GENERATED}{_INTRODUCTION}" + "\n".join(parts)


def _results() -> list[Path]:
    return sorted((FOLDER / "results").glob("*.json"))


def _chapter(path: Path) -> str:
    stored = json.loads(path.read_text(encoding="utf-8"))
    title, _, more = _about(path.stem).partition("\n")
    figures = {key: value for key, value in stored.items() if _is_records(value)}
    about = [
        (key, f"`{value}`" if key == "command" else _in_line(value))
        for key, value in stored.items()
        if key not in figures
    ]
    tables = map(_figures, figures.values())
    words = "\n\n".join(filter(None, (f"## {title.rstrip('.')}", more.strip("\n"))))
    return f"{words}\n\n" + table(("", ""), about) + "\n" + "\n".join(tables)


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(record, Mapping) for record in value)


def _about(name: str) -> str:
    """Return the docstring of the script of a result, or its title if it is one of several."""
    script = FOLDER / f"{name}.py"
    if script.exists():
        return _docstring(script)
    of_many = [path for path in FOLDER.glob("*.py") if name.startswith(f"{path.stem}_")]
    if not of_many:
        return name.replace("_", " ").capitalize()
    script = max(of_many, key=lambda path: len(path.stem))
    title = _docstring(script).partition("\n")[0].rstrip(".")
    return f"{title}: {name.removeprefix(script.stem).replace('_', ' ').strip()}"


def _docstring(script: Path) -> str:
    return ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or script.stem


def _figures(records: list[Mapping[str, Any]]) -> str:
    """Return a table of figures, a line a record; a record need not have them all."""
    heads = list(dict.fromkeys(key for record in records for key in record))
    rows = [[_in_line(record.get(head)) for head in heads] for record in records]
    return table([head.replace("_", " ") for head in heads], rows)


def _in_line(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(number, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key.replace('_', ' ')} {number(v)}" for key, v in value.items())
    return number(value)
