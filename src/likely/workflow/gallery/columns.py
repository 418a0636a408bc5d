"""A small picture of one column: the values learnt as bars, those drawn over them or below."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from likely.data.table import write_value
from likely.workflow.gallery.beside import Beside
from likely.workflow.report.axis import Axis
from likely.workflow.report.markup import Html, cell, element, join, shorten
from likely.workflow.report.svg import RIGHT, bars, foot, picture, text

_START, _TOP, _BASE = 40, 22, 118
_LEVELS = 8
_LINE = 30
_LABEL = 112
_LONGEST = 170


def column_picture(beside: Beside) -> Html:
    """Draw the shares of the values of one column, learnt and drawn, with what to say of them."""
    svg = _level_bars(beside) if beside.of_levels else _densities(beside)
    caption = element("figcaption", element("b", cell(beside.column.name, 40)), f" {_said(beside)}")
    return element("figure", svg, caption)


def _densities(beside: Beside) -> Html:
    """Bars of the values learnt, and a line of those drawn, as shares in equal bins."""
    column, drawn = beside.column, beside.drawn[np.isfinite(beside.drawn)]
    spread = np.quantile(drawn, [0.005, 0.995]).tolist() if len(drawn) else []
    places = beside.places if beside.known else drawn
    axis = Axis.around(column, places, spread, _START, RIGHT)
    edges = axis.edges(column.integer, most=int(np.clip(2 * np.sqrt(len(drawn)), 8, 30)))
    learnt = np.diff(beside.at_most(edges)) if beside.known else np.zeros(len(edges) - 1)
    new = np.diff(beside.drawn_at_most(edges))
    most = max(float(learnt.max()), float(new.max()), 1e-9)
    heights = (_BASE - _TOP) / most
    ends = [(axis.place(a), axis.place(b)) for a, b in pairwise(edges.tolist())]
    shown = [
        (a + 0.5, b - 0.5, s * heights) for (a, b), s in zip(ends, learnt.tolist(), strict=True)
    ]
    steps = "".join(
        f"V{_BASE - s * heights:.1f}H{b:g}" for (_, b), s in zip(ends, new, strict=True)
    )
    name = shorten(column.name, 34)
    return picture(
        _BASE + 34,
        f"Shares of the values of {name}, learnt and drawn",
        _share_axis(most),
        bars(shown, _BASE),
        element("path", d=f"M{ends[0][0]:g} {_BASE}{steps}V{_BASE}", class_="drawn"),
        foot(axis, _BASE),
        text(4, 11, "share of values in a bin ↑", class_="name"),
        text(RIGHT, _BASE + 31, f"{name} →", "end", "name"),
    )


def _share_axis(most: float) -> Html:
    """Return the highest share and its half on the axis that points upwards."""
    line, texts = "", []
    for share in (0.0, most / 2, most):
        y = _BASE - share / most * (_BASE - _TOP)
        line += f"M{_START} {y:.1f}H{RIGHT}"
        texts.append(text(_START - 5, y + 4, percent(share), "end"))
    return join([element("path", d=line, class_="grid"), *texts])


def _level_bars(beside: Beside) -> Html:
    """Two bars a level: learnt above, drawn below."""
    learnt, drawn = beside.levels()
    column = beside.column
    order = [k for k in np.argsort(-(learnt + drawn), kind="stable") if learnt[k] + drawn[k] > 0]
    cut = len(order) if len(order) <= _LEVELS else _LEVELS - 1
    shown = [(_level(beside, k), float(learnt[k]), float(drawn[k])) for k in order[:cut]]
    if rest := order[cut:]:
        shown.append((f"{len(rest):,} others", float(learnt[rest].sum()), float(drawn[rest].sum())))
    most = max([1e-9, *(max(a, b) for _, a, b in shown)])
    parts = []
    for i, (label, before, new) in enumerate(shown):
        y = i * _LINE + 18
        parts.append(text(_LABEL - 6, y + 14, in_short(label, 15), "end"))
        if beside.known:
            parts.append(_bar(y, before / most, percent(before), "bar"))
        parts.append(_bar(y + 12, new / most, percent(new), "drawn solid"))
    name = shorten(column.name, 34)
    top = text(4, 11, name, class_="name")
    head = text(RIGHT, 11, "share of rows →", "end", "name")
    return picture(
        len(shown) * _LINE + 20,
        f"Shares of the levels of {name}, learnt and drawn",
        top,
        head,
        *parts,
    )


def in_short(label: str, longest: int) -> str:
    """Return a label without its middle if it is long: levels often differ at their ends.

    Examples
    --------
    >>> in_short("station north 17", 12)
    'stati…rth 17'
    """
    if len(label) <= longest:
        return label
    end = longest // 2
    return f"{label[: longest - 1 - end]}…{label[-end:]}"


def _level(beside: Beside, k: int) -> str:
    count = max(len(beside.column.labels), 2)
    return "missing" if k == count else write_value(beside.column, float(k))


def _bar(y: float, share: float, label: str, class_: str) -> Html:
    length = max(share * _LONGEST, 0.75)
    return join(
        [
            element("path", d=f"M{_LABEL} {y}h{length:.1f}v10h-{length:.1f}z", class_=class_),
            text(_LABEL + length + 6, y + 9, label),
        ]
    )


def _said(beside: Beside) -> str:
    """Return in words how far drawn values are from those learnt, and what is not drawn."""
    parts = []
    if np.isfinite(beside.gap):
        gap, chance = percent(beside.gap), percent(beside.by_chance)
        parts.append(
            f"{gap} of the values would have to move to other levels (about {chance} by chance)."
            if beside.of_levels
            else f"Largest gap between the shares at or below a value: {gap} (up to {chance} by "
            "chance)."
        )
    before, new = beside.missing
    if not beside.of_levels and max(before, new) > 0:
        learnt = f"{percent(before)} learnt, " if beside.known else ""
        parts.append(f"Missing: {learnt}{percent(new)} drawn.")
    if not beside.known:
        parts.append("The file does not say how the values learnt from were distributed.")
    return " ".join(parts)


def percent(share: float) -> str:
    """Return a share in per cent, with a decimal where it matters.

    Examples
    --------
    >>> percent(0.0), percent(0.034), percent(0.4), percent(0.0001)
    ('0 %', '3.4 %', '40 %', 'below 0.1 %')
    """
    if 0 < share < 0.001:
        return "below 0.1 %"
    digits = 1 if 0 < share < 0.0995 else 0
    return f"{100 * share:.{digits}f} %"
