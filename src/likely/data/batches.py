"""A file larger than memory: some of its rows, or all of them batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pyarrow.parquet

from likely.core.errors import DataError
from likely.data.column import Column
from likely.data.dataframes import from_frame
from likely.data.table import Table
from likely.data.text_batches import SUFFIXES, Text, find_text
from likely.data.texts import is_text

MOST_CELLS = 16_000_000
"""Files with more cells are read in batches: learning takes about ten copies of 8 bytes each."""

MOST_BYTES = 1 << 30
"""So are files with more bytes than this when uncompressed: long texts."""

BATCH_CELLS = 2_000_000
_READ_AHEAD = 1 << 20


@dataclass(frozen=True)
class LargeFile:
    """The rows of a Parquet or text file, never all of them in memory.

    Parameters
    ----------
    path : Path
        The file.
    rows : int
        How many rows it has.
    names : tuple of str
        Its columns.
    text : Text, optional
        How it is read, if it is a text file.
    """

    path: Path
    rows: int
    names: tuple[str, ...]
    text: Text | None = None

    def __len__(self) -> int:
        return self.rows

    @property
    def batch_rows(self) -> int:
        """How many rows a batch has."""
        return max(1, BATCH_CELLS // max(1, len(self.names)))

    def batches(self, names: Sequence[str] | None = None) -> Iterator[tuple[int, pa.Table]]:
        """Yield the rows in order, as the position of the first and a table of about 2 M cells.

        Parameters
        ----------
        names : sequence of str, optional
            Read these columns only.

        Raises
        ------
        DataError
            If the file is damaged.
        """
        start = 0
        with _readable(self.path):
            for batch in self._batches(names):
                yield start, pa.Table.from_batches([batch])
                start += len(batch)

    def _batches(self, names: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        if self.text is not None:
            yield from self.text.batches(self.path, self.batch_rows, names)
            return
        columns = None if names is None else list(names)
        with _open(self.path) as file:
            yield from file.iter_batches(self.batch_rows, columns=columns, use_threads=False)

    def table(
        self, native: pa.Table, expected: Sequence[Column] = (), *, part: bool = False
    ) -> Table:
        """Return some rows as read as a table.

        Parameters
        ----------
        native : pyarrow.Table
            Rows of this file.
        expected : sequence of Column
            Columns learnt before.
        part : bool, default False
            Whether a column may hold mistakes only, as it may in a few rows of many.
        """
        frame = nw.from_native(native, eager_only=True)
        if self.text is None:
            return from_frame(frame, expected, part=part)
        head = self.text.head
        table = from_frame(frame, expected, decimal=head.decimal, part=part)
        return replace(table, named=head.named, notes=self.text.notes + table.notes)

    def take(self, positions: np.ndarray) -> pa.Table:
        """Return the rows at some positions, in that order.

        Parameters
        ----------
        positions : ndarray of int64, shape (k,)
            Positions of rows, from 0, each at most once.
        """
        order = np.argsort(positions, kind="stable")
        wanted = positions[order]
        parts = []
        for start, table in self.batches():
            here = slice(*np.searchsorted(wanted, [start, start + len(table)]))
            if here.start < here.stop:
                parts.append(table.take(pa.array(wanted[here] - start)))
            if here.stop == len(wanted):
                break
        back = np.empty(len(order), dtype=np.int64)
        back[order] = np.arange(len(order))
        return pa.concat_tables(parts).take(pa.array(back))


def large_file(data: Any) -> LargeFile | None:
    """Return data as a file to be read in batches; None if they are anything else or fit at once.

    Parameters
    ----------
    data : object
        Whatever the user gave.
    """
    if not isinstance(data, (str, Path)):
        return None
    path, suffix = Path(data), Path(data).suffix.lower()
    if not path.is_file() or not path.stat().st_size:
        return None  # whoever reads it whole says what is wrong
    if is_text(path):
        return None  # lines are learnt in their order, all of them
    with _readable(path):
        if suffix in SUFFIXES:
            found = find_text(path, MOST_CELLS, MOST_BYTES)
            return (
                None if found is None else LargeFile(path, found[1], found[0].head.names, found[0])
            )
        return _large_parquet(path) if suffix == ".parquet" else None


def _large_parquet(path: Path) -> LargeFile | None:
    with _open(path) as file:
        about = file.metadata
        names = tuple(str(name) for name in file.schema_arrow.names)
        size = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
    unique = len(set(names)) == len(names)
    large = about.num_rows * len(names) > MOST_CELLS or size > MOST_BYTES
    return LargeFile(path, about.num_rows, names) if large and unique else None


def _open(path: Path) -> Any:
    return pyarrow.parquet.ParquetFile(path, buffer_size=_READ_AHEAD, pre_buffer=False)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowInvalid, OSError) as error:
        line = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise DataError(
            f"{path} cannot be read as {path.suffix.lower()} ({line}). Check that the file is "
            "complete."
        ) from error
