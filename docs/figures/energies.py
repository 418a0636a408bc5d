"""An energy, and the chains that draw rows by it."""

from __future__ import annotations

from typing import Any

from figures import draws, maps, toys
from figures.figure import Figure

_SMALL: dict[str, Any] = {"hidden": (32, 32), "budget": "300 steps"}


def idea() -> Figure:
    """Draw an energy, low where rows are."""
    said = "A network says how much energy a row has: little where rows are."
    return maps.idea(("EnergyModel", _SMALL), toys.curve(), said)


def failure() -> Figure:
    """Draw rows of chains that were too short."""
    return draws.failure(
        ("EnergyModel", {**_SMALL, "annealing": 1, "draw_steps": 1}),
        ("EnergyModel", {**_SMALL, "annealing": 50, "draw_steps": 100}),
        toys.groups(),
        "Rows are drawn by chains that go down the energy; ones that are too short are still "
        "near where they began.",
    )
