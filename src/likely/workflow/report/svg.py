"""The parts that the report's pictures (SVG) are made of."""

from __future__ import annotations

from likely.workflow.report.axis import Axis
from likely.workflow.report.markup import Html, element, join

WIDTH = 360
LEFT, RIGHT = 10, 350

_LETTER, _APART = 7.2, 6  # how wide a figure may be at most, and how far texts stand apart


def figure(svg: Html, caption: str) -> Html:
    """Put a picture above what it shows in words."""
    return element("figure", svg, element("figcaption", caption) if caption else None)


def picture(height: float, label: str, *shapes: Html | None) -> Html:
    """Return an SVG that scales with the page and has a name for screen readers."""
    return element("svg", *shapes, viewBox=f"0 0 {WIDTH} {height:g}", role="img", aria_label=label)


def text(
    x: float, y: float, content: str, anchor: str = "start", class_: str | None = None
) -> Html:
    """Return text in a picture."""
    return element("text", content, x=f"{x:g}", y=f"{y:g}", text_anchor=anchor, class_=class_)


def bars(places: list[tuple[float, float, float]], base: float) -> Html:
    """Return bars as one path: each from x to x on the base, with a height."""
    path = "".join(
        f"M{left:g} {base:g}V{base - height:.1f}H{right:g}V{base:g}z"
        for left, right, height in places
        if height > 0
    )
    return element("path", d=path, class_="bar")


def foot(axis: Axis, base: float, most: int = 4) -> Html:
    """Return the line below a plot with its ticks; fewer where their texts would touch."""
    ticks = _apart(axis, most)
    marks = "".join(f"M{axis.place(value):g} {base:g}v4" for value, _ in ticks)
    path = f"M{axis.start:g} {base:g}H{axis.stop:g}{marks}"
    texts = [text(x := axis.place(value), base + 16, label, _anchor(x)) for value, label in ticks]
    return join([element("path", d=path, class_="axis"), *texts])


def marked(axis: Axis, value: float, label: str, top: float, base: float) -> Html:
    """Return a line at a value with a head and a label; an arrow at the end if it lies beyond."""
    x = axis.place(value)
    side = "end" if x > (axis.start + axis.stop) / 2 else "start"
    if axis.holds(value):
        shape = f"M{x:g} {base:g}V{top:g}m-4 -6h8l-4 6z"
    else:
        way = 1 if side == "end" else -1
        tip, back = x + way * 8, x
        shape = f"M{tip:g} {top + 8:g}L{back:g} {top + 3:g}v10zM{back:g} {top + 8:g}h{-24 * way}"
    return join(
        [
            element("path", d=shape, class_="mark"),
            text(x + (6 if side == "start" else -6), top - 8, label, side, "marked"),
        ]
    )


def _apart(axis: Axis, most: int) -> list[tuple[float, str]]:
    """Return the ticks of an axis, at most about so many, whose texts do not touch."""
    for number in range(most, 1, -1):
        ticks = axis.ticks(number)
        room = abs(axis.stop - axis.start) / max(len(ticks), 1)
        if max((len(label) for _, label in ticks), default=0) * _LETTER + _APART < room:
            return ticks
    return axis.ticks(2)


def _anchor(x: float) -> str:
    """Keep the texts of outer ticks inside the picture."""
    if x < LEFT + 16:
        return "start"
    return "end" if x > RIGHT - 16 else "middle"
