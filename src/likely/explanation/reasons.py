"""What an explanation consists of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One column's part in why a row is unlikely, or one region's; texts are ready to show.

    Parameters
    ----------
    column : str
        The column's name, or where the region is in a sample with axes.
    share : float in [0, 1]
        Its part in the row's oddness; the shares of a row sum to 1.
    value : str
        What the row has there.
    expected : str
        What to expect there, the row's other columns being as they are.
    low, high : str
        The ends of what is usual there: nine likely rows in ten are between them. Both are
        `expected` where values have no order.
    """

    column: str
    share: float
    value: str
    expected: str
    low: str
    high: str


@dataclass(frozen=True)
class Explanation:
    """Why one row is unlikely.

    Parameters
    ----------
    reasons : tuple of Reason
        One per used column, the most responsible first.
    nearest : dict of str to str, or None
        The most similar likely row, by column name; None if no likely rows are at hand.
    sentence : str
        The same in one plain sentence.
    """

    reasons: tuple[Reason, ...]
    nearest: dict[str, str] | None
    sentence: str
