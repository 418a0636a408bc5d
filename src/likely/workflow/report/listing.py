"""The oddest rows as one table that sorts by any column."""

from __future__ import annotations

import math

import numpy as np

from likely.data.column import Column
from likely.data.table import Table
from likely.workflow.report.markup import Html, cell, element, join, shorten, size
from likely.workflow.report.view import View
from likely.workflow.report.words import p_value

_COLUMNS = 12
_CELL = 28


def listing(view: View, carded: int, budget: int) -> tuple[Html, int, int]:
    """Return the table, how many rows it has, and how many of the data's columns.

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
    for place, row in enumerate(view.order.tolist()):
        line = _line(view, row, place < carded, shown)
        budget -= size(line)
        if budget < 0:
            break
        lines.append(line)
    heads = [
        _head("Row", True),
        _head("Surprise (bits)", True, "descending"),
        _head("p-value", True),
        _head("Finding", False),
        *(_head(c.name, c.kind == "number") for _, c, _ in shown),
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


def _columns(view: View) -> list[tuple[Table, Column, int]]:
    """Return what identifies a row, and the columns that matter most, in the order of the data."""
    known = [(view.found.table, column, j) for column, j in view.unseen_columns()[:1]]
    blame = np.zeros(len(view.table.columns))
    for explanation in view.explanations:
        for reason in explanation.reasons:
            blame[view.position(reason.column)] += reason.share
    chosen = np.sort(np.argsort(-blame, kind="stable")[: _COLUMNS - len(known)])
    return [*known, *((view.table, view.table.columns[j], int(j)) for j in chosen)]


def _head(name: str, numeric: bool, order: str | None = None) -> Html:
    return element(
        "th",
        element("button", cell(name, _CELL), type="button"),
        scope="col",
        aria_sort=order,
        class_="number" if numeric else None,
    )


def _line(view: View, row: int, carded: bool, shown: list[tuple[Table, Column, int]]) -> Html:
    number = f"{row + 1:,}"
    log_p = float(view.found.log_p[row])
    cells = [
        element(
            "th",
            element("a", number, href=f"#row-{row + 1}") if carded else number,
            scope="row",
            data_value=row + 1,
        ),
        element("td", f"{view.surprise[row]:,.1f}", data_value=f"{view.surprise[row]:.9g}"),
        element("td", p_value(log_p), data_value=f"{log_p:.9g}"),
        element("td", "yes" if view.found.anomaly[row] else "no"),
        *(_cell(table, column, row, j) for table, column, j in shown),
    ]
    return element("tr", *cells)


def _cell(table: Table, column: Column, row: int, j: int) -> Html:
    value, text = float(table.matrix[row, j]), table.text(row, j)
    if math.isnan(value):
        return element("td", element("i", text))
    if column.kind != "number":
        return element("td", cell(text, _CELL) if len(text) > _CELL else shorten(text, _CELL))
    return element("td", text, data_value=None if text == f"{value:g}" else f"{value:.9g}")
