"""Rows that generators draw, beside rows that they have learnt from."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.neighbors import KDTree

from figures.figure import Figure, need
from figures.maps import Made, called, limits, short
from figures.svg import BLUE, INK, Panel, picture
from figures.toys import Toy
from likely.core.catalogue import make

_NEAR, _TIMES = 0.99, 2.0
_MEASURED = (
    "Near is up to twice as far as 99 % of real rows that were held out are from the nearest row "
    "learnt from."
)


def nearest(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return how far each row is from the nearest of some others, (n,)."""
    return KDTree(others).query(rows)[0][:, 0]


def strays(drawn: np.ndarray, toy: Toy, times: float = _TIMES) -> float:
    """Return the share of drawn rows that are nowhere near a row learnt from."""
    near = times * np.quantile(nearest(toy.ordinary, toy.learnt), _NEAR)
    return float((nearest(drawn, toy.learnt) > near).mean())


def missed(drawn: np.ndarray, toy: Toy, times: float = _TIMES) -> float:
    """Return the share of real rows that no drawn row is near."""
    near = times * np.quantile(nearest(toy.ordinary, toy.learnt), _NEAR)
    return float((nearest(toy.ordinary, drawn) > near).mean())


def rows_of(made: Made, toy: Toy) -> np.ndarray:
    """Return as many rows as were learnt from, drawn by a model that learns now."""
    model = make(made[0], **made[1]).fit(toy.learnt)
    return np.asarray(model.sample(len(toy.learnt), seed=0), float)


def idea(made: Made, toy: Toy, said: str) -> Figure:
    """Draw real rows beside drawn ones.

    Parameters
    ----------
    made : (name, parameters)
        The generator.
    toy : Toy
        What it learns from.
    said : str
        One sentence on how it draws.
    """
    drawn = rows_of(made, toy)
    stray, lost = strays(drawn, toy), missed(drawn, toy)
    need(stray < 0.35 and lost < 0.35, f"{made[0]} at home; {stray:.2f} stray, {lost:.2f} missed")
    panels = [_rows("learnt from", toy.learnt, toy, INK), _rows(called(made), drawn, toy, BLUE)]
    alternative = f"Rows that were learnt from beside as many that {made[0]} has drawn."
    caption = (
        f"{said} {short(made)} has learnt from {len(toy.learnt)} rows and drawn as many: "
        f"{stray:.0%} of them are near no real row, and {lost:.0%} of real rows have no drawn one "
        f"near. {_MEASURED}"
    )
    return Figure(picture(panels, alternative), caption, alternative, "idea")


def failure(made: Made, better: Made, toy: Toy, said: str, by: Any = strays) -> Figure:
    """Draw the rows of a generator that fails beside those of one that does not.

    Parameters
    ----------
    made, better : (name, parameters)
        The generator, and one that does better here.
    toy : Toy
        What both learn from.
    said : str
        One sentence on why it fails.
    by : strays or missed
        What is to be seen: rows where there are none, or none where there are some.
    """
    both = [rows_of(each, toy) for each in (made, better)]
    mine, other = (by(drawn, toy) for drawn in both)
    need(mine > other + 0.04, f"{made[0]} ({mine:.3f}) worse than {better[0]} ({other:.3f})")
    what = "of drawn rows are near no real one" if by is strays else "of real rows are missed"
    panels = [
        _rows(short(each), drawn, toy, BLUE)
        for each, drawn in zip((made, better), both, strict=True)
    ]
    alternative = (
        f"Rows drawn by {short(made)} beside rows drawn by {short(better)}, over the pale rows "
        "that both have learnt from."
    )
    caption = (
        f"{said} With {short(made)}, {mine:.0%} {what}, with {short(better)} {other:.0%}; both "
        f"have learnt from the same {len(toy.learnt)} rows (pale). {_MEASURED}"
    )
    return Figure(picture(panels, alternative), caption, alternative, "failure")


def _rows(title: str, rows: np.ndarray, toy: Toy, colour: str) -> Panel:
    panel = Panel(title, *limits(toy))
    if colour != INK:
        panel.dots(toy.learnt, INK, 3.5, 0.15)
    panel.dots(rows, colour, 3, 0.8)
    return panel
