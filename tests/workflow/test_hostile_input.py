"""Whatever is handed in: a finite result or an error of likely's, never another one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse

import likely
from likely.base.model import Model
from likely.core import catalogue
from likely.testing.labels import needed_labels
from likely.testing.law import hasty

N = 60
EVERY_METHOD = [n for n, e in catalogue.entries().items() if "table" in e.kinds] + ["auto"]
HUGE = np.where(np.arange(N) % 2, 1e308, -1e308)
SPREAD = 1.7e308 * np.sin(np.arange(N))  # distinct, and their differences overflow


def _rows(width: int = 3) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(N, width))


def _with(values: Any, dtype: Any = float) -> np.ndarray:
    rows = _rows().astype(dtype)
    rows[:, 1] = values
    return rows


def _cell(value: float) -> np.ndarray:
    rows = _rows()
    rows[5, 1] = value
    return rows


def _frame(values: Any) -> pd.DataFrame:
    return pd.DataFrame({"a": values, "b": _rows()[:, 0]})


def _read_only() -> np.ndarray:
    rows = _rows()
    rows.flags.writeable = False
    return rows


def _days(start: str) -> np.ndarray:
    return np.datetime64(start, "D") + np.arange(N)


# these hold a table, so there is a result
TABLES: dict[str, Callable[[], Any]] = {
    **{f"a cell of {v}": lambda v=v: _cell(v) for v in (np.nan, np.inf, -np.inf, 1e308, 5e-324)},
    "a column without values": lambda: _with(np.nan),
    "a named column without values": lambda: _frame(np.nan),
    "an infinite column": lambda: _with(np.inf),
    "both infinities": lambda: _frame(np.where(HUGE > 0, np.inf, -np.inf)),
    "huge": lambda: _with(HUGE),
    "huge, named": lambda: _frame(HUGE),
    "huge and all different": lambda: _frame(SPREAD),
    "subnormal": lambda: _frame(5e-324 * np.arange(N)),
    "constant": lambda: _with(3.0),
    "all equal": lambda: np.ones((N, 3)),
    "all missing": lambda: np.full((N, 2), np.nan),
    "all infinite": lambda: np.full((N, 2), np.inf),
    "the same column twice": lambda: _rows()[:, [0, 0, 0]],
    "every row ten times": lambda: np.repeat(_rows()[:6], 10, axis=0),
    "two rows": lambda: _rows()[:2],
    "nine rows": lambda: _rows()[:9],
    "one column": lambda: _rows(1),
    "more columns than rows": lambda: _rows(80),
    "text": lambda: _frame(["x", "y", "z"] * 20),
    "text of an array": lambda: np.array([["a", "b"], ["c", "d"]] * 30),
    "bytes": lambda: pa.table({"a": pa.array([b"\xff\x00"] * N), "b": _rows()[:, 0]}),
    "long text": lambda: _frame(["x" * 10_000, "y"] * 30),
    "control characters": lambda: _frame(["\x00", "\x1b[31m", "\u202e"] * 20),
    "mixed cells": lambda: _frame(pd.Series([1, "x", None, 2.5, True] * 12, dtype=object)),
    "numbers beyond floats": lambda: _frame([10**400, Decimal("1.5")] * 30),
    "unsigned 64 bit": lambda: np.full((N, 2), 2**64 - 1, dtype=np.uint64),
    "days in order": lambda: _frame(_days("2024-01-01")),
    "hours across a change of the clock": lambda: _frame(
        pd.date_range("2024-03-30", periods=N, freq="h", tz="Europe/Berlin")
    ),
    "dates only": lambda: _days("2024-01-01")[::-1].reshape(-1, 1),
    "first and last year": lambda: _frame(
        np.array(["0001-01-01", "9999-12-31"] * 30, dtype="datetime64[us]")
    ),
    "no dates": lambda: _frame([pd.NaT] * N),
    "durations": lambda: _frame(pd.to_timedelta(np.arange(N) % 7, unit="s")),
    "times of day": lambda: pa.table(
        {"a": pa.array(range(N), pa.time64("us")), "b": _rows()[:, 0]}
    ),
    "lists in cells": lambda: pl.DataFrame({"a": [[1, 2]] * N, "b": _rows()[:, 0]}),
    "nulls": lambda: pa.table({"a": pa.nulls(N), "b": _rows()[:, 0]}),
    "half precision": lambda: _rows().astype(np.float16),
    "half precision, overflown": lambda: _with(np.inf, np.float16),
    "whole numbers": lambda: (4 * _rows()).astype(np.int8),
    "yes and no": lambda: _rows() > 0,
    "objects": lambda: _rows().astype(object),
    "masked": lambda: np.ma.masked_array(_rows(), mask=_rows() > 1.5),
    "sparse": lambda: scipy.sparse.random(N, 4, 0.3, format="csr", random_state=0),
    "sparse columns": lambda: _frame(pd.arrays.SparseArray(np.arange(N) % 3)),
    "read-only": _read_only,
    "fields": lambda: np.array([(i / 7, "x") for i in range(N)], dtype=[("a", float), ("b", "U3")]),
    "list of rows": lambda: _rows().tolist(),
    "list of dicts": lambda: [{"a": i / 7, "b": str(i % 3)} for i in range(N)],
    "dict of columns": lambda: {"a": _rows()[:, 0], "b": list(range(N))},
    "lazy": lambda: pl.DataFrame(_rows(), schema=["a", "b", "c"]).lazy(),
    "names that are markup": lambda: pd.DataFrame(
        _rows(4), columns=["名前 📈", "<script>alert(1)</script>", "", "=1+1"]
    ),
    "names that are numbers": lambda: pd.DataFrame(_rows()),
    "names of two levels": lambda: pd.DataFrame(
        _rows(2), columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")])
    ),
    "an index of equal labels": lambda: pd.DataFrame(_rows(2), columns=["a", "b"], index=[0] * N),
}

# and these do not, so there is an error that says so
NO_TABLES: dict[str, tuple[Callable[[], Any], str]] = {
    "no rows": (lambda: np.empty((0, 3)), "0 sample"),
    "no columns": (lambda: np.empty((5, 0)), "0 feature"),
    "an empty frame": (lambda: pd.DataFrame(), "0 sample"),
    "names without rows": (lambda: pl.DataFrame({"a": []}), "0 sample"),
    "one row": (lambda: np.ones((1, 3)), "at least 2 rows"),
    "one dimension": (lambda: np.ones(5), "Expected 2D"),
    "one column of a frame": (lambda: pd.Series(np.ones(5)), "Expected 2D"),
    "complex numbers": (lambda: np.ones((5, 3), dtype=complex), "Complex"),
    "ragged rows": (lambda: [[1, 2], [3]], "equally long"),
    "columns of different lengths": (lambda: {"a": [1, 2], "b": [1]}, "equally long"),
    "one dict": (lambda: {"a": 1.0, "b": "x"}, "list of dicts"),
    "nothing": (lambda: None, "Expected 2D"),
    "a number": (lambda: 3.0, "Expected 2D"),
    "a path to nowhere": (lambda: "nowhere.csv", "no file"),
    "the same name twice": (
        lambda: pd.DataFrame(_rows(), columns=["a", "a", "b"]), "must be unique"
    ),
    "dicts in cells": (lambda: _frame([{}] * N), "inside a cell"),
    "half characters": (lambda: _frame(pd.Series(["\ud800", "b"] * 30, dtype=object)), "Unicode"),
    "half characters in names": (lambda: {"\ud800": [1.0, 2.0] * 30}, "Unicode"),
}  # fmt: skip


def _check_finite(found: likely.Findings) -> None:
    n = len(found)
    assert found.p_values.shape == found.surprise.shape == found.anomaly.shape == (n,)
    assert ((found.p_values > 0) & (found.p_values <= 1)).all()
    assert np.isfinite(found.surprise).all()
    assert (found.surprise >= 0).all()
    assert np.isfinite(found.scores).all()


@pytest.mark.parametrize("name", TABLES)
def test_the_whole_way(name: str, tmp_path: Path) -> None:
    data = TABLES[name]()
    found = likely.detect(data, method="KNN")
    _check_finite(found)
    assert len(found.summary()) > 20
    assert found.frame() is not None
    assert found.anomalies() is not None
    assert found.report(tmp_path / "r.html").stat().st_size < 1_000_000
    found.learned.save(tmp_path / "m.likely")
    loaded = likely.load(tmp_path / "m.likely")
    again = loaded.detect(data, fpr=0.05)
    _check_finite(again)
    np.testing.assert_array_equal(again.p_values, found.learned.p_values(data))
    explained = loaded.explain(data)
    assert len(explained) == len(found)
    assert all(e.sentence and all(np.isfinite(r.share) for r in e.reasons) for e in explained)


@pytest.mark.parametrize("name", NO_TABLES)
def test_what_is_no_table_is_refused(name: str) -> None:
    make, words = NO_TABLES[name]
    learned = likely.learn(_rows(), method="KNN")
    for verb in (likely.detect, likely.learn):
        with pytest.raises(likely.DataError, match=words):
            verb(make(), method="KNN")
    if name != "one row":
        for verb in (learned.detect, learned.score_samples, learned.explain):
            with pytest.raises(likely.LikelyError):
                verb(make())


# cross-fitting, calibration and storage of every method; the law suite has the methods themselves
HARDEST = (
    "a cell of inf", "a column without values", "a named column without values",
    "an infinite column", "huge, named", "huge and all different", "all equal", "all missing",
    "every row ten times", "two rows", "nine rows", "text", "days in order",
    "hours across a change of the clock", "dates only", "half precision, overflown",
)  # fmt: skip


def _hasty(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings with a few steps of training, of models among them as well."""
    models = {name: hasty(value) for name, value in settings.items() if isinstance(value, Model)}
    return settings | models | ({"budget": "10 steps"} if "budget" in settings else {})


