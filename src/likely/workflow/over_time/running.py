"""Scores of a series as it goes on: each is final when enough later steps are there.

A model says how far its scores reach. So a step is judged once all within its reach is known, by
a part of the series that begins where the model may cut it, and its score is the one that the
whole series would give it; how the rows were cut into chunks plays no part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from likely.base.over_time import OverTime
from likely.data.clock import local_time
from likely.data.epochs import on_the_calendar
from likely.data.own_units import OneUnits
from likely.data.table import Table
from likely.data.timeline import Stretch
from likely.workflow.over_time.arrivals import Arrivals, Beat
from likely.workflow.over_time.kept import Kept
from likely.workflow.over_time.regime import Regime


class Block(NamedTuple):
    """Steps whose oddness has become final."""

    first: int
    end: int
    start: int
    """Where their stretch begins."""

    ends: int | None
    """The step behind their stretch; None if it goes on."""


class Running:
    """A series that goes on, and how odd its steps are.

    Attributes
    ----------
    kept : Kept
        The last steps.
    arrivals : Arrivals
        Rows that are no steps yet.
    decided : int
        The first step whose oddness is not final.

    Parameters
    ----------
    model : OverTime
        Fitted.
    clock : int or None
        Which of the columns that the model looks at is the clock.
    beat : Beat or None
        How the clock goes, if that is known.
    history : int
        So many decided steps are kept at least.
    units : OneUnits, optional
        In which the series is judged, if it is one of several; by default as it is.
    regime : Regime, optional
        What a context lets expect. What is kept of a step are then its channels as the model sees
        them, and behind these what is expected in each, and its spread.
    """

    def __init__(
        self,
        model: OverTime,
        clock: int | None,
        beat: Beat | None,
        history: int,
        units: OneUnits | None = None,
        regime: Regime | None = None,
    ) -> None:
        used = model.schema_.used
        self._clock = clock
        self._channels = [j for j, c in enumerate(used) if c.kind in ("number", "boolean")]
        self._column = None if clock is None else used[clock]
        self._regime = regime
        self._units = units or OneUnits.none(len(self._channels))
        level, count = self._units.undone(model.level_), len(self._channels)
        if regime is not None:
            level = np.concatenate([level, np.zeros(count), np.ones(count)])
        self.kept = Kept(len(level))
        self.arrivals = Arrivals(level, beat, count)
        self.decided = 0
        self._history = history
        self._take(model)
        self._starts = [0]
        """First steps of stretches: of the one in which `decided` is, and of all behind it."""

    def _take(self, model: OverTime) -> None:
        """Take a model, and ask it once what it would have to work out again and again."""
        self._model = model
        self._before, self._after = model.reach_
        self._least, self._stride = model.least_steps_, model.stride_

    def add(self, table: Table, rows: np.ndarray | None = None, *, over: bool = False) -> None:
        """Take rows, as `Learned.matched` returns them; `over` if the series ends with them.

        Their numbers may be given, which else go on from those before.
        """
        if len(table):
            values, times = self._columns(table)
            self.arrivals.add(values, times, rows)
        new = self.arrivals.certain(over=over)
        first = self.kept.end
        if not self._model.across_gaps_:
            turns = np.diff(new.silent, prepend=bool(self.kept.silent[-1:].any()))
            breaks = np.flatnonzero(new.breaks | turns).tolist()
            self._starts += [first + step for step in breaks if first + step > 0]
        self.kept.append(new)
        if over and self.kept.end > self._starts[-1]:
            self._starts.append(self.kept.end)

    def _columns(self, table: Table) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the values that are kept of rows, and their times."""
        seen, regime = table, self._regime
        if regime is not None:
            seen = self._model.schema_.match(regime.taken_off(table))
        values = seen.matrix[:, self._channels]
        times = None if self._clock is None else seen.matrix[:, self._clock]
        if regime is None:
            return values, times
        channels = [seen.columns[j] for j in self._channels]
        return np.hstack([values, *regime.units(table, channels)]), times

    def decide(self) -> Iterator[Block]:
        """Judge all steps whose oddness can be final, and yield them, no block across a gap.

        Between blocks, `turn_to` may call for another judgement.
        """
        while True:
            start, closed = self._starts[0], len(self._starts) > 1
            end = self._starts[1] if closed else self.kept.end
            model, first = self._model, self.decided
            self._judge(start, end, closed)
            if self.decided > first:
                yield Block(first, self.decided, start, end if closed else None)
            if closed and self.decided == end:
                self._starts.pop(0)
            elif self._model is model:
                return

    def _judge(self, start: int, end: int, closed: bool) -> None:
        model = self._model
        if self._silent(end):
            self._set(end, np.full(end - self.decided, model.usual_))
            return
        if end - start < self._least:
            if closed:  # too short to be judged: as usual, which is what a batch says
                self._set(end, np.full(end - self.decided, model.usual_))
            return
        target = end if closed else end - self._after
        if target <= self.decided:
            return
        first = self._cut(start, end)
        part = self.kept.part(first, end)
        local, column = None, self._column
        if column is not None and on_the_calendar(column.reading):
            local = local_time(self.kept.times[part], column.zone)
        values = self.kept.values[part, : len(self._channels)]
        odd = model.stretch_oddness(Stretch(self._units.of(values), local))
        self._set(target, odd[self.decided - first : target - first])

    def _silent(self, end: int) -> bool:
        """Say whether the stretch of the first step that is not judged is one without values."""
        part = self.kept.silent[self.kept.part(self.decided, end)]
        return not self._model.across_gaps_ and bool(part[:1].any())

    def _cut(self, start: int, end: int) -> int:
        """Return where the part begins that is judged: at a multiple of the stride."""
        first = max(0, min(self.decided - start - self._before, end - start - self._least))
        return start + first // self._stride * self._stride

    def _set(self, target: int, oddness: np.ndarray) -> None:
        self.kept.oddness[self.kept.part(self.decided, target)] = oddness
        self.decided = int(target)

    def known_at(self, step: int, block: Block) -> int:
        """Return the last step that had to be there for a step of a block to be judged."""
        last = max(step + self._after, block.start + self._least - 1)
        return last if block.ends is None else min(last, block.ends - 1)

    def forget(self, before: int) -> None:
        """Let go of decided steps that nothing needs, and of none from `before` on."""
        reach = self._before + self._least + self._stride
        self.kept.forget(min(before, self.decided - max(self._history, reach)))

    def turn_to(self, model: OverTime, step: int) -> None:
        """Let another model judge from a step on, in the block last yielded.

        It was learnt from this series alone, so it judges values as they are.
        """
        self._units = OneUnits.none(len(self._channels))
        self._starts[0] = max(self._starts[0], step - self._history)
        self.kept.oddness[self.kept.part(step, self.kept.end)] = np.nan
        self._take(model)
        self.decided = step

    def state(self) -> dict[str, Any]:
        """Return everything but the model as plain values and arrays."""
        return {
            "decided": self.decided,
            "starts": list(self._starts),
            "kept": self.kept.state(),
            "arrivals": self.arrivals.state(),
        }

    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was told."""
        self.kept = Kept.resume(state["kept"])
        self.arrivals.resume(state["arrivals"])
        self.decided = int(state["decided"])
        self._starts = [int(start) for start in state["starts"]]
