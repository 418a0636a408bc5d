"""One of the series that were judged, with what tells events of it."""

from __future__ import annotations

from dataclasses import dataclass

from likely.workflow.over_time.event import Event, Narrator
from likely.workflow.over_time.moments import Moments


@dataclass(frozen=True)
class OneSeries:
    """One of the series that were judged; they come one behind the other.

    Parameters
    ----------
    steps : slice
        Its steps among those of all.
    moments : Moments
        Its own rows in the order of time.
    narrator : Narrator
        Tells its usual course, and events from it.
    group, entity : str
        The column that tells series apart and what this one is called; "" if it is the only one.
    """

    steps: slice
    moments: Moments
    narrator: Narrator
    group: str = ""
    entity: str = ""

    @property
    def title(self) -> str:
        """What the series is called, such as "machine 17"; "" if it is the only one."""
        return f"{self.group} {self.entity}" if self.group else ""

    def here(self, run: slice) -> slice:
        """Return steps among those of all as steps of this one."""
        return slice(run.start - self.steps.start, run.stop - self.steps.start)

    def tell(self, run: slice, peak: int, log_p: float) -> Event:
        """Return the event of an episode; its steps and its peak are given among those of all."""
        event = self.narrator.tell(self.here(run), peak - self.steps.start, log_p)
        return event.of(self.group, self.entity) if self.group else event
