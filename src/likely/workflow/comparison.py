"""`Comparison`: what `likely.compare` returns."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

FDR = 0.1
"""Findings are counted under this promise."""

_NONE = "–"
_OF_LABELS = ("AUROC", "AP", "found")
_ALARMS = {
    "rate": "alarm_rate",
    "low": "alarm_rate_low",
    "high": "alarm_rate_high",
    "found": "anomalies_found",
}


@dataclass(frozen=True)
class Accuracy:
    """How well a method ranks labelled anomalies first, with 95 % bootstrap intervals.

    Attributes
    ----------
    auroc, auroc_low, auroc_high : float in [0, 1]
        Chance that an anomaly is odder than an ordinary row.
    average_precision, average_precision_low, average_precision_high : float in [0, 1]
        Area under precision and recall; chance gives the share of anomalies.
    """

    auroc: float
    auroc_low: float
    auroc_high: float
    average_precision: float
    average_precision_low: float
    average_precision_high: float


@dataclass(frozen=True)
class Alarms:
    """What a method reported among rows that are new to it, under a promise `fpr`.

    Attributes
    ----------
    rate : float in [0, 1]
        Share of the ordinary rows reported: at most `fpr`, if the promise is kept. Without labels
        the share of all rows, anomalies among them.
    low, high : float in [0, 1]
        Its 95 % interval (Clopper and Pearson's), for as many rows as were judged.
    found : float in [0, 1] or None
        Share of the anomalies reported; None if there are none, or no labels.
    """

    rate: float
    low: float
    high: float
    found: float | None


@dataclass(frozen=True)
class Result:
    """What came out for one method.

    Attributes
    ----------
    method : str
        Its name.
    findings : int or None
        Rows reported at `fdr=0.1`; 0 if the promise was withdrawn.
    promise_held : bool or None
        Whether the scores agree with the promise's assumption about their tail.
    why_not : str
        What speaks against the promise.
    alarms : Alarms or None
        What it reports of one half of the rows after learning from the other; None with fewer than
        20 rows.
    agreement : float in [-1, 1] or None
        Rank correlation of its oddness with the mean rank over all methods asked for; None if it
        was the only one.
    seconds : float or None
        Wall-clock time that `likely.detect` takes: learning from every fold, judging every row
        once, calibrating.
    mebibytes : float or None
        Peak of the memory that Python and NumPy allocate while it learns from one half of the rows
        and judges the other, in 2²⁰ bytes; what C++ code allocates by itself is not counted.
    accuracy : Accuracy or None
        With labels.
    error : str
        Why it failed; empty if it did not.
    """

    method: str
    findings: int | None = None
    promise_held: bool | None = None
    why_not: str = ""
    alarms: Alarms | None = None
    agreement: float | None = None
    seconds: float | None = None
    mebibytes: float | None = None
    accuracy: Accuracy | None = None
    error: str = ""

    def flat(self) -> dict[str, Any]:
        """Return all values in one dictionary; those of a missing part are None."""
        values = asdict(self)
        accuracy = values.pop("accuracy") or dict.fromkeys(Accuracy.__dataclass_fields__)
        alarms = values.pop("alarms") or dict.fromkeys(Alarms.__dataclass_fields__)
        error = values.pop("error")
        told = {_ALARMS[name]: value for name, value in alarms.items()}
        return {**values, **told, **accuracy, "error": error}


@dataclass(frozen=True)
class Comparison:
    """Several methods on the same rows.

    Attributes
    ----------
    results : tuple of Result
        One a method, in the order asked for; with labels the baseline comes last.
    rows : int
        How many rows were judged.
    labelled, anomalies : int
        How many of them have a label, and how many of those are anomalies.
    fpr : float
        The share of false alarms promised for new rows.
    notes : tuple of str
        What was decided while reading the data.
    """

    results: tuple[Result, ...]
    rows: int
    labelled: int = 0
    anomalies: int = 0
    fpr: float = 0.01
    notes: tuple[str, ...] = ()
    native: Any = field(default=None, repr=False)

    def frame(self) -> Any:
        """Return one row a method, in the user's dataframe library (or as a `pyarrow.Table`)."""
        import narwhals.stable.v2 as nw  # deferred: who only prints needs neither
        import pyarrow as pa

        table = pa.Table.from_pylist(self._rows())
        frame = nw.from_native(self.native, pass_through=True)
        if not isinstance(frame, (nw.DataFrame, nw.LazyFrame)):
            return table
        return nw.from_arrow(table, backend=frame.implementation).to_native()

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain JSON values."""
        return {
            "rows": self.rows,
            "labelled": self.labelled,
            "anomalies": self.anomalies,
            "fdr": FDR,
            "fpr": self.fpr,
            "results": self._rows(),
            "notes": list(self.notes),
        }

    def cells(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return headings and rows of text, as `str` shows them."""
        columns = {
            "method": [result.method for result in self.results],
            "AUROC": [_interval(result.accuracy, "auroc") for result in self.results],
            "AP": [_interval(result.accuracy, "average_precision") for result in self.results],
            "findings": [_findings(result) for result in self.results],
            "alarms": [_alarms(result.alarms) for result in self.results],
            "found": [_found(result.alarms) for result in self.results],
            "agreement": [_number(result.agreement, ".2f") for result in self.results],
            "seconds": [_number(result.seconds, ".2f") for result in self.results],
            "MiB": [_number(result.mebibytes, ",.1f") for result in self.results],
        }
        shown = [name for name in columns if self.labelled or name not in _OF_LABELS]
        return tuple(shown), list(zip(*(columns[name] for name in shown), strict=True))

    def title(self) -> str:
        """Say what was compared, in a sentence."""
        text = f"{self.rows:,} rows, each judged by models that did not see it"
        if self.labelled:
            text += f"; {self.anomalies:,} of {self.labelled:,} labelled rows are anomalies"
        return text + "."

    def legend(self) -> list[str]:
        """Say what the columns mean, and what went wrong, in sentences."""
        whose = "ordinary rows" if self.labelled else "rows, odd ones among them,"
        lines = [
            f"findings: rows reported at fdr {FDR}. agreement: rank correlation with the mean rank "
            "over the methods asked for.",
            f"alarms: share of {whose} reported at fpr {self.fpr:g} in one half of the rows after "
            "learning from the other, and its 95 % interval.",
            "seconds: learning from all folds and judging every row. MiB: peak memory of Python "
            "and NumPy while learning one half and judging the other.",
        ]
        if self.labelled:
            lines.append(
                "AUROC: chance that an anomaly is odder than an ordinary row. AP: average "
                f"precision; chance gives {self.anomalies / self.labelled:.2g}. ±: half the width "
                "of the 95 % bootstrap interval. found: share of the anomalies behind the alarms."
            )
        withdrawn: dict[str, list[str]] = {}
        for result in self.results:
            if result.promise_held is False:
                withdrawn.setdefault(result.why_not, []).append(result.method)
        lines += [f"withdrawn, {', '.join(names)}: {why}." for why, names in withdrawn.items()]
        return lines + [f"{r.method} failed: {r.error}" for r in self.results if r.error]

    def __str__(self) -> str:
        heads, rows = self.cells()
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        lines = [
            "  ".join(
                cell.ljust(width) if j == 0 else cell.rjust(width)
                for j, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in (heads, *rows)
        ]
        return "\n".join([self.title(), "", *lines, "", *self.legend()])

    def _rows(self) -> list[dict[str, Any]]:
        return [result.flat() for result in self.results]


def _interval(accuracy: Accuracy | None, name: str) -> str:
    if accuracy is None:
        return _NONE
    value, low, high = (getattr(accuracy, name + end) for end in ("", "_low", "_high"))
    return f"{value:.2f} ±{(high - low) / 2:.2f}"


def _findings(result: Result) -> str:
    if result.findings is None:
        return _NONE
    return f"{result.findings:,}" if result.promise_held else "withdrawn"


def _alarms(alarms: Alarms | None) -> str:
    if alarms is None:
        return _NONE
    return f"{alarms.rate:.2g} ({alarms.low:.2g}-{alarms.high:.2g})"


def _found(alarms: Alarms | None) -> str:
    return _number(None if alarms is None else alarms.found, ".2f")


def _number(value: float | None, form: str) -> str:
    return _NONE if value is None else format(value, form)
