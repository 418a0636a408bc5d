"""What becomes of a detector as columns are added that say nothing."""

from __future__ import annotations

import numpy as np

from figures import maps
from figures.figure import Figure, need
from figures.svg import BLUE, ORANGE, Panel, picture
from figures.toys import Toy

WIDTHS = (2, 5, 10, 20, 40)


def kernel_density() -> Figure:
    """Draw kernels of one width in many columns, beside principal components."""
    said = "In many columns no row has a neighbour, and kernels of one width blur what tells."
    return _failure(("KernelDensity", {}), ("PCA", {}), said)


def dte() -> Figure:
    """Draw diffusion time in many columns, beside principal components."""
    said = (
        "In many columns the noise of all of them together hides for how long one pair of columns "
        "has diffused."
    )
    return _failure(("DTE", {"budget": "300 steps"}), ("PCA", {"components": "minor"}), said)


def wide(width: int, seed: int = 11) -> Toy:
    """Return rows of which only the first two columns go together, and odd rows do not keep to it.

    Parameters
    ----------
    width : int in [2, inf)
        How many columns; all but two are noise.
    seed : int in [0, inf), default 11
        The same seed gives the same rows.
    """
    rng = np.random.default_rng(seed)

    def rows(n: int, side: float) -> np.ndarray:
        table = rng.normal(size=(n, width))
        table[:, 1] = side * table[:, 0] + 0.2 * rng.normal(size=n)
        return table

    return Toy(rows(300, 1.0), rows(150, 1.0), rows(80, -1.0))


def _failure(made: maps.Made, better: maps.Made, said: str) -> Figure:
    found = np.array([[_auroc(each, wide(width)) for width in WIDTHS] for each in (made, better)])
    mine, other = found[:, -1]
    need(mine < other - 0.1, f"{made[0]} ({mine:.2f}) well behind {better[0]} ({other:.2f})")
    panel = Panel("AUROC by number of columns", (0, WIDTHS[-1] + 1), (0.4, 1.02), width=380)
    for values, colour in zip(found, (ORANGE, BLUE), strict=True):
        panel.line(WIDTHS, values, colour, 2)
        panel.dots(np.column_stack([WIDTHS, values]), colour, 7, 1)
    panel.line((0, WIDTHS[-1] + 1), (0.5, 0.5), dashed=True)
    panel.write(maps.short(better), 12, 190, BLUE)
    panel.write(maps.short(made), 12, 206, ORANGE)
    alternative = f"AUROC over the number of columns: that of {made[0]} falls the faster."
    caption = (
        f"{said} Two columns of 300 rows go together and odd rows break that; all other columns "
        f"are noise. In {WIDTHS[0]} columns {maps.short(made)} has an AUROC of {found[0, 0]:.2f}, "
        f"in {WIDTHS[-1]} one of {mine:.2f}, where {maps.short(better)} still has {other:.2f}."
    )
    return Figure(picture([panel], alternative), caption, alternative, "failure")


def _auroc(made: maps.Made, toy: Toy) -> float:
    return maps.auroc(maps.make(made[0], **made[1]).fit(toy.learnt), toy)
