"""One plain sentence about an odd row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likely.data.table import write_value
from likely.explanation.dates import phase_words
from likely.explanation.expected import Expected, as_rare_as
from likely.explanation.reasons import Reason

_RARE = 0.02
_ALSO = 0.1
"""Share from which a second column is worth a mention."""

_LONGEST = 60


@dataclass(frozen=True)
class Cell:
    """One value of an odd row with all that is known of it.

    Parameters
    ----------
    reason : Reason
        The texts.
    expected : Expected
        What was expected of the column, in all explained rows.
    row : int
        Which of those rows this is.
    value : float
        The stored value.
    known : int
        How many likely rows there are; 0 if what is usual was made up from the schema.
    given : str, default ""
        The row's context in words, if the model judges the value given that.
    """

    reason: Reason
    expected: Expected
    row: int
    value: float
    known: int
    given: str = ""

    @property
    def odd(self) -> bool:
        """Whether the value is outside what is usual."""
        return bool(self.expected.oddness[self.row] > 1)

    @property
    def alone(self) -> bool:
        """Whether the value is odd whatever stands in the other columns."""
        part = self.expected.part
        if np.isnan(self.value) or not len(part.values) or part.gaps > 1 - _RARE:
            return True
        if part.nominal:
            own = np.array([max(self.occurrences, 0.5) / len(part.values)])
            return bool(as_rare_as(own, part.shares[None, :])[0] < 0.05)
        if phase_words(part, self.value):
            return True
        low, high = np.quantile(part.values, [0.005, 0.995])
        return not low <= self.value <= high

    @property
    def occurrences(self) -> int:
        """How many likely rows have this very value."""
        values = self.expected.part.values
        ends = (
            np.searchsorted(values, self.value, "left"),
            np.searchsorted(values, self.value, "right"),
        )
        return int(ends[1] - ends[0])


def write_sentence(cells: list[Cell], nearest: dict[str, str] | None) -> str:
    """Return one sentence about the most responsible columns of a row.

    Parameters
    ----------
    cells : list of Cell
        The one or two most responsible, in that order.
    nearest : dict of str to str, or None
        The nearest likely row as text.
    """
    first, second = cells[0], cells[-1]
    both = len(cells) == 2 and second.reason.share >= _ALSO and second.odd
    if not first.odd:
        name, value = first.reason.column, _quoted(first, first.reason.value)
        return f"No column stands out; the least usual is {name} with {value}{_where(first)}."
    if both and not first.alone and not second.alone:
        return f"{_misfit(first, second)}."
    clause = _clause(first)
    if both and first.alone and second.alone:
        clause += f", and {_clause(second)}"
    told = ("missing", first.reason.value)
    if nearest is None or nearest[first.reason.column] in told:
        return f"{clause}."
    return f"{clause}; the nearest likely row has {_quoted(first, nearest[first.reason.column])}."


def _misfit(first: Cell, second: Cell) -> str:
    one = f"{first.reason.column} {_quoted(first, first.reason.value)}"
    other = f"{second.reason.column} {_quoted(second, second.reason.value)}"
    return (
        f"{one} does not fit {other}: {_circumstances(second)}, "
        f"{second.reason.column} {_usual(second)}"
    )


def _clause(cell: Cell) -> str:
    part, name = cell.expected.part, cell.reason.column
    value = _quoted(cell, cell.reason.value)
    if np.isnan(cell.value):
        return f"{name} is missing{_how_often_missing(cell)}"
    if part.gaps > 1 - _RARE:
        return f"{name} is {value} where it is missing in {_percent(part.gaps)} of the likely rows"
    if part.nominal and cell.alone:
        return f"{name} {value} {_how_often(cell)}"
    phase = phase_words(part, cell.value)
    if phase:
        return f"{name} is {value}, {phase}"
    if not cell.alone and cell.expected.depends:
        return f"{name} is {value} where, {_circumstances(cell)}, {_usual(cell)}"
    return f"{name} is {value}{_where(cell)}"


def _circumstances(cell: Cell) -> str:
    return cell.given or "with the other columns as they are"


def _where(cell: Cell) -> str:
    reason, expected = cell.reason, cell.expected
    told = reason.expected in ("missing", reason.value) and reason.low == reason.high
    # the commonest of many about equally common levels is not what to expect
    many = expected.part.nominal and not expected.depends and expected.part.shares[:1].sum() < 0.5
    return "" if told or many else f" where {_usual(cell)}"


def _usual(cell: Cell) -> str:
    low, high = cell.reason.low, cell.reason.high
    part = cell.expected.part
    if cell.alone and not part.nominal and len(part.values) and not cell.given:
        # odd whatever the others say: what they say would only confuse
        ends = np.quantile(part.values, [0.05, 0.95], method="nearest")
        low, high = (write_value(part.column, end) for end in ends)
    if cell.expected.part.nominal and not cell.expected.depends:
        return f"{_quoted(cell, low)} is most common"
    return f"{_quoted(cell, low) if low == high else f'{low} to {high}'} is usual"


def _how_often_missing(cell: Cell) -> str:
    part = cell.expected.part
    if part.encoding.flag == 0:
        return ", which never happened before"
    if not cell.known:
        return ""
    if part.gaps == 0:
        return f", which none of {cell.known:,} likely rows is"
    return f", which happened in {_percent(part.gaps)} of the likely rows"


def _how_often(cell: Cell) -> str:
    part, value = cell.expected.part, int(cell.value)
    if value >= len(part.column.labels) and part.column.kind == "category":
        return "never occurred before"
    if part.encoding.counts:
        counts = part.encoding.counts
        return f"occurred in {counts[value]:,.0f} of {sum(counts):,.0f} rows"
    if not cell.known:
        return "is rare"
    times = f"{cell.occurrences:,}" if cell.occurrences else "none"
    return f"occurs in {times} of {cell.known:,} likely rows"


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %"


def _quoted(cell: Cell, text: str) -> str:
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    return (
        f"'{text}'" if cell.expected.part.column.kind == "category" and text != "missing" else text
    )
