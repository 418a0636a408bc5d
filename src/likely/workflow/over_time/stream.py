"""`Stream`: one series judged as it goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from likely.core.errors import DamagedFile, UnsupportedFile
from likely.data.column import Column
from likely.data.own_units import OneUnits
from likely.data.table import Table
from likely.workflow.learned import Learned
from likely.workflow.over_time import stored
from likely.workflow.over_time.alert import Alert
from likely.workflow.over_time.arrivals import CLOCK_STEPS, Beat, beat_of
from likely.workflow.over_time.detect import rows_before
from likely.workflow.over_time.following import HISTORY, Following
from likely.workflow.over_time.judging import check_stream, clock_place, series_model
from likely.workflow.over_time.moments import Moments, duration
from likely.workflow.over_time.rules import Rules
from likely.workflow.over_time.running import Running

PIECE = 2**14
"""So many rows are judged at a time, so that memory stays bounded."""

_VERSION = 2


class Delay(NamedTuple):
    """How late alerts are."""

    steps: int
    time: str | None
    """In words; None where there is no clock, or its pace is not known yet."""


class OneOf(NamedTuple):
    """What one of several series has of its own."""

    units: OneUnits
    """In which it is judged."""

    at_once: int
    """How many series share the promise."""


class Stream:
    """One series judged as it goes on; made by `Learned.stream`.

    A score is final as soon as the later steps are there that it depends on, and then is the one
    that the whole series would have; how rows are cut into chunks changes no alert. Memory is
    bounded. Rows are in the order of time: what comes behind a later row is counted in `late` and
    left out.

    A batch sees more of the clock than a stream can: that an hour is double in autumn on a clock
    without a zone (here it is late and left out), and that gaps come every weekend or are filled by
    rows that hurry. A channel without values for more than 1,000 steps stays at its last one. Where
    all are missing for more than 32 steps, nothing is judged, as in a batch.

    Parameters
    ----------
    learned : Learned
        Of one series.
    rules : Rules
        What is asked for.
    of : OneOf, optional
        What the series has of its own, if it is one of several.

    Examples
    --------
    >>> import numpy as np, likely
    >>> rng = np.random.default_rng(0)
    >>> learned = likely.learn(rng.normal(size=(600, 1)), "Forecaster", kind="timeline")
    >>> stream = learned.stream(fpr=0.001)
    >>> new = rng.normal(size=(600, 1))
    >>> new[300:303] += 20
    >>> found = [alert for row in new for alert in stream.push(row[None])]
    >>> [(alert.kind, alert.row, alert.known) for alert in found]
    [('begins', 300, 300), ('ended', 333, 417)]
    """

    def __init__(self, learned: Learned, rules: Rules, *, of: OneOf | None = None) -> None:
        check_stream(learned, rules.asked)
        clock = clock_place(learned)
        rules.only.check_clock(clock is not None)
        self._learned, self._rules = learned, rules
        self._begun = False
        beat = _known_beat(learned) if clock is not None else Beat(0.0, 0.0)
        units, at_once = (None, 1) if of is None else of
        running = Running(series_model(learned), clock, beat, HISTORY, units, learned.regime)
        self._following = Following(learned, rules, running, at_once)

    @property
    def learned(self) -> Learned:
        """What the series is judged by: also if it was learnt anew."""
        return self._following.learned

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of rows."""
        return self._learned.columns

    @property
    def options(self) -> dict[str, Any]:
        """What the stream was made with, as plain values."""
        return self._rules.to_json()

    @property
    def delay(self) -> Delay:
        """How late it is known that an event begins; its end is known one span later."""
        steps = series_model(self.learned).reach_[1]
        beat = self._following.running.arrivals.beat
        if beat is None or not beat.mean:
            return Delay(steps, None)
        return Delay(steps, duration(steps * beat.mean))

    @property
    def late(self) -> int:
        """How many rows came behind a later one and were left out."""
        return self._following.running.arrivals.late

    @property
    def timeless(self) -> int:
        """How many rows had no time and were left out."""
        return self._following.running.arrivals.timeless

    @property
    def nameless(self) -> int:
        """None: all rows are of the one series; see `Streams`."""
        return 0

    @property
    def undecided(self) -> int:
        """How many rows wait for later ones to be judged."""
        running = self._following.running
        return running.arrivals.waiting + running.kept.end - running.decided

    def push(self, rows: Any) -> list[Alert]:
        """Take the next rows and return the alerts that became certain with them.

        Parameters
        ----------
        rows : dict, dataframe, array or list
            One row or many, with the columns learnt from; nothing of them is kept if they cannot
            be read.

        Returns
        -------
        list of Alert
            In the order in which they became certain.

        Raises
        ------
        DataError
            If rows do not fit what was learnt, or no such promise can be given.
        """
        table = self.read(rows)
        found: list[Alert] = []
        for first in range(0, len(table), PIECE):
            found += self.take(table.take(slice(first, first + PIECE)))
        return found

    def take(self, table: Table, rows: np.ndarray | None = None) -> list[Alert]:
        """Take rows that `read` returned, with their numbers if rows of others lie between them."""
        if not self._begun:
            self._begin(table)
        self._following.running.add(table, rows)
        return self._following.advance()

    def share(self, at_once: int) -> None:
        """Let so many series share the promise from now on."""
        self._following.share(at_once)

    def finish(self) -> list[Alert]:
        """Return what is certain if nothing more comes; rows pushed later begin a new stretch."""
        nothing = self._read_nothing()
        self._following.running.add(nothing, over=True)
        return [*self._following.advance(), *self._following.over()]

    def read(self, rows: Any) -> Table:
        """Return rows as `push` reads them, without taking them."""
        return self._learned.matched(self._learned.table(as_rows(rows)))

    def _read_nothing(self) -> Table:
        used = self._learned.likely_rows.columns
        return Table(np.empty((0, len(used))), used)

    def _begin(self, first: Table) -> None:
        """Begin behind the last rows learnt, if these rows follow them."""
        self._begun = True
        before = rows_before(self._learned, first)
        if before is None:
            return
        running = self._following.running
        running.arrivals.count_from(-len(before))
        running.add(before)
        self._following.begin_at(len(before))

    def state(self) -> dict[str, Any]:
        """Return all that the stream knows as arrays and plain values, to go on from later."""
        following = self._following
        return {
            **head_of_state(self._learned, self._rules),
            "begun": self._begun,
            "anew": stored.learned_bytes(following.learned) if following.anew else None,
            "following": following.state(),
        }

    @classmethod
    def resume(
        cls, learned: Learned, state: Mapping[str, Any], *, of: OneOf | None = None
    ) -> Stream:
        """Return the stream that `state` was taken of.

        Parameters
        ----------
        learned : Learned
            The same that the stream was made by.
        state : mapping
            What `state` returned.
        of : OneOf, optional
            What the series has of its own, if it is one of several.

        Raises
        ------
        UnsupportedFile
            If the state is of a stream of something else that was learnt, or of a newer likely.
        DamagedFile
            If it contradicts itself.
        """
        check_state(learned, state)
        try:
            stream = cls(learned, Rules(**state["options"]), of=of)
            stream._begun = bool(state["begun"])
            if state["anew"] is not None:
                anew = stored.learned_of(state["anew"])
                stream._following.judge_anew(replace(anew, regime=learned.regime))
            stream._following.resume(state["following"])
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise DamagedFile(f"The state of the stream contradicts itself ({error!r}).") from error
        return stream

    def save(self, path: str | Path, **facts: Any) -> None:
        """Write the state to a file, at once or not at all.

        Parameters
        ----------
        path : str or Path
            Where; by custom the name ends in ".state". An old file there is replaced.
        **facts
            Plain values to be kept beside it.
        """
        stored.write(Path(path), {**self.state(), "facts": facts})

    @classmethod
    def load(cls, learned: Learned, path: str | Path) -> tuple[Stream, dict[str, Any]]:
        """Return the stream that `save` wrote, and the facts beside it.

        Parameters
        ----------
        learned : Learned
            The same that the stream was made by.
        path : str or Path
            The file.

        Raises
        ------
        PersistenceError
            If the file cannot be read, or is none of this stream.
        """
        state, facts = stored.read_with_facts(Path(path))
        return cls.resume(learned, state), facts


