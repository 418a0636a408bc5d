"""A text file larger than memory, batch by batch: its beginning says how all of it is read.

The file is read once to find the encoding and whether cells are quoted, once more to count its rows
and to find those with too many or too few cells, and then as often as its rows are asked for.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from likely.core.errors import DataError
from likely.data.delimited import (
    Head,
    arrow_options,
    find_head,
    hint_of,
    ragged_row,
    to_utf8,
    without_hint,
)

SUFFIXES = (".csv", ".tsv", ".txt")
"""Endings of text files that are read in batches; compressed ones are read whole."""

_BEGINNING = 1 << 20
_CHUNK = 1 << 24
_LEAST_BLOCK, _MOST_BLOCK = 1 << 22, 1 << 27  # a row, with the line breaks in its cells, must fit
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NOT_CP1252 = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")


@dataclass(frozen=True)
class Text:
    """How a text file is read.

    Parameters
    ----------
    head : Head
        Names of the columns, delimiter, what to skip.
    encoding : str
        Encoding of the file.
    quoted : bool
        Whether there are quotes in it.
    start : int
        Position of the first byte of text: behind a byte order mark and Excel's hint.
    row_bytes : float
        Mean length of a row at the beginning.
    notes : tuple of str
        What was decided.
    """

    head: Head
    encoding: str
    quoted: bool
    start: int
    row_bytes: float
    notes: tuple[str, ...]

    def batches(
        self, path: Path, rows: int, names: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Yield the cells as text, some `rows` rows at a time.

        Parameters
        ----------
        path : Path
            The file.
        rows : int
            About so many rows a batch.
        names : sequence of str, optional
            Read these columns only.

        Raises
        ------
        DataError
            If a row has more or fewer cells than the first.
        """
        ragged: list[Any] = []
        asked = list(self.head.names if names is None else names)
        options = arrow_options(
            self.head,
            block=int(min(max(rows * self.row_bytes, _LEAST_BLOCK), _MOST_BLOCK)),
            quoted=self.quoted,
            ragged=ragged,
            encoding=self.encoding,
            only=[self.head.names.index(name) for name in asked],
        )
        options["read_options"].use_threads = False  # then Arrow knows the numbers of lines
        with path.open("rb") as file:
            file.seek(self.start)
            try:
                for batch in pyarrow.csv.open_csv(pa.PythonFile(file, mode="r"), **options):
                    if len(batch):
                        yield pa.RecordBatch.from_arrays(batch.columns, asked)
            except pa.ArrowInvalid as error:
                if not ragged:
                    raise
                line = f", line {ragged[0].number:,}," if ragged[0].number else ""
                raise DataError(ragged_row(path, line, ragged[0], self.head)) from error


def find_text(path: Path, most_cells: int, most_bytes: int) -> tuple[Text, int] | None:
    """Return how a text file is read, and how many rows it has; None if it fits at once.

    Parameters
    ----------
    path : Path
        A text file.
    most_cells, most_bytes : int
        A file with more of one of them is large.
    """
    size = path.stat().st_size
    if size <= min(most_cells, most_bytes):  # a cell takes a byte, with the delimiter behind it
        return None
    with path.open("rb") as file:
        raw = file.read(_BEGINNING)
    if raw.startswith(_UTF_16) or b"\0" in raw[:4096]:
        return None
    first, raw = raw, raw.removeprefix(codecs.BOM_UTF8)
    start = len(first) - len(raw)
    raw = raw[: raw.rfind(b"\n") + 1] or raw  # so that no letter of several bytes is cut
    data = to_utf8(raw, path)[0]
    if not data.strip():
        return None
    head = find_head(without_hint(data), path)
    row_bytes = len(raw) / max(raw.count(b"\n"), 1)
    if size / row_bytes * len(head.names) < 0.5 * most_cells and size <= most_bytes:
        return None
    if hint := hint_of(data):
        start, head = start + len(hint), replace(head, skip=max(head.skip - 1, 0))
    encoding, quoted = _look_through(path, start)
    changed = "" if encoding == "utf-8" else f"the file is not UTF-8; it is read as {encoding}"
    notes = (changed, *head.notes) if changed else head.notes
    text = Text(head, encoding, quoted, start, row_bytes, notes)
    n = sum(map(len, text.batches(path, most_cells, head.names[:1])))
    return (text, n) if n * len(head.names) > most_cells or size > most_bytes else None


def _look_through(path: Path, start: int) -> tuple[str, bool]:
    """Return the encoding of a file, and whether there are quotes in it."""
    decoder, is_utf8 = codecs.getincrementaldecoder("utf-8")(), True
    quoted, has_gaps = False, False
    with path.open("rb") as file:
        file.seek(start)
        while chunk := file.read(_CHUNK):
            quoted = quoted or b'"' in chunk
            has_gaps = has_gaps or any(byte in chunk for byte in _NOT_CP1252)
            if is_utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
    if is_utf8 and not decoder.getstate()[0]:  # no letter is cut off at the end
        return "utf-8", quoted
    return "latin-1" if has_gaps else "cp1252", quoted
