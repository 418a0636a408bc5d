"""Telling an event of a series that goes on, from what was known when it became certain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from likely.data.column import Column
from likely.data.table import write_value
from likely.explanation.channels import ChannelWitness
from likely.workflow.learned import Learned
from likely.workflow.over_time.decision import narrowed
from likely.workflow.over_time.event import Event, Narrator
from likely.workflow.over_time.judging import clock_place, moments_of, series_model
from likely.workflow.over_time.kept import Kept
from likely.workflow.over_time.moments import Moments, duration
from likely.workflow.over_time.ongoing import Ongoing

_LEAST_USUAL = 200


class Teller:
    """Turns episodes into events by a bounded part of the series before and around them.

    Parameters
    ----------
    learned : Learned
        What the series is judged by.
    history : int
        So many steps tell what was to be expected.
    """

    def __init__(self, learned: Learned, history: int) -> None:
        used = learned.model.schema_.used
        self._usual = series_model(learned).usual_
        self._history = history
        channels = tuple(c for c in used if c.kind in ("number", "boolean"))
        regime = learned.regime
        self._channels = channels if regime is None else regime.as_given(channels)
        place = clock_place(learned)
        self.clock: Column | None = None if place is None else used[place]
        rows = learned.likely_rows
        known = len(rows) >= _LEAST_USUAL
        self._learnt = moments_of(learned, rows).values if known else None
        self._witness: ChannelWitness | None = None

    def so_far(self, kept: Kept, one: Ongoing, step: int, known: int, span: int) -> Event:
        """Return what is known of an event at one of its steps.

        Parameters
        ----------
        kept : Kept
            The last steps.
        one : Ongoing
            The episode.
        step, known : int
            The step that was judged, and the last one that is known.
        span : int
            So many steps, at most, are looked ahead.
        """
        run = slice(one.start, min(known, step + span) + 1)
        return self._tell(kept, one, run, step, known)

    def ended(self, kept: Kept, one: Ongoing, step: int, known: int) -> Event:
        """Return an event that has ended, as `step` shows; the parameters are those of `so_far`."""
        run = slice(one.start, one.last + 1)
        first = max(run.start, self._first(known))
        place = kept.part(first, run.stop)
        inside = narrowed(kept.oddness, place, self._usual)
        closer = slice(inside.start + kept.first, inside.stop + kept.first)
        if one.start < first:  # the beginning is no longer kept
            closer = slice(one.start, closer.stop)
        return self._tell(kept, one, closer, step, known)

    def _first(self, known: int) -> int:
        return max(0, known + 1 - self._history)

    def _tell(self, kept: Kept, one: Ongoing, run: slice, step: int, known: int) -> Event:
        first = self._first(known)
        part = kept.part(first, known + 1)
        odd = kept.odd[part].copy()
        odd[step + 1 - first :] = False
        begins = max(run.start, first)
        inside = slice(begins - first, run.stop - first)
        odd[inside] = True
        moments = self._moments(kept, part)
        oddness = kept.oddness[part][begins - first : step + 1 - first][: run.stop - begins]
        peak = inside.start + int(oddness.argmax())  # of what was judged by then
        narrator = Narrator(moments, odd, witness=self._known_witness())
        event = narrator.tell(inside, peak, one.log_p)
        steps = slice(event.steps.start + first, event.steps.stop + first)
        event = replace(event, steps=steps)
        if run.start == begins:
            return event
        return self._lengthened(event, one, moments, first)

    def _lengthened(self, event: Event, one: Ongoing, moments: Moments, first: int) -> Event:
        """Return an event that began before what is kept."""
        end = event.steps.stop - 1
        lasts, start = f"{end - one.start + 1:,} steps", f"row {one.row + 1:,}"
        if moments.times is not None:
            lasts = duration(float(moments.times[end - first]) - one.time)
            start = self.when(one.time, one.row)
        steps = slice(one.start, event.steps.stop)
        return replace(event, first=one.row, start=start, lasts=lasts, steps=steps)

    def _moments(self, kept: Kept, part: slice) -> Moments:
        count = len(self._channels)
        values, level, spread = np.split(kept.values[part], [count, 2 * count], axis=1)
        in_regime = level.shape[1] > 0
        return Moments(
            order=kept.rows[part],
            values=values,
            channels=self._channels,
            clock=self.clock,
            times=None if self.clock is None else kept.times[part],
            level=level if in_regime else None,
            spread=spread if in_regime else None,
        )

    def _known_witness(self) -> ChannelWitness | None:
        if self._witness is None and self._learnt is not None:
            self._witness = ChannelWitness(self._learnt)
        return self._witness

    def when(self, time: float, row: int) -> str:
        """Return a time as people write it; the row where there is no clock."""
        if self.clock is None:
            return f"row {row + 1:,}"
        return write_value(self.clock, time)
