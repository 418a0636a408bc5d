"""What the report shows, chosen from the findings before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw
import numpy as np

from likely.data.clips import Clips
from likely.data.table import Table
from likely.data.texts import Texts
from likely.workflow.findings import first_oddest
from likely.workflow.over_time.findings import EventFindings
from likely.workflow.report.samples import Drawn
from likely.workflow.report.sounds import Heard
from likely.workflow.report.texts import Written
from likely.workflow.report.timed import Timed

if TYPE_CHECKING:
    from likely.explanation import Explanation
    from likely.workflow.findings import Findings

CARDS = 50
"""At most this many rows are shown with reasons."""

PICTURED = 12
"""At most this many samples with axes, whose pictures take more room."""

PICTURED_EVENTS = 25
"""At most this many events of a series, with two channels each."""

LISTED = 500
"""At most this many rows stand in the table."""

_ENOUGH = 100
_IDENTITIES = 2
_TELLING = ("id-like", "free text", "ignored")


@dataclass(frozen=True)
class View:
    """The findings in the shape that the parts of the page need.

    Parameters
    ----------
    found : Findings
        What was found.
    table : Table
        The rows with the columns that the model looks at, in its terms; of a file larger than
        memory the oddest only.
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
        if isinstance(found, EventFindings):
            table = found.learned.matched(found.table)
            peaks = found.oddest[:PICTURED_EVENTS]
            return cls(found, table, found.oddest, found.explanations(peaks))
        order = first_oddest(found.scores, found.log_p, LISTED)
        if found.shaped is not None:
            explained = found.oddest[: CARDS if isinstance(found.shaped, Texts) else PICTURED]
            return cls(found, found.table, order, found.explanations(explained))
        table = found.learned.model.schema_.match(found.table)
        return cls(found, table, order, found.explanations(found.oddest[:CARDS]))

    @cached_property
    def drawn(self) -> Drawn | Written | Heard | Timed | None:
        """What draws samples with axes, texts, clips or events; None for rows of a table."""
        if isinstance(self.found, EventFindings):
            return Timed(self.found)
        shaped = self.found.shaped
        if shaped is None:
            return None
        model = self.found.learned.model
        samples = shaped.take(self.order[: len(self.explanations)])
        if isinstance(samples, Texts):
            return Written(model, samples)
        if isinstance(samples, Clips):
            return Heard(model, model.schema_.match(samples))
        return Drawn(model, model.schema_.match(samples))

    @cached_property
    def surprise(self) -> np.ndarray:
        """Bits per row, shape (n,)."""
        return self.found.surprise

    @cached_property
    def background(self) -> tuple[Table, str]:
        """The rows that plots show behind a finding, and what they are in words."""
        likely_rows = self.found.learned.likely_rows
        if self.found.held is not None and len(likely_rows):
            return likely_rows, f"{len(likely_rows):,} likely rows learnt from"
        if len(self.table) >= _ENOUGH or len(likely_rows) <= len(self.table):
            return self.table, f"these {len(self.table):,} rows"
        return likely_rows, f"{len(likely_rows):,} likely rows learnt from"

    @cached_property
    def found_any(self) -> bool:
        """Whether any row is reported under the promise."""
        return bool(self.found.anomaly.any())

    @property
    def judged(self) -> int:
        """Of how many one is the oddest: rows, or the events that are shown."""
        events = isinstance(self.found, EventFindings)
        return len(self.order) if events else len(self.found)

    def worded(self, text: str) -> str:
        """Return words about rows as words about groups, where groups are judged."""
        return self.found.learned.worded(text)

    def title(self, row: int) -> str:
        """Return what a row is called: its number, or the name of the group that it stands for."""
        grouping = self.found.learned.grouping
        if self.found.shaped is not None:
            return self.found.shaped.name(row)
        if isinstance(self.found, EventFindings):
            return self.found.event_of(row).title
        return f"Row {row + 1:,}" if grouping is None else grouping.title(self.found.table, row)

    def places(self, rows: np.ndarray) -> np.ndarray:
        """Return where rows, by position in the data, stand in `table`."""
        held = self.found.held
        return rows if held is None else np.searchsorted(held, rows)

    def value(self, row: int, j: int) -> float:
        """Return a stored value of a row, by position in the data."""
        return float(self.table.matrix[self.places(np.array([row]))[0], j])

    def position(self, name: str) -> int:
        """Return the position of a column that the model looks at."""
        return self._positions[name]

    def spread(self, name: str) -> float:
        """Return the interquartile range of a column of numbers or dates; 0 without values."""
        if name not in self._spreads:
            usual = self.table if self.found.held is None else self.background[0]
            values = usual.matrix[:, self.position(name)]
            finite = values[np.isfinite(values)]
            low, high = np.quantile(finite, [0.25, 0.75]) if len(finite) else (0.0, 0.0)
            self._spreads[name] = float(high) - float(low)
        return self._spreads[name]

    @cached_property
    def identity(self) -> list[tuple[str, list[str]]]:
        """Columns that no model looks at but that tell which row it is: name, and text per place.

        They are taken from what the user gave, because a `Table` of new rows leaves them out.
        """
        if isinstance(self.found, EventFindings):
            told = [(event.kind, event.lasts, event.direction) for event in self.found.shown]
            names = ("kind", "lasts", "direction")
            return [(name, [one[i] for one in told]) for i, name in enumerate(names)]
        frame = nw.from_native(self.found.table.native, eager_only=True, pass_through=True)
        if not isinstance(frame, nw.DataFrame):
            return []
        aside = {c.name: c.set_aside for c in self.found.learned.columns}
        names = [n for n in frame.columns if aside.get(str(n)) in _TELLING]  # may be numbers
        names.sort(key=lambda name: _TELLING.index(aside[str(name)]))
        found = []
        for name in names[:_IDENTITIES]:
            cells = frame.get_column(name)[self.places(self.order).tolist()].to_list()
            found.append((str(name), ["missing" if c is None or c != c else str(c) for c in cells]))
        return found

    @cached_property
    def _spreads(self) -> dict[str, float]:
        return {}

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: j for j, name in enumerate(self.table.names)}
