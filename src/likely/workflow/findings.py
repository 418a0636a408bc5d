"""`Findings`: rows judged under a promise, and what can be shown of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from likely.base.capabilities import Explainer
from likely.calibration.decisions import (
    alarms_in_words,
    benjamini_hochberg,
    check_promise,
    most_odd,
    rows_a_day,
)
from likely.core.errors import CannotDo, DataError
from likely.data.back import give_back
from likely.data.clips import Clips
from likely.data.samples import Samples
from likely.data.shaped import Shaped
from likely.data.table import Table
from likely.data.texts import Texts
from likely.explanation import Explanation
from likely.explanation.places import odd_map

if TYPE_CHECKING:
    from likely.data.batches import LargeFile
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
            "alerts": f"at most {alarms_in_words(self.value)} on average",
        }[self.name]

    def resting_on(self, basis: str) -> Decision:
        """Return the decision with what it rests on."""
        return replace(self, basis=basis)

    def withdrawn(self, why: str) -> Decision:
        """Return the decision without its promise: a ranking, with the reason."""
        nothing = np.zeros_like(self.anomaly)
        return replace(self, anomaly=nothing, ranking_only=True, basis=why)


def decide(log_p: np.ndarray, asked: Mapping[str, Any], a_day: float | None) -> Decision:
    """Cut rows by the promise asked for.

    Parameters
    ----------
    log_p : ndarray of shape (n,)
        Natural logarithms of the p-values.
    asked : mapping
        The values of `fdr`, `fpr`, `top` and `alerts`; at most one is not None.
    a_day : float or None
        How many rows a day there are, for an alert budget; None if nobody knows.
    """
    name, value = check_promise(asked["fdr"], asked["fpr"], asked["top"], asked["alerts"])
    if name == "top":
        return Decision(name, value, most_odd(log_p, int(value)), 1.0)
    if name == "fdr":
        anomaly = benjamini_hochberg(log_p, value)
        return Decision(name, value, anomaly, value * max(int(anomaly.sum()), 1) / len(log_p))
    if name == "alerts":
        if a_day is None:
            raise DataError(
                "An alert budget needs a column of times. Name it with time=, or ask for fdr, fpr "
                "or top."
            )
        level = min(value / a_day, 1.0)
        return Decision(name, value, log_p <= np.log(level), level)
    return Decision(name, value, log_p <= np.log(value), value)


def pace_of_rows(clock: np.ndarray | None, asked: Mapping[str, Any]) -> float | None:
    """Return how many rows a day there are, if that was asked for and there is a clock."""
    return None if clock is None or asked["alerts"] is None else rows_a_day(clock)


def first_oddest(scores: np.ndarray, log_p: np.ndarray, count: int) -> np.ndarray:
    """Return the positions of the oddest rows, oddest first; of all if there are fewer.

    Parameters
    ----------
    scores : ndarray of shape (n,)
        Scores, which order rows of equal p-value.
    log_p : ndarray of shape (n,)
        Natural logarithms of the p-values.
    count : int
        How many rows.
    """
    if count < len(log_p):  # sorting all of very many rows would take long
        candidates = np.flatnonzero(log_p <= np.partition(log_p, count - 1)[count - 1])
    else:
        candidates = np.arange(len(log_p))
    order = np.lexsort((scores[candidates], log_p[candidates]))
    return candidates[order[:count]]


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
    drift : tuple of str
        How the rows no longer look like those learnt from, largest change first; empty if they do,
        or if they are the rows learnt from.
    source : LargeFile or None
        Where the rows are if memory does not hold them all; `table` then has the oddest ones only.
    held : ndarray of int64 or None
        Positions of the rows that `table` has, ascending; None if it has all.
    shaped : Shaped, Texts, Clips or None
        The samples, if series, images, video, texts or sound are judged; `table` then has one row a
        sample, with its name, its size and the like.
    """

    learned: Learned = field(repr=False)
    table: Table = field(repr=False)
    scores: np.ndarray = field(repr=False)
    log_p: np.ndarray = field(repr=False)
    decision: Decision
    notes: tuple[str, ...] = field(default=(), repr=False)
    drift: tuple[str, ...] = ()
    source: LargeFile | None = field(default=None, repr=False)
    held: np.ndarray | None = field(default=None, repr=False)
    shaped: Shaped | Texts | Clips | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.log_p)

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

    @property
    def count(self) -> int:
        """How many findings there are."""
        return int(self.anomaly.sum())

    @cached_property
    def oddest(self) -> np.ndarray:
        """Positions of the findings, oddest first; of the oddest rows if there is no finding."""
        return first_oddest(self.scores, self.log_p, int(self.anomaly.sum()) or SHOWN)

    def explanations(self, rows: np.ndarray) -> list[Explanation]:
        """Explain rows by position, in the order given."""
        return self.learned.explain_samples(self.rows(rows))

    def rows(self, positions: np.ndarray) -> Samples:
        """Return rows by position, in the order given; read from the file if they are not held."""
        if self.shaped is not None:
            return self.shaped.take(positions)
        if self.source is None or self.held is None:
            return self.table.take(positions)
        places = np.searchsorted(self.held, positions)
        if np.array_equal(self.held[np.minimum(places, len(self.held) - 1)], positions):
            return self.table.take(places)
        return self.source.table(self.source.take(positions), self.learned.columns, part=True)

    def frame(self) -> Any:
        """Return the user's rows with p_value, surprise, anomaly and reason, in their own library.

        Reasons stand at the findings (the oddest 1,000 of them), or at the oddest rows if there is
        no finding. `surprise` is in bits.

        Raises
        ------
        CannotDo
            If the rows are in a file larger than memory: `write` writes the same, part by part.
        """
        if self.source is not None:
            raise CannotDo(
                f"{self.source.path} is larger than memory is meant for, so its {len(self):,} rows "
                "make no frame. Use write(folder) for all rows, or anomalies() for the findings."
            )
        return give_back(self.table, self.columns(np.arange(len(self))), None)

    def anomalies(self) -> Any:
        """Return only the findings, oddest first; the oddest rows if none passes the promise.

        `row` counts from 1 in the order of the data; `anomaly` tells which rows pass.
        """
        rows = self.oddest
        added = {"row": rows + 1, **self.columns(rows)}
        if self.source is not None:
            return give_back(self.source.take(rows), added)
        return give_back(self.table, added, rows)

    def write(self, folder: str | Path) -> Path:
        """Write all rows with p_value, surprise, anomaly and reason to a new folder of Parquet.

        Parameters
        ----------
        folder : str or Path
            Where; it must not exist yet, or be empty. Below it, `rows` has the rows in their order,
            in parts, and `findings.parquet` what `anomalies` returns.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        PersistenceError
            If there is something in the folder, or it cannot be written.
        """
        from likely.workflow.shards import write_shards

        return write_shards(self, Path(folder))

    def name_of(self, row: int) -> str | None:
        """Return what a sample is called; None for rows, which have numbers."""
        return self.shaped.name(row) if self.shaped is not None and self.shaped.named else None

    def told_of(self, row: int) -> dict[str, Any]:
        """Return what is told of a finding beside its p-value, as plain values."""
        name = self.name_of(row)
        return {} if name is None else {"name": name}

    def maps(self, positions: np.ndarray) -> np.ndarray:
        """Return how much every place adds to the oddness of samples, by position in the data.

        Parameters
        ----------
        positions : ndarray of int
            Which samples.

        Returns
        -------
        ndarray of shape (len(positions), *axes)
            Such as (n, height, width) for images; the size is that which the model works in.

        Raises
        ------
        CannotDo
            If rows of a table are judged, or the model does not say where samples are odd.
        """
        model = self.learned.model
        if not isinstance(self.shaped, Shaped) or not isinstance(model, Explainer):
            raise CannotDo(
                f"{type(model).__name__} has no maps of {self.learned.worded('rows')}. "
                "explanations() say why they are odd."
            )
        return odd_map(model, model.schema_.match(self.shaped.take(positions)))

    def report(self, path: str | Path) -> Path:
        """Write one self-contained HTML file (below 1 MB, works offline) and return its path."""
        from likely.workflow.report import write_report

        return write_report(self, Path(path))

    def summary(self) -> str:
        """Say in a few sentences what was found, under which promise, resting on what."""
        return self.learned.worded(self._summary())

    def _summary(self) -> str:
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

    def columns(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Return what is known of rows, by position: p_value, surprise, anomaly, reason."""
        reasons = np.array([self._reasons.get(int(row), "") for row in rows], dtype=object)
        return {
            "p_value": self.p_values[rows],
            "surprise": self.surprise[rows],
            "anomaly": self.anomaly[rows],
            "reason": reasons,
        }
