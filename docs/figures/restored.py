"""What models that reconstruct make of rows: lines from where a row is to where it is put."""

from __future__ import annotations

import numpy as np

from figures import draws, toys
from figures.figure import Figure, need
from figures.maps import Made, limits, short
from figures.svg import INK, Panel, picture
from figures.toys import Toy
from likely.core.catalogue import make

_STEPS = "500 steps"


def denoising_idea() -> Figure:
    """Draw spoiled rows that are led back."""
    made: Made = ("DenoisingAutoencoder", {"latent": 1, "budget": _STEPS})
    return _idea(made, "Rows that were spoiled are led back to where rows are.")


def denoising_failure() -> Figure:
    """Draw too much noise while learning."""
    said = "Where all is spoiled nothing is left to go by, and every row is put near the middle."
    made: Made = ("DenoisingAutoencoder", {"latent": 1, "noise": 6.0, "budget": _STEPS})
    return _failure(made, ("DenoisingAutoencoder", {"latent": 1, "budget": _STEPS}), said)


def beta_failure() -> Figure:
    """Draw a code that says nothing any more."""
    said = (
        "Where the divergence weighs too much the code says nothing (posterior collapse), and "
        "all rows are restored as much the same."
    )
    made: Made = ("BetaVAE", {"latent": 2, "beta": 200.0, "budget": _STEPS})
    return _failure(made, ("BetaVAE", {"latent": 2, "beta": 1.0, "budget": _STEPS}), said)


def codes_idea() -> Figure:
    """Draw the rows of a codebook."""
    return _codes({"codes": 32}, "idea")


def codes_failure() -> Figure:
    """Draw a codebook most of which is never used."""
    return _codes({"codes": 1024}, "failure")


def _codes(parameters: dict[str, int], shows: str) -> Figure:
    toy = toys.curve()
    made: Made = ("VQVAE", {**parameters, "positions": 1, "budget": _STEPS})
    restored = np.asarray(make(made[0], **made[1]).fit(toy.learnt).reconstruct(toy.learnt), float)
    used = len(np.unique(np.round(restored, 5), axis=0))
    codes = parameters["codes"]
    if shows == "idea":
        need(used > 0.5 * codes, f"most of the codes in use; {used} of {codes} are")
        said = "A row is put down as the nearest of a few learnt codes."
    else:
        need(used < 0.5 * codes, f"most of the codes unused; {used} of {codes} are used")
        said = "A code that no row is nearest to is never moved, and so stays unused."
    panel = Panel(f"{short(made)}: {used} codes used", *limits(toy))
    panel.dots(toy.learnt, INK, 3, 0.3)
    panel.dots(restored, "#d55e00", 6, 1)
    alternative = "Rows along a bow, and the few places along it that codes stand for."
    caption = (
        f"{said} Of {codes} codes, {used} stand for any of {len(toy.learnt)} rows (pale dots); "
        "where these are restored to is drawn in colour."
    )
    return Figure(picture([panel], alternative), caption, alternative, shows)  # type: ignore[arg-type]


def _idea(made: Made, said: str) -> Figure:
    toy = toys.curve()
    starts, ends = _restored(made, toy)
    before, after = _off(starts, toy), _off(ends, toy)
    need(after < 0.6 * before, f"{made[0]} leading rows back ({before:.2f} to {after:.2f})")
    alternative = f"Lines from spoiled rows to where {made[0]} puts them, along a bow of rows."
    caption = (
        f"{said} {short(made)} has learnt from {len(toy.learnt)} rows (dots). {len(starts)} others "
        f"with noise are on average {before:.2f} off the nearest row learnt from, and {after:.2f} "
        "once they are restored (where the lines end)."
    )
    return Figure(
        picture([_panel(short(made), toy, starts, ends)], alternative), caption, alternative, "idea"
    )


def _failure(made: Made, better: Made, said: str) -> Figure:
    toy = toys.curve()
    panels, missed = [], []
    for each in (made, better):
        starts, ends = _restored(each, toy)
        missed.append(draws.missed(ends, toy))
        panels.append(_panel(short(each), toy, starts, ends))
    mine, other = missed
    need(mine > other + 0.1, f"{short(made)} ({mine:.2f}) worse than {short(better)} ({other:.2f})")
    alternative = f"Lines from rows to where {short(made)} and {short(better)} put them."
    caption = (
        f"{said} With {short(made)} {mine:.0%} of ordinary rows are near no restored one, with "
        f"{short(better)} {other:.0%}. Lines lead from a row with noise to what it is restored as."
    )
    return Figure(picture(panels, alternative), caption, alternative, "failure")


def _restored(made: Made, toy: Toy) -> tuple[np.ndarray, np.ndarray]:
    starts = toy.ordinary + 0.35 * np.random.default_rng(23).normal(size=toy.ordinary.shape)
    model = make(made[0], **made[1]).fit(toy.learnt)
    return starts, np.asarray(model.reconstruct(starts), float)


def _off(rows: np.ndarray, toy: Toy) -> float:
    return float(draws.nearest(rows, toy.learnt).mean())


def _panel(title: str, toy: Toy, starts: np.ndarray, ends: np.ndarray) -> Panel:
    panel = Panel(title, *limits(toy))
    panel.dots(toy.learnt, INK, 3, 0.3)
    panel.arrows(starts, ends)
    return panel
