"""Which events are worth an alert: direction, least change, cool-down, and calm times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from numbers import Real
from typing import Any

import numpy as np

from likely.core.errors import DataError, ParameterError
from likely.data.clock import local_time
from likely.workflow.over_time.calm import Calm, read_calm
from likely.workflow.over_time.event import Event
from likely.workflow.over_time.lengths import Length, read_length
from likely.workflow.over_time.moments import Moments

_DIRECTIONS = ("up", "down", "both")


@dataclass(frozen=True)
class Only:
    """What an event must be to be told.

    Parameters
    ----------
    direction : {"up", "down", "both"}, default "both"
        Where the first channel must be beside what was to be expected; "both" lets all pass, and
        an event that goes both ways passes always.
    least_change : float or mapping of str to float, default 0
        How far the first channel must be from what was to be expected, in its own unit; a mapping
        says it by channel, and channels that it does not name need no change.
    cool_down : str, default ""
        So long after the last event no other is told, such as "1h" or "20 steps"; one that lasts
        longer is.
    calm : sequence of str, default ()
        Times in which nothing is told, by the clock on the wall: "2024-12-24/2024-12-27" (both
        days included), "Sunday", "02:00-04:00", "Sunday 02:00-04:00". An event that also lasts
        outside of them is told.

    Raises
    ------
    ParameterError
        If a value is none of these.
    """

    direction: str = "both"
    least_change: float | Mapping[str, float] = 0.0
    cool_down: str = ""
    calm: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.direction not in _DIRECTIONS:
            raise ParameterError(
                f"direction must be one of {', '.join(_DIRECTIONS)}. Got {self.direction!r}."
            )
        least = self.least_change
        for value in least.values() if isinstance(least, Mapping) else (least,):
            if not _is_number(value) or not 0 <= value < np.inf:
                raise ParameterError(
                    "least_change must be a number of at least 0, or such a number by channel. "
                    f"Got {least!r}."
                )
        if isinstance(self.calm, str):
            raise ParameterError(
                f'calm must be a list of texts, such as ["Sunday"]. Got {self.calm!r}.'
            )
        _ = self._quiet, self._wait  # told now, not with the first event

    @cached_property
    def _wait(self) -> Length | None:
        return read_length(self.cool_down, "cool_down") if self.cool_down else None

    @cached_property
    def _quiet(self) -> tuple[Calm, ...]:
        return tuple(map(read_calm, self.calm))

    @property
    def judges_events(self) -> bool:
        """Whether an event must be known to say if it passes."""
        return self.direction != "both" or bool(self.least_change)

    def check_clock(self, there: bool) -> None:
        """Raise `DataError` if a clock is needed and there is none."""
        needs = self.calm or (self._wait is not None and not self._wait.in_steps)
        if needs and not there:
            raise DataError(
                "Calm times, and a cool-down in units of time, need a column of times. Say the "
                'cool-down in steps, such as "20 steps".'
            )

    def passes(self, event: Event) -> bool:
        """Say whether an event goes the way, and as far, as it must."""
        if self.direction != "both" and event.direction not in (self.direction, "both"):
            return False
        least = self.least_change
        if isinstance(least, Mapping):
            least = least.get(event.channels[0], 0.0)
        return abs(event.change) >= least

    def heard(
        self,
        steps: np.ndarray,
        times: np.ndarray | None,
        zone: str,
        last: tuple[int, float] | None,
    ) -> np.ndarray:
        """Say at which steps something may be told.

        Parameters
        ----------
        steps : ndarray of int64, shape (time,)
            Which steps.
        times : ndarray of shape (time,), or None
            Their times in microseconds.
        zone : str
            Of the clock on the wall.
        last : (int, float) or None
            Step and time at which the last event ended that was told.
        """
        heard = np.ones(len(steps), dtype=bool)
        if self._quiet and times is not None:
            local = local_time(times, zone)
            for calm in self._quiet:
                heard &= ~calm.holds(local)
        if self._wait is not None and last is not None:
            if self._wait.in_steps or times is None:
                heard &= steps - last[0] > self._wait.amount
            else:
                heard &= times - last[1] > self._wait.amount
        return heard

    def choose(self, events: Sequence[tuple[slice, Event]], moments: Moments) -> list[bool]:
        """Say which events of a series pass.

        Parameters
        ----------
        events : sequence of (slice, Event)
            In the order of time, each with its steps.
        moments : Moments
            The series.
        """
        self.check_clock(moments.times is not None)
        zone = "" if moments.clock is None else moments.clock.zone
        last: tuple[int, float] | None = None
        chosen = []
        for run, event in events:
            times = None if moments.times is None else moments.times[run]
            steps = np.arange(run.start, run.stop)
            passes = bool(self.heard(steps, times, zone, last).any()) and self.passes(event)
            if passes:
                last = (run.stop - 1, 0.0 if times is None else float(times[-1]))
            chosen.append(passes)
        return chosen

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        least = self.least_change
        plain = (
            {k: float(v) for k, v in least.items()} if isinstance(least, Mapping) else float(least)
        )
        return {**asdict(self), "least_change": plain, "calm": list(self.calm)}


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
