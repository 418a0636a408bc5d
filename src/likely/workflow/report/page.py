"""The whole page, kept below 1 MB: rows are added while there is room."""

from __future__ import annotations

from likely.workflow.report.document import contents, document
from likely.workflow.report.listing import listing
from likely.workflow.report.markup import Html, element
from likely.workflow.report.rows import cards
from likely.workflow.report.sections import how_to_read, learnt, verdict
from likely.workflow.report.surprise import surprise_plot
from likely.workflow.report.timed import Timed
from likely.workflow.report.view import View
from likely.workflow.report.words import count

CARD_BYTES = 480_000
TABLE_BYTES = 330_000
PICTURE_BYTES = 700_000
"""Samples with axes: their pictures take more room than reasons, and their table less."""

RECORD_BYTES = 110_000

_PLACES = (
    ("#learnt", "What was learnt"),
    ("#oddest", "The oddest rows"),
    ("#surprise", "Surprise"),
    ("#table", "Table"),
    ("#reading", "How to read this"),
)


def write_page(view: View) -> str:
    """Return the report as one HTML document that needs nothing else."""
    made, carded = cards(view, CARD_BYTES if view.drawn is None else PICTURE_BYTES)
    title = view.worded(
        f"{count(view.found.count, 'finding')} in {count(len(view.found), 'row')} · likely"
    )
    return document(
        title,
        (view.worded("Skip to the oddest rows"), "#oddest"),
        (
            verdict(view),
            contents((place, view.worded(name)) for place, name in _places(view)),
            learnt(view),
            _channels(view),
            _oddest(view, made, carded),
            _surprise(view),
            _table(view, carded),
            how_to_read(view),
        ),
        script="page.js",
    )


def _places(view: View) -> tuple[tuple[str, str], ...]:
    if not isinstance(view.drawn, Timed):
        return _PLACES
    return (_PLACES[0], ("#channels", "The channels"), ("#oddest", "The events"), *_PLACES[2:])


def _channels(view: View) -> Html | None:
    if not isinstance(view.drawn, Timed):
        return None
    return element("section", element("h2", "The channels"), view.drawn.channels(), id="channels")


def _events(view: View, timed: Timed) -> Html:
    table, shown = timed.listing(RECORD_BYTES)
    which = "Events" if view.found_any else "The oddest stretches, none of them an event"
    return element(
        "section",
        element("h2", "Table"),
        element(
            "p",
            f"{which}, {shown:,} in all, oddest first. A column's heading sorts by it; a second "
            "press turns the order round.",
        ),
        table,
        id="table",
    )


def _oddest(view: View, made: Html, carded: int) -> Html:
    return element(
        "section",
        element("h2", view.worded("The findings" if view.found_any else "The oddest rows")),
        element("p", view.worded(_which(view, carded)), class_="which"),
        made,
        id="oddest",
    )


def _which(view: View, carded: int) -> str:
    found = view.found.count
    if view.found.decision.ranking_only:
        return (
            f"A ranking only: these are the {carded:,} oddest of {count(len(view.found), 'row')}. "
            "No promise can be given, so none of them is a finding."
        )
    if not found:
        return (
            f"No row passes the promise. These are the {carded:,} oddest of "
            f"{count(len(view.found), 'row')} all the same; such rows are to be expected."
        )
    if carded < found:
        return f"The {carded:,} oddest of {count(found, 'finding')}, oddest first."
    return "The one finding." if found == 1 else f"All {found:,} findings, oddest first."


def _surprise(view: View) -> Html:
    return element(
        "section",
        element("h2", view.worded("Surprise of all rows")),
        surprise_plot(view),
        id="surprise",
    )


def _table(view: View, carded: int) -> Html:
    if isinstance(view.drawn, Timed):
        return _events(view, view.drawn)
    table, rows, shown = listing(view, carded, TABLE_BYTES if view.drawn is None else RECORD_BYTES)
    total = len(view.table.columns)
    rows_shown = "All" if rows == len(view.found) else f"The {rows:,} oddest of"
    columns = f"the {shown:,} of {total:,} columns that make rows odd most often"
    if shown == total:
        columns = "the one column" if total == 1 else f"all {total:,} columns looked at"
    if view.drawn is not None:
        columns = view.drawn.listed
    return element(
        "section",
        element("h2", "Table"),
        element(
            "p",
            view.worded(
                f"{rows_shown} {count(len(view.found), 'row')}, with {columns}. A column's heading "
                "sorts by it; a second press turns the order round. Numbers are in the units of "
                "the data."
            ),
        ),
        table,
        id="table",
    )
