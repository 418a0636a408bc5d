"""The pieces of all columns as a few arrays, as files and models hold them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from likely.data.pieces import Pieces

NAMES = (
    "piece_low_", "piece_high_", "piece_start_", "label_start_", "column_step_",
    "column_centre_", "column_scale_", "label_piece_", "label_share_",
)  # fmt: skip


def pack(columns: Sequence[Pieces]) -> dict[str, np.ndarray]:
    """Return the pieces of columns as arrays by name, one column after the other."""
    parts = [
        np.concatenate([c.low for c in columns]),
        np.concatenate([c.high for c in columns]),
        np.cumsum([0, *map(len, columns)]),
        np.cumsum([0, *(len(c.labels) for c in columns)]),
        np.array([c.step for c in columns]),
        np.array([c.centre for c in columns]),
        np.array([c.scale for c in columns]),
        np.concatenate([c.labels for c in columns]),
        np.concatenate([c.shares for c in columns]),
    ]
    return dict(zip(NAMES, parts, strict=True))


def unpack(holder: Any) -> tuple[Pieces, ...]:
    """Return pieces of columns from an object that has the arrays of `pack` as attributes."""
    low, high, start, label, step, centre, scale, labels, shares = (
        getattr(holder, name) for name in NAMES
    )
    return tuple(
        Pieces(
            low[start[j] : start[j + 1]],
            high[start[j] : start[j + 1]],
            float(step[j]),
            float(centre[j]),
            float(scale[j]),
            labels[label[j] : label[j + 1]],
            shares[label[j] : label[j + 1]],
        )
        for j in range(len(step))
    )


def check_packed(holder: Any) -> None:
    """Raise `ValueError` if arrays out of a file contradict one another."""
    low, start, label, labels = (getattr(holder, NAMES[i]) for i in (0, 2, 3, 7))
    for ends, total in ((start, len(low)), (label, len(labels))):
        if len(ends) != len(holder.column_step_) + 1 or ends[0] != 0 or ends[-1] != total:
            raise ValueError("columns do not end where their pieces do")
        if (np.diff(ends) < 0).any():
            raise ValueError("a column ends before it begins")
    sizes = np.repeat(np.diff(start), np.diff(label))
    if (labels >= sizes).any():
        raise ValueError("a label is in a piece that its column does not have")
