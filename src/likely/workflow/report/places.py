"""The reasons of one sample as a table: places in it, words, moments."""

from __future__ import annotations

from likely.explanation import Explanation
from likely.workflow.report.markup import Html, element


def reasons_of(explanation: Explanation, heads: tuple[str, str, str, str]) -> Html | None:
    """Return a table with one reason a line; None if there are none.

    Parameters
    ----------
    explanation : Explanation
        Why the sample is odd.
    heads : (str, str, str, str)
        What the places are, their share, their value, and what is expected. The last two are left
        out if nothing was measured.
    """
    if not explanation.reasons:
        return None
    measured = any(reason.value for reason in explanation.reasons)
    lines = [
        element(
            "tr",
            element("th", element("bdi", reason.column), scope="row"),
            element("td", f"{100 * reason.share:.0f} %"),
            *([element("td", reason.value), element("td", reason.expected)] if measured else []),
        )
        for reason in explanation.reasons
    ]
    shown = heads if measured else heads[:2]
    return element(
        "table",
        element("thead", element("tr", *[element("th", head, scope="col") for head in shown])),
        element("tbody", *lines),
    )
