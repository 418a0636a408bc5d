"""Rows of a series of which nothing was learnt, until they are enough to tell its units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from likely.base.over_time import OverTime
from likely.data.column import Column
from likely.data.own_units import OneUnits
from likely.data.table import Table
from likely.workflow.learned import Learned
from likely.workflow.over_time.judging import series_model

_LEAST = 200


@dataclass(frozen=True)
class Newcomer:
    """A series that nothing is known of yet.

    Parameters
    ----------
    table : Table
        Its rows so far, as `Learned.matched` returns them.
    rows : ndarray of int64, shape (n,)
        Their numbers among those of all series.
    """

    table: Table
    rows: np.ndarray

    @staticmethod
    def needed(model: OverTime) -> int:
        """Return how many rows tell the units of a series: 200, or more of a model that sees more.

        Parameters
        ----------
        model : OverTime
            Judges the series afterwards.
        """
        return max(_LEAST, model.longest_window, model.least_steps_)

    def joined(self, table: Table, rows: np.ndarray) -> Newcomer:
        """Return the series with more rows."""
        matrix = np.concatenate([self.table.matrix, table.matrix])
        return Newcomer(replace(table, matrix=matrix), np.concatenate([self.rows, rows]))

    def units(self, learned: Learned) -> OneUnits:
        """Return level and spread of these rows, as the model sees them.

        Parameters
        ----------
        learned : Learned
            Judges the series afterwards.
        """
        seen = learned.seen(self.table)
        channels = [j for j, c in enumerate(seen.columns) if c.kind in ("number", "boolean")]
        values = seen.matrix[:, channels]
        return series_model(learned).units_of_new(np.where(np.isinf(values), np.nan, values))

    def state(self) -> dict[str, Any]:
        """Return everything as arrays."""
        return {"matrix": self.table.matrix, "rows": self.rows}

    @classmethod
    def resume(cls, state: Mapping[str, Any], columns: tuple[Column, ...]) -> Newcomer:
        """Return what `state` told; the columns are those of the rows."""
        return cls(Table(np.array(state["matrix"]), columns), np.array(state["rows"]))
