"""Tables of the page about whether made rows pass for real, from stored results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from measured_synthetic import TABLES
from stored import figure, measured, result

_FIGURES = {"shape": "columns", "trend": "pairs", "c2st": "told apart, AUROC", "made": "foretold",
            "copies": "copies", "fit_s": "fit"}  # fmt: skip
_METHODS = ("SequentialTrees", "real rows", "independent columns")


def passing_table() -> str:
    """Return one line a table and method: how far made rows are from real ones."""
    stored = result("synthetic")
    lines = [
        [TABLES[row["table"]], _said(row["method"]), *_figures(row)]
        for row in stored["rows"]
        if row["method"] in _METHODS
    ]
    return measured(("table", "rows by", *_FIGURES.values()), lines, stored)


def rivals_table() -> str:
    """Return one line a table and method: rows of networks, of a forest, of trees."""
    stored = result("synthetic_rivals")
    lines = [[TABLES[row["table"]], _said(row["method"]), *_figures(row)] for row in stored["rows"]]
    return measured(("table", "rows by", *_FIGURES.values()), lines, stored)


def conditions_table() -> str:
    """Return one line a table: how long rows under rare conditions take."""
    stored = result("conditions")
    lines = [
        [TABLES[row["table"]], f"{row['columns']:g}", f"{row['share']:g}",
         f"{row['median_s']:g} s", f"{row['most_s']:g} s", f"{100 * row['satisfied']:.0f} %"]
        for row in stored["rows"]
    ]  # fmt: skip
    heads = ("table", "columns asked for", "rows in 10,000", "time, median", "at most", "satisfied")
    about = f". {stored['conditions']} conditions a table, {stored['asked']:,} rows for each."
    return measured(heads, lines, stored, about=about)


def _figures(row: Mapping[str, Any]) -> list[str]:
    seconds = f"{row['fit_s']:.0f} s" if "fit_s" in row else "–"
    return [
        f"{row['shape']:.2f} %", f"{row['trend']:.2f} %", figure(row, "c2st"), figure(row, "made"),
        f"{row['copies']:.1f} %", seconds,
    ]  # fmt: skip


def _said(name: str) -> str:
    return f"`{name}`" if name == "SequentialTrees" else name
