"""Drawn rows: every column beside what was learnt, the most related pairs, and some of the rows."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from likely.data.table import Table
from likely.workflow.gallery.beside import Beside
from likely.workflow.gallery.columns import column_picture, percent
from likely.workflow.gallery.drawn import Drawn
from likely.workflow.gallery.pairs import pair
from likely.workflow.gallery.relations import relations
from likely.workflow.report.markup import Html, cell, element, join
from likely.workflow.report.words import count

_COLUMNS = 40
_RELATED = 30
_PAIRS = 4
_WEAKEST = 0.1
_LISTED = 15
_WIDE = 16


def row_sections(drawn: Drawn) -> list[tuple[str, str, Html]]:
    """Return the parts of the page of a table: place, heading, content."""
    table = drawn.samples
    assert isinstance(table, Table)
    besides = _besides(drawn, table)
    parts = [("columns", "Columns", _columns(drawn, besides))]
    related = _pairs(drawn, table)
    if related is not None:
        parts.append(("pairs", "Pairs of columns", related))
    return [*parts, ("rows", "Some of the rows", _some(table))]


def _besides(drawn: Drawn, table: Table) -> list[Beside]:
    learned = drawn.learned
    summaries = learned.summaries or (None,) * len(table.columns)
    kept = learned.likely_rows.matrix
    return [
        Beside(column, table.matrix[:, j], summaries[j], kept[:, j] if len(kept) else np.empty(0))
        for j, column in enumerate(table.columns)
    ]


def _columns(drawn: Drawn, besides: list[Beside]) -> Html:
    shown = besides
    if len(besides) > _COLUMNS:
        gaps = np.array([np.nan_to_num(beside.gap) for beside in besides])
        shown = [besides[j] for j in np.sort(np.argsort(-gaps, kind="stable")[:_COLUMNS])]
    pictures = [column_picture(beside) for beside in shown]
    return join([_legend(drawn, besides, len(shown)), element("div", *pictures, class_="several")])


def _legend(drawn: Drawn, besides: list[Beside], shown: int) -> Html:
    known = [beside for beside in besides if np.isfinite(beside.gap)]
    says = [
        element("span", class_="key"), " learnt, ", element("span", class_="key new"), " drawn. ",
        *_where_from(drawn, besides),
        "The file kept no rows. " if not len(drawn.learned.likely_rows) else None,
        "Numbers are in the units of the data. ",
    ]  # fmt: skip
    if known:
        worst = max(known, key=lambda beside: beside.gap)
        says += ["Farthest from what was learnt is ", cell(worst.column.name, 40),
                 f": a gap of {percent(worst.gap)}. "]  # fmt: skip
    if shown < len(besides):
        says.append(f"Shown are the {shown} columns, of {len(besides):,}, that differ most.")
    return element("p", *says, class_="which")


def _where_from(drawn: Drawn, besides: list[Beside]) -> list[str]:
    """Say what tells how values learnt from were distributed."""
    learned = drawn.learned
    summarised = sum(beside.summarised for beside in besides)
    kept = sum(not beside.summarised and len(beside.kept) > 0 for beside in besides)
    says = []
    if summarised:
        says.append(
            f"Learnt are all {count(learned.rows_learnt, 'row')}, by the summaries of the columns "
            "in the model file. "
        )
    if kept:
        which = "Columns whose summary is coarse are" if summarised else "Learnt are here"
        rows = count(len(learned.likely_rows), "likely row")
        by = f"shown by the {rows}" if summarised else f"the {rows}"
        says.append(f"{which} {by} that the file kept, without the oddest tenth. ")
    return says


def _pairs(drawn: Drawn, table: Table) -> Html | None:
    """Return the pairs of columns most related when learnt; None if there is one column only."""
    kept = drawn.learned.likely_rows
    if len(table.columns) < 2:
        return None
    if not len(kept):
        return element(
            "p",
            "The file kept no rows (it was saved with rows=False), so pairs of columns cannot be "
            "compared with those learnt.",
            class_="which",
        )
    columns = table.columns[:_RELATED]
    before = relations(columns, kept.matrix[:, : len(columns)])
    after = relations(columns, table.matrix[:, : len(columns)])
    pairs = sorted(combinations(range(len(columns)), 2), key=lambda ij: -abs(before[ij]))
    shown = [ij for ij in pairs[:_PAIRS] if abs(before[ij]) >= _WEAKEST]
    pictures = [
        pair((columns[i], columns[j]), kept.matrix[:, [i, j]], table.matrix[:, [i, j]],
             (float(before[i, j]), float(after[i, j])))
        for i, j in shown
    ]  # fmt: skip
    away = [abs(before[ij] - after[ij]) for ij in pairs]
    i, j = pairs[int(np.argmax(away))]
    said = [
        f"How strongly columns are related, 1 at most, differs by {np.mean(away):.2f} on average "
        f"over {count(len(pairs), 'pair')}; most for ", cell(columns[i].name, 40), " and ",
        cell(columns[j].name, 40), f": {before[i, j]:.2f} learnt, {after[i, j]:.2f} drawn. ",
        f"Learnt are here the {count(len(kept), 'likely row')} that the file kept, without the "
        "oddest tenth. ",
        "The most related pairs:" if shown else "No two columns are related.",
    ]  # fmt: skip
    return join([element("p", *said, class_="which"), *pictures])


def _some(table: Table) -> Html:
    n, wide = min(len(table), _LISTED), min(len(table.columns), _WIDE)
    columns = table.columns[:wide]
    heads = [
        element("th", cell(c.name, 28), scope="col", class_="n" if c.kind == "number" else None)
        for c in columns
    ]
    lines = [
        element(
            "tr",
            *(
                element(
                    "td", cell(table.text(i, j), 28), class_="n" if c.kind == "number" else None
                )
                for j, c in enumerate(columns)
            ),
        )
        for i in range(n)
    ]
    made = element(
        "table",
        element("caption", "Drawn rows", class_="hidden"),
        element("thead", element("tr", *heads)),
        element("tbody", *lines),
        class_="plain",
    )
    of = f"The first {n:,} of {count(len(table), 'row')}" if n < len(table) else "All rows"
    left = len(table.columns) - wide
    more = f", with the first {wide} of {len(table.columns):,} columns" if left else ""
    said = element("p", f"{of}{more}.", class_="which")
    scroll = element(
        "div", made, class_="scroll", tabindex=0, role="region", aria_label="Drawn rows"
    )
    return join([said, scroll])
