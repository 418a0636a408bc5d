"""The tables of a card: the reasons beside the nearest likely row, and the other columns."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from likely.data.clock import local_time
from likely.data.column import Column
from likely.explanation import Reason
from likely.workflow.report.markup import Html, cell, element
from likely.workflow.report.view import View

_OTHERS = 12
_HEADS = ("Column, and its share", "This row", "Usual here", "Nearest likely row")


def reasons_table(
    view: View, row: int, reasons: Sequence[Reason], nearest: dict[str, str] | None
) -> Html:
    """Return the columns that make a row odd: its value, what is usual, the nearest likely row.

    Parameters
    ----------
    view : View
        What the report shows.
    row : int
        Position of the row.
    reasons : sequence of Reason
        The columns to show, the most responsible first.
    nearest : dict of str to str, or None
        The nearest likely row by column name; None if there is none.
    """
    heads = _HEADS if nearest is not None else _HEADS[:-1]
    lines: list[Html] = []
    for reason in reasons:
        column = view.table.columns[view.position(reason.column)]
        cells = [
            element("th", cell(reason.column), _share(reason.share), scope="row", role="rowheader"),
            element("td", cell(reason.value), class_="this", role="cell"),
            element("td", *_usual(reason), role="cell"),
        ]
        if nearest is not None:
            cells.append(_beside(view, column, reason.value, nearest[reason.column]))
        lines.append(element("tr", *cells, role="row"))
    titles = [element("th", view.worded(head), scope="col", role="columnheader") for head in heads]
    # On a phone the rows are laid out as grids, which loses the table's own roles in some browsers.
    return element(
        "table",
        element("caption", f"Why row {row + 1:,} is unlikely", class_="hidden"),
        element("thead", element("tr", *titles, role="row"), role="rowgroup"),
        element("tbody", *lines, role="rowgroup"),
        class_="reasons",
        role="table",
    )


def others_table(
    view: View, row: int, rest: Sequence[Reason], nearest: dict[str, str] | None
) -> Html | None:
    """Return the columns that matter less, folded away; None if there are none."""
    lines = []
    for reason in rest[:_OTHERS]:
        column = view.table.columns[view.position(reason.column)]
        cells = [element("th", cell(reason.column), scope="row"), element("td", cell(reason.value))]
        if nearest is not None:
            cells.append(_beside(view, column, reason.value, nearest[reason.column]))
        lines.append(element("tr", *cells))
    if not lines:
        return None
    heads = ["Column", "This row", *(["Nearest likely row"] if nearest is not None else [])]
    left = len(rest) - len(lines)
    more = element("p", "The columns with the smallest shares are not shown.") if left else None
    table = element(
        "table",
        element("caption", f"The other columns of row {row + 1:,}", class_="hidden"),
        element("thead", element("tr", *(element("th", h, scope="col") for h in heads))),
        element("tbody", *lines),
    )
    shown = f"{len(lines)} of {len(rest):,}" if left else f"{len(lines)}"
    summary = element("summary", f"{shown} more column{'s' if len(rest) > 1 else ''} of this row")
    return element("details", summary, element("div", table, class_="scroll"), more)


def read_value(column: Column, text: str) -> float:
    """Return about the value that `write_value` wrote as text; NaN if it has no number.

    Explanations come as text ready to show. Pictures need the place of a range, to the four digits
    that are written, and nothing more.
    """
    if text == "missing" or column.kind in ("category", "boolean"):
        return math.nan
    if column.kind == "date":
        shown = np.datetime64(text.replace(" ", "T"), "us").astype(np.float64)
        ahead = local_time(np.array([shown]), column.zone)[0] - shown  # text is local, values UTC
        return float(shown - ahead)
    return float(text.replace(",", ""))


def _share(share: float) -> Html:
    percent = round(100 * share) if math.isfinite(share) else 0
    return element(
        "span",
        element("span", element("span", style=f"width:{percent}%"), class_="track"),
        f" {percent} %",
        class_="share",
    )


def _usual(reason: Reason) -> list[Html]:
    if reason.low == reason.high:
        return [cell(reason.expected)]
    spread = element("span", cell(reason.low), " to ", cell(reason.high), class_="range")
    return [spread, element("span", "middle ", cell(reason.expected), class_="middle")]


def _beside(view: View, column: Column, here: str, there: str) -> Html:
    if not _differs(view, column, here, there):
        return element("td", cell(there), role="cell")
    mark = element("span", "≠ ", title="differs from this row", class_="differs")
    return element("td", mark, cell(there), role="cell")


def _differs(view: View, column: Column, here: str, there: str) -> bool:
    """Tell whether two values of a column differ by more than numbers usually do."""
    one, other = read_value(column, here), read_value(column, there)
    if math.isfinite(one) and math.isfinite(other):
        return abs(one - other) > view.spread(column.name)
    return here != there
