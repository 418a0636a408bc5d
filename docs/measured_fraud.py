"""Card fraud that is found within budgets of alerts, from a stored result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pieces import table

_STORED = Path(__file__).resolve().parent.parent / "benchmarks" / "results" / "card_fraud.json"
_SORTS = {"amount": "amount jumps", "hour": "odd hour", "testing": "card tested", "all": "all"}


def fraud_table() -> str:
    """Return one line a method and budget: the share of frauds found, by sort."""
    stored = json.loads(_STORED.read_text(encoding="utf-8"))
    heads = ("alerts a day", "by", *_SORTS.values(), "false alerts a day")
    about = f"mean ± standard deviation over {stored['seeds']} seeds."
    return table(heads, map(_line, stored["rows"])) + f"\n`{stored['command']}`; {about}\n"


def _line(row: dict[str, Any]) -> list[str]:
    shares = [f"{100 * row[name]:.0f} ± {100 * row[f'{name}, sd']:.0f} %" for name in _SORTS]
    name = "false alerts a day"
    false = f"{row[name]:.1f} ± {row[f'{name}, sd']:.1f}" if name in row else ""
    return [str(row["alerts a day"]), row["method"], *shares, false]
