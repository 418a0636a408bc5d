"""The parts that figures are made of: panels side by side, in colours for light and dark ground."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from likely.workflow.report.axis import Axis
from likely.workflow.report.png import as_data, as_png

INK = "var(--color-foreground-primary, #1c1e21)"
PALE = "var(--color-foreground-muted, #6b6f76)"
GROUND = "var(--color-background-primary, #ffffff)"
BLUE, ORANGE, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
"""Four of the colours of Okabe and Ito, which the colour-blind tell apart."""

SIDE = 250
_HEAD, _FOOT, _GAP, _LEFT = 26, 26, 24, 40
_LETTER = 6.6  # how wide a letter of 12 px is at most

Limits = tuple[float, float]


class Panel:
    """One plot: a title, a frame with its axes, and what is drawn in it.

    Parameters
    ----------
    title : str
        What stands above it.
    x, y : (float, float)
        Which values the frame spans.
    width, height : float, default 250
        Size of the frame in px.
    ticks : bool, default True
        Whether the axes have numbers.
    """

    def __init__(
        self,
        title: str,
        x: Limits,
        y: Limits,
        width: float = SIDE,
        height: float = SIDE,
        *,
        ticks: bool = True,
    ) -> None:
        self.title, self.width, self.height, self.ticks = title, width, height, ticks
        self._x = Axis(float(x[0]), float(x[1]), 0.0, float(width))
        self._y = Axis(float(y[0]), float(y[1]), float(height), 0.0)
        self._shapes: list[str] = []

    def dots(self, rows: Any, colour: str = INK, size: float = 3.0, opacity: float = 0.55) -> None:
        """Draw rows (n, 2) as dots; those outside the frame are left out."""
        path = "".join(f"M{x:g} {y:g}h0" for x, y in self._inside(rows))
        self._stroke(path, colour, size, opacity)

    def crosses(self, rows: Any, colour: str = ORANGE, size: float = 3.5) -> None:
        """Draw rows (n, 2) as crosses, which differ from dots by shape, too."""
        s = size
        path = "".join(
            f"M{x - s:g} {y - s:g}l{2 * s:g} {2 * s:g}m0 {-2 * s:g}l{-2 * s:g} {2 * s:g}"
            for x, y in self._inside(rows)
        )
        self._stroke(path, colour, 1.8, 1.0)

    def line(
        self, x: Any, y: Any, colour: str = INK, width: float = 1.5, dashed: bool = False
    ) -> None:
        """Draw a line through points; missing ones interrupt it."""
        parts, lifted = [], True
        for a, b in zip(np.asarray(x, float), np.asarray(y, float), strict=True):
            if not (np.isfinite(a) and np.isfinite(b)):
                lifted = True
                continue
            parts.append(f"{'M' if lifted else 'L'}{self._x.place(a):g} {self._y.place(b):g}")
            lifted = False
        self._stroke("".join(parts), colour, width, 1.0, dashed)

    def arrows(self, starts: Any, ends: Any, colour: str = GREEN) -> None:
        """Draw lines from rows (n, 2) to rows (n, 2), with a dot where they end."""
        path = "".join(
            f"M{self._x.place(a):g} {self._y.place(b):g}L{self._x.place(c):g} {self._y.place(d):g}"
            for (a, b), (c, d) in zip(starts, ends, strict=True)
        )
        self._stroke(path, colour, 1.0, 0.9)
        self.dots(ends, colour, 4.0, 1.0)

    def bars(self, edges: Any, heights: Any, colour: str = BLUE, opacity: float = 0.6) -> None:
        """Draw bars between edges (n + 1,) with heights (n,)."""
        base = self._y.place(max(0.0, self._y.low))
        path = "".join(
            f"M{self._x.place(a):g} {base:g}V{self._y.place(h):g}H{self._x.place(b):g}V{base:g}z"
            for a, b, h in zip(edges[:-1], edges[1:], heights, strict=True)
        )
        self._shapes.append(f'<path d="{path}" fill="{colour}" fill-opacity="{opacity}"/>')

    def band(self, start: float, stop: float, colour: str = ORANGE) -> None:
        """Shade the values from start to stop of the horizontal axis."""
        left, right = self._x.place(start), self._x.place(stop)
        self._shapes.append(
            f'<rect x="{left:g}" y="0" width="{max(right - left, 1.5):g}" '
            f'height="{self.height:g}" fill="{colour}" fill-opacity="0.25"/>'
        )

    def shade(self, levels: np.ndarray, colour: str = BLUE) -> None:
        """Fill the frame with opacities (height, width) in [0, 1], first row on top."""
        rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        pixels = np.empty((*levels.shape, 4), np.uint8)
        pixels[..., :3] = rgb
        pixels[..., 3] = np.round(255 * np.clip(levels, 0, 1))
        self._embed(as_data(pixels), 0, 0, self.width, self.height)

    def image(self, pixels: np.ndarray, x: float, y: float, size: float) -> None:
        """Put a picture, grey in [0, 1] or (height, width, 3), at a place in px."""
        shown = pixels if pixels.ndim == 3 else pixels[..., None]
        data = as_png(np.round(255 * np.clip(shown, 0, 1)).astype(np.uint8))
        address = f"data:image/png;base64,{base64.b64encode(data).decode('ascii')}"
        self._embed(address, x, y, size * pixels.shape[1] / pixels.shape[0], size)

    def write(self, content: str, x: float, y: float, colour: str = INK, size: int = 12) -> None:
        """Write a line at a place in px of the frame."""
        self._shapes.append(_text(content, x, y, "start", colour, size))

    def key(self, *entries: tuple[str, str]) -> None:
        """Say which colour is what, top right in the frame: pairs of a text and a colour."""
        for k, (content, colour) in enumerate(entries):
            y = 16 + 16 * k
            x = self.width - 8
            halo = f'stroke="{GROUND}" stroke-width="4" paint-order="stroke"'
            self._shapes.append(_text(content, x, y, "end", colour, 12, halo))

    def size(self) -> tuple[float, float]:
        """Return width and height with all that stands around the frame."""
        return self._left() + self.width, _HEAD + self.height + (_FOOT if self.ticks else 6)

    def _left(self) -> float:
        return _LEFT if self.ticks else 2

    def drawn(self, left: float, top: float) -> str:
        """Return the panel as a group of shapes, its corner at a place in px."""
        room = int((self.width + self._left()) / _LETTER)
        title = self.title if len(self.title) <= room else self.title[: room - 1] + "…"
        frame = (
            f'<rect width="{self.width:g}" height="{self.height:g}" fill="none" '
            f'stroke="{PALE}" stroke-opacity="0.6"/>'
        )
        heading = _text(title, -self._left() + 2, -9, "start", INK, 13)
        marks = self._marks() if self.ticks else ""
        place = f"translate({left + self._left():g} {top + _HEAD:g})"
        return f'<g transform="{place}">{"".join(self._shapes)}{frame}{heading}{marks}</g>'

    def _marks(self) -> str:
        across = [
            _text(label, self._x.place(value), self.height + 16, "middle", PALE, 11)
            for value, label in self._x.ticks(4)
            if 12 < self._x.place(value) < self.width - 12
        ]
        up = [
            _text(label, -5, self._y.place(value) + 4, "end", PALE, 11)
            for value, label in self._y.ticks(4)
        ]
        return "".join(across + up)

    def _inside(self, rows: Any) -> list[tuple[float, float]]:
        return [
            (self._x.place(a), self._y.place(b))
            for a, b in np.asarray(rows, float)[:, :2]
            if self._x.holds(a) and self._y.holds(b)
        ]

    def _stroke(
        self, path: str, colour: str, width: float, opacity: float, dashed: bool = False
    ) -> None:
        if path:
            dashes = ' stroke-dasharray="5 4"' if dashed else ""
            self._shapes.append(
                f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
                f'stroke-opacity="{opacity:g}" stroke-linecap="round"{dashes}/>'
            )

    def _embed(self, address: str, x: float, y: float, width: float, height: float) -> None:
        self._shapes.append(
            f'<image x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" '
            'preserveAspectRatio="none" style="image-rendering: pixelated" '
            f'href="{address}"/>'
        )


def picture(panels: Sequence[Panel], alternative: str, columns: int = 2) -> str:
    """Return panels, some side by side, as one SVG with a name for screen readers.

    Parameters
    ----------
    panels : sequence of Panel
        In the order of reading.
    alternative : str
        What there is to be seen.
    columns : int in [1, inf), default 2
        How many stand side by side.
    """
    parts: list[str] = []
    top, widest = 0.0, 0.0
    for first in range(0, len(panels), columns):
        left, tallest = 4.0, 0.0
        for panel in panels[first : first + columns]:
            width, height = panel.size()
            parts.append(panel.drawn(left, top))
            left += width + _GAP
            tallest = max(tallest, height)
        widest, top = max(widest, left - _GAP + 8), top + tallest + 4
    name = escape(alternative)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {widest:g} {top:g}" '
        f'width="{widest:g}" role="img" aria-label="{name}" font-family="sans-serif">'
        f'<title>{name}</title><rect width="100%" height="100%" fill="{GROUND}"/>'
        f"{''.join(parts)}</svg>"
    )


def _text(
    content: str, x: float, y: float, anchor: str, colour: str, size: int, more: str = ""
) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{colour}" '
        f'font-size="{size}" {more}>{escape(content)}</text>'
    )
