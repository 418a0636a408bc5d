"""Maps of how likely a detector takes each place of a plane of two columns for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from figures.figure import Figure, need
from figures.svg import INK, ORANGE, Panel, picture
from figures.toys import Toy
from likely.core.catalogue import make

GRID = 72
SHARES = (0.5, 0.8, 0.95, 0.99)
"""Bands hold so much of the ordinary rows; each is drawn in more colour than the next."""

BANDS = "Bands hold 50, 80, 95 and 99 % of the ordinary rows; the more colour, the likelier."
_LEAST = 0.12  # by how much AUROC a failure must lie behind what does better

_UNTOLD = ("budget", "alarms", "hidden", "steps", "scales")
"""What titles leave out: figures are drawn in seconds, so networks are small and train briefly."""

Made = tuple[str, dict[str, Any]]


def called(made: Made) -> str:
    """Return a model as it is written in code."""
    name, parameters = made
    told = {key: value for key, value in parameters.items() if key not in _UNTOLD}
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in told.items())})"


def short(made: Made) -> str:
    """Return a model as a caption names it: without empty brackets."""
    return called(made).removesuffix("()")


def auroc(model: Any, toy: Toy) -> float:
    """Return how well a fitted model tells odd rows from ordinary ones that were held out."""
    odd = -np.concatenate([model.score_samples(toy.ordinary), model.score_samples(toy.odd)])
    return float(roc_auc_score(np.repeat([0, 1], [len(toy.ordinary), len(toy.odd)]), odd))


def limits(toy: Toy) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the frame around all rows of a toy."""
    rows = np.vstack([toy.learnt, toy.odd])
    low, high = rows.min(axis=0), rows.max(axis=0)
    room = 0.12 * (high - low)
    (a, b), (c, d) = zip(low - room, high + room, strict=True)
    return (float(a), float(b)), (float(c), float(d))


def score_map(model: Any, toy: Toy, title: str) -> Panel:
    """Return the plane in bands of likelihood, with the rows learnt from and the odd ones."""
    x, y = limits(toy)
    panel = Panel(title, x, y)
    across, up = np.linspace(*x, GRID), np.linspace(*y, GRID)[::-1]
    plane = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    usual = model.score_samples(toy.ordinary)
    cuts = np.quantile(usual, [1 - share for share in SHARES])
    level = (model.score_samples(plane)[:, None] >= cuts).sum(axis=1).reshape(GRID, GRID)
    panel.shade(0.17 * level)
    panel.dots(toy.learnt, INK, 2.5, 0.4)
    panel.crosses(toy.odd, ORANGE)
    return panel


def compared(
    models: Iterable[Any], toy: Toy, titles: Iterable[str]
) -> tuple[list[float], list[Panel]]:
    """Return the AUROC of each fitted model, and its map with that in the title."""
    values, panels = [], []
    for model, title in zip(models, titles, strict=True):
        values.append(auroc(model, toy))
        panels.append(score_map(model, toy, f"{title}: {values[-1]:.2f}"))
    return values, panels


def idea(made: Made, toy: Toy, said: str, labels: np.ndarray | None = None) -> Figure:
    """Draw what a detector has learnt where it is at home.

    Parameters
    ----------
    made : (name, parameters)
        The detector.
    toy : Toy
        What it learns from.
    said : str
        One sentence on what it looks at.
    labels : ndarray of shape (n learnt,), optional
        For those that learn from labels.
    """
    model = make(made[0], **made[1]).fit(toy.learnt, labels)
    value = auroc(model, toy)
    need(value > 0.85, f"{made[0]} at home, with an AUROC above 0.85; it has {value:.2f}")
    alternative = (
        f"Map of two columns with {len(toy.learnt)} dots, in bands of likelihood according to "
        f"{made[0]}, and {len(toy.odd)} crosses for odd rows."
    )
    caption = (
        f"{said} {short(made)} has learnt from {len(toy.learnt)} rows (dots). {BANDS} Odd rows "
        f"(crosses) are told from ordinary ones that were held out with an AUROC of {value:.2f}."
    )
    svg = picture([score_map(model, toy, short(made))], alternative)
    return Figure(svg, caption, alternative, "idea")


def failure(
    made: Made, better: Made, toy: Toy, said: str, labels: np.ndarray | None = None
) -> Figure:
    """Draw where a detector fails, beside one that does not.

    Parameters
    ----------
    made, better : (name, parameters)
        The detector, and one that does better here.
    toy : Toy
        What both learn from.
    said : str
        One sentence on why it fails.
    labels : ndarray of shape (n learnt,), optional
        For those that learn from labels.
    """
    fitted = [
        make(name, **parameters).fit(toy.learnt, labels) for name, parameters in (made, better)
    ]
    (mine, other), panels = compared(fitted, toy, (short(made), short(better)))
    need(mine < other - _LEAST, f"{made[0]} ({mine:.2f}) well behind {better[0]} ({other:.2f})")
    alternative = (
        f"Two maps of the same rows in bands of likelihood: on the left {short(made)}, whose "
        f"bands cover the odd rows, on the right {short(better)}, which leaves them out."
    )
    caption = (
        f"{said} On these {len(toy.learnt)} rows, {short(made)} tells the odd ones (crosses) from "
        f"ordinary ones that were held out with an AUROC of {mine:.2f}, {short(better)} with "
        f"{other:.2f}. {BANDS}"
    )
    return Figure(picture(panels, alternative), caption, alternative, "failure")
