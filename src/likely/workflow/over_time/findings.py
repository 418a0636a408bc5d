"""`EventFindings`: a series judged under a promise, as events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np

from likely.calibration.episodes import Pace
from likely.core.errors import DataError
from likely.explanation import Explanation
from likely.workflow.findings import SHOWN, Decision, Findings
from likely.workflow.over_time.decision import oddest_episodes
from likely.workflow.over_time.event import Event, Narrator
from likely.workflow.over_time.judging import moments_of
from likely.workflow.over_time.moments import Moments, duration
from likely.workflow.over_time.one_series import OneSeries
from likely.workflow.over_time.only import Only


@dataclass(frozen=True)
class EventFindings(Findings):
    """Findings in series: what rows are for `Findings`, moments are here.

    p-values say how rare it is that any moment of an ordinary stretch is as odd; `anomaly` tells
    which rows lie in a reported event.

    Attributes
    ----------
    moments : Moments
        The rows in the order of time, of several series one behind the other.
    pace : Pace
        What stretches are that are compared.
    runs : tuple of slice
        The steps of each event, in the order of time.
    left_out : tuple of slice
        The steps of events that `only` left out.
    """

    moments: Moments = field(kw_only=True, repr=False)
    pace: Pace = field(kw_only=True)
    runs: tuple[slice, ...] = field(default=(), kw_only=True, repr=False)
    left_out: tuple[slice, ...] = field(default=(), kw_only=True, repr=False)

    def by_row(self) -> EventFindings:
        """Return the same with the decision by row instead of by step."""
        anomaly = np.zeros(len(self.table), dtype=bool)
        anomaly[self.moments.order] = self.decision.anomaly
        return replace(self, decision=replace(self.decision, anomaly=anomaly))

    def under(self, decision: Decision, drift: tuple[str, ...] = ()) -> EventFindings:
        """Return the same under what a promise rests on, or without events if it is withdrawn."""
        runs = () if decision.ranking_only else self.runs
        notes = tuple(dict.fromkeys((*drift, *self.notes)))
        return replace(self, decision=decision, runs=runs, drift=drift, notes=notes)

    def only(
        self,
        *,
        direction: str = "both",
        least_change: float | Mapping[str, float] = 0.0,
        cool_down: str = "",
        calm: Sequence[str] = (),
    ) -> EventFindings:
        """Return the findings with those events only that are worth an alert.

        The promise is kept, as leaving events out makes no false alarm.

        Parameters
        ----------
        direction : {"up", "down", "both"}, default "both"
            Where the first channel must be beside what was to be expected.
        least_change : float or mapping of str to float, default 0
            How far it must be from that, in its own unit; or by channel.
        cool_down : str, default ""
            So long after an event no other of its series is told, such as "1h" or "20 steps".
        calm : sequence of str, default ()
            Times in which nothing is told, by the clock on the wall: "2024-12-24/2024-12-27",
            "Sunday", "02:00-04:00", "Sunday 02:00-04:00".

        Raises
        ------
        ParameterError
            If a value is none of these.
        DataError
            If a clock is needed and there is none.
        """
        rule = Only(direction, least_change, cool_down, calm)
        rule.check_clock(self.moments.times is not None)
        chosen: list[bool] = []
        for own in self._runs_of_each:  # what one series waits for is no matter of another
            one = self._one(self._number(own[0]))
            told = [(one.here(run), self._told[run.start]) for run in own]
            chosen += rule.choose(told, one.moments)
        kept = tuple(run for run, passes in zip(self.runs, chosen, strict=True) if passes)
        out = tuple(run for run, passes in zip(self.runs, chosen, strict=True) if not passes)
        if not out:
            return self
        odd = np.zeros(len(self.moments), dtype=bool)
        for run in kept:
            odd[run] = True
        events = "1 event is" if len(out) == 1 else f"{len(out):,} events are"
        notes = (f"{events} left out, by direction, size, time or cool-down.", *self.notes)
        decision = replace(self.decision, anomaly=odd)
        left_out = (*self.left_out, *out)
        return replace(self, decision=decision, runs=kept, left_out=left_out, notes=notes).by_row()

    @cached_property
    def events(self) -> list[Event]:
        """The events that are reported, in the order of time."""
        return [self._told[run.start] for run in self.runs]

    @cached_property
    def oddest(self) -> np.ndarray:
        """Rows of the peaks of events, oddest first; of the oddest stretches if there is none."""
        return np.array([event.peak for event in self.shown], dtype=np.int64)

    @cached_property
    def shown(self) -> list[Event]:
        """The events, oddest first; or the oddest stretches if no event is reported."""
        found = list(self._told.values())
        return sorted(found, key=lambda event: (event.log_p, self.scores[event.peak]))

    def series_of(self, event: Event) -> OneSeries:
        """Return the series that an event is of."""
        return self._one(self._numbers.get(event.entity, 0))

    @property
    def series_shown(self) -> list[OneSeries]:
        """The series that have an event that is shown, or the only one."""
        numbers = [self._numbers.get(event.entity, 0) for event in self.shown]
        return [self._one(number) for number in dict.fromkeys(numbers)]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """Which series has which name; none has one if there is only one."""
        entities = self.learned.entities
        if entities is None:
            return {"": 0}
        first = self.moments.order[list(self.moments.begins)]
        return {name: i for i, name in enumerate(entities.called(self.table, first))}

    def _number(self, run: slice) -> int:
        """Return which series some steps are of."""
        return int(np.searchsorted(self.moments.begins, run.start, side="right")) - 1

    @property
    def _runs_of_each(self) -> list[list[slice]]:
        """The steps of events, apart by series."""
        return [list(own) for _, own in groupby(self.runs, self._number)]

    @cached_property
    def _seen(self) -> dict[int, OneSeries]:
        return {}

    def _one(self, number: int) -> OneSeries:
        """Return one of the series."""
        if number not in self._seen:
            steps = self.moments.wholes[number]
            odd = np.zeros(len(self.moments), dtype=bool)
            for run in (*self._episodes, *self.left_out):
                odd[run] = True
            moments = self.moments.of_one(steps)
            usual = self._learnt_of(number, len(moments))
            entities = self.learned.entities
            self._seen[number] = OneSeries(
                steps=steps,
                moments=moments,
                narrator=Narrator(moments, odd[steps], usual),
                group="" if entities is None else entities.name,
                entity=list(self._numbers)[number],
            )
        return self._seen[number]

    def _learnt_of(self, number: int, least: int) -> np.ndarray | None:
        """Return what was kept of a series if it is more than what is judged of it."""
        kept = self.learned.likely_rows
        if self.learned.entities is not None and kept.series is not None:
            known = dict(zip(self.learned.entities.names, range(len(kept)), strict=False))
            code = known.get(list(self._numbers)[number], -1)
            kept = replace(kept.take(np.flatnonzero(kept.series == code)), series=None)
        return moments_of(self.learned, kept).values if len(kept) > least else None

    @cached_property
    def _episodes(self) -> list[slice]:
        if self.runs:
            return list(self.runs)
        oddness = -self.scores[self.moments.order]
        return oddest_episodes(oddness, self.pace.span, SHOWN, self.moments.begins)

    @cached_property
    def _told(self) -> dict[int, Event]:
        """Events by their first step."""
        log_p, oddness = self.log_p[self.moments.order], -self.scores[self.moments.order]
        told = {}
        for run in self._episodes:
            peak = run.start + int(oddness[run].argmax())
            told[run.start] = self._one(self._number(run)).tell(run, peak, float(log_p[peak]))
        return told

    def event_of(self, row: int) -> Event:
        """Return the event of a row; one of that row alone if it is in none.

        Raises
        ------
        DataError
            If the row has no time, or is of no series.
        """
        steps = np.flatnonzero(self.moments.order == row)
        if not len(steps):
            raise DataError(f"Row {row + 1:,} has no time, or is of no series: it is in no event.")
        step = int(steps[0])
        for run in self._episodes:
            if run.start <= step < run.stop:
                return self._told[run.start]
        alone = slice(step, step + 1)
        return self._one(self._number(alone)).tell(alone, step, float(self.log_p[row]))

    def explanations(self, rows: np.ndarray) -> list[Explanation]:
        """Explain the events that rows by position lie in, in the order given."""
        return [self.event_of(int(row)).explanation for row in rows]

    def name_of(self, row: int) -> str | None:
        """Return when the event of a row was."""
        return self.event_of(row).title

    def told_of(self, row: int) -> dict[str, Any]:
        """Return what is told of an event beside its p-value, as plain values."""
        return self.event_of(row).told

    def columns(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Return what is known of rows, by position; of events only if their peaks are asked."""
        known = super().columns(rows)
        if not len(rows) or not np.array_equal(rows, self.oddest):
            return known
        told = [self.told_of(int(row)) for row in rows]
        added = {
            name: np.array([one[name] for one in told], dtype=object)
            for name in ("start", "end", "lasts", "kind", "direction")
        }
        channels = [", ".join(one["channels"]) for one in told]
        return {**added, "channels": np.array(channels, dtype=object), **known}

    @property
    def count(self) -> int:
        """How many events are reported."""
        return len(self.runs)

    def _summary(self) -> str:
        decision, count = self.decision, len(self.runs)
        size = f"{len(self):,} {'moment' if len(self) == 1 else 'moments'}"
        entities, many = self.learned.entities, len(self.moments.begins)
        if entities is not None:
            size += f" of {many:,} series told apart by {entities.name!r}"
            if self.moments.covered is not None:
                size += f" ({duration(self.moments.covered * 86_400e6)})"
        elif self.moments.times is not None and len(self.moments) > 1:
            size += f" ({self.moments.lasting(0, len(self.moments) - 2)})"
        if decision.ranking_only:
            return (
                f"{size} are ranked; no event is reported, because no promise can be given: "
                f"{decision.basis}."
            )
        if decision.name == "top":
            return f"The {count:,} oddest events in {size}; a ranking as asked for."
        ending = f" It rests on {decision.basis}." if decision.basis else ""
        verdict = "Nothing odd" if not count else "1 event" if count == 1 else f"{count:,} events"
        promise = decision.promise.replace("ordinary rows", "ordinary stretches")
        if many > 1:
            promise += f", of all {many:,} series together"
        return f"{verdict} in {size}; promise: {promise}.{ending}"
