"""An event: when a series was odd, which channels, of what kind, and what was to be expected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from likely.data.column import Column
from likely.data.table import write_value
from likely.explanation.channels import ChannelWitness
from likely.explanation.course import Course, usual_course
from likely.explanation.reasons import Explanation, Reason
from likely.workflow.over_time.moments import Moments

_POINT = 3  # steps at most
_USUAL = (0.005, 0.995)
_MOSTLY = 0.9  # of the values are usual ones: noise may leave the range
_BEYOND = 1.5  # widths of half the band: certainly outside
_SHIFTED = 3.0
_LEAST = 30  # steps before and after that a level is taken from
NAMED = 0.3
"""A further channel is named if its share is so much of that of the first."""

_MOST_NAMED = 4


@dataclass(frozen=True)
class Event:
    """A stretch of a series that is odd.

    Attributes
    ----------
    first, last, peak : int
        Rows of the data: where it begins, ends, and is oddest.
    steps : slice
        The same in the order of time of its series.
    start, end : str
        The same begin and end by the clock.
    lasts : str
        How long, with a unit.
    kind : {"point", "contextual", "collective", "level shift"}
        A point is single values out of range; a contextual event has values that are usual, but
        not then; a level shift does not come back; all else is a collective event.
    direction : {"up", "down", "both"}
        Where the first channel is beside what was to be expected.
    log_p : float
        Natural logarithm of the p-value of the peak.
    explanation : Explanation
        The channels that cause it, the most responsible first, and a sentence.
    change : float
        How far the first channel was from what was to be expected, where it was farthest: in its
        own unit, negative if below.
    group, entity : str
        Of several series, the column that tells them apart and what this one is called; else "".
    """

    first: int
    last: int
    peak: int
    steps: slice
    start: str
    end: str
    lasts: str
    kind: str
    direction: str
    log_p: float
    explanation: Explanation
    change: float = 0.0
    group: str = ""
    entity: str = ""

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that cause it, the most responsible first."""
        reasons = self.explanation.reasons
        return tuple(r.column for r in reasons if r.share >= NAMED * reasons[0].share)

    @property
    def told(self) -> dict[str, Any]:
        """All but its p-value and its reasons, as plain values; rows count from 1."""
        of = {"entity": self.entity} if self.group else {}
        return {
            **of,
            "first_row": self.first + 1,
            "last_row": self.last + 1,
            "start": self.start,
            "end": self.end,
            "lasts": self.lasts,
            "kind": self.kind,
            "direction": self.direction,
            "change": self.change,
            "channels": list(self.channels),
        }

    @property
    def title(self) -> str:
        """Of which series it is, if there are several, and when it was, in words."""
        when = self.start if self.first == self.last else f"{self.start} to {self.end}"
        return f"{self.group} {self.entity}, {when}" if self.group else when

    def of(self, group: str, entity: str) -> Event:
        """Return the event as one of a series among several, which its sentence names, too."""
        sentence = f"{group} {entity}: {self.explanation.sentence}"
        explanation = replace(self.explanation, sentence=sentence)
        return replace(self, group=group, entity=entity, explanation=explanation)


