"""Text files of rows: encoding, delimiter and header are found, then Arrow reads the cells."""

from __future__ import annotations

import codecs
import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from likely.core.errors import DataError
from likely.data.beginning import find_beginning
from likely.data.header import has_header, unique_names

_BLOCK = 1 << 24
_EXCEL_HINT = re.compile(rb'\A"?sep=[^\r\n]"?\r?\n', re.IGNORECASE)


def load_delimited(path: Path) -> tuple[Any, bool, str, tuple[str, ...]]:
    """Return the cells of a text file as strings.

    Parameters
    ----------
    path : Path
        A text file, perhaps compressed (`.gz`): UTF-8, UTF-16 or a Western 8-bit encoding.

    Returns
    -------
    cells : pyarrow.Table
        Every cell as text; an empty one is "".
    named : bool
        Whether the first row held names.
    decimal : {".", ","}
        The decimal sign that the file as a whole suggests.
    notes : tuple of str
        What was decided.

    Raises
    ------
    DataError
        If the file is empty, no text, or a row has more or fewer cells than the first.
    """
    raw = gzip.decompress(path.read_bytes()) if path.suffix.lower() == ".gz" else path.read_bytes()
    data, notes = to_utf8(raw, path)
    if not data.strip():
        raise DataError(f"{path} is empty; expected a table with at least one row.")
    data = without_hint(data)
    head = find_head(data, path)
    cells = _parse(data, head, path).rename_columns(list(head.names))
    return cells, head.named, head.decimal, notes + head.notes


@dataclass(frozen=True)
class Head:
    """What the beginning of a text file says of all of it.

    Parameters
    ----------
    names : tuple of str
        What the columns are called.
    named : bool
        Whether the first row holds names.
    delimiter : str
        What stands between cells.
    decimal : {".", ","}
        The decimal sign that it suggests.
    skip : int
        How many lines stand before the first row of cells.
    rows : tuple of list of str
        Its first rows of cells.
    notes : tuple of str
        What was decided.
    """

    names: tuple[str, ...]
    named: bool
    delimiter: str
    decimal: str
    skip: int
    rows: tuple[list[str], ...]
    notes: tuple[str, ...]


def without_hint(data: bytes) -> bytes:
    """Return text with an empty line for Excel's hint at the delimiter, so that lines count on."""
    return _EXCEL_HINT.sub(b"\n", data, count=1)


def hint_of(data: bytes) -> bytes:
    """Return the line with Excel's hint at the delimiter; nothing if there is none."""
    found = _EXCEL_HINT.match(data)
    return found[0] if found else b""


def find_head(data: bytes, path: Path) -> Head:
    """Return what the beginning of a text file, in UTF-8, says of all of it."""
    begin = find_beginning(data)
    delimiter, rows = begin.delimiter, begin.rows
    named = begin.named or has_header(rows)
    names, notes = unique_names(rows[0]) if named else (_made_up(len(rows[0])), ())
    if named and len(rows) == 1:
        raise DataError(f"{path} names its columns but holds no rows. Give at least one row.")
    skip = begin.lines_above + 1 if named else 0
    decimal = decimal_of(rows[named:], delimiter)
    notes = begin.notes + notes
    return Head(tuple(names), named, delimiter, decimal, skip, tuple(rows[named:]), notes)


def to_utf8(raw: bytes, path: Path) -> tuple[bytes, tuple[str, ...]]:
    """Return bytes of text as UTF-8, with a note if the encoding had to be guessed."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16").encode(), ()
    head = raw[:4096]
    if b"\0" in head:
        for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
            if zeros.count(0) > 0.4 * len(zeros):
                return raw.decode(encoding).encode(), (f"the file is read as {encoding}",)
        raise DataError(f"{path} is no text file. Check that its ending says what it is.")
    data = raw.removeprefix(codecs.BOM_UTF8)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        encoding = "cp1252" if not re.search(rb"[\x81\x8d\x8f\x90\x9d]", data) else "latin-1"
        note = f"the file is not UTF-8; it is read as {encoding}"
        return data.decode(encoding).encode(), (note,)
    return data, ()


def decimal_of(rows: list[list[str]], delimiter: str) -> str:
    """Return the decimal sign that a file's first rows use, by the cells that leave no doubt."""
    cells = [cell.strip() for row in rows for cell in row]
    comma = sum(bool(_SURE_COMMA.match(cell)) for cell in cells)
    point = sum(bool(_SURE_POINT.match(cell)) for cell in cells)
    if comma == point:
        return "," if delimiter == ";" and any(_ANY_COMMA.match(cell) for cell in cells) else "."
    return "," if comma > point else "."


