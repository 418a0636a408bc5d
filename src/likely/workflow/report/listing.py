"""The oddest rows as one table that sorts by any column."""

from __future__ import annotations

import math

import numpy as np

from likely.data.column import Column
from likely.data.table import write_value
from likely.workflow.report.markup import Html, cell, element, join, size
from likely.workflow.report.view import View
from likely.workflow.report.words import p_value

_COLUMNS = 12
_CELL = 28


def listing(view: View, carded: int, budget: int) -> tuple[Html, int, int]:
    """Return the table, how many rows it has, and how many of the columns looked at.

    Parameters
    ----------
    view : View
        What the report shows.
    carded : int
        How many rows have a card to link to.
    budget : int
        Bytes that the rows may take.
    """
    shown = _columns(view)
    lines: list[Html] = []
    for place in range(len(view.order)):
        line = _line(view, place, place < carded, shown)
        budget -= size(line)
        if budget < 0:
            break
        lines.append(line)
    heads = [
        _head("Row", True),
        _head("Surprise (bits)", True, "descending"),
        _head("p-value", True),
        _head("Finding", False),
        *(_head(name, False) for name, _ in view.identity[:1]),
        *(_head(c.name, c.kind == "number") for c in (view.table.columns[j] for j in shown)),
    ]
    table = element(
        "table",
        element("caption", "The oddest rows, oddest first", class_="hidden"),
        element("thead", element("tr", *heads)),
        element("tbody", join(lines, "\n")),
        class_="sortable",
    )
    scroll = element(
        "div", table, class_="scroll tall", tabindex=0, role="region", aria_label="Table of rows"
    )
    status = element("p", role="status", class_="hidden", id="sorted")
    return join([scroll, status]), len(lines), len(shown)


def _columns(view: View) -> list[int]:
    """Return the columns that make rows odd most often, in the order of the data."""
    if view.found.shaped is not None:
        return list(range(len(view.table.columns)))[:_COLUMNS]
    blame = np.zeros(len(view.table.columns))
    for explanation in view.explanations:
        for reason in explanation.reasons:
            blame[view.position(reason.column)] += reason.share
    return np.sort(np.argsort(-blame, kind="stable")[:_COLUMNS]).tolist()


def _head(name: str, numeric: bool, order: str | None = None) -> Html:
    return element(
        "th",
        element("button", cell(name, _CELL), type="button"),
        scope="col",
        aria_sort=order,
        class_="number" if numeric else None,
    )


def _line(view: View, place: int, carded: bool, shown: list[int]) -> Html:
    row = int(view.order[place])
    number = f"{row + 1:,}"
    log_p = float(view.found.log_p[row])
    cells = [
        element(
            "th",
            element("a", number, href=f"#row-{row + 1}") if carded else number,
            scope="row",
            data_value=row + 1,
        ),
        _number(f"{view.surprise[row]:,.1f}", f"{view.surprise[row]:.9g}"),
        _number(p_value(log_p), f"{log_p:.9g}"),
        element("td", "yes" if view.found.anomaly[row] else "no"),
        *(element("td", cell(texts[place], _CELL)) for _, texts in view.identity[:1]),
        *(_cell(view.table.columns[j], view.value(row, j)) for j in shown),
    ]
    return element("tr", *cells)


def _cell(column: Column, value: float) -> Html:
    text = write_value(column, value)
    if math.isnan(value):
        return element("td", element("i", text), class_="n" if column.kind == "number" else None)
    if column.kind == "number":
        return _number(text, f"{value:.9g}")
    return element("td", cell(text, _CELL))


def _number(text: str, value: str) -> Html:
    """Return a cell that sorts by a value which is more exact than its text."""
    return element("td", text, data_value=None if text == value else value, class_="n")
