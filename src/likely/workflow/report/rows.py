"""The oddest rows as cards: how rare, one sentence, the reasons, the nearest likely row, a picture."""

from __future__ import annotations

import math

import numpy as np

from likely.data.column import Column
from likely.explanation import Explanation, Reason
from likely.workflow.report.markup import Html, cell, element, join, shorten
from likely.workflow.report.pairs import scatter
from likely.workflow.report.plots import column_plot
from likely.workflow.report.view import View
from likely.workflow.report.words import bits, one_in

_REASONS = 5
_OTHERS = 12
_PAIR_SHARE = 0.2
_SENTENCE = 480
_HEADS = ("Column, and its share", "This row", "Usual here", "Nearest likely row")


def card(view: View, place: int) -> Html:
    """Return the card of one row.

    Parameters
    ----------
    view : View
        What the report shows.
    place : int
        Place of the row among the explained ones, from 0, which is the oddest.
    """
    row, explanation = int(view.order[place]), view.explanations[place]
    top, rest = explanation.reasons[:_REASONS], explanation.reasons[_REASONS:]
    name = f"row-{row + 1}"
    return element(
        "article",
        _heading(view, row, place, name),
        element("p", shorten(explanation.sentence, _SENTENCE), class_="sentence"),
        element(
            "div",
            element("div", _reasons(view, row, top, explanation.nearest), class_="scroll"),
            _picture(view, row, explanation),
            class_="split",
        ),
        _others(view, row, rest, explanation.nearest),
        id=name,
        class_="card found" if view.found.anomaly[row] else "card",
        aria_labelledby=f"{name}-name",
    )


def _heading(view: View, row: int, place: int, name: str) -> Html:
    surprise = float(view.surprise[row])
    found = bool(view.found.anomaly[row])
    rare = "as a ranking only" if view.found.decision.ranking_only else f"about {one_in(surprise)}"
    known = [
        element("span", cell(shorten(c.name, 40)), ": ", cell(view.found.table.text(row, j), 40))
        for c, j in view.unseen_columns()[:2]
    ]
    return element(
        "header",
        element("h3", f"Row {row + 1:,}", id=f"{name}-name"),
        element("p", *_between(known), class_="known") if known else None,
        element(
            "p",
            element("span", "Finding" if found else "Not a finding", class_="tag"),
            " ",
            element("strong", bits(surprise)),
            f" of surprise, {rare}. Place {place + 1} of {len(view.found):,}.",
            class_="rare",
        ),
    )


def _between(parts: list[Html]) -> list[str]:
    return [part for known in parts for part in (known, " · ")][:-1]


def _reasons(
    view: View, row: int, reasons: tuple[Reason, ...], nearest: dict[str, str] | None
) -> Html:
    heads = _HEADS if nearest is not None else _HEADS[:-1]
    lines = []
    for reason in reasons:
        column = view.table.columns[view.position(reason.column)]
        cells = [
            element("th", cell(reason.column), _share(reason.share), scope="row"),
            element("td", cell(reason.value), class_="this"),
            element("td", *_usual(reason)),
        ]
        if nearest is not None:
            cells.append(_beside(view, column, reason.value, nearest[reason.column]))
        lines.append(element("tr", *cells))
    return element(
        "table",
        element("caption", f"Why row {row + 1:,} is unlikely", class_="hidden"),
        element("thead", element("tr", *(element("th", h, scope="col") for h in heads))),
        element("tbody", *lines),
        class_="reasons",
    )


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
        return element("td", cell(there))
    return element(
        "td", element("span", "≠ ", title="differs from this row", class_="differs"), cell(there)
    )


def _differs(view: View, column: Column, here: str, there: str) -> bool:
    """Tell whether two values of a column differ by more than numbers usually do."""
    if column.kind != "number":
        return here != there
    one, other = read_value(column, here), read_value(column, there)
    encoding = view.found.learned.model.schema_.encodings[view.position(column.name)]
    if math.isfinite(one) and math.isfinite(other):
        return abs(one - other) > encoding.scale
    return here != there


def _picture(view: View, row: int, explanation: Explanation) -> Html:
    """Return the two most responsible columns if only together they are odd, else the first."""
    background, of_what = view.background
    first = explanation.reasons[0]
    j = view.position(first.column)
    column, mark = view.table.columns[j], float(view.table.matrix[row, j])
    pair = _odd_pair(view, row, explanation.reasons[:2])
    if pair is not None:
        both = (view.table.columns[pair[0]], view.table.columns[pair[1]])
        marks = (float(view.table.matrix[row, pair[0]]), float(view.table.matrix[row, pair[1]]))
        return scatter(both, background.matrix[:, list(pair)], marks, of_what)
    usual = (read_value(column, first.low), read_value(column, first.high))
    return column_plot(column, background.matrix[:, j], mark, usual, of_what)


def _odd_pair(view: View, row: int, reasons: tuple[Reason, ...]) -> tuple[int, int] | None:
    """Return two numeric columns that share the blame while each value is ordinary alone."""
    if len(reasons) < 2 or reasons[1].share < _PAIR_SHARE:
        return None
    background, _ = view.background
    places = (view.position(reasons[1].column), view.position(reasons[0].column))
    for j in places:
        if view.table.columns[j].kind not in ("number", "date"):
            return None
        values = background.matrix[:, j]
        values = values[np.isfinite(values)]
        if not len(values):
            return None
        low, high = np.quantile(values, [0.005, 0.995])
        if not low <= view.table.matrix[row, j] <= high:
            return None
    return places


def _others(
    view: View, row: int, rest: tuple[Reason, ...], nearest: dict[str, str] | None
) -> Html | None:
    """Return the columns that matter less, folded away, and those that no model looked at."""
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
    more = element("p", f"{left:,} columns with smaller shares are not shown.") if left else None
    table = element(
        "table",
        element("caption", f"The other columns of row {row + 1:,}", class_="hidden"),
        element("thead", element("tr", *(element("th", h, scope="col") for h in heads))),
        element("tbody", *lines),
    )
    total = len(lines)
    summary = element("summary", f"{total} more column{'s' if total > 1 else ''} of this row")
    return element("details", summary, element("div", table, class_="scroll"), more)


def read_value(column: Column, text: str) -> float:
    """Return about the value that `write_value` wrote as text; NaN if it has no number.

    Explanations come as text ready to show. Pictures need the place of a range, to the four digits
    that are written, and nothing more.
    """
    if text == "missing" or column.kind in ("category", "boolean"):
        return math.nan
    if column.kind == "date":
        return float(np.datetime64(text.replace(" ", "T"), "us").astype(np.int64))
    return float(text.replace(",", ""))


def cards(view: View, budget: int) -> tuple[Html, int]:
    """Return the cards that fit into so many bytes, and how many they are."""
    made: list[Html] = []
    for place in range(len(view.explanations)):
        one = card(view, place)
        budget -= len(one.encode("utf-8"))
        if budget < 0:
            break
        made.append(one)
    return join(made, "\n"), len(made)
