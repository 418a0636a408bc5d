"""Findings as a folder of Parquet: all rows in parts, and the findings beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pyarrow.parquet

from likely.core.errors import PersistenceError
from likely.core.progress import track
from likely.data.back import give_back
from likely.data.batches import BATCH_CELLS
from likely.workflow.findings import Findings


def check_folder(folder: Path) -> None:
    """Raise unless a folder is new or empty, so that parts of two runs never mix.

    Raises
    ------
    PersistenceError
        If there is something in it, or a file has its name.
    """
    if folder.exists() and not folder.is_dir():
        raise PersistenceError(f"{folder} is a file; expected a folder. Give another name.")
    if folder.is_dir() and any(folder.iterdir()):
        raise PersistenceError(
            f"The folder {folder} is not empty. Name a new one, or empty it, so that parts of two "
            "runs do not mix."
        )


def write_shards(found: Findings, folder: Path) -> Path:
    """Write all rows and the findings to a folder; `Findings.write` says more."""
    check_folder(folder)
    try:
        (folder / "rows").mkdir(parents=True, exist_ok=True)
        for number, part in enumerate(_parts(found)):
            pyarrow.parquet.write_table(part, folder / "rows" / f"part-{number:05}.parquet")
        pyarrow.parquet.write_table(_arrow(found.anomalies()), folder / "findings.parquet")
    except OSError as error:
        raise PersistenceError(
            f"{folder} could not be written: {error.strerror or error}. Choose another place or "
            "make room; what was written so far is incomplete."
        ) from error
    return folder


def _parts(found: Findings) -> Iterator[pa.Table]:
    """Yield the user's rows with what was found of them, in order."""
    if found.source is None:
        whole = _arrow(found.frame())
        step = max(1, BATCH_CELLS // whole.num_columns)
        yield from (whole.slice(start, step) for start in range(0, len(whole), step))
        return
    total = -(-len(found) // found.source.batch_rows)
    for start, native in track(found.source.batches(), "Writing rows", total):
        yield give_back(native, found.columns(np.arange(start, start + len(native))))


def _arrow(frame: Any) -> pa.Table:
    return nw.from_native(frame, eager_only=True).to_arrow()
