"""From steps that are judged to alerts, one after the other, so that chunks play no part."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from likely.calibration.episodes import LONG
from likely.core.errors import DataError
from likely.workflow.learned import Learned
from likely.workflow.over_time.alert import Alert
from likely.workflow.over_time.judging import cut_of, series_model
from likely.workflow.over_time.ongoing import Ongoing
from likely.workflow.over_time.relearning import MOST_LEARNT, learn_anew
from likely.workflow.over_time.rules import Rules
from likely.workflow.over_time.running import Block, Running
from likely.workflow.over_time.standing import Standing, Verdict
from likely.workflow.over_time.telling import Teller

HISTORY = 2_000
"""So many of the last steps are kept at least, to tell what was to be expected."""

_CELLS = 10  # after so many the promise is looked at
_STEPS = 1_000  # or after so many steps, if cells are long


class Following:
    """Follows the oddness of a series and says what becomes certain.

    Attributes
    ----------
    learned : Learned
        What the series is judged by now.
    anew : bool
        Whether that was learnt in the stream.
    running : Running
        The series.
    last : (int, float) or None
        Step and time at which the last event ended that was told.

    Parameters
    ----------
    learned : Learned
        Of one series.
    rules : Rules
        The promise, what is worth an alert, and when to learn anew.
    running : Running
        The series; nothing is told of the steps that it has already.
    at_once : int, default 1
        How many series share the promise.
    """

    def __init__(self, learned: Learned, rules: Rules, running: Running, at_once: int = 1) -> None:
        self.running = running
        self._asked, self._only, self._rebase = rules.asked, rules.only, rules.lasting
        self._ongoing: Ongoing | None = None
        self._at_once = at_once
        self._cut = cut_of(learned, rules.asked, at_once)
        self._from = 0
        self.last: tuple[int, float] | None = None
        self.anew = False
        self._judge_by(learned)

    def judge_anew(self, learned: Learned) -> None:
        """Take what was learnt in the stream, which judges from now on."""
        self.anew = True
        self.running.turn_to(series_model(learned), self.running.decided)
        self._judge_by(learned)

    def _judge_by(self, learned: Learned) -> None:
        self.learned = learned
        self._span = learned.pace.span if learned.pace is not None else 1
        self._teller = Teller(learned, HISTORY)
        reach = sum(series_model(learned).reach_) // self._span
        self._standing = Standing(learned.reference.n, reach + LONG)
        odder = np.inf if learned.pace is None else learned.pace.odder
        self._odder = float(learned.reference.log_p(np.array([odder]))[0])
        self._every = self._span * max(1, min(_CELLS, _STEPS // self._span))

    def share(self, at_once: int) -> None:
        """Let so many series share the promise for all steps that are not judged yet."""
        self._at_once = at_once
        with suppress(DataError):  # what was learnt anew may be too short for less
            self._cut = cut_of(self.learned, self._asked, at_once)

    def begin_at(self, step: int) -> None:
        """Say nothing about steps before one, and count cells from it."""
        self._from = step

    def advance(self) -> list[Alert]:
        """Judge what can be judged, and return what became certain."""
        found: list[Alert] = []
        for block in self.running.decide():
            found += self._follow(block)
        needed = self.running.decided
        if self._ongoing is not None and self._rebase is not None:
            needed = max(self._ongoing.start, needed - MOST_LEARNT)
        self.running.forget(needed)
        return found

    def over(self) -> list[Alert]:
        """Return the end of the event that goes on, as nothing more will come."""
        if self._ongoing is None:
            return []
        end = self.running.decided
        return self._end(end - 1, Block(end, end, end - 1, end))

    def _follow(self, block: Block) -> list[Alert]:
        found: list[Alert] = []
        kept, step = self.running.kept, max(block.first, self._from)
        if step >= block.end:
            return found
        part = kept.part(step, block.end)
        log_p = self.learned.reference.log_p(kept.oddness[part])
        kept.odd[part] = (log_p <= self._cut) & kept.real[part]
        first = step
        while step < block.end:
            stop = step + self._every - (step - self._from) % self._every
            found += self._steps(step, min(stop, block.end), log_p[step - first :], block)
            if stop <= block.end:
                found += self._look(stop, block)
                said = self._learn(stop, block)
                if said:
                    return found + said
            step = stop
        return found

    def _steps(self, first: int, end: int, log_p: np.ndarray, block: Block) -> list[Alert]:
        """Follow steps, none of which is a point of rest but the last."""
        found: list[Alert] = []
        kept = self.running.kept
        for i in np.flatnonzero(kept.odd[kept.part(first, end)]).tolist():
            step, here = first + i, float(log_p[i])
            if self._ongoing is not None and step - self._ongoing.last > self._span:
                found += self._end(self._ongoing.last + self._span, block)
            if self._ongoing is None:
                place = step - kept.first
                self._ongoing = Ongoing(
                    step, step, int(kept.rows[place]), float(kept.times[place]), here
                )
            else:
                self._ongoing = self._ongoing.at(step, here)
            if not self._ongoing.told and step >= self._ongoing.ask_at:
                found += self._begin(step, here, block)
        if self._ongoing is not None and end - 1 >= self._ongoing.last + self._span:
            found += self._end(self._ongoing.last + self._span, block)
        return found

    def _begin(self, step: int, log_p: float, block: Block) -> list[Alert]:
        """Say that an event begins, if it is worth it by now."""
        one, kept = self._ongoing, self.running.kept
        assert one is not None
        if not self._heard(step):
            return []
        known = self.running.known_at(step, block)
        event = self._teller.so_far(kept, one, step, known, self._span)
        if not self._only.passes(event):
            self._ongoing = replace(one, heard=True, ask_at=step + self._span)
            return []
        self._ongoing = replace(one, told=True)
        return [self._begun(event, one, known, log_p)]

    def _begun(self, event: Any, one: Ongoing, known: int, log_p: float) -> Alert:
        at = self._teller.when(one.time, one.row)
        sentence = f"An event begins: {event.explanation.sentence}"
        return Alert("begins", at, one.row, self._row(known), sentence, log_p, event)

    def _heard(self, step: int) -> bool:
        """Say whether anything may be told of a step."""
        clock = self._teller.clock
        zone = "" if clock is None else clock.zone
        kept = self.running.kept
        times = None if clock is None else kept.times[kept.part(step, step + 1)]
        return bool(self._only.heard(np.array([step]), times, zone, self.last)[0])

    def _end(self, step: int, block: Block) -> list[Alert]:
        """Say that an event has ended, as a step shows."""
        one, kept = self._ongoing, self.running.kept
        assert one is not None
        self._ongoing = None
        known = self.running.known_at(step, block)
        told: list[Alert] = []
        if not (one.told or one.heard):
            return told
        event = self._teller.ended(kept, one, step, known)
        if not one.told:
            if not self._only.passes(event):
                return told
            told = [self._begun(event, one, known, one.log_p)]
        place = one.last - kept.first
        self.last = (one.last, float(kept.times[place]))
        sentence = event.explanation.sentence
        row = event.last
        return [*told, Alert("ended", event.end, row, self._row(known), sentence, one.log_p, event)]

    def _row(self, step: int) -> int:
        kept = self.running.kept
        return int(kept.rows[min(step, kept.end - 1) - kept.first])

    def _look(self, stop: int, block: Block) -> list[Alert]:
        """Look whether the promise still stands, at the end of cells."""
        kept = self.running.kept
        part = kept.part(stop - self._every, stop)
        starts = np.arange(0, self._every, self._span)
        oddness = np.where(kept.real[part], kept.oddness[part], series_model(self.learned).usual_)
        log_p = self.learned.reference.log_p(np.maximum.reduceat(oddness, starts))
        times, rows = kept.times[part][starts], kept.rows[part][starts]
        verdict = self._standing.add(log_p, self._odder, times, rows)
        if verdict is None:
            return []
        known = self._row(self.running.known_at(stop - 1, block))
        return [self._about_promise(verdict, known)]

    def _about_promise(self, verdict: Verdict, known: int) -> Alert:
        at = self._teller.when(verdict.since, verdict.row)
        sentence = f"The promise holds again since {at}."
        if not verdict.holds:
            sentence = (
                f"The promise has not held since {at}: {verdict.why}. Learn anew if what came "
                "since is ordinary."
            )
        return Alert("promise", at, verdict.row, known, sentence)

    def _learn(self, stop: int, block: Block) -> list[Alert]:
        """Learn anew if the event that goes on is the new normal by now."""
        one, rule, kept = self._ongoing, self._rebase, self.running.kept
        if one is None or rule is None:
            return []
        length = stop - one.start
        lasted = length if rule.in_steps else float(kept.times[stop - 1 - kept.first]) - one.time
        least = max(2 * series_model(self.learned).longest_window, one.relearn_at)
        if not lasted >= rule.amount or length < least:
            return []
        anew = learn_anew(self.learned, kept, one.start, stop)
        try:
            cut = None if anew is None else cut_of(anew, self._asked, self._at_once)
        except DataError:  # too few cells for the promise
            cut = None
        if anew is None or cut is None:
            self._ongoing = replace(one, relearn_at=2 * length)
            return []
        return self._turn(stop, block, anew, cut)

    def _turn(self, stop: int, block: Block, anew: Learned, cut: float) -> list[Alert]:
        """Judge by what was learnt anew from a step on, and say so."""
        one = self._ongoing
        assert one is not None
        at = self._teller.when(one.time, one.row)
        known = self._row(self.running.known_at(stop - 1, block))
        found = self._end(stop - 1, block)
        self.running.decided = stop
        self.judge_anew(anew)
        self._from, self._cut = stop, cut
        sentence = (
            f"What began at {at} is normal from now on, as it lasts long: learnt anew from "
            f"{self.learned.rows_learnt:,} steps since then."
        )
        return [*found, Alert("rebased", at, one.row, known, sentence)]

    def state(self) -> dict[str, Any]:
        """Return everything but what was learnt as plain values and arrays."""
        return {
            "cut": np.array([self._cut]),
            "from": self._from,
            "ongoing": None if self._ongoing is None else self._ongoing.state(),
            "last": None if self.last is None else np.array(self.last, dtype=np.float64),
            "standing": self._standing.state(),
            "running": self.running.state(),
        }

    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was told."""
        self._cut = float(state["cut"][0])
        self._from = int(state["from"])
        ongoing, last = state["ongoing"], state["last"]
        self._ongoing = None if ongoing is None else Ongoing.resume(ongoing)
        self.last = None if last is None else (int(last[0]), float(last[1]))
        self._standing.resume(state["standing"])
        self.running.resume(state["running"])
