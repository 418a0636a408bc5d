"""Stored results of benchmarks, as pages quote them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pieces import table

_RESULTS = Path(__file__).resolve().parent.parent / "benchmarks" / "results"


def result(name: str) -> dict[str, Any]:
    """Return a stored result by the name of its file."""
    return json.loads((_RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def by_method(stored: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the rows of a result by their method."""
    return {row["method"]: row for row in stored["rows"]}


def groups(
    stored: Mapping[str, Any], key: str, names: Mapping[Any, str]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield what is said of each value of a key, and the rows that have it."""
    for value, said in names.items():
        yield said, [row for row in stored["rows"] if row[key] == value]


def measured(
    heads: Sequence[str],
    lines: Iterable[Sequence[str]],
    *results: Mapping[str, Any],
    about: str = "",
) -> str:
    """Return a table of results, below it the commands that measured them and what else to say."""
    commands = "".join(f"\n`{stored['command']}`{about}\n" for stored in results)
    return table(heads, lines) + commands


def figure(row: Mapping[str, Any], name: str) -> str:
    """Return a share with three digits, or a dash where it was not measured."""
    return f"{row[name]:.3f}" if name in row else "–"
