"""A map of pairs of columns: below the diagonal synthetic rows, above it real ones."""

from __future__ import annotations

import numpy as np

from likely.evaluation import PairTrends
from likely.workflow.gallery.columns import in_short, percent
from likely.workflow.report.markup import Html, cell, element, join
from likely.workflow.report.svg import text
from likely.workflow.report.words import count

_MOST = 30
_NARROW = 16  # so many columns leave room for the table beside the map
_SIDE = 22
_LABEL = 118
_LETTERS = 17
_FULL = 0.05  # the least error that has the full colour
_WORST = 8


def trends_section(synthetic: PairTrends, real: PairTrends) -> Html:
    """Return the map and the pairs that differ most.

    Parameters
    ----------
    synthetic, real : PairTrends
        Of synthetic rows and of real ones held out, both against training rows.
    """
    if not synthetic.pairs:
        return element("p", "There are no two columns to compare.", class_="which")
    shown = _shown(synthetic)
    full = max(_FULL, 1 - float(np.nanmin(synthetic.similarity)))
    said = element(
        "p",
        "How two columns go together: correlations of numbers, else shares of what comes together. "
        "Below the diagonal synthetic rows beside training rows, above it real rows held out "
        f"beside the same: what chance does. Blank is alike, the full colour is {percent(full)}, "
        "half the colour a quarter of that.",
        f" Shown are the {_MOST} columns, of {len(synthetic.names):,}, that differ most."
        if len(shown) < len(synthetic.names)
        else None,
        class_="which",
    )
    boxes = element(
        "div",
        _map(synthetic, real, shown, full),
        element("div", _worst(synthetic, real)),
        class_="beside" if len(shown) <= _NARROW else None,
    )
    return join([said, boxes])


def _shown(trends: PairTrends) -> np.ndarray:
    """Return the columns that differ most, in the order of the data."""
    there = np.isfinite(trends.similarity)
    away = np.where(there, 1 - trends.similarity, 0.0).sum(axis=1)
    mean = away / np.maximum(there.sum(axis=1), 1)
    return np.sort(np.argsort(-mean, kind="stable")[:_MOST])


def _map(synthetic: PairTrends, real: PairTrends, shown: np.ndarray, full: float) -> Html:
    names = [synthetic.names[j] for j in shown]
    parts: list[Html] = []
    for k, name in enumerate(names):
        middle = k * _SIDE + _SIDE / 2 + 4
        short = in_short(name, _LETTERS)
        parts.append(text(_LABEL - 6, _LABEL + middle, short, "end", "name"))
        x = _LABEL + middle
        turned = f"rotate(-90 {x:g} {_LABEL - 6})"
        parts.append(element("text", short, x=f"{x:g}", y=_LABEL - 6, transform=turned,
                             class_="name"))  # fmt: skip
    for r, i in enumerate(shown.tolist()):
        for c, j in enumerate(shown.tolist()):
            if i != j:
                trends, which = (synthetic, "synthetic") if r > c else (real, "real")
                parts.append(_cell(r, c, float(1 - trends.similarity[i, j]), full,
                                   f"{names[r]}, {names[c]} ({which})"))  # fmt: skip
    size = _LABEL + len(shown) * _SIDE + 2
    corner, end = _LABEL, _LABEL + len(shown) * _SIDE
    parts.append(element("path", d=f"M{corner} {corner}L{end} {end}", class_="axis"))
    drawn = element(
        "svg",
        *parts,
        viewBox=f"0 0 {size} {size}",
        role="img",
        aria_label="How far pairs of columns are from those of training rows",
    )
    return element("figure", drawn, style=f"max-width:{1.15 * size:.0f}px")


def _cell(row: int, column: int, error: float, full: float, what: str) -> Html:
    x, y = _LABEL + column * _SIDE, _LABEL + row * _SIDE
    known = np.isfinite(error)
    said = f"{what}: {percent(max(error, 0.0)) if known else 'not compared'}"
    deep = round(float(np.sqrt(max(error, 0.0) / full)), 2) if known else 0.0
    return element(
        "path",
        element("title", said),
        d=f"M{x + 1} {y + 1}h{_SIDE - 2}v{_SIDE - 2}h-{_SIDE - 2}z",
        class_="heat",
        fill_opacity=min(deep, 1.0),
    )


def _worst(synthetic: PairTrends, real: PairTrends) -> Html:
    place = {name: j for j, name in enumerate(real.names)}
    lines = [
        element(
            "tr",
            element("th", cell(one, 28), " with ", cell(other, 28), scope="row"),
            element("td", f"{100 * error:.2f} %", class_="n"),
            element("td", _written(real.similarity[place[one], place[other]]), class_="n"),
        )
        for one, other, error in synthetic.worst(_WORST)
    ]
    heads = [
        element("th", "Pair", scope="col"),
        element("th", "Synthetic", scope="col", class_="n"),
        element("th", "Real", scope="col", class_="n"),
    ]
    table = element(
        "table",
        element("caption", "Pairs that differ most", class_="hidden"),
        element("thead", element("tr", *heads)),
        element("tbody", *lines),
        class_="plain",
    )
    heading = element("h3", f"The {count(len(lines), 'pair')} that differ most"
                      if len(lines) > 1 else "The pair")  # fmt: skip
    return join([heading, element("div", table, class_="scroll")])


def _written(similarity: float) -> str:
    return f"{100 * (1 - similarity):.2f} %" if np.isfinite(similarity) else "–"
