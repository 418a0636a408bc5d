"""The oddest rows as cards: how rare, one sentence, the reasons, a picture."""

from __future__ import annotations

import numpy as np

from likely.explanation import Explanation, Reason
from likely.workflow.report.markup import Html, cell, element, join, shorten, size
from likely.workflow.report.pairs import scatter
from likely.workflow.report.plots import column_plot
from likely.workflow.report.reasons import others_table, read_value, reasons_table
from likely.workflow.report.view import View
from likely.workflow.report.words import bits, one_in

_REASONS = 6
_WORTH_A_LINE = 0.03
_PAIR_SHARE = 0.2
_SENTENCE = 480


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
    anchor = f"row-{row + 1}"
    return element(
        "article",
        _heading(view, row, place, anchor),
        element("p", shorten(explanation.sentence, _SENTENCE), class_="sentence"),
        *(_places(view, place) if view.drawn else _columns(view, row, explanation)),
        id=anchor,
        class_="card found" if view.found.anomaly[row] else "card",
        aria_labelledby=f"{anchor}-name",
    )


def _places(view: View, place: int) -> list[Html | None]:
    """Return the pictures of a sample, or its words, and the places in it that are odd."""
    assert view.drawn is not None
    table = view.drawn.table(view.explanations[place])
    drawn = view.drawn.draw(place)
    if table is None:
        return [drawn]
    scroll = element("div", table, class_="scroll")
    return [element("div", drawn, scroll, class_="split")] if view.drawn.beside else [drawn, scroll]


def _columns(view: View, row: int, explanation: Explanation) -> list[Html | None]:
    """Return the columns of a row that are odd, and a picture of the oddest."""
    worth = [reason.share >= _WORTH_A_LINE for reason in explanation.reasons[:_REASONS]]
    cut = max(1, sum(worth))
    top, rest = explanation.reasons[:cut], explanation.reasons[cut:]
    reasons = reasons_table(view, row, top, explanation.nearest)
    return [
        element(
            "div",
            element("div", reasons, class_="scroll"),
            _picture(view, row, explanation),
            class_="split",
        ),
        others_table(view, row, rest, explanation.nearest),
    ]


def cards(view: View, budget: int) -> tuple[Html, int]:
    """Return the cards that fit into so many bytes, and how many they are."""
    made: list[Html] = []
    for place in range(len(view.explanations)):
        one = card(view, place)
        budget -= size(one)
        if budget < 0:
            break
        made.append(one)
    return join(made, "\n"), len(made)


def _heading(view: View, row: int, place: int, anchor: str) -> Html:
    surprise = float(view.surprise[row])
    found = bool(view.found.anomaly[row])
    rare = "as a ranking only" if view.found.decision.ranking_only else one_in(surprise)
    known = [
        element("span", cell(name, 40), ": ", cell(texts[place], 40))
        for name, texts in view.identity
    ]
    return element(
        "header",
        element("h3", view.title(row), id=f"{anchor}-name"),
        element("p", *_between(known), class_="known") if known else None,
        element(
            "p",
            element("span", "Finding" if found else "Not a finding", class_="tag"),
            " ",
            element("strong", bits(surprise)),
            f" of surprise, {rare}. Place {place + 1} of {view.judged:,}.",
            class_="rare",
        ),
    )


def _between(parts: list[Html]) -> list[str]:
    return [part for known in parts for part in (known, " · ")][:-1]


def _picture(view: View, row: int, explanation: Explanation) -> Html:
    """Return the two most responsible columns if only together they are odd, else the first."""
    background, of_what = view.background
    first = explanation.reasons[0]
    j = view.position(first.column)
    column, mark = view.table.columns[j], view.value(row, j)
    pair = _odd_pair(view, row, explanation.reasons[:2])
    if pair is not None:
        both = (view.table.columns[pair[0]], view.table.columns[pair[1]])
        marks = (view.value(row, pair[0]), view.value(row, pair[1]))
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
        if not low <= view.value(row, j) <= high:
            return None
    return places
