"""New columns in the terms of those that were learnt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from likely.core.errors import DataError
from likely.data.column import Column, plural
from likely.data.epochs import from_numbers, is_epoch
from likely.data.text import as_label


def align(ours: Column, theirs: Column, values: np.ndarray) -> tuple[Column, np.ndarray]:
    """Return values of a new column in the terms of the learnt one.

    Parameters
    ----------
    ours : Column
        As learnt.
    theirs : Column
        As the new data have it.
    values : ndarray of float64, shape (n,)
        Stored as `theirs` says.

    Returns
    -------
    column : Column
        `ours`; behind its labels stand categories that were not seen when learning.
    values : ndarray of float64, shape (n,)
        Stored as `column` says.

    Raises
    ------
    DataError
        If the column holds another kind of values than it did.
    """
    if ours is theirs or ours == theirs:
        return ours, values
    if ours.kind == "category" and theirs.kind != "date":
        return _align_category(ours, theirs, values)
    if ours.kind == theirs.kind or {ours.kind, theirs.kind} == {"number", "boolean"}:
        return ours, values
    if np.isnan(values).all():
        return ours, values
    if theirs.kind == "number" and is_epoch(ours.reading):
        return ours, from_numbers(values, ours.reading)
    raise DataError(
        f"Column {ours.name!r} held {plural(ours)} when the model learnt it; "
        f"it holds {plural(theirs)} now. Give {plural(ours)}, or learn anew."
    )


def notes_on_new(column: Column, learnt: Column, values: np.ndarray, gaps: bool) -> list[str]:
    """Return what is new about a column: categories never seen, gaps where there were none.

    Parameters
    ----------
    column : Column
        Aligned with `learnt`.
    learnt : Column
        The column when it was learnt.
    values : ndarray of float64, shape (n,)
        Aligned values.
    gaps : bool
        Whether values were missing when it was learnt.
    """
    notes = []
    unseen = column.labels[len(learnt.labels) :]
    if unseen:
        some = ", ".join(map(repr, unseen[:3])) + (" …" if len(unseen) > 3 else "")
        what = "category was" if len(unseen) == 1 else "categories were"
        notes.append(
            f"column {column.name!r}: {len(unseen):,} {what} not seen in learning ({some})"
        )
    missing = 0 if gaps else int(np.isnan(values).sum())
    if missing:
        verb = "is" if missing == 1 else "are"
        notes.append(
            f"column {column.name!r}: {missing:,} of {len(values):,} values {verb} missing; none "
            "was in learning, so a typical value stands in"
        )
    return notes


def mismatch(missing: Iterable[str], extra: Iterable[str]) -> str:
    """Return the message on columns that are not those learnt."""
    parts = []
    if missing:
        parts.append("missing: " + ", ".join(map(repr, missing)))
    if extra:
        parts.append("not learnt: " + ", ".join(map(repr, extra)))
    return (
        "The columns are not those the model learnt ("
        + "; ".join(parts)
        + "). Give the same columns, in any order; `ignore=` leaves columns out when learning."
    )


def _align_category(ours: Column, theirs: Column, values: np.ndarray) -> tuple[Column, np.ndarray]:
    if theirs.kind == "category":
        names = list(theirs.labels)
        codes = values
    else:
        present = np.unique(values[~np.isnan(values)])
        is_boolean = theirs.kind == "boolean"
        names = [str(bool(v)) if is_boolean else as_label(v) for v in present]
        codes = np.searchsorted(present, values).astype(np.float64)
        codes[np.isnan(values)] = np.nan
    known = ours.positions
    unseen = [name for name in dict.fromkeys(names) if name not in known]
    added = {name: len(known) + i for i, name in enumerate(unseen)}
    lookup = np.array([known[n] if n in known else added[n] for n in names] + [np.nan])
    aligned = lookup[np.where(np.isnan(codes), -1, codes).astype(np.int64)]
    return replace(ours, labels=ours.labels + tuple(unseen)) if unseen else ours, aligned
