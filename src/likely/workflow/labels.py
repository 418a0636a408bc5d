"""Labels as users give them: 1 for an anomaly, 0 for an ordinary row, missing if unknown."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.core.errors import DataError
from likely.data.column import plural
from likely.data.table import Table
from likely.evaluation.inputs import check_labels


def read_labels(labels: Any, table: Table) -> np.ndarray:
    """Return labels as 1, 0 or NaN, shape (n,); all NaN if there are none.

    Parameters
    ----------
    labels : str, array of shape (n,) or None
        The name of a column of the table, or one value a row.
    table : Table of n rows
        The rows.

    Raises
    ------
    DataError
        If they are not 1, 0 and missing, not one a row, or not both of 1 and 0 occur.
    """
    if labels is None:
        return np.full(len(table), np.nan)
    truth = _column(labels, table) if isinstance(labels, str) else _as_numbers(labels)
    if truth.shape != (len(table),):
        raise DataError(
            f"Found labels of shape {truth.shape} for {len(table)} rows. Give one label a row."
        )
    check_labels(truth[~np.isnan(truth)])
    return truth


def _column(name: str, table: Table) -> np.ndarray:
    position = table.names.index(name)
    column = table.columns[position]
    if column.kind not in ("number", "boolean"):
        raise DataError(
            f"The label column {name!r} holds {plural(column)}. Expected 1 for an anomaly, 0 for "
            "an ordinary row, and nothing where it is unknown."
        )
    return table.matrix[:, position]


def _as_numbers(labels: Any) -> np.ndarray:
    try:
        return np.array([np.nan if label is None else label for label in labels], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"The labels must be 1 (anomaly), 0 (ordinary) or missing (None, NaN): {error}."
        ) from error
