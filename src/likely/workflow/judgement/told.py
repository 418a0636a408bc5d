"""What gives the synthetic rows away: columns alone, and two together."""

from __future__ import annotations

from collections.abc import Sequence

from likely.evaluation import GiveAways, StrangeValues
from likely.workflow.report.markup import Html, cell, element, join, shorten
from likely.workflow.report.words import count

_COLUMNS = 12
_PAIRS = 12
_REASONS = 12
_REASON = 200


def told_section(given: GiveAways, strange: StrangeValues, told: str) -> Html:
    """Return columns and pairs with how well each tells synthetic rows from real ones.

    Parameters
    ----------
    given : GiveAways
        What each column and each pair gives away.
    strange : StrangeValues
        Values that no training row has the like of.
    told : str
        How well trees tell the rows, in words.
    """
    said = element("p", told, " ", str(given), class_="which")
    alone = [(cell(name, 40), value, None) for name, value in given.alone[:_COLUMNS]]
    pairs = [
        (join([cell(one, 28), " with ", cell(other, 28)]), value, gain)
        for one, other, value, gain in given.pairs[:_PAIRS]
    ]
    tables = [
        element(
            "div",
            element("h3", "Columns alone"),
            element("div", _table("Column", alone), class_="scroll"),
            element("p", f"Up to {given.least_alone:.3f} may be chance.", class_="which"),
        )
    ]
    if pairs:
        tables.append(
            element(
                "div",
                element("h3", "Two together, beyond either alone"),
                element("div", _table("Pair", pairs), class_="scroll"),
            )
        )
    parts: list[Html] = [element("div", *tables, class_="beside")]
    if strange.reasons:
        parts += [
            element("h3", "Values that no training row has the like of"),
            element("ul", *(element("li", shorten(reason, _REASON))
                            for reason in strange.reasons[:_REASONS])),
        ]  # fmt: skip
        if len(strange.reasons) > _REASONS:
            more = count(len(strange.reasons) - _REASONS, "more sort")
            parts.append(element("p", f"And {more}.", class_="which"))
    return join([said, *parts])


def _table(what: str, rows: Sequence[tuple[Html, float, float | None]]) -> Html:
    gains = any(gain is not None for *_, gain in rows)
    heads = [
        element("th", what, scope="col"),
        element("th", "AUROC", scope="col", class_="n"),
        element("th", "gain", scope="col", class_="n") if gains else None,
        element("th", "from 0.5 to 1", scope="col"),
    ]
    lines = [
        element(
            "tr",
            element("th", name, scope="row"),
            element("td", f"{value:.3f}", class_="n"),
            element("td", f"{gain:.3f}", class_="n") if gain is not None else None,
            element("td", _bar(value)),
        )
        for name, value, gain in rows
    ]
    return element(
        "table",
        element("thead", element("tr", *heads)),
        element("tbody", *lines),
        class_="plain",
    )


def _bar(value: float) -> Html:
    width = round(200 * max(value - 0.5, 0.0))
    track = element("span", element("span", style=f"width:{width}%"), class_="track")
    return element("span", track, "\u00a0", class_="share")  # a line as high as the others
