"""`Alert`: what a stream says as soon as it is certain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from likely.workflow.over_time.event import Event


@dataclass(frozen=True)
class Alert:
    """Something that became certain about a series that goes on.

    Attributes
    ----------
    kind : {"begins", "ended", "promise", "rebased", "new"}
        An event begins, or has ended; the promise no longer holds, or holds again; the model was
        learnt anew; or rows came of a series of which nothing was learnt.
    at : str
        When that is, by the clock: where the event begins or ends, or since when.
    row : int
        The row that `at` is about, counted from 0 since the stream began.
    known : int
        The row with which it became certain.
    sentence : str
        What to tell people.
    log_p : float or None
        Natural logarithm of the p-value: of the first step, or of the peak once it has ended.
    event : Event or None
        The event: as far as it is known, if it begins; in full, if it has ended.
    group, entity : str
        Of several series, the column that tells them apart and what this one is called; else "".
    """

    kind: str
    at: str
    row: int
    known: int
    sentence: str
    log_p: float | None = None
    event: Event | None = None
    group: str = ""
    entity: str = ""

    def of(self, group: str, entity: str) -> Alert:
        """Return the alert as one about a series among several, which its sentence names, too."""
        event = None if self.event is None else self.event.of(group, entity)
        sentence = f"{group} {entity}: {self.sentence}"
        return replace(self, sentence=sentence, event=event, group=group, entity=entity)

    def told(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        plain: dict[str, Any] = {
            "alert": self.kind,
            "at": self.at,
            "row": self.row + 1,
            "known_row": self.known + 1,
            "sentence": self.sentence,
        }
        if self.group:
            plain["entity"] = self.entity
        if self.log_p is not None:
            plain["p_value"] = float(max(np.exp(self.log_p), np.finfo(np.float64).tiny))
        if self.event is None:
            return plain
        if self.kind == "begins":
            return {**plain, "channels": list(self.event.channels)}
        return {
            **plain,
            **self.event.told,
            "reasons": [vars(reason) for reason in self.event.explanation.reasons],
        }
