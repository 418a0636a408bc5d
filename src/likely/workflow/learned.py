"""`Learned`: what `likely.learn` returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from likely.base.model import Model
from likely.calibration.decisions import check_promise
from likely.calibration.episodes import Pace
from likely.calibration.summary import ColumnSummary
from likely.core.empirical import Empirical
from likely.core.errors import DataError
from likely.data.alphabet import Alphabet
from likely.data.batches import large_file
from likely.data.clips import Clips, as_clips
from likely.data.column import Column
from likely.data.frames import as_table
from likely.data.origin import Origin
from likely.data.records import records
from likely.data.samples import Samples, as_shaped
from likely.data.schema import Schema
from likely.data.sound import Sound
from likely.data.table import Table
from likely.data.texts import Texts
from likely.explanation import (
    Explanation,
    explain,
    explain_clips,
    explain_places,
    explain_texts,
)
from likely.workflow.aside import Aside
from likely.workflow.drawing import Drawing
from likely.workflow.drifted import drift_of
from likely.workflow.findings import Decision, Findings, decide, pace_of_rows
from likely.workflow.grouping import Grouping
from likely.workflow.over_time.entities import Entities
from likely.workflow.over_time.regime import Regime
from likely.workflow.qualified import qualified
from likely.workflow.units import about, unit_of

if TYPE_CHECKING:
    from likely.workflow.over_time.stream import Stream
    from likely.workflow.over_time.streams import Streams

NO_ROWS = Table(np.empty((0, 0)), ())
"""What is kept of samples that are no rows."""


@dataclass(frozen=True)
class Learned(Drawing):
    """A model of what is likely, calibrated on rows that it did not see.

    Made by `likely.learn` and `likely.load`.

    Attributes
    ----------
    model : Model
        The fitted model.
    reference : Empirical
        Distribution of held-out oddness that new rows are compared with.
    held_out : bool
        False if there were too few rows to hold any out: then rows are only ranked.
    likely_rows : Table
        A sample of ordinary rows, for explanations; empty if saved without rows.
    columns : tuple of Column
        All columns of the data learnt from, also those set aside.
    time : str or None
        The clock column asked for.
    rows_learnt : int
        How many rows there were.
    notes : tuple of str
        What was decided on the way, in sentences.
    summaries : tuple of ColumnSummary
        How the values of each column that the model looks at were distributed, to notice drift.
    grouping : Grouping or None
        How rows become groups, if groups are judged: then all of the above is about groups.
    pace : Pace or None
        How oddness goes on, if rows are moments of one series: then the reference is of stretches,
        and `likely_rows` are the last rows learnt.
    entities : Entities or None
        How rows of several series are told apart, if they are moments of several.
    regime : Regime or None
        What a context lets expect of the channels of a series: the model sees what is left of them.
    generator : Model or None
        The fitted model that draws new rows, if another one than `model`.
    aside : Aside
        What is known of the columns that no model looks at, for new rows.
    origin : Origin
        Which library and types the data had, for new rows.
    """

    model: Model
    reference: Empirical
    held_out: bool
    likely_rows: Table = field(repr=False)
    columns: tuple[Column, ...] = field(repr=False)
    time: str | None
    rows_learnt: int
    notes: tuple[str, ...] = ()
    summaries: tuple[ColumnSummary, ...] = field(default=(), repr=False)
    grouping: Grouping | None = field(default=None, repr=False)
    pace: Pace | None = None
    entities: Entities | None = None
    regime: Regime | None = field(default=None, repr=False)
    generator: Model | None = field(default=None, repr=False)
    aside: Aside = field(default=Aside(), repr=False)
    origin: Origin = field(default=Origin(), repr=False)

    def score_samples(self, new: Any) -> np.ndarray:
        """Return the model's score of every row, higher = more likely, shape (n,)."""
        samples = self.samples(new)
        if self.regime is not None and isinstance(samples, Table):
            samples = self.seen(self.matched(samples))
        return self.model.score_samples(samples)

    def p_values(self, new: Any) -> np.ndarray:
        """Return the share of ordinary rows at least as odd as each, in (0, 1], shape (n,)."""
        return np.maximum(np.exp(self.log_p(new)), np.finfo(np.float64).tiny)

    def surprise(self, new: Any) -> np.ndarray:
        """Return -log2 of the p-values, in bits: 10 bits is "1 in 1,024". Shape (n,)."""
        return -self.log_p(new) / np.log(2)

    def log_p(self, new: Any) -> np.ndarray:
        """Return the natural logarithm of the p-values, which never underflows, shape (n,)."""
        return self.reference.log_p(-self.score_samples(new))

    def detect(
        self,
        new: Any,
        *,
        fdr: float | None = None,
        fpr: float | None = None,
        top: int | None = None,
        alerts: str | None = None,
    ) -> Findings:
        """Find the unlikely rows among new ones.

        Parameters
        ----------
        new : dataframe, array, list of rows or path
            Rows with the columns learnt from, in any order.
        fdr : float in (0, 1), default 0.1 if no other promise is asked for
            At most this share of the findings is false, on average.
        fpr : float in (0, 1), optional
            At most this share of the ordinary rows is reported.
        top : int, optional
            Report this many rows, the oddest.
        alerts : str, optional
            At most this many false alarms, such as "1/day"; needs a column of times.
        """
        check_promise(fdr, fpr, top, alerts)  # before scoring, which takes a while
        asked = {"fdr": fdr, "fpr": fpr, "top": top, "alerts": alerts}
        large = large_file(new) if self.grouping is None and self.pace is None else None
        if large is not None:
            from likely.workflow import stream

            return stream.detect(large, self, asked)
        if self.pace is not None:
            from likely.workflow.over_time.detect import detect_events

            return detect_events(self, self.table(new), asked)
        samples = self.samples(new)
        matched = self.model.schema_.match(samples)
        scores = self.model.score_samples(matched)
        log_p = self.reference.log_p(-scores)
        drift = self.drift(samples, matched, log_p)
        pace = pace_of_rows(self.clock(samples), asked)
        decision = self.qualified(decide(log_p, asked, pace), drift)
        notes = tuple(dict.fromkeys((*drift, *matched.notes, *self.notes)))
        if not isinstance(samples, Table):
            table = records(samples)
            return Findings(self, table, scores, log_p, decision, notes, drift, shaped=samples)
        return Findings(self, samples, scores, log_p, decision, notes, drift)

    def stream(
        self,
        *,
        alerts: str | None = None,
        fpr: float | None = None,
        direction: str = "both",
        least_change: float | Mapping[str, float] = 0.0,
        cool_down: str = "",
        calm: Sequence[str] = (),
        rebase: str = "",
    ) -> Stream | Streams:
        """Judge series as they go on: `push` rows, get alerts as soon as they are certain.

        Of several series that were learnt together, each row says whose it is.

        Parameters
        ----------
        alerts : str, default "1/day" if no other promise is asked for
            At most this many false alarms, of all series together.
        fpr : float in (0, 1), optional
            At most this share of the ordinary stretches has an alarm; needs no clock.
        direction, least_change, cool_down, calm
            Which events are worth an alert, as in `EventFindings.only`.
        rebase : str, optional
            An event that lasts longer, such as "1 day", is the new normal: learnt anew from it.

        Raises
        ------
        CannotDo, DataError
            If rows are not moments of series, a clock is missing, or no promise can be given.
        ParameterError
            If a value is none of these.
        """
        from likely.workflow.over_time.rules import Rules
        from likely.workflow.over_time.stream import Stream
        from likely.workflow.over_time.streams import Streams

        rules = Rules(alerts, fpr, direction, least_change, cool_down, calm, rebase)
        return (Stream if self.entities is None else Streams)(self, rules)

    def explain(self, new: Any) -> list[Explanation]:
        """Say for every row which columns make it unlikely, what was expected, and what is near.

        Of series, images and video: which regions, and what was expected there. Of texts: which
        words, and by how many bits. Of clips: which moments, and by how many bits a value. Of
        moments of a series: the event that each lies in.
        """
        if self.pace is not None:
            from likely.workflow.over_time.detect import explain_moments

            return explain_moments(self, self.table(new))
        return self.explain_samples(self.samples(new))

    def save(self, path: str | Path, rows: bool = True) -> None:
        """Write everything to one file that `likely.load` reads; loading never runs code from it.

        Parameters
        ----------
        path : str or Path
            Where; by custom the name ends in ".likely". An old file there is replaced at once or
            not at all.
        rows : bool, default True
            False keeps every training row out of the file, which some models cannot do. Summaries
            stay: names, categories and how often each occurred, and of numbers and dates the
            smallest, the largest and up to 64 quantiles.
        """
        from likely.workflow.storage import save

        save(self, Path(path), rows)

    @property
    def unit(self) -> str:
        """What is judged: "row", "group", "moment", or a kind of samples."""
        if self.grouping is not None:
            return "group"
        return "moment" if self.pace is not None else unit_of(self.model.schema_)

    @property
    def compared(self) -> str:
        """What a p-value compares with: a "row", or a "stretch" of one series."""
        return self.worded("row") if self.pace is None else "stretch"

    def samples(self, new: Any) -> Samples:
        """Return new data read the way the learnt data were read: a table, or other samples."""
        schema = self.model.schema_
        if isinstance(schema, Schema):
            return self.table(new)
        if isinstance(schema, Sound):
            return as_clips(new, schema.rate)
        return schema.match(new) if isinstance(schema, Alphabet) else as_shaped(new, schema.kind)

    def table(self, new: Any) -> Table:
        """Return new rows as a table, read the way the learnt data were read."""
        if self.entities is not None:
            return self.entities.numbered(as_table(new, self.entities.columns(self.columns)))
        if isinstance(new, Table):
            return new
        if self.grouping is None:
            return as_table(new, self.columns)
        return self.grouping.groups(as_table(new, self.grouping.columns))[0]

    def matched(self, table: Table) -> Table:
        """Return the columns of rows that matter: of the model, and of the regime."""
        schema = self.model.schema_ if self.regime is None else self.regime.schema
        return schema.match(table)

    def seen(self, matched: Table) -> Table:
        """Return matched rows as the model sees them: without what their regime explains."""
        if self.regime is None:
            return matched
        return self.model.schema_.match(self.regime.taken_off(matched))

    def worded(self, text: str) -> str:
        """Return a sentence about rows as one about what is judged."""
        return about(text, self.unit)

    def clock(self, table: Samples) -> np.ndarray | None:
        """Return the times of rows in microseconds, or None if no column is the clock."""
        if not isinstance(table, Table):
            return None
        name = self.clock_name(table.columns)
        return None if name is None else table.matrix[:, table.names.index(name)]

    def clock_name(self, columns: Sequence[Column]) -> str | None:
        """Return which of some columns is the clock, or None if none is."""
        dates = [c.name for c in columns if c.kind == "date"]
        name = self.time or (dates[0] if len(dates) == 1 else None)
        if name is not None and name not in dates:
            raise DataError(f"The time column {name!r} holds no dates.")
        return name

    def explain_samples(self, table: Samples) -> list[Explanation]:
        """Explain samples that were already read."""
        if isinstance(table, Texts):
            return explain_texts(self.model, table)
        if isinstance(table, Clips):
            return explain_clips(self.model, table)
        if not isinstance(table, Table):
            return explain_places(self.model, self.model.schema_.match(table))
        found = explain(self.model, self.model.schema_.match(table), self.likely_rows)
        if self.grouping is None:
            return found
        return [
            replace(one, sentence=f"{self.grouping.title(table, r)}: {one.sentence}")
            for r, one in enumerate(found)
        ]

    def drift(self, table: Samples, matched: Samples, log_p: np.ndarray) -> tuple[str, ...]:
        """Say how rows no longer look like those learnt from."""
        return drift_of(self, table, matched, log_p)

    def qualified(self, decision: Decision, drift: tuple[str, ...]) -> Decision:
        """Say what the promise rests on, or withdraw it if it cannot be kept."""
        return qualified(self, decision, drift)
