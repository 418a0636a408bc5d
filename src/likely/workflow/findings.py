"""`Findings`: rows judged under a promise, and what can be shown of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from likely.calibration.decisions import (
    benjamini_hochberg,
    check_promise,
    most_odd,
    rows_a_day,
)
from likely.core.errors import DataError
from likely.data.back import give_back
from likely.data.table import Table
from likely.explanation import Explanation

if TYPE_CHECKING:
    from likely.workflow.learned import Learned

SHOWN = 10
"""So many of the oddest rows are shown even if none passes the promise."""

MOST_EXPLAINED = 1_000


@dataclass(frozen=True)
class Decision:
    """Which rows are reported, under which promise, and what it rests on.

    Attributes
    ----------
    name : {"fdr", "fpr", "top", "alerts"}
        The promise asked for.
    value : float
        Its number; alarms a day for "alerts".
    anomaly : ndarray of bool, shape (n,)
        The rows reported; all False where the promise was withdrawn.
    least_p : float
        The p-value at which the cut was made.
    ranking_only : bool
        Whether the promise was withdrawn: rows are ranked, none is reported.
    basis : str
        What the promise rests on, or why it was withdrawn.
    """

    name: str
    value: float
    anomaly: np.ndarray = field(repr=False)
    least_p: float
    ranking_only: bool = False
    basis: str = ""

    @property
    def promise(self) -> str:
        """The promise in words."""
        return {
            "fdr": f"at most {self.value:.3g} of the findings are false, on average (fdr)",
            "fpr": f"at most {self.value:.3g} of the ordinary rows are reported (fpr)",
            "top": "the oddest row" if self.value == 1 else f"the {self.value:,.0f} oddest rows",
            "alerts": f"at most {self.value:.3g} false {'alarm' if self.value == 1 else 'alarms'} "
            "a day on average",
        }[self.name]

    def resting_on(self, basis: str) -> Decision:
        """Return the decision with what it rests on."""
        return replace(self, basis=basis)

    def withdrawn(self, why: str) -> Decision:
        """Return the decision without its promise: a ranking, with the reason."""
        nothing = np.zeros_like(self.anomaly)
        return replace(self, anomaly=nothing, ranking_only=True, basis=why)


def decide(log_p: np.ndarray, asked: Mapping[str, Any], clock: np.ndarray | None) -> Decision:
    """Cut rows by the promise asked for.

    Parameters
    ----------
    log_p : ndarray of shape (n,)
        Natural logarithms of the p-values.
    asked : mapping
        The values of `fdr`, `fpr`, `top` and `alerts`; at most one is not None.
    clock : ndarray of shape (n,) or None
        Times in microseconds, for an alert budget.
    """
    name, value = check_promise(asked["fdr"], asked["fpr"], asked["top"], asked["alerts"])
    if name == "top":
        return Decision(name, value, most_odd(log_p, int(value)), 1.0)
    if name == "fdr":
        anomaly = benjamini_hochberg(log_p, value)
        return Decision(name, value, anomaly, value * max(int(anomaly.sum()), 1) / len(log_p))
    if name == "alerts":
        if clock is None:
            raise DataError(
                "An alert budget needs a column of times. Name it with time=, or ask for fdr, fpr "
                "or top."
            )
        level = min(value / rows_a_day(clock), 1.0)
        return Decision(name, value, log_p <= np.log(level), level)
    return Decision(name, value, log_p <= np.log(value), value)


@dataclass(frozen=True)
class Findings:
    """Rows with p-values, a decision under a promise, and reasons.

    Attributes
    ----------
    learned : Learned
        What the rows were judged by.
    table : Table
        The rows.
    scores : ndarray of shape (n,)
        The model's score of each row, higher = more likely.
    log_p : ndarray of shape (n,)
        Natural logarithm of each p-value.
    decision : Decision
        Which rows are reported, and the promise.
    notes : tuple of str
        What was decided on the way, in sentences: first what these rows are, then what was learnt.
    """

    learned: Learned = field(repr=False)
    table: Table = field(repr=False)
    scores: np.ndarray = field(repr=False)
    log_p: np.ndarray = field(repr=False)
    decision: Decision
    notes: tuple[str, ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        return len(self.table)

    @property
    def p_values(self) -> np.ndarray:
        """Share of ordinary rows at least as odd as each, in (0, 1], shape (n,)."""
        return np.maximum(np.exp(self.log_p), np.finfo(np.float64).tiny)

    @property
    def surprise(self) -> np.ndarray:
        """-log2 of the p-values, in bits: 10 bits is "1 in 1,024". Shape (n,)."""
        return -self.log_p / np.log(2) + 0.0

    @property
    def anomaly(self) -> np.ndarray:
        """Which rows are reported under the promise, bool, shape (n,)."""
        return self.decision.anomaly

    @cached_property
    def oddest(self) -> np.ndarray:
        """Positions of the findings, oddest first; of the oddest rows if there is no finding."""
        order = np.lexsort((self.scores, self.log_p))
        count = int(self.anomaly.sum()) or min(SHOWN, len(self))
        return order[:count]

    def explanations(self, rows: np.ndarray) -> list[Explanation]:
        """Explain rows by position, in the order given."""
        return self.learned.explain_table(self.table.take(rows))

    def frame(self) -> Any:
        """Return the user's rows with p_value, surprise, anomaly and reason, in their own library.

        Reasons stand at the findings (the oddest 1,000 of them), or at the oddest rows if there is
        no finding. `surprise` is in bits.
        """
        return give_back(self.table, self._columns(np.arange(len(self))), None)

    def anomalies(self) -> Any:
        """Return only the findings, oddest first; the oddest rows if none passes the promise.

        `row` counts from 1 in the order of the data; `anomaly` tells which rows pass.
        """
        rows = self.oddest
        return give_back(self.table, {"row": rows + 1, **self._columns(rows)}, rows)

    def report(self, path: str | Path) -> Path:
        """Write one self-contained HTML file (below 1 MB, works offline) and return its path."""
        from likely.workflow.report import write_report

        return write_report(self, Path(path))

    def summary(self) -> str:
        """Say in a few sentences what was found, under which promise, resting on what."""
        n, found = len(self), int(self.anomaly.sum())
        rows = "1 row" if n == 1 else f"{n:,} rows"
        decision = self.decision
        if decision.ranking_only:
            return (
                f"{rows} {'is' if n == 1 else 'are'} ranked; none is reported, because no promise "
                f"can be given: {decision.basis}."
            )
        if decision.name == "top":
            oddest = "The oddest" if found == 1 else f"The {found:,} oddest"
            return f"{oddest} of {rows}; a ranking as asked for, which promises nothing."
        ending = f" It rests on {decision.basis}." if decision.basis else ""
        verdict = f"Nothing odd in {rows}"
        if found:
            verdict = f"{found:,} of {rows} {'is' if found == 1 else 'are'} unlikely"
        return f"{verdict}; promise: {decision.promise}.{ending}"

    @cached_property
    def _reasons(self) -> dict[int, str]:
        rows = self.oddest[:MOST_EXPLAINED]
        sentences = [explanation.sentence for explanation in self.explanations(rows)]
        return dict(zip(rows.tolist(), sentences, strict=True))

    def _columns(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        reasons = np.array([self._reasons.get(int(row), "") for row in rows], dtype=object)
        return {
            "p_value": self.p_values[rows],
            "surprise": self.surprise[rows],
            "anomaly": self.anomaly[rows],
            "reason": reasons,
        }
