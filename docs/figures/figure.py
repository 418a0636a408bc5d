"""What a figure of the field guide is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """A picture that the code has drawn, and what it says in words.

    Parameters
    ----------
    svg : str
        The picture: one `<svg>` element, readable on light and dark ground; empty if left out.
    caption : str
        Full sentences, with what was measured while it was drawn.
    alternative : str
        What there is to be seen, for those who cannot see it.
    shows : {"idea", "failure", "left out"}
        Whether the method is at home here, or known to fail; or that it has not shown either.
    """

    svg: str
    caption: str
    alternative: str
    shows: Literal["idea", "failure", "left out"]


class NotShown(ValueError):
    """A failure that the drawing does not show: its sentence or its toy is wrong."""


def need(shown: bool, what: str) -> None:
    """Raise `NotShown` where what a caption is going to say was not measured.

    Parameters
    ----------
    shown : bool
        Whether it was.
    what : str
        What should have been seen, with the numbers.
    """
    if not shown:
        raise NotShown(f"The picture should show {what}. Take a toy that does.")
