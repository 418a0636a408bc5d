"""Lines of a file that grows, as rows: JSON objects, or CSV behind a line of names."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from likely.core.errors import DataError
from likely.data.cells import is_absent
from likely.data.column import plural
from likely.data.table import Table
from likely.data.text import MISSING
from likely.workflow.over_time.stream import Stream
from likely.workflow.over_time.streams import Streams

_DELIMITERS = ",;\t|"


class Lines:
    """Reads lines for a stream, and says which one is bad.

    Attributes
    ----------
    count : int
        How many lines were read, the line of names included.
    skipped : int
        How many bad ones were left out.
    header : str
        The line of names; "" if lines are JSON, or none was read yet.

    Parameters
    ----------
    stream : Stream
        Says which columns there are, and reads rows.
    name : str
        What the lines are of, for messages.
    skip_bad : bool
        Whether bad lines are counted and left out.
    """

    def __init__(self, stream: Stream | Streams, name: str, *, skip_bad: bool) -> None:
        self.count = self.skipped = 0
        self.header = ""
        self._stream, self._name, self._skip_bad = stream, name, skip_bad
        self._known = [column.name for column in stream.columns]
        self._plain = {c.name for c in stream.columns if c.kind == "number" and not c.reading}
        self._names: list[str] = []
        self._delimiter = ","

    def table(self, lines: Sequence[bytes]) -> Table | None:
        """Return the rows in some lines; None if there are none.

        Raises
        ------
        DataError
            If a line is bad: the message has its number.
        """
        rows: list[Mapping[str, Any]] = []
        numbers: list[int] = []
        for line in lines:
            self.count += 1
            row = self._row(line)
            if row is not None:
                rows.append(row)
                numbers.append(self.count)
        if not rows:
            return None
        try:
            table = self._stream.read(rows)
        except DataError:
            good = [self._alone(row, number) for row, number in zip(rows, numbers, strict=True)]
            rows = [row for row, is_good in zip(rows, good, strict=True) if is_good]
            return self._stream.read(rows) if rows else None
        return self._understood(table, rows, numbers)

    def _alone(self, row: Mapping[str, Any], number: int) -> bool:
        """Say whether a row can be read by itself."""
        try:
            table = self._stream.read([row])
        except DataError as error:
            self._bad(number, str(error))
            return False
        return self._understood(table, [row], [number]) is not None

    def _understood(
        self, table: Table, rows: list[Mapping[str, Any]], numbers: list[int]
    ) -> Table | None:
        """Return the rows of which every cell that is there was understood."""
        good = np.ones(len(rows), dtype=bool)
        for column, values in zip(table.columns, table.matrix.T, strict=True):
            for i in np.flatnonzero(np.isnan(values) & good).tolist():
                cell = rows[i][column.name]
                if cell is not None:
                    good[i] = False
                    holds = plural(column)
                    self._bad(numbers[i], f"column {column.name!r} holds {holds}, not {cell!r}")
        return table if good.all() else table.take(good) if good.any() else None

    def _row(self, line: bytes) -> Mapping[str, Any] | None:
        try:
            text = line.decode("utf-8-sig" if self.count == 1 else "utf-8").strip("\r\n")
        except UnicodeDecodeError:
            return self._bad(self.count, "it is no UTF-8")
        if not text.strip():
            return None
        if self.header:
            return self._cells(text)
        if text.lstrip().startswith("{"):
            return self._object(text)
        if self.count > 1:
            return self._bad(self.count, "it is no JSON object")
        self.name_columns(text)
        return None

    def name_columns(self, header: str) -> None:
        """Take the line of names.

        Raises
        ------
        DataError
            If a column that is needed is not among them.
        """
        self.header = header
        self._delimiter = max(_DELIMITERS, key=header.count)
        self._names = [
            name.strip() for name in next(csv.reader([header], delimiter=self._delimiter))
        ]
        missing = [c.name for c in self._stream.columns if c.used and c.name not in self._names]
        if missing:
            raise DataError(
                f"{self._name}: the first line names no column {', '.join(map(repr, missing))}, "
                "which the model needs. Lines are JSON objects, or CSV behind a line of names."
            )

    def _cells(self, text: str) -> Mapping[str, Any] | None:
        try:
            cells = next(csv.reader([text], delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            return self._bad(self.count, str(error))
        if len(cells) != len(self._names):
            return self._bad(
                self.count, f"it has {len(cells)} cells, and there are {len(self._names)} names"
            )
        return self._of_known(dict(zip(self._names, cells, strict=True)))

    def _object(self, text: str) -> Mapping[str, Any] | None:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            return self._bad(self.count, f"it is no JSON ({error})")
        if not any(name in found for name in self._known):
            return self._bad(self.count, "it has none of the columns that the model knows")
        return self._of_known(found)

    def _of_known(self, cells: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the cells of columns that were learnt; what a line does not tell is missing."""
        return {name: self._cell(cells.get(name), name) for name in self._known}

    def _cell(self, cell: Any, name: str) -> Any:
        """Return a cell that does not depend on its neighbours, as far as it can be read alone."""
        if is_absent(cell):
            return None
        if isinstance(cell, str):
            text = cell.strip()
            if not text or text.lower() in MISSING:
                return None
            if name in self._plain:
                with suppress(ValueError):
                    return float(text)
        return cell

    def _bad(self, number: int, why: str) -> None:
        """Count a bad line, or raise what is wrong with it."""
        if not self._skip_bad:
            raise DataError(
                f"{self._name}, line {number:,}: {why}. Correct it, or leave bad lines out with "
                "--skip-bad."
            )
        self.skipped += 1
