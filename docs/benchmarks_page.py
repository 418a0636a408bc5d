"""The page of benchmarks, from the stored results."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from links import anchor
from pieces import GENERATED, number, table

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
_INTRODUCTION = """\
# Benchmarks

What was measured, by which command, on which machine. Every figure comes from a file in
`benchmarks/results/`, which its command writes anew. Shares are between 0 and 1.

"""
_GROUP = re.compile(r"^## (.+)\n\n((?:\|.*\n)+)", re.MULTILINE)
_QUESTION = re.compile(r"^\| `python benchmarks/(\w+)\.py ?(\w*).*?` \| (.+) \|$", re.MULTILINE)


def page() -> str:
    """Return the page: questions by what they are about, then every result in full."""
    parts = [_chapter(path) for path in _results()]
    return f"{GENERATED}{_INTRODUCTION}{_questions()}\n" + "\n".join(parts)


def _questions() -> str:
    """Return the questions of benchmarks/README.md in their groups, with links to answers."""
    parts = []
    groups = _GROUP.findall((FOLDER / "README.md").read_text(encoding="utf-8"))
    asked = [found for _, rows in groups for found in _QUESTION.findall(rows)]
    own = {f"{script}_{part}" for script, part, _ in asked}
    for group, rows in groups:
        parts.append(f"**{group}**\n")
        for script, part, question in _QUESTION.findall(rows):
            name = f"{script}_{part}"
            stored = list(_of(script))
            found = [name] if name in stored else [stem for stem in stored if stem not in own]
            parts.append(_linked(question[0].upper() + question[1:], found, script))
        parts.append("")
    return "\n".join(parts)


def _linked(question: str, results: list[str], script: str) -> str:
    """Return a question that leads to its result, or to each if there are several."""
    to = [f"(#{anchor(_heading(result))})" for result in results]
    if len(to) < 2:
        return f"- [{question}]{to[0]}" if to else f"- {question} Not measured yet."
    said = [result.removeprefix(script).replace("_", " ").strip() or "all" for result in results]
    return f"- {question} " + ", ".join(f"[{s}]{t}" for s, t in zip(said, to, strict=True))


def _of(script: str) -> Iterator[str]:
    """Yield the names of results of a script."""
    return (path.stem for path in _results() if _script(path.stem) == FOLDER / f"{script}.py")


def _heading(result: str) -> str:
    return _about(result).partition("\n")[0].rstrip(".")


def _results() -> list[Path]:
    return sorted((FOLDER / "results").glob("*.json"))


def _chapter(path: Path) -> str:
    stored = json.loads(path.read_text(encoding="utf-8"))
    _, _, more = _about(path.stem).partition("\n")
    figures = {key: value for key, value in stored.items() if _is_records(value)}
    about = [
        (key, f"`{value}`" if key == "command" else _in_line(value))
        for key, value in stored.items()
        if key not in figures
    ]
    tables = map(_figures, figures.values())
    words = "\n\n".join(filter(None, (f"## {_heading(path.stem)}", more.strip("\n"))))
    return f"{words}\n\n" + table(("", ""), about) + "\n" + "\n".join(tables)


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(record, Mapping) for record in value)


def _about(name: str) -> str:
    """Return the docstring of the script of a result, or its title if it is one of several."""
    script = _script(name)
    if script is None:
        return name.replace("_", " ").capitalize()
    if script.stem == name:
        return _docstring(script)
    title = _docstring(script).partition("\n")[0].rstrip(".")
    return f"{title}: {name.removeprefix(script.stem).replace('_', ' ').strip()}"


def _script(name: str) -> Path | None:
    """Return the script that writes a result, if there is one."""
    scripts = [path for path in FOLDER.glob("*.py") if f"{name}_".startswith(f"{path.stem}_")]
    return max(scripts, key=lambda path: len(path.stem), default=None)


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