_SURE_COMMA = re.compile(r"\D{0,5}(0|[\d.]*\d{4,}|\d{1,3}(\.\d{3})*),(\d{1,2}|\d{4,})\D{0,5}$")
_SURE_POINT = re.compile(r"\D{0,5}(0|[\d,]*\d{4,}|\d{1,3}(,\d{3})*)\.(\d{1,2}|\d{4,})\D{0,5}$")
_ANY_COMMA = re.compile(r"\D{0,5}\d+,\d+\D{0,5}$")


def _made_up(width: int) -> list[str]:
    return [f"column_{j}" for j in range(width)]


def _parse(data: bytes, head: Head, path: Path) -> Any:
    """Return all rows as a pyarrow table of strings, its columns named by position."""
    ragged: list[Any] = []
    options = arrow_options(
        head,
        block=min(len(data) + 1, _BLOCK),
        quoted=b'"' in data,
        ragged=ragged,
    )
    try:
        cells = pyarrow.csv.read_csv(pa.BufferReader(data), **options)
    except pa.ArrowInvalid as error:
        if not ragged:
            raise
        line = _line_of(data, ragged[0].text)
        raise DataError(ragged_row(path, line, ragged[0], head)) from error
    _check_quotes(data, cells, path)
    return cells


def _check_quotes(data: bytes, cells: Any, path: Path) -> None:
    """Raise `DataError` if a quote is never closed: all lines behind it are then one cell."""
    if b'"' not in data or not len(cells) or data.rstrip().endswith(b'"'):
        return
    last = cells.column(cells.num_columns - 1)[-1].as_py()
    lines = last.rstrip("\r\n").count("\n")
    if lines:
        begin = data.rstrip(b"\r\n").count(b"\n") + 1 - lines
        raise DataError(
            f"{path}, line {begin:,}, opens a quote that is never closed, so that {lines:,} lines "
            f"behind it are one cell ({last[:40]!r} …). Close it, or double quotes within cells."
        )


def arrow_options(
    head: Head,
    *,
    block: int,
    quoted: bool,
    ragged: list[Any],
    encoding: str = "utf-8",
    only: Sequence[int] | None = None,
) -> dict[str, Any]:
    """Return options for Arrow's readers: all cells as text, columns named by position.

    Parameters
    ----------
    head : Head
        What is known of the file.
    block : int
        Bytes that are read at a time.
    quoted : bool
        Whether there are quotes in it, so that a line break may be part of a cell.
    ragged : list
        Rows with too many or too few cells are added to it, and end the reading.
    encoding : str, default "utf-8"
        Encoding of the file.
    only : sequence of int, optional
        Positions of the columns that are wanted. Default: all.
    """
    names = [str(j) for j in range(len(head.names))]

    def remember(row: Any) -> str:
        ragged.append(row)
        return "error"

    return {
        "read_options": pyarrow.csv.ReadOptions(
            column_names=names,
            skip_rows_after_names=head.skip,
            block_size=block,
            encoding=encoding,
        ),
        "parse_options": pyarrow.csv.ParseOptions(
            delimiter=head.delimiter, newlines_in_values=quoted, invalid_row_handler=remember
        ),
        "convert_options": pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=False,
            include_columns=[] if only is None else [names[j] for j in only],
        ),
    }


def ragged_row(path: Path, line: str, row: Any, head: Head) -> str:
    """Return what to say of a row with too many or too few cells."""
    more = row.actual_columns > len(head.names)
    mend = "take out those too many" if more else "fill short rows"
    return (
        f"{path}{line} has {row.actual_columns} cells where {len(head.names)} are expected "
        f"({row.text[:80]!r}). Quote cells that hold {_spoken(head.delimiter)}, or {mend}."
    )


def _spoken(delimiter: str) -> str:
    return {"\t": "tabs"}.get(delimiter, repr(delimiter))


def _line_of(data: bytes, text: str) -> str:
    """Return ", line 17" for the first row of the file that reads so."""
    row = re.search(rb"(?m)^" + re.escape(text.encode()) + rb"\r?$", data)
    return f", line {data.count(chr(10).encode(), 0, row.start()) + 1:,}," if row else ""