def head_of_state(learned: Learned, rules: Rules) -> dict[str, Any]:
    """Return what a state says first: of what it is, and how that was asked for."""
    return {"version": _VERSION, "of": _fingerprint(learned), "options": rules.to_json()}


def check_state(learned: Learned, state: Mapping[str, Any]) -> None:
    """Raise UnsupportedFile if a state is of another version, or of something else learnt."""
    if state.get("version") != _VERSION:
        raise UnsupportedFile("The state of the stream is of another version of likely.")
    if state.get("of") != _fingerprint(learned):
        raise UnsupportedFile(
            "The state is of a stream that was judged by something else that was learnt. Give "
            "the model that it began with, or begin without the state."
        )


def as_rows(rows: Any) -> Any:
    """Return one row, as a dict or an array, as a list or an array of one."""
    if isinstance(rows, Mapping) and not any(_is_column(cells) for cells in rows.values()):
        return [rows]
    if isinstance(rows, np.ndarray) and rows.ndim == 1 and not rows.dtype.names:
        return rows[None]
    return rows


def _is_column(cells: Any) -> bool:
    return hasattr(cells, "__len__") and not isinstance(cells, (str, bytes))


def _known_beat(learned: Learned) -> Beat | None:
    """Return how the clock goes by the last rows learnt; None if none are kept."""
    if len(learned.likely_rows) < CLOCK_STEPS:
        return None
    times = Moments.of(learned.likely_rows).times
    return None if times is None or len(times) < CLOCK_STEPS else beat_of(times)


def _fingerprint(learned: Learned) -> str:
    """Return what tells one thing that was learnt from another."""
    digest = hashlib.sha256(np.ascontiguousarray(learned.reference.values).tobytes())
    digest.update(repr((type(learned.model).__name__, learned.pace)).encode())
    digest.update(repr([column.name for column in learned.columns]).encode())
    return digest.hexdigest()
