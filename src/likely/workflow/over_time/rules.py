"""What streams are asked for: a promise, which events are told, and when to learn anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from likely.workflow.over_time.lengths import Length, read_length
from likely.workflow.over_time.only import Only

_ALERTS = "1/day"


@dataclass(frozen=True)
class Rules:
    """What a stream was asked for, as `Learned.stream` says it.

    Parameters
    ----------
    alerts : str or None
        At most this many false alarms; "1/day" if `fpr` is None, too.
    fpr : float or None
        At most this share of the ordinary stretches has an alarm.
    direction, least_change, cool_down, calm
        Which events are worth an alert, as in `Only`.
    rebase : str
        An event that lasts longer is the new normal; "": none is.

    Raises
    ------
    ParameterError
        If a value is none of these.
    """

    alerts: str | None
    fpr: float | None
    direction: str
    least_change: float | Mapping[str, float]
    cool_down: str
    calm: Sequence[str]
    rebase: str

    def __post_init__(self) -> None:
        _ = self.only, self.lasting  # told now, not with the first event

    @cached_property
    def asked(self) -> dict[str, Any]:
        """The promise: `alerts` and `fpr`, of which one is None."""
        alerts = _ALERTS if self.alerts is None and self.fpr is None else self.alerts
        return {"alerts": alerts, "fpr": None if self.fpr is None else float(self.fpr)}

    @cached_property
    def only(self) -> Only:
        """Which events are worth an alert."""
        return Only(self.direction, self.least_change, self.cool_down, self.calm)

    @cached_property
    def lasting(self) -> Length | None:
        """How long an event lasts that is the new normal; None: none is."""
        return read_length(self.rebase, "rebase") if self.rebase else None

    def to_json(self) -> dict[str, Any]:
        """Return them as plain JSON values, of which the same are made again."""
        return {**self.asked, **self.only.to_json(), "rebase": self.rebase}
