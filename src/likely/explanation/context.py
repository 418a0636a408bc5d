"""What is expected of a column in the context of its row, where the model itself knows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from likely.base.in_context import InContext
from likely.data.table import Table, write_value
from likely.explanation.expected import LEVELS, Expected, expect_number


def expect_in_context(
    model: InContext, rows: Table, expected: list[Expected], known: int
) -> list[Expected]:
    """Return what is usual given the context, by the model's own account.

    Columns of the context are never to blame. Where every number is usual in its context, it is the
    numbers together that are odd: then what the other columns let expect stays.

    Parameters
    ----------
    model : InContext
        The fitted model.
    rows : Table of n rows
        Rows as `model.schema_.match` gives them.
    expected : list of Expected
        What the other columns let expect of each column.
    known : int
        How many likely rows that comes from.
    """
    quantiles = model.usual(rows, tuple(LEVELS))  # (n, columns, quantiles)
    found = list(expected)
    for j, one in enumerate(expected):
        if j in model.context_positions_:
            found[j] = replace(one, oddness=np.zeros(len(rows)))
        elif one.part.measured and not np.isnan(quantiles[:, j]).any():
            found[j] = expect_number(
                one.part, rows.matrix[:, j], quantiles[:, j], known, depends=True
            )
    judged = [j for j in range(len(found)) if j not in model.context_positions_]
    alone = np.max([found[j].oddness for j in judged], axis=0) > 1
    return [
        _where(alone, found[j], expected[j]) if j in judged else found[j] for j in range(len(found))
    ]


def context_in_words(model: InContext, rows: Table, row: int) -> str:
    """Return the context of a row in words, such as "given season 'summer'"; "" without any."""
    parts = []
    for j in model.context_positions_:
        column = rows.columns[j]
        text = write_value(column, rows.matrix[row, j])
        quoted = f"'{text}'" if column.kind == "category" and text != "missing" else text
        parts.append(f"{column.name} {quoted}")
    return f"given {' and '.join(parts)}" if parts else ""


def _where(choice: np.ndarray, first: Expected, second: Expected) -> Expected:
    """Return what is expected of each row by the one or the other."""
    return Expected(
        first.part,
        np.where(choice, first.best, second.best),
        np.where(choice, first.low, second.low),
        np.where(choice, first.high, second.high),
        np.where(choice[:, None], first.draws, second.draws),
        np.where(choice, first.oddness, second.oddness),
        first.depends or second.depends,
    )
