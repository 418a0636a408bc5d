"""What was measured of a synthetic table: a list, a sentence, a gate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from likely.core.errors import ParameterError
from likely.data.table import Table
from likely.evaluation.column_shapes import ColumnShapes
from likely.evaluation.coverage import Coverage
from likely.evaluation.give_aways import GiveAways
from likely.evaluation.intervals import wilson_interval
from likely.evaluation.pair_trends import PairTrends
from likely.evaluation.privacy import Privacy
from likely.evaluation.strange_values import StrangeValues
from likely.evaluation.transfer import Transfer
from likely.evaluation.two_sample import TwoSample

_LISTED = 20


@dataclass(frozen=True)
class Measure:
    """One figure of synthetic rows beside the same figure of real ones.

    Parameters
    ----------
    name : str
        What is measured.
    synthetic, real : float
        Of synthetic rows, and of real rows held out in their place; NaN if not measured.
    unit : str
        "%", or the metric.
    ideal : str
        What is ideal.
    low, high : float
        Interval of the synthetic figure; NaN if there is none.
    """

    name: str
    synthetic: float
    real: float
    unit: str
    ideal: str
    low: float = np.nan
    high: float = np.nan

    def write(self, value: float) -> str:
        """Return a figure of this measure as a person would write it, without its unit.

        Parameters
        ----------
        value : float
            `synthetic`, `real`, `low` or `high`.
        """
        if not np.isfinite(value):
            return "–"
        return f"{value:.{2 if self.unit in ('%', 'ratio') else 3}f}"

    @property
    def interval(self) -> str:
        """The interval as a person would write it; empty if there is none."""
        there = np.isfinite(self.low) and np.isfinite(self.high)
        return f"{self.write(self.low)} to {self.write(self.high)}" if there else ""


@dataclass(frozen=True)
class Gate:
    """Whether a synthetic table may pass, and why.

    Parameters
    ----------
    passed : bool
        Whether it may; a `Gate` is true if it is.
    reason : str
        Why, in a sentence.
    """

    passed: bool
    reason: str

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        return f"{'Passed' if self.passed else 'Not passed'}: {self.reason}"


@dataclass(frozen=True)
class Judged:
    """All that is measured of one table in the role of the synthetic one.

    Parameters
    ----------
    shapes : ColumnShapes
        Columns beside those of the training rows.
    trends : PairTrends
        Pairs of columns beside those of the training rows.
    told_from_holdout, told_from_training : TwoSample
        How well boosted trees tell its rows from real ones.
    give_aways : GiveAways
        Which columns tell them from rows held out.
    coverage : Coverage
        Of rows held out.
    privacy : Privacy
        What it tells about training rows.
    strange : StrangeValues
        Values that no training row has the like of.
    """

    shapes: ColumnShapes
    trends: PairTrends
    told_from_holdout: TwoSample
    told_from_training: TwoSample
    give_aways: GiveAways
    coverage: Coverage
    privacy: Privacy
    strange: StrangeValues


@dataclass(frozen=True)
class SyntheticReport:
    """A synthetic table judged, every figure beside that of real rows held out.

    Parameters
    ----------
    synthetic : Judged
        What was measured of the synthetic rows.
    real : Judged
        The same of real rows held out, in the same numbers.
    transfer : Transfer or None
        What a model learns from synthetic rows; None without a target.
    rows : tuple of int
        How many synthetic, training and held-out rows there are.
    made, learnt : Table
        The synthetic rows whose columns were compared, and the training rows.
    notes : tuple of str
        What was decided while reading.
    """

    synthetic: Judged
    real: Judged
    transfer: Transfer | None
    rows: tuple[int, int, int]
    made: Table = field(repr=False)
    learnt: Table = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All figures, each beside that of real rows."""
        return (*self._likeness(), *self._use(), *self._privacy())

    def table(self) -> Any:
        """Return one row a measure, in the library of the training rows (or as a `pyarrow.Table`).

        Returns
        -------
        dataframe
            Columns measure, synthetic, real, unit, ideal, low, high.
        """
        import narwhals.stable.v2 as nw  # deferred: who only prints needs neither
        import pyarrow as pa

        rows = [asdict(measure) for measure in self.measures]
        table = pa.Table.from_pylist([{"measure": row.pop("name"), **row} for row in rows])
        frame = nw.from_native(self.learnt.native, pass_through=True)
        if not isinstance(frame, (nw.DataFrame, nw.LazyFrame)):
            return table
        return nw.from_arrow(table, backend=frame.implementation).to_native()

    def passes(self, max_copies: float | None = None) -> Gate:
        """Tell whether the synthetic rows have few enough copies of training rows.

        Parameters
        ----------
        max_copies : float in [0, 1], optional
            The largest share of synthetic rows that may equal a training row. Default: the upper
            end of the interval of that share among real rows held out, which are copies by chance.

        Returns
        -------
        Gate
            True or false, with the reason in words.

        Raises
        ------
        ParameterError
            If `max_copies` is out of range.
        """
        if max_copies is not None and not 0 <= max_copies <= 1:
            raise ParameterError(f"max_copies must be a share in [0, 1]. Got {max_copies!r}.")
        found = self.synthetic.privacy
        limit = found.copies_real_interval[1] if max_copies is None else max_copies
        usual = "" if max_copies is not None else ", the most that real rows would have by chance"
        verb = "at most" if found.copies <= limit else "more than"
        return Gate(
            found.copies <= limit,
            f"{found.copies:.2%} of {self.rows[0]:,} synthetic rows are copies of training rows, "
            f"{verb} {limit:.2%}{usual} (of real rows held out {found.copies_real:.2%}).",
        )

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values; what was not measured is None."""
        made, train, holdout = self.rows
        given = self.synthetic.give_aways
        return {
            "rows": {"synthetic": made, "train": train, "holdout": holdout},
            "measures": [_plain(asdict(measure)) for measure in self.measures],
            "columns": [
                {"name": name, "error": 1 - float(a), "error_real": 1 - float(b)}
                for name, a, b in zip(
                    self.synthetic.shapes.names,
                    self.synthetic.shapes.similarity,
                    self.real.shapes.similarity,
                    strict=True,
                )
            ],
            "pairs": [
                {"columns": [one, other], "error": error}
                for one, other, error in self.synthetic.trends.worst(_LISTED)
            ],
            "given_away_by": {
                "columns": [{"name": name, "auroc": auc} for name, auc in given.columns],
                "pairs": [
                    {"columns": [one, other], "auroc": auc, "gain": gain}
                    for one, other, auc, gain in given.pairs[:_LISTED]
                ],
            },
            "strange_values": list(self.synthetic.strange.reasons[:_LISTED]),
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        told, usual = self.synthetic.told_from_holdout.auroc, self.real.told_from_holdout.auroc
        shapes, trends = self.synthetic.shapes.error, self.synthetic.trends.error
        parts = [
            f"Boosted trees tell {self.rows[0]:,} synthetic rows from real ones held out with "
            f"AUROC {told:.3f} (real rows: {usual:.3f}; 0.5 is ideal).",
            f"Columns differ by {shapes:.2%} (real rows: {self.real.shapes.error:.2%}), pairs of "
            f"columns by {trends:.2%} ({self.real.trends.error:.2%}).",
            str(self.transfer) if self.transfer else "",
            str(self.synthetic.privacy),
            str(self.synthetic.give_aways),
        ]
        return " ".join(part for part in parts if part)

    def _likeness(self) -> Iterator[Measure]:
        made, real = self.synthetic, self.real
        yield Measure(
            "Columns differ", 100 * made.shapes.error, 100 * real.shapes.error, "%", "as real"
        )
        yield Measure(
            "Pairs of columns differ",
            100 * made.trends.error,
            100 * real.trends.error,
            "%",
            "as real",
        )
        for name, tests in (
            ("Trees tell them from held-out rows",
             (made.told_from_holdout, real.told_from_holdout)),
            ("Trees tell them from training rows",
             (made.told_from_training, real.told_from_training)),
        ):  # fmt: skip
            yield Measure(
                name, tests[0].auroc, tests[1].auroc, "AUROC", "0.5", *tests[0].auroc_interval
            )
        yield Measure(
            "Rows with a value no training row has the like of",
            100 * made.strange.share,
            100 * real.strange.share,
            "%",
            "as real",
        )

    def _use(self) -> Iterator[Measure]:
        made, real = self.synthetic.coverage, self.real.coverage
        yield Measure("Look real (density)", made.density, real.density, "ratio", "as real")
        yield Measure(
            "Held-out rows covered", 100 * made.coverage, 100 * real.coverage, "%", "as real"
        )
        found = self.transfer
        if found is None:
            return
        low, high = (found.real - gap for gap in found.gap_interval[::-1])
        yield Measure(
            f"Predicting {found.target!r} after learning from them",
            found.synthetic,
            found.real,
            found.metric,
            "as real",
            low,
            high,
        )

    def _privacy(self) -> Iterator[Measure]:
        made, real = self.synthetic.privacy, self.real.privacy
        yield Measure(
            "Copies of training rows",
            100 * made.copies,
            100 * made.copies_real,
            "%",
            "at most real",
            *(100 * end for end in wilson_interval(made.copies, self.rows[0])),
        )
        yield Measure(
            "Nearer to training than to held-out rows",
            100 * made.nearer_to_training,
            100 * real.nearer_to_training,
            "%",
            "50",
            *(100 * end for end in made.nearer_interval),
        )
        yield Measure(
            "Who was learnt from can be told",
            made.membership,
            real.membership,
            "AUROC",
            "0.5",
            *made.membership_interval,
        )
        for percent in (5, 50):
            yield Measure(
                f"Closest training row, {percent} % quantile",
                float(made.distances[percent]),
                float(made.distances_real[percent]),
                "spreads",
                "as real",
            )


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return values with None for what is no finite number."""
    return {
        k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in values.items()
    }
