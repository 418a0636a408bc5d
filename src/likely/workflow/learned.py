"""`Learned`: what `likely.learn` returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import beta

from likely.base.model import Model
from likely.calibration.decisions import check_promise
from likely.core.empirical import Empirical
from likely.core.errors import DataError
from likely.data.column import Column
from likely.data.frames import as_table
from likely.data.table import Table
from likely.explanation import Explanation, explain
from likely.workflow.findings import Decision, Findings, decide

MANY = 1e12
"""From here on it does not matter how many more rows a promise needs."""

ENOUGH = 10
"""With fewer reference rows as odd as the cut, the share beyond it is known roughly only."""


@dataclass(frozen=True)
class Learned:
    """A model of what is likely, calibrated on rows that it did not see.

    Made by `likely.learn` and `likely.load`.

    Attributes
    ----------
    model : Model
        The fitted model.
    reference : Empirical
        Distribution of held-out oddness that new rows are compared with.
    held_out : bool
        False if there were too few rows to hold any out: then rows are only ranked.
    likely_rows : Table
        A sample of ordinary rows, for explanations; empty if saved without rows.
    columns : tuple of Column
        All columns of the data learnt from, also those set aside.
    time : str or None
        The clock column asked for.
    rows_learnt : int
        How many rows there were.
    notes : tuple of str
        What was decided on the way, in sentences.
    """

    model: Model
    reference: Empirical
    held_out: bool
    likely_rows: Table = field(repr=False)
    columns: tuple[Column, ...] = field(repr=False)
    time: str | None
    rows_learnt: int
    notes: tuple[str, ...] = ()

    def score_samples(self, new: Any) -> np.ndarray:
        """Return the model's score of every row, higher = more likely, shape (n,)."""
        return self.model.score_samples(self.table(new))

    def p_values(self, new: Any) -> np.ndarray:
        """Return the share of ordinary rows at least as odd as each, in (0, 1], shape (n,)."""
        return np.maximum(np.exp(self.log_p(new)), np.finfo(np.float64).tiny)

    def surprise(self, new: Any) -> np.ndarray:
        """Return -log2 of the p-values, in bits: 10 bits is "1 in 1,024". Shape (n,)."""
        return -self.log_p(new) / np.log(2)

    def log_p(self, new: Any) -> np.ndarray:
        """Return the natural logarithm of the p-values, which never underflows, shape (n,)."""
        return self.reference.log_p(-self.score_samples(new))

    def detect(
        self,
        new: Any,
        *,
        fdr: float | None = None,
        fpr: float | None = None,
        top: int | None = None,
        alerts: str | None = None,
    ) -> Findings:
        """Find the unlikely rows among new ones.

        Parameters
        ----------
        new : dataframe, array, list of rows or path
            Rows with the columns learnt from, in any order.
        fdr : float in (0, 1), default 0.1 if no other promise is asked for
            At most this share of the findings is false, on average.
        fpr : float in (0, 1), optional
            At most this share of the ordinary rows is reported.
        top : int, optional
            Report this many rows, the oddest.
        alerts : str, optional
            At most this many false alarms, such as "1/day"; needs a column of times.
        """
        check_promise(fdr, fpr, top, alerts)  # before scoring, which takes a while
        table = self.table(new)
        matched = self.model.schema_.match(table)
        scores = self.model.score_samples(matched)
        log_p = self.reference.log_p(-scores)
        asked = {"fdr": fdr, "fpr": fpr, "top": top, "alerts": alerts}
        decision = self._qualified(decide(log_p, asked, self.clock(table)))
        notes = tuple(dict.fromkeys((*matched.notes, *self.notes)))
        return Findings(self, table, scores, log_p, decision, notes)

    def explain(self, new: Any) -> list[Explanation]:
        """Say for every row which columns make it unlikely, what was expected, and what is near."""
        return self.explain_table(self.table(new))

    def save(self, path: str | Path, rows: bool = True) -> None:
        """Write everything to one file that `likely.load` reads; loading never runs code from it.

        Parameters
        ----------
        path : str or Path
            Where; by custom the name ends in ".likely". An old file there is replaced at once or
            not at all.
        rows : bool, default True
            False keeps every training row out of the file, which some models cannot do. Summaries
            stay: names, categories, medians and the smallest and largest value of each column.
        """
        from likely.workflow.storage import save

        save(self, Path(path), rows)

    def table(self, new: Any) -> Table:
        """Return new data as a table, read the way the learnt data were read."""
        return new if isinstance(new, Table) else as_table(new, self.columns)

    def clock(self, table: Table) -> np.ndarray | None:
        """Return the times of rows in microseconds, or None if no column is the clock."""
        dates = [c.name for c in table.columns if c.kind == "date"]
        name = self.time or (dates[0] if len(dates) == 1 else None)
        if name is None:
            return None
        if name not in dates:
            raise DataError(f"The time column {name!r} holds no dates.")
        return table.matrix[:, table.names.index(name)]

    def explain_table(self, table: Table) -> list[Explanation]:
        """Explain the rows of a table that was already read."""
        return explain(self.model, self.model.schema_.match(table), self.likely_rows)

    def _qualified(self, decision: Decision) -> Decision:
        """Say what the promise rests on, or withdraw it if the reference is too small for it."""
        n = self.reference.n
        if decision.name == "top":
            return decision
        if not self.held_out:
            return decision.withdrawn("too few rows were learnt from to hold any out: at least 10")
        least = decision.least_p
        if least < 0.1 / n and decision.name != "fdr":
            more = np.ceil(0.1 / max(least, np.finfo(np.float64).tiny)) - n
            count = f"{more:,.0f}" if more < MANY else "far"
            return decision.withdrawn(f"this promise needs {count} more learnt rows")
        if least * (n + 1) < 1:
            return decision.resting_on(f"{n:,} reference rows, and beyond them on a fitted tail")
        counted = int(least * (n + 1))
        if counted < ENOUGH and decision.name != "fdr":
            low, high = beta.ppf([0.025, 0.975], counted, n + 1 - counted)
            return decision.resting_on(
                f"{n:,} reference rows, which leave the share reported between {low:.2g} and "
                f"{high:.2g}"
            )
        return decision.resting_on(f"{n:,} reference rows")
