"""All evidence for a synthetic table at once, beside real rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from likely.core.errors import DataError
from likely.core.random import generator, some_rows
from likely.data.aside import set_aside_useless
from likely.data.frames import as_table
from likely.data.table import Table
from likely.evaluation.column_shapes import shapes_of
from likely.evaluation.coverage import Coverage, prdc
from likely.evaluation.give_aways import give_aways_of
from likely.evaluation.pair_trends import trends_of
from likely.evaluation.privacy import distance_features, privacy_of
from likely.evaluation.same_columns import same_columns
from likely.evaluation.strange_values import strange_of
from likely.evaluation.synthetic_report import Judged, SyntheticReport
from likely.evaluation.transfer import transfer_of
from likely.evaluation.two_sample import TwoSample, two_sample_test

_FEWEST = 20
_TOLD, _FOLDS = 8_000, 3
_COVERED = 3_000
_NEAR = 5_000


def judge_synthetic(
    synthetic: Any, train: Any, holdout: Any, target: str | None = None, seed: int = 0
) -> SyntheticReport:
    """Judge whether a synthetic table is like the real one, of use, and no copy of it.

    Every figure stands beside that of real rows held out, in the same numbers: what a perfect
    generator would have. Where that is not possible (copies, nearness, membership), one half of the
    held-out rows plays the synthetic table, and the other half is held out.

    Parameters
    ----------
    synthetic : dataframe of any library, array, list, dict or path, at least 20 rows
        Synthetic rows, with the columns of `train` in any order.
    train : as `synthetic`
        All real rows that the generator has learnt from.
    holdout : as `synthetic`
        Real rows of the same source that it has not learnt from.
    target : str, optional
        A column that models learn to predict from the others, from synthetic and from real rows;
        see `likely.evaluation.transfer`.
    seed : int in [0, inf), default 0
        Of all draws, folds and trees.

    Returns
    -------
    SyntheticReport
        `print` says it in sentences, `table()` lists all figures, `passes(max_copies=0.01)` is a
        gate.

    Raises
    ------
    DataError
        If the columns are not the same, or there are fewer than 20 rows of any sort.

    Notes
    -----
    Columns of `train` that look like identifiers or free text are set aside, and a note says so: a
    row of which only the identifier is new counts as a copy.

    Columns and pairs are compared in as many rows as the smaller of the synthetic and the held-out
    table has. Trees see at most 8,000 rows of each sort, in three folds; coverage is that of at
    most 3,000, distances those of at most 5,000 rows. A table of 32,561 x 15 takes 15 to 30 s.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.random.default_rng(0).normal(size=(180, 2))
    >>> report = judge_synthetic(rows[:60], rows[60:120], rows[120:])
    >>> report.passes().passed, report.synthetic.privacy.copies
    (True, 0.0)
    >>> copied = judge_synthetic(rows[60:120], rows[60:120], rows[120:])
    >>> print(copied.passes(max_copies=0.01))
    Not passed: 100.00% of 60 synthetic rows are copies of training rows, more than 1.00% (of real rows held out 0.00%).
    """  # noqa: E501 - what is printed
    names = ("training", "synthetic", "held-out")
    real = _without_identifiers(as_table(train), target)
    learnt, made, apart = same_columns(real, synthetic, holdout, names=names)
    for table, name in zip((learnt, made, apart), names, strict=True):
        if len(table) < _FEWEST:
            raise DataError(
                f"At least {_FEWEST} rows of each sort are needed. Found {len(table)} {name} ones."
            )
    rng = generator(seed)
    order = rng.permutation(len(apart))
    halves = [apart.take(np.sort(half)) for half in np.array_split(order, 2)]
    n = min(len(made), len(apart))
    judge = _Judge(learnt, apart, n, seed)
    return SyntheticReport(
        synthetic=judge(made, apart, (made, apart)),
        real=judge(apart, learnt, (halves[0], halves[1])),
        transfer=None if target is None else transfer_of(learnt, made, apart, target, seed=seed),
        rows=(len(made), len(learnt), len(apart)),
        made=judge.some(made, n),
        learnt=learnt,
        notes=tuple(dict.fromkeys((*learnt.notes, *made.notes, *apart.notes))),
    )


def _without_identifiers(table: Table, target: str | None) -> Table:
    """Return a table in which identifiers and free text are set aside, but for the target.

    Nobody asks whether made-up identifiers are like real ones, and a copy with a new one is a copy.
    """
    checked = set_aside_useless(table)
    columns = [
        replace(column, set_aside=None)
        if column.name == target and column.set_aside != "nested"
        else column
        for column in checked.columns
    ]
    return replace(checked, columns=tuple(columns))


class _Judge:
    """Measures tables in the role of the synthetic one, all in the same numbers."""

    def __init__(self, learnt: Table, apart: Table, n: int, seed: int) -> None:
        self.learnt, self.apart, self.n, self.seed = learnt, apart, n, seed

    def __call__(self, table: Table, opposite: Table, near: tuple[Table, Table]) -> Judged:
        """Judge a table.

        Parameters
        ----------
        table : Table
            In the role of the synthetic one.
        opposite : Table
            Real rows that are no part of it: those held out, or for these the training rows.
        near : (Table, Table)
            What is near to training rows, and the rows held out beside it.
        """
        same = self.some(table, self.n)
        told = self._told(opposite, table)
        from_training = told if opposite is self.learnt else self._told(self.learnt, table)
        return Judged(
            shapes=shapes_of(self.learnt, same),
            trends=trends_of(self.learnt, same, seed=self.seed),
            told_from_holdout=told,
            told_from_training=from_training,
            give_aways=give_aways_of(opposite, table, most=min(self.n, _TOLD), seed=self.seed),
            coverage=self._covered(opposite, table),
            privacy=privacy_of(near[0], self.learnt, near[1], most=_NEAR, seed=self.seed),
            strange=strange_of(self.learnt, same),
        )

    def some(self, table: Table, most: int) -> Table:
        """Return at most so many rows, always the same ones."""
        return table.take(some_rows(len(table), most, generator(self.seed)))

    def _told(self, real: Table, table: Table) -> TwoSample:
        most = min(self.n, _TOLD)
        return two_sample_test(real, table, "codes", folds=_FOLDS, most=most, seed=self.seed)

    def _covered(self, real: Table, table: Table) -> Coverage:
        n = min(self.n, len(real), _COVERED)
        rows = distance_features((self.learnt, self.apart), self.some(real, n), self.some(table, n))
        return prdc(*rows, space="given")
