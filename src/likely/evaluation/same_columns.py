"""Several tables with the columns of the first, so that equal values have equal codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from likely.core.errors import DataError
from likely.data.align import align
from likely.data.column import Column, plural
from likely.data.frames import as_table
from likely.data.table import Table


def same_columns(
    real: Any, *others: Any, names: Sequence[str] = ("real", "synthetic")
) -> tuple[Table, ...]:
    """Read tables and bring them to the columns of the first: its order, its kinds, one set of labels.

    Text of the others is read by the rules that read the first. Labels that the first does not have
    come behind its own, so that a category has one code in all tables.

    Parameters
    ----------
    real : dataframe of any library, array, list, dict or path
        Says which columns there are and what they hold.
    *others : as `real`
        Tables to compare with it.
    names : sequence of str, default ("real", "synthetic")
        What the tables are called where they do not fit; one for each.

    Returns
    -------
    tuple of Table
        One for each, all with the same columns; those that the first sets aside, such as columns with
        nested cells, are left out.

    Raises
    ------
    DataError
        If a table lacks a column, has one more, or holds another kind of values in one.

    Examples
    --------
    >>> import pyarrow as pa
    >>> real = pa.table({"sex": ["F", "M"], "age": [31, 40]})
    >>> _, made = same_columns(real, pa.table({"age": [33], "sex": ["X"]}))
    >>> made.names, made.columns[0].labels, made.matrix.tolist()
    (['sex', 'age'], ('F', 'M', 'X'), [[2.0, 33.0]])
    """  # noqa: E501 - one line says what it does
    first = as_table(real)
    chosen = list(first.used())
    if not chosen:
        raise DataError("No column is left to compare: all cells hold nested values.")
    columns = [first.columns[j] for j in chosen]
    matrices = [first.matrix[:, chosen]]
    notes = [first.notes]
    for other, name in zip(others, names[1:], strict=True):
        try:
            table = as_table(other, first.columns)
        except DataError as error:
            raise DataError(
                f"The {name} table cannot be read as the {names[0]} one was: {error}"
            ) from error
        order = _order(first, table, chosen, (names[0], name))
        values = []
        for k, j in enumerate(order):
            columns[k], aligned = _aligned(
                columns[k], table.columns[j], table.matrix[:, j], (names[0], name)
            )
            values.append(aligned)
        matrices.append(np.column_stack(values))
        notes.append(table.notes)
    natives = [first.native, *[None] * len(others)]
    return tuple(
        Table(matrix, tuple(columns), named=first.named, native=native, notes=said)
        for matrix, native, said in zip(matrices, natives, notes, strict=True)
    )


def is_nominal(column: Column) -> bool:
    """Whether values of a column are levels without order: categories and booleans."""
    return column.kind in ("category", "boolean")


def _order(first: Table, other: Table, chosen: list[int], names: tuple[str, str]) -> list[int]:
    """Return where the chosen columns of the first table stand in another."""
    if not (first.named and other.named):
        if len(other.columns) != len(first.columns):
            raise DataError(
                f"The {names[0]} table has {len(first.columns)} columns, the {names[1]} one "
                f"{len(other.columns)}. Give the same columns, or tables with names."
            )
        return chosen
    place = {name: j for j, name in enumerate(other.names)}
    lacking = [name for name in first.names if name not in place]
    extra = [name for name in other.names if name not in first.names]
    if lacking or extra:
        parts = [
            f"{what}: {', '.join(map(repr, which))}"
            for what, which in (("missing", lacking), ("not in the real one", extra))
            if which
        ]
        raise DataError(
            f"The columns of the {names[1]} table are not those of the {names[0]} one "
            f"({'; '.join(parts)}). Give the same columns, in any order."
        )
    return [place[first.names[j]] for j in chosen]


def _aligned(
    ours: Column, theirs: Column, values: np.ndarray, names: tuple[str, str]
) -> tuple[Column, np.ndarray]:
    try:
        column, aligned = align(ours, theirs, values)
    except DataError as error:
        raise DataError(
            f"Column {ours.name!r} holds {plural(ours)} in the {names[0]} table and "
            f"{plural(theirs)} in the {names[1]} one. Give the same kind of values."
        ) from error
    return replace(ours, labels=column.labels), aligned
