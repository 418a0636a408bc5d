"""Stored results of benchmarks, as pages quote them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_RESULTS = Path(__file__).resolve().parent.parent / "benchmarks" / "results"


def result(name: str) -> dict[str, Any]:
    """Return a stored result by the name of its file."""
    return json.loads((_RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def command(stored: Mapping[str, Any], about: str = "") -> str:
    """Return the line below a table: the command that measured it, and what else is to be said."""
    return f"\n`{stored['command']}`{about}\n"


def figure(row: Mapping[str, Any], name: str) -> str:
    """Return a share with three digits, or a dash where it was not measured."""
    return f"{row[name]:.3f}" if name in row else "–"
