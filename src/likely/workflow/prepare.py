"""From what the user gave to a table that a model can learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from likely.core.errors import DataError
from likely.data.aside import set_aside_useless
from likely.data.frames import as_table
from likely.data.table import Table


def prepare(
    data: Any,
    columns: Sequence[str] | None = None,
    ignore: Sequence[str] | str | None = None,
) -> Table:
    """Read data, keep the columns asked for and set aside those that are of no use.

    Parameters
    ----------
    data : dataframe, array, list or path
        The user's data.
    columns : sequence of str, optional
        Look at these columns only.
    ignore : str or sequence of str, optional
        Leave these columns out.
    """
    table = as_table(data)
    asked = _names(ignore)
    reasons = dict.fromkeys(asked, "ignored")
    wanted = _names(columns)
    if columns is not None:
        table.check_names(wanted)
        reasons |= {name: "ignored" for name in table.names if name not in wanted}
    table = set_aside_useless(table.set_aside(reasons))
    if columns is not None:  # what was asked for by name is looked at, even if it looks useless
        kept = tuple(
            replace(c, set_aside="") if c.name in wanted and c.name not in asked else c
            for c in table.columns
        )
        table = replace(table, columns=kept)
    if not table.used():
        raise DataError("No column is left to learn from: all are ignored or empty.")
    return table


def _names(given: Sequence[str] | str | None) -> list[str]:
    if given is None:
        return []
    return [given] if isinstance(given, str) else [str(name) for name in given]
