"""A Parquet file larger than memory: some of its rows, or all of them batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from likely.core.errors import DataError

MOST_CELLS = 16_000_000
"""Files with more cells are read in batches: learning takes about ten copies of 8 bytes each."""

MOST_BYTES = 1 << 30
"""So are files with more bytes than this when uncompressed: long texts."""

BATCH_CELLS = 2_000_000
_READ_AHEAD = 1 << 20


@dataclass(frozen=True)
class LargeFile:
    """The rows of a Parquet file, never all of them in memory.

    Parameters
    ----------
    path : Path
        The file.
    rows : int
        How many rows it has.
    names : tuple of str
        Its columns.
    """

    path: Path
    rows: int
    names: tuple[str, ...]

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
        with _readable(self.path), _open(self.path) as file:
            columns = None if names is None else list(names)
            for batch in file.iter_batches(self.batch_rows, columns=columns, use_threads=False):
                yield start, pa.Table.from_batches([batch])
                start += len(batch)

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
    path = Path(data)
    if path.suffix.lower() != ".parquet" or not path.is_file() or not path.stat().st_size:
        return None  # whoever reads it whole says what is wrong
    with _readable(path), _open(path) as file:
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
            f"{path} cannot be read as .parquet ({line}). Check that the file is complete."
        ) from error
