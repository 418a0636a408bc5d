"""What the report shows, chosen from the findings before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from likely.data.column import Column
from likely.data.table import Table

if TYPE_CHECKING:
    from likely.explanation import Explanation
    from likely.workflow.findings import Findings

CARDS = 50
"""At most this many rows are shown with reasons."""

LISTED = 500
"""At most this many rows stand in the table."""

_ENOUGH = 100
_TELLING = ("id-like", "free text", "ignored")


@dataclass(frozen=True)
class View:
    """The findings in the shape that the parts of the page need.

    Parameters
    ----------
    found : Findings
        What was found.
    table : Table
        The rows with the columns that the model looks at, in its terms.
    order : ndarray of shape (at most 500,)
        Positions of the oddest rows, oddest first.
    explanations : list of Explanation
        Why the first rows of `order` are odd, at most 50.
    """

    found: Findings
    table: Table
    order: np.ndarray
    explanations: list[Explanation]

    @classmethod
    def of(cls, found: Findings) -> View:
        """Choose the rows and explain those that get a card."""
        order = np.lexsort((found.scores, found.log_p))[:LISTED]
        explained = found.oddest[:CARDS]
        table = found.learned.model.schema_.match(found.table)
        return cls(found, table, order, found.explanations(explained))

    @cached_property
    def surprise(self) -> np.ndarray:
        """Bits per row, shape (n,)."""
        return self.found.surprise

    @cached_property
    def background(self) -> tuple[Table, str]:
        """The rows that plots show behind a finding, and what they are in words."""
        likely_rows = self.found.learned.likely_rows
        if len(self.table) >= _ENOUGH or len(likely_rows) <= len(self.table):
            return self.table, "of these rows"
        return likely_rows, "of the likely rows learnt from"

    @cached_property
    def found_any(self) -> bool:
        """Whether any row is reported under the promise."""
        return bool(self.found.anomaly.any())

    def position(self, name: str) -> int:
        """Return the position of a column that the model looks at."""
        return self._positions[name]

    def unseen_columns(self) -> list[tuple[Column, int]]:
        """Return columns that no model looked at but that tell which row it is, with positions."""
        theirs = self.found.table
        if not theirs.named and len(theirs.columns) != len(self.found.learned.columns):
            return []  # without names, a narrower array cannot be told apart by column
        reasons = {column.name: column.set_aside for column in self.found.learned.columns}
        telling = [
            (column, j)
            for j, column in enumerate(theirs.columns)
            if reasons.get(column.name) in _TELLING
        ]
        return sorted(telling, key=lambda pair: _TELLING.index(reasons[pair[0].name]))

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: j for j, name in enumerate(self.table.names)}