@pytest.mark.parametrize("method", EVERY_METHOD)
def test_every_method_survives(method: str, tmp_path: Path) -> None:
    judged = 0
    quick = {} if method == "auto" else catalogue.entry(method).load().fast
    quick = _hasty(quick)
    for name in HARDEST:
        data = TABLES[name]()
        try:
            labels = needed_labels(method, data)
            found = likely.detect(data, method=method, labels=labels, **quick)
        except likely.LikelyError:
            continue
        judged += 1
        _check_finite(found)
        path = tmp_path / "m.likely"
        found.learned.save(path)
        again = likely.load(path).detect(data, top=2)
        np.testing.assert_array_equal(again.p_values, found.learned.p_values(data), name)
        assert len(again.explanations(again.oddest)) == 2, name
    assert judged >= 8  # tests of numbers refuse tables without any


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324])
@pytest.mark.parametrize("method", ["KNN", "auto"])
def test_hostile_cells_in_new_rows(value: float, method: str) -> None:
    learned = likely.learn(_rows(), method=method)
    rows = _rows()[:4]
    rows[0] = value
    rows[1, 2] = value
    found = learned.detect(rows, fpr=0.05)
    _check_finite(found)
    assert bool(found.anomaly[0]) is (abs(value) > 1)
    assert len(learned.explain(rows)) == 4


def test_the_input_is_left_alone() -> None:
    for name in ("a cell of nan", "huge", "mixed cells", "masked"):
        data, twin = TABLES[name](), TABLES[name]()
        found = likely.detect(data, method="KNN")
        found.learned.detect(data)
        found.frame()
        if isinstance(data, pd.DataFrame):
            pd.testing.assert_frame_equal(data, twin)
        else:
            np.testing.assert_array_equal(np.asarray(data), np.asarray(twin))
