"""Rows of the README about synthetic tables and gaps, from stored results."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Row = tuple[str, str]

_TABLES = {
    "adult": "people (Adult)",
    "default": "credit (Default)",
    "shoppers": "shoppers",
    "beijing": "air (Beijing)",
}


def _synthetic(stored: dict[str, Any]) -> Iterable[Row]:
    for table, said in _TABLES.items():
        rows = [r for r in stored["rows"] if r["table"] == table]
        yield (
            f"synthetic rows of {said}: error of columns and of pairs of columns; AUROC of telling "
            "them from held-out rows; what is foretold by what learnt from them",
            "; ".join(
                f"{r['method']} {r['shape']:.2f} %, {r['trend']:.2f} %, {r['c2st']:.3f}, "
                f"{r['made']:.3f}"
                for r in rows
            ),
        )


def _imputation(stored: dict[str, Any]) -> Iterable[Row]:
    for table, said in _TABLES.items():
        rows = [r for r in stored["rows"] if r["table"] == table]
        methods = dict.fromkeys(r["method"] for r in rows)
        found = {method: [r["error"] for r in rows if r["method"] == method] for method in methods}
        yield (
            f"gaps in {said}, a fifth hidden at random and not at random: mean error of columns",
            "; ".join(f"{m} {', '.join(f'{e:.3f}' for e in es)}" for m, es in found.items()),
        )


SUMMARIES: dict[str, Callable[[dict[str, Any]], Iterable[Row]]] = {
    "synthetic": _synthetic,
    "imputation": _imputation,
}