class Narrator:
    """Turns episodes of a series into events.

    Parameters
    ----------
    moments : Moments
        The rows that are judged, in the order of time.
    odd : ndarray of bool, shape (time,)
        Steps that say nothing about what is usual.
    usual : ndarray of shape (steps, channel), optional
        What was learnt from; by default the steps that are not odd.
    witness : ChannelWitness, optional
        Fitted to what is usual already.
    """

    def __init__(
        self,
        moments: Moments,
        odd: np.ndarray,
        usual: np.ndarray | None = None,
        witness: ChannelWitness | None = None,
    ) -> None:
        self._moments = moments
        self._odd = odd
        if witness is None:
            calm = moments.values[~odd] if usual is None or not len(usual) else usual
            witness = ChannelWitness(calm if len(calm) >= 8 else moments.values)
        self._witness = witness
        self._courses: dict[int, Course] = {}

    def course(self, channel: int) -> Course:
        """Return what is usual in a channel, as people gave it."""
        return Course(*(self._moments.in_units(line, channel) for line in self._course(channel)))

    def _course(self, channel: int) -> Course:
        if channel not in self._courses:
            self._courses[channel] = usual_course(self._moments.values[:, channel], self._odd)
        return self._courses[channel]

    def tell(self, run: slice, peak: int, log_p: float) -> Event:
        """Return the event of an episode.

        Parameters
        ----------
        run : slice
            Its steps.
        peak : int
            Its oddest step.
        log_p : float
            Of the peak.
        """
        moments = self._moments
        shares = self._witness.shares(moments.values, run)
        order = np.argsort(-shares, kind="stable")
        first = int(order[0])
        run = self._closer(first, run)
        away = self._away(first, run)
        worst = [run.start + int(np.abs(self._away(int(j), run)).argmax()) for j in order]
        reasons = tuple(
            self._reason(int(j), step, float(shares[j]))
            for j, step in zip(order, worst, strict=True)
        )
        kind = self._kind(first, run)
        up, down = bool((away > 1).any()), bool((away < -1).any())
        begin, end = moments.when(run.start), moments.when(run.stop - 1)
        sentence = self._sentence(kind, first, run, worst[0], reasons, begin)
        return Event(
            first=int(moments.order[run.start]),
            last=int(moments.order[run.stop - 1]),
            peak=int(moments.order[peak]),
            steps=run,
            start=begin,
            end=end,
            lasts=moments.lasting(run.start, run.stop - 1),
            kind=kind,
            direction="both" if up == down else "up" if up else "down",
            log_p=log_p,
            explanation=Explanation(reasons, None, sentence),
            change=self._change(first, run),
        )

    def _away(self, channel: int, run: slice) -> np.ndarray:
        """Return how far values are from what was to be expected, in halves of the band."""
        middle, low, _ = self._course(channel)
        half = max(float(middle[run.start] - low[run.start]), self._finest(channel))
        return (self._moments.values[run, channel] - middle[run]) / half

    def _change(self, channel: int, run: slice) -> float:
        beside = self._moments.given(channel)[run] - self.course(channel).middle[run]
        return float(beside[np.abs(beside).argmax()])

    def _finest(self, channel: int) -> float:
        values = self._moments.values[:, channel]
        return 1e-9 * max(float(np.abs(values).max()), 1e-300)

    def _closer(self, channel: int, run: slice) -> slice:
        """Return the part of an episode in which the first channel leaves its band, if any does."""
        outside = np.flatnonzero(np.abs(self._away(channel, run)) > _BEYOND)
        if not len(outside):
            return run
        return slice(run.start + int(outside[0]), run.start + int(outside[-1]) + 1)

    def _kind(self, channel: int, run: slice) -> str:
        if self._shifts(channel, run):
            return "level shift"
        values = self._moments.given(channel)
        low, high = np.quantile(values[~self._odd] if not self._odd.all() else values, _USUAL)
        inside = bool(np.mean((values[run] >= low) & (values[run] <= high)) >= _MOSTLY)
        if inside and bool((np.abs(self._away(channel, run)) > 1).mean() >= 0.5):
            return "contextual"
        if run.stop - run.start <= _POINT:
            return "point"
        return "collective"

    def _shifts(self, channel: int, run: slice) -> bool:
        """Say whether the level after an episode is another than before it, as it seldom is."""
        values = self._moments.values[:, channel]
        before, after = self._levels(channel, run)
        if min(len(before), len(after)) < _LEAST:
            return False
        length = max(_LEAST, min(run.stop - run.start, len(values) // 8))
        count = len(values) // length
        levels = np.median(values[: count * length].reshape(count, length), axis=1)
        usual = float(np.median(np.abs(np.diff(levels)))) if count > 3 else 0.0
        spread = float(np.median(np.abs(before - np.median(before))))
        moved = abs(float(np.median(after)) - float(np.median(before)))
        return moved > _SHIFTED * max(usual, spread, self._finest(channel))

    def _levels(self, channel: int, run: slice) -> tuple[np.ndarray, np.ndarray]:
        """Return values before an episode, and after it: of its second half if it is not over."""
        values = self._moments.values[:, channel]
        length = max(_LEAST, run.stop - run.start)
        before, after = values[max(0, run.start - length) : run.start], values[run.stop :][:length]
        if len(after) < _LEAST and run.stop - run.start >= 2 * _LEAST:
            after = values[(run.start + run.stop) // 2 :]
        return before, after

    def _reason(self, channel: int, step: int, share: float) -> Reason:
        column, course = self._moments.channels[channel], self.course(channel)
        value = float(self._moments.given(channel)[step])
        expected, low, high = (_written(column, float(line[step])) for line in course)
        return Reason(column.name, share, _written(column, value), expected, low, high)

    def _sentence(
        self,
        kind: str,
        channel: int,
        run: slice,
        worst: int,
        reasons: tuple[Reason, ...],
        begin: str,
    ) -> str:
        first = reasons[0]
        usual = f"{first.low} to {first.high}" if first.low != first.high else first.expected
        values = self._moments.given(channel)
        column = self._moments.channels[channel]
        if kind == "point":
            text = f"{first.column} is {first.value}; {usual} was to be expected"
        elif kind == "level shift":
            sides = np.array([np.median(part) for part in self._levels(channel, run)])
            here = self._moments.in_units(sides, channel, np.array([worst, worst]))
            levels = [_written(column, float(level)) for level in here]
            text = f"{first.column} changes its level from {levels[0]} to {levels[1]}"
        elif kind == "contextual":
            text = (
                f"{first.column} is {first.value} at {self._moments.when(worst)}: a usual value, "
                f"but {usual} was to be expected then"
            )
        else:
            low, high = (_written(column, float(end)) for end in _ends(values[run]))
            lasting = self._moments.lasting(run.start, run.stop - 1)
            text = (
                f"{first.column} leaves its usual course for {lasting}: {low} to {high}, where "
                f"{usual} was to be expected"
            )
        others = [r for r in reasons[1:] if r.share >= NAMED * first.share]
        if not others:
            return f"{text}."
        named = ", ".join(f"{r.column} ({r.share:.0%})" for r in others[:_MOST_NAMED])
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        return f"{text}. Also {named}{more}."


def _ends(values: np.ndarray) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def _written(column: Column, value: float) -> str:
    if column.kind == "number" and column.integer and abs(value - round(value)) > 1e-9:
        return write_value(Column(column.name, "number"), value)
    if column.kind == "boolean":
        value = float(value >= 0.5)
    return write_value(column, value)
