"""Labels as users give them, and what learning makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from likely.base.labelled import Labelled, label_values
from likely.base.model import Model
from likely.calibration.known_rows import judge_by_ordinary
from likely.calibration.same_rows import Judgement, judge_same_rows
from likely.core import catalogue
from likely.core.errors import DataError, ParameterError
from likely.data.column import plural
from likely.data.table import Table
from likely.evaluation.inputs import check_labels


def read_labels(labels: Any, table: Table, *, both: bool = True) -> np.ndarray:
    """Return labels as 1, 0 or NaN, shape (n,); all NaN if there are none.

    Parameters
    ----------
    labels : str, array of shape (n,) or None
        The name of a column of the table, or one value a row.
    table : Table of n rows
        The rows.
    both : bool, default True
        Whether both 1 and 0 must occur, as they must to measure accuracy.

    Raises
    ------
    DataError
        If they are not 1, 0 and missing, not one a row, or one of both is lacking.
    """
    if labels is None:
        return np.full(len(table), np.nan)
    values = _column(labels, table) if isinstance(labels, str) else labels
    truth = label_values(values, len(table))
    if both:
        check_labels(truth[~np.isnan(truth)])
    return truth


@dataclass(frozen=True)
class Lesson:
    """What is known of rows before learning, and what a model makes of it.

    Parameters
    ----------
    known : ndarray of shape (n,)
        1 for known anomalies, 0 for rows known to be ordinary, NaN where nothing is known.
    for_model : bool
        Whether the model learns from labels.
    kept_out : ndarray of bool, shape (n,)
        Rows that new rows are never compared with.
    notes : tuple of str
        Both in words; nothing if there are no labels.
    """

    known: np.ndarray
    for_model: bool
    kept_out: np.ndarray
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> np.ndarray | None:
        """What the model is told; None for one that does not learn from labels."""
        return self.known if self.for_model else None

    @property
    def unlearnt(self) -> np.ndarray:
        """Rows that the model must not learn from, though it judges them; bool, shape (n,)."""
        return np.zeros_like(self.kept_out) if self.for_model else self.kept_out

    def judge(self, oddness: np.ndarray, model: Model) -> Judgement:
        """Return p-values of the rows from their held-out oddness."""
        if self.for_model:
            return judge_by_ordinary(oddness, self.known == 0)
        if not self.kept_out.any():
            return judge_same_rows(oddness, model)
        return judge_same_rows(oddness, model, np.flatnonzero(~self.kept_out))


def take_lesson(
    model: Model, known: np.ndarray | None, n: int, *, normal: bool, judged: str = "rows"
) -> Lesson:
    """Return what a model makes of what is known of n rows.

    Parameters
    ----------
    model : Model
        What will learn from the rows.
    known : ndarray of shape (n,) or None
        1, 0 or NaN; None if there are no labels.
    n : int
        How many rows there are.
    normal : bool
        Whether only rows known to be ordinary are learnt from.
    judged : {"rows", "groups"}, default "rows"
        What the labels are about.

    Raises
    ------
    DataError
        If labels that are needed are lacking.
    ParameterError
        If the model learns from anomalies and `normal` forbids it.
    """
    if known is None:
        return Lesson(np.full(n, np.nan), False, np.zeros(n, dtype=bool))
    learner = _learner(model)
    name = type(learner).__name__
    if normal:
        if isinstance(learner, Labelled):
            raise ParameterError(
                f"{name} learns from anomalies, and normal=True from ordinary rows only. Choose "
                "another method, or leave normal out."
            )
        return _from_ordinary(known, judged)
    anomalies = int((known == 1).sum())
    if not anomalies or n - anomalies < 2:
        raise DataError(
            f"Labels must hold at least one anomaly (1), and two {judged} that are ordinary (0) or "
            f"unknown (missing). Found {anomalies:,} anomalies in {n:,} {judged}. To learn from "
            f"ordinary {judged} only, ask for normal=True."
        )
    if not isinstance(learner, Labelled):
        text = f"{name} does not learn from labels: {_count(anomalies)} kept out of what it learns "
        text += f"from and of the reference that new {judged} are compared with, no more."
        return Lesson(known, False, known == 1, (text,))
    if learner.needs_labels and anomalies < 2:
        raise DataError(
            f"{name} needs at least 2 labelled anomalies, so that a model that saw one judges the "
            "other. Found 1, which is enough for FewLabels."
        )
    return _from_anomalies(known, anomalies)


def _learner(model: Model) -> Model:
    """Return what would learn from labels: in a context it is the detector, not the model."""
    member = getattr(model, "member", model)
    return catalogue.make(member) if isinstance(member, str) else member


def _from_ordinary(known: np.ndarray, judged: str) -> Lesson:
    ordinary = int((known == 0).sum())
    if ordinary < 2:
        raise DataError(
            f"With labels, normal=True learns from the {judged} labelled 0 only. Found "
            f"{ordinary:,}; at least 2 are needed."
        )
    text = f"Learnt from the {ordinary:,} {judged} labelled ordinary only, of {len(known):,}."
    return Lesson(known, False, known != 0, (text,))


def _from_anomalies(known: np.ndarray, anomalies: int) -> Lesson:
    ordinary = int((known == 0).sum())
    rest = "all others are labelled ordinary"
    if anomalies + ordinary < len(known):
        rest = "the others are taken for ordinary"
        rest = f"{ordinary:,} labelled ordinary; {rest}" if ordinary else rest
    text = f"{_count(anomalies)} learnt from and kept out of the reference; {rest}."
    return Lesson(known, True, known == 1, (text,))


def _count(anomalies: int) -> str:
    """Return the subject of a sentence with its verb."""
    return "1 known anomaly is" if anomalies == 1 else f"{anomalies:,} known anomalies are"


def _column(name: str, table: Table) -> np.ndarray:
    table.check_names([name])
    position = table.names.index(name)
    column = table.columns[position]
    values = table.matrix[:, position]
    if column.kind not in ("number", "boolean") and not np.isnan(values).all():
        raise DataError(
            f"The label column {name!r} holds {plural(column)}. Expected 1 for an anomaly, 0 for "
            "an ordinary row, and nothing where it is unknown."
        )
    return values
