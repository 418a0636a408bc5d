"""`Streams`: several series of one table judged together as they go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from likely.base.over_time import OverTime
from likely.core.errors import DamagedFile, DataError
from likely.data.column import Column
from likely.data.own_units import OneUnits
from likely.data.table import Table, write_value
from likely.workflow.learned import Learned
from likely.workflow.over_time import stored
from likely.workflow.over_time.alert import Alert
from likely.workflow.over_time.entities import Entities
from likely.workflow.over_time.judging import check_stream, clock_place, cut_of, series_model
from likely.workflow.over_time.newcomers import Newcomer
from likely.workflow.over_time.rules import Rules
from likely.workflow.over_time.stream import (
    PIECE,
    Delay,
    OneOf,
    Stream,
    as_rows,
    check_state,
    head_of_state,
)


class Streams:
    """Series of one table judged as they go on; made by `Learned.stream`.

    Each row says by the column learnt with `group=` whose it is, and each series is judged as a
    `Stream` of its rows alone, in its own regime and units. The alert budget is for all
    series together: those learnt and those that came since share it evenly. `cool_down` counts for
    each series by itself.

    Of a series of which nothing was learnt, the first 200 rows, or as many as the model looks at,
    are waited for; the same model judges it in units learnt from these, and an alert says so.

    Parameters
    ----------
    learned : Learned
        Of several series.
    rules : Rules
        What is asked for, of all of them.

    Examples
    --------
    >>> import numpy as np, likely
    >>> rng = np.random.default_rng(0)
    >>> whose = np.tile(["mill", "saw"], 600)
    >>> rows = {"machine": whose, "load": rng.normal(size=1_200) + 9 * (whose == "saw")}
    >>> learned = likely.learn(rows, "Forecaster", group="machine", kind="timeline")
    >>> stream = learned.stream(fpr=0.001)
    >>> new = {"machine": whose, "load": rng.normal(size=1_200) + 9 * (whose == "saw")}
    >>> new["load"][600:606:2] = 9.0  # as the saw, but it is the mill
    >>> told = [(alert.kind, alert.entity, alert.row) for alert in stream.push(new)]
    >>> told[-2:]  # another one before is a false alarm
    [('begins', 'mill', 600), ('ended', 'mill', 604)]
    """

    def __init__(self, learned: Learned, rules: Rules) -> None:
        check_stream(learned, rules.asked)
        assert learned.entities is not None
        self._entities: Entities = learned.entities
        self._learned, self._rules = learned, rules
        place = clock_place(learned)
        self._clock = None if place is None else learned.model.schema_.used[place]
        self._streams: dict[str, Stream] = {}
        self._newcomers: dict[str, Newcomer] = {}
        self._rows = self.nameless = 0
        self._own: dict[str, OneUnits] = {}
        for number, name in enumerate(self._entities.names):
            self._own[name] = self._model.units_of(number)
            self._streams[name] = self._stream_of(name)

    @property
    def learned(self) -> Learned:
        """What all series are judged by at first."""
        return self._learned

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of rows."""
        return self._entities.columns(self._learned.columns)

    @property
    def options(self) -> dict[str, Any]:
        """What the stream was made with, as plain values."""
        return self._rules.to_json()

    @property
    def delay(self) -> Delay:
        """How late it is known that an event begins; its end is known one span later."""
        return next(iter(self._streams.values())).delay

    @property
    def late(self) -> int:
        """How many rows came behind a later one of their series and were left out."""
        return sum(stream.late for stream in self._streams.values())

    @property
    def timeless(self) -> int:
        """How many rows had no time and were left out."""
        return sum(stream.timeless for stream in self._streams.values())

    @property
    def undecided(self) -> int:
        """How many rows wait for later ones of their series to be judged."""
        waiting = sum(len(one.rows) for one in self._newcomers.values())
        return waiting + sum(stream.undecided for stream in self._streams.values())

    def push(self, rows: Any) -> list[Alert]:
        """Take the next rows and return the alerts that became certain with them.

        Parameters
        ----------
        rows : dict, dataframe, array or list
            One row or many, with the columns learnt from, also the one that says whose they are;
            nothing of them is kept if they cannot be read.

        Returns
        -------
        list of Alert
            In the order of the rows with which they became certain.

        Raises
        ------
        DataError
            If rows do not fit what was learnt, or if so many new series came that the promise can
            be given for all of them no longer.
        """
        table = self.read(rows)
        names = self._names(table)
        self._check_promise(names)
        used = replace(table, matrix=table.matrix[:, :-1], columns=table.columns[:-1], series=None)
        numbers = np.arange(self._rows, self._rows + len(table))
        self._rows += len(table)
        self.nameless += int((names == "").sum())
        found: list[Alert] = []
        for here in self._pieces(names):
            certain: list[Alert] = []
            for name in dict.fromkeys(names[here]):
                which = here.start + np.flatnonzero(names[here] == name)
                certain += self._take(name, used.take(which), numbers[which]) if name else []
            found += sorted(certain, key=lambda alert: alert.known)
        return found

    def finish(self) -> list[Alert]:
        """Return what is certain if nothing more comes; rows pushed later begin new stretches."""
        least = self._model.least_steps_
        found: list[Alert] = []
        for name, newcomer in list(self._newcomers.items()):
            if len(newcomer.rows) >= least:
                found += self._welcome(name)
        for name, stream in self._streams.items():
            found += self._said(name, stream.finish())
        return sorted(found, key=lambda alert: alert.known)

    def read(self, rows: Any) -> Table:
        """Return rows as `push` reads them, without taking them."""
        if isinstance(rows, Table) and rows.series is not None:
            return rows
        table = self._learned.table(as_rows(rows))
        j = table.names.index(self._entities.name)
        used = self._learned.matched(table)
        matrix = np.column_stack([used.matrix, table.matrix[:, j]])
        return replace(used, matrix=matrix, columns=(*used.columns, table.columns[j]))

    def _names(self, table: Table) -> np.ndarray:
        """Return whose each row is, (n,); "" where that is missing."""
        assert table.series is not None
        codes, first, of_row = np.unique(table.series, return_index=True, return_inverse=True)
        called = self._entities.called(table, first)
        names = [name if code >= 0 else "" for name, code in zip(called, codes, strict=True)]
        return np.array(names, dtype=object)[of_row.reshape(-1)]

    def _pieces(self, names: np.ndarray) -> list[slice]:
        """Cut rows where a series comes for the first time, which changes what others share."""
        new = [np.flatnonzero(names == name)[0] for name in self._new(names)]
        edges = np.unique([*range(0, len(names), PIECE), *new, len(names)]).tolist()
        return [slice(*pair) for pair in pairwise(edges)]

    def _new(self, names: np.ndarray) -> set[str]:
        return set(names) - {"", *self._streams, *self._newcomers}

    @property
    def _at_once(self) -> int:
        """How many series share the promise."""
        return max(len(self._entities.names), len(self._streams) + len(self._newcomers))

    def _check_promise(self, names: np.ndarray) -> None:
        new = self._new(names)
        if not new:
            return
        try:
            cut_of(self._learned, self._rules.asked, self._at_once + len(new))
        except DataError as error:
            raise DataError(
                f"Nothing was learnt of {self._entities.name} {min(new)!r}, and with it the series "
                f"are too many for the promise. {error}"
            ) from error

    def _take(self, name: str, table: Table, rows: np.ndarray) -> list[Alert]:
        """Take rows of one series."""
        if name in self._streams:
            return self._said(name, self._streams[name].take(table, rows))
        found: list[Alert] = []
        if name not in self._newcomers:
            self._newcomers[name] = Newcomer(table.take(slice(0, 0)), rows[:0])
            for other in self._streams.values():
                other.share(self._at_once)
            found.append(self._about_new(name, table, int(rows[0])))
        before = self._newcomers[name]
        count = before.needed(self._model) - len(before.rows)
        self._newcomers[name] = before.joined(table.take(slice(0, count)), rows[:count])
        if len(rows) < count:
            return found
        found += self._welcome(name)
        return found + self._said(
            name, self._streams[name].take(table.take(slice(count, None)), rows[count:])
        )

    def _about_new(self, name: str, table: Table, row: int) -> Alert:
        needed = self._newcomers[name].needed(self._model)
        sentence = (
            f"Nothing was learnt of it. The same model judges it as soon as {needed:,} rows came, "
            "around the level and in the spread of these."
        )
        at = f"row {row + 1:,}"
        if self._clock is not None:
            time = float(table.matrix[0, table.names.index(self._clock.name)])
            at = at if np.isnan(time) else write_value(self._clock, time)
        return Alert("new", at, row, row, sentence).of(self._entities.name, name)

    def _welcome(self, name: str) -> list[Alert]:
        """Begin to judge a series of which nothing was learnt."""
        newcomer = self._newcomers[name]
        self._own[name] = newcomer.units(self._learned_of(name))
        stream = self._stream_of(name)
        self._streams[name] = stream
        del self._newcomers[name]
        return self._said(name, stream.take(newcomer.table, newcomer.rows))

    def _said(self, name: str, alerts: list[Alert]) -> list[Alert]:
        return [alert.of(self._entities.name, name) for alert in alerts]

    @property
    def _model(self) -> OverTime:
        return series_model(self._learned)

    def _learned_of(self, name: str) -> Learned:
        """Return what was learnt as one series sees it."""
        kept, regime = self._learned.likely_rows, self._learned.regime
        number = self._entities.number(name)
        own = np.zeros(0, dtype=np.int64)
        if kept.series is not None:
            own = np.flatnonzero(kept.series == number)
        return replace(
            self._learned,
            likely_rows=replace(kept.take(own), series=None),
            entities=None,
            regime=None if regime is None else regime.of_one(number),
            time=None if self._clock is None else self._clock.name,
        )

    def _stream_of(self, name: str, state: Mapping[str, Any] | None = None) -> Stream:
        """Return the stream of one series, at its beginning or where `state` was told."""
        learned, of = self._learned_of(name), OneOf(self._own[name], self._at_once)
        if state is None:
            return Stream(learned, self._rules, of=of)
        return Stream.resume(learned, state, of=of)

    def state(self) -> dict[str, Any]:
        """Return all that the streams know as arrays and plain values, to go on from later."""
        new = list(self._newcomers.items())
        return {
            **head_of_state(self._learned, self._rules),
            "rows": self._rows,
            "nameless": self.nameless,
            "names": list(self._streams),
            "streams": {str(i): one.state() for i, one in enumerate(self._streams.values())},
            "units": {str(i): dict(self._own[n]._asdict()) for i, n in enumerate(self._streams)},
            "new_names": [name for name, _ in new],
            "new": {str(i): one.state() for i, (_, one) in enumerate(new)},
        }

    @classmethod
    def resume(cls, learned: Learned, state: Mapping[str, Any]) -> Streams:
        """Return the streams that `state` was taken of.

        Parameters
        ----------
        learned : Learned
            The same that the streams were made by.
        state : mapping
            What `state` returned.

        Raises
        ------
        UnsupportedFile
            If the state is of streams of something else that was learnt, or of a newer likely.
        DamagedFile
            If it contradicts itself.
        """
        check_state(learned, state)
        try:
            streams = cls(learned, Rules(**state["options"]))
            streams._rows, streams.nameless = int(state["rows"]), int(state["nameless"])
            columns = learned.likely_rows.columns
            for i, name in enumerate(state["new_names"]):
                streams._newcomers[name] = Newcomer.resume(state["new"][str(i)], columns)
            for i, name in enumerate(state["names"]):
                streams._own[name] = OneUnits(**state["units"][str(i)])
            streams._streams = dict.fromkeys(state["names"], streams._streams[state["names"][0]])
            for i, name in enumerate(state["names"]):
                streams._streams[name] = streams._stream_of(name, state["streams"][str(i)])
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise DamagedFile(f"The state of the stream contradicts itself ({error!r}).") from error
        return streams

    def save(self, path: str | Path, **facts: Any) -> None:
        """Write the state to a file, at once or not at all; see `Stream.save`."""
        stored.write(Path(path), {**self.state(), "facts": facts})

    @classmethod
    def load(cls, learned: Learned, path: str | Path) -> tuple[Streams, dict[str, Any]]:
        """Return the streams that `save` wrote, and the facts beside them; see `Stream.load`."""
        state, facts = stored.read_with_facts(Path(path))
        return cls.resume(learned, state), facts
