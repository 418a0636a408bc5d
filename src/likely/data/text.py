"""Text columns: what is written in them — numbers, dates, yes and no, categories."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from likely.data.column import Column


def read_text(
    name: str, cells: Any, dtype: str, *, only_category: bool = False
) -> tuple[Column, np.ndarray, tuple[str, ...]]:
    """Return a text column described, its values, and what was noticed.

    Parameters
    ----------
    name : str
        The column's name.
    cells : pyarrow string array
        The cells; null is missing.
    dtype : str
        How the user's library held the column.
    only_category : bool, default False
        Whether the user declared the column categorical, so that nothing else is tried.
    """
    cells = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    coded = pc.dictionary_encode(cells)
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    labels = coded.dictionary.to_pylist()
    order = np.argsort(np.array(labels, dtype=object).astype(str)) if labels else np.array([], int)
    rank = np.empty(len(labels), dtype=np.int64)
    rank[order] = np.arange(len(labels))
    positions = coded.indices.to_numpy(zero_copy_only=False).astype(np.float64)
    known = ~np.isnan(positions)
    values = np.full(len(positions), np.nan)
    values[known] = rank[positions[known].astype(np.int64)]
    column = Column(
        name, "category", dtype, labels=tuple(str(labels[i]) for i in order), reading="category"
    )
    return column, values, ()
