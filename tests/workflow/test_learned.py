"""What was learnt, asked about new rows: whatever their shape, library or promise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from threadpoolctl import threadpool_limits

import likely
from likely.core import catalogue
from likely.persistence.classes import kept_rows
from likely.testing.labels import needed_labels

N = 300
ODD = 7
METHODS = tuple(name for name, e in catalogue.entries().items() if "table" in e.kinds)


def _payments(n: int = N, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    seconds = np.sort(rng.integers(0, 30 * 86_400, n))
    return pd.DataFrame(
        {
            "id": [f"k{i}" for i in range(n)],
            "amount": rng.normal(500, 50, n),
            "visits": rng.poisson(6, n),
            "land": rng.choice(["DE", "FR", "UK"], n),
            "paid": rng.random(n) < 0.7,
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(seconds, unit="s"),
        },
        index=[f"r{i}" for i in range(n)],
    )


@pytest.fixture(scope="module")
def learned() -> likely.Learned:
    data = _payments()
    data.loc[f"r{ODD}", "amount"] = 90_000.0
    return likely.learn(data, method="KNN")


@pytest.fixture
def new() -> pd.DataFrame:
    rows = _payments(20, seed=1)
    rows.loc["r3", "amount"] = 70_000.0
    return rows


# the same rows, held differently: equal p-values
SAME_ROWS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "columns in another order": lambda new: new[new.columns[::-1]],
    "without the column set aside": lambda new: new.drop(columns="id"),
    "pandas, nullable": lambda new: new.convert_dtypes(),
    "polars": pl.from_pandas,
    "polars, lazy": lambda new: pl.from_pandas(new).lazy(),
    "pyarrow": lambda new: pa.Table.from_pandas(new, preserve_index=False),
    "list of dicts": lambda new: new.to_dict("records"),
    "dict of columns": lambda new: {name: new[name].tolist() for name in new},
    "an array of objects": lambda new: new.to_numpy(),
    "numbers as text": lambda new: new.assign(amount=new["amount"].map(repr)),
    "whole numbers as floats": lambda new: new.assign(visits=new["visits"].astype(float)),
    "categories": lambda new: new.assign(land=new["land"].astype("category")),
    "yes and no as 0 and 1": lambda new: new.assign(paid=new["paid"].astype(int)),
    "yes and no as words": lambda new: new.assign(paid=np.where(new["paid"], "yes", "no")),
    "dates as text": lambda new: new.assign(when=new["when"].astype(str)),
    "dates in UTC": lambda new: new.assign(when=new["when"].dt.tz_localize("UTC")),
}


@pytest.mark.parametrize("how", SAME_ROWS)
def test_how_rows_are_held_changes_nothing(
    learned: likely.Learned, new: pd.DataFrame, how: str
) -> None:
    given = SAME_ROWS[how](new)
    np.testing.assert_allclose(learned.p_values(given), learned.p_values(new), rtol=1e-9)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda new: new.drop(columns="amount"), "missing: 'amount'"),
        (lambda new: new.assign(zeta=1.0), "not learnt: 'zeta'"),
        (lambda new: new.rename(columns={"land": "Land"}), "missing: 'land'; not learnt: 'Land'"),
        (lambda new: new.assign(amount="much"), "'amount' held numbers"),
        (lambda new: new.assign(amount=new["when"]), "'amount' held numbers"),
        (lambda new: new.assign(when=new["amount"]), "'when' held dates"),
        (lambda new: new.iloc[:0], "0 sample"),
        (lambda new: new.to_numpy()[:, :4], "expecting 6 features"),
    ],
)
def test_other_columns_are_refused(
    learned: likely.Learned, new: pd.DataFrame, change: Callable[[Any], Any], words: str
) -> None:
    for verb in (learned.detect, learned.p_values, learned.explain):
        with pytest.raises(likely.DataError, match=words):
            verb(change(new))


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"land": "Atlantis"}, "column 'land': 1 category was not seen in learning ('Atlantis')"),
        ({"land": 3}, "column 'land': 1 category was not seen in learning ('3')"),
        *[
            ({name: nothing}, f"column {name!r}: 20 of 20 values are missing; none was in learning")
            for name, nothing in [
                ("amount", np.nan), ("land", None), ("paid", None), ("when", pd.NaT),
                ("amount", None), ("when", None), ("amount", ""),
            ]
        ],
    ],
)  # fmt: skip
def test_what_is_new_is_noted_first(
    learned: likely.Learned, new: pd.DataFrame, change: dict[str, Any], note: str
) -> None:
    found = learned.detect(new.assign(**change), fpr=0.01)
    assert np.isfinite(found.surprise).all()
    assert found.notes[0].startswith(note)
    assert found.notes[1:] == learned.notes
    assert len(learned.explain(new.assign(**change))) == 20


def test_notes_stand_once(learned: likely.Learned, new: pd.DataFrame) -> None:
    assert learned.detect(new).notes == learned.notes
    array = np.random.default_rng(0).normal(size=(60, 2))
    array[3, 0] = np.nan
    found = likely.learn(array, method="KNN").detect(array)
    assert len(set(found.notes)) == len(found.notes)


def test_one_row_is_judged_like_many(learned: likely.Learned, new: pd.DataFrame) -> None:
    together = learned.detect(new)
    for i in (0, 3):
        alone = learned.detect(new.iloc[[i]])
        np.testing.assert_allclose(alone.surprise, together.surprise[[i]], rtol=1e-6)
        assert learned.explain(new.iloc[[i]]) == together.explanations(np.array([i]))
    odd = learned.detect(new.iloc[[3]])
    assert odd.anomaly.tolist() == [True]
    assert odd.summary().startswith("1 of 1 row is unlikely; ")
    assert learned.detect(new.iloc[[0]]).summary().startswith("Nothing odd in 1 row; ")
    assert learned.explain(new.iloc[[3]])[0].sentence.startswith("amount is 70,000 ")


def test_the_rows_learnt_from_may_be_asked_about(learned: likely.Learned) -> None:
    data = _payments()
    data.loc[f"r{ODD}", "amount"] = 90_000.0
    found = learned.detect(data)
    assert found.oddest[0] == ODD
    assert found.anomaly.sum() <= 3


@pytest.mark.parametrize(
    ("convert", "kind"),
    [
        (lambda new: new, pd.DataFrame),
        (pl.from_pandas, pl.DataFrame),
        (lambda new: pl.from_pandas(new).lazy(), pl.DataFrame),
        (lambda new: pa.Table.from_pandas(new, preserve_index=False), pa.Table),
        (lambda new: new.to_numpy(), pa.Table),
        (lambda new: new.to_numpy().tolist(), pa.Table),
        (lambda new: new.to_dict("records"), pa.Table),
    ],
)
def test_the_library_is_given_back(
    learned: likely.Learned, new: pd.DataFrame, convert: Callable[[Any], Any], kind: type
) -> None:
    found = learned.detect(convert(new), top=4)
    for result, rows in ((found.frame(), 20), (found.anomalies(), 4)):
        assert isinstance(result, kind)
        assert result.shape[0] == rows


def test_a_file_gives_its_cells_back(
    learned: likely.Learned, new: pd.DataFrame, tmp_path: Path
) -> None:
    new.to_csv(tmp_path / "new.csv", index=False)
    frame = learned.detect(tmp_path / "new.csv").frame()
    assert isinstance(frame, pa.Table)
    assert frame["id"].to_pylist() == new["id"].tolist()
    assert frame["p_value"].to_pylist() == pytest.approx(learned.p_values(new), rel=1e-9)


def test_index_and_columns_stay(learned: likely.Learned, new: pd.DataFrame) -> None:
    before = new.copy()
    found = learned.detect(new, top=2)
    frame, anomalies = found.frame(), found.anomalies()
    pd.testing.assert_frame_equal(frame[list(new)], new)
    pd.testing.assert_frame_equal(new, before)
    assert list(frame)[len(list(new)) :] == ["p_value", "surprise", "anomaly", "reason"]
    assert anomalies.index[0] == "r3"
    assert anomalies["row"].tolist()[0] == 4
    assert anomalies["anomaly"].all()
    assert frame["reason"].map(bool).sum() == 2


def test_columns_with_the_names_of_results_stay() -> None:
    taken = ["p_value", "surprise", "anomaly", "reason", "row"]
    rng = np.random.default_rng(0)
    data = pd.DataFrame({name: rng.normal(size=60) for name in taken})
    found = likely.detect(data, method="KNN", top=3)
    pd.testing.assert_frame_equal(found.frame()[taken], data)
    assert list(found.frame())[5:] == ["p_value_2", "surprise_2", "anomaly_2", "reason_2"]
    assert found.anomalies()["row_2"].tolist() == (found.oddest + 1).tolist()


@pytest.mark.parametrize("method", METHODS)
def test_every_method_keeps_its_word(method: str, tmp_path: Path) -> None:
    """Surprise is strictly monotone in the score; a second run and a file change nothing."""
    rows = np.random.default_rng(0).normal(size=(100, 3))
    new = 2.5 * np.random.default_rng(1).normal(size=(20, 3))
    quick = catalogue.entry(method).load().fast
    labels = needed_labels(method, rows)
    learned = likely.learn(rows, method=method, seed=3, labels=labels, **quick)
    scores, surprise = learned.score_samples(new), learned.surprise(new)
    order = np.argsort(scores)
    rises, falls = np.diff(scores[order]) > 0, np.diff(surprise[order]) < 0
    np.testing.assert_array_equal(rises, falls)
    np.testing.assert_allclose(2.0**-surprise, learned.p_values(new), rtol=1e-9)

    learned.save(tmp_path / "m.likely")
    loaded = likely.load(tmp_path / "m.likely")
    np.testing.assert_array_equal(loaded.surprise(new), surprise)
    assert loaded.explain(new[:5]) == learned.explain(new[:5])
    assert loaded.notes == learned.notes

    again = likely.learn(rows, method=method, seed=3, labels=labels, **quick)
    np.testing.assert_array_equal(again.surprise(new), surprise)


@pytest.mark.parametrize("method", ["KNN", "Mahalanobis", "ECOD"])
def test_threads_change_nothing(method: str) -> None:
    rows = np.random.default_rng(0).normal(size=(2_000, 8))
    surprise = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            surprise.append(likely.learn(rows, method=method).surprise(rows[:100]))
    np.testing.assert_allclose(*surprise, rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_no_training_row_in_the_file(method: str, tmp_path: Path) -> None:
    """Without rows a file holds no cell but the ends of the columns, or saving is refused."""
    rng = np.random.default_rng(0)
    data = pd.DataFrame({"a": rng.normal(size=N), "b": rng.normal(size=N)})
    data["name"] = [f"Zaphod Beeblebrox {i}" for i in range(N)]
    path = tmp_path / "m.likely"
    quick = catalogue.entry(method).load().fast
    labels = needed_labels(method, data[["a", "b"]])
    learned = likely.learn(data, method=method, labels=labels, **quick)
    learned.save(path)
    assert learned.likely_rows.matrix[0].tobytes() in path.read_bytes()  # the search finds rows
    path.unlink()
    if kept_rows(learned.model):
        with pytest.raises(likely.CannotDo, match="Models that keep none"):
            learned.save(path, rows=False)
        assert not path.exists()
        return
    learned.save(path, rows=False)
    raw = path.read_bytes()
    assert b"Zaphod" not in raw
    schema = learned.model.schema_
    features = schema.features(schema.match(data))
    for j, name in enumerate("ab"):
        cells = np.sort(data[name].to_numpy())
        for values in (cells, np.sort(features[:, j])):
            for dtype in (np.float64, np.float32):
                kept = [value for value in values[::4].astype(dtype) if value.tobytes() in raw]
                assert len(kept) <= 2  # the ends among the rows that the model saw
        assert not any(repr(float(cell)).encode() in raw for cell in cells[5:-5])
    assert likely.load(path).explain(data[:1])[0].nearest is None


PROMISES: list[tuple[dict[str, Any], int | None, str]] = [
    ({"fdr": 5e-324}, 0, "Nothing odd"),
    ({"fdr": 1 - 1e-16}, 20, "20 of 20 rows are unlikely"),
    ({"fpr": 5e-324}, 0, "needs far more learnt rows"),
    ({"fpr": 1e-6}, 0, "more learnt rows"),
    ({"fpr": np.float32(0.01)}, None, "at most 0.01 of the ordinary rows"),
    ({"fpr": 1 - 1e-9}, 20, "20 of 20 rows are unlikely"),
    ({"top": 1}, 1, "The oddest of 20 rows;"),
    ({"top": np.int64(20)}, 20, "The 20 oddest of 20 rows;"),
    ({"top": 10**12}, 20, "The 20 oddest of 20 rows;"),
    ({"alerts": "1/day"}, None, "at most 1 false alarm a day on average"),
    ({"alerts": " 3 / week"}, None, "at most 3 false alarms a week on average"),
    ({"alerts": "1e9/day"}, 20, "20 of 20 rows are unlikely"),
    ({"alerts": "1e-9/day"}, 0, "more learnt rows"),
]


@pytest.mark.parametrize(("promise", "count", "words"), PROMISES)
def test_promises_at_their_ends(
    learned: likely.Learned,
    new: pd.DataFrame,
    promise: dict[str, Any],
    count: int | None,
    words: str,
) -> None:
    found = learned.detect(new, **promise)
    assert count is None or found.anomaly.sum() == count
    assert words in found.summary()
    assert found.decision.ranking_only is ("more learnt rows" in words)


@pytest.mark.parametrize(
    "promise",
    [
        *[{name: v} for name in ("fdr", "fpr") for v in (0, 1, -0.1, np.nan, np.inf, "0.1", True)],
        *[{"top": v} for v in (0, -1, 2.0, True, "3", np.nan)],
        *[{"alerts": v} for v in ("", "1", 1, "0/day", "-1/day", "inf/day", "nan/day", "1/eon")],
        {"fdr": 0.1, "top": 3},
    ],
)
def test_promises_that_cannot_be_given(
    learned: likely.Learned, new: pd.DataFrame, promise: dict[str, Any]
) -> None:
    for ask in (lambda: learned.detect(new, **promise), lambda: likely.detect(new, **promise)):
        with pytest.raises(likely.ParameterError, match=r"must be|one promise"):
            ask()


class TestClocks:
    """Alert budgets rest on the times of the rows judged."""

    @staticmethod
    def _judge(new: pd.DataFrame, **learning: Any) -> likely.Findings:
        columns = new.columns.tolist()
        learnt = _payments().assign(second=_payments()["when"])[columns]
        return likely.learn(learnt, method="KNN", **learning).detect(new, alerts="1/month")

    def test_some_times_missing(self, new: pd.DataFrame) -> None:
        new.loc["r5":"r9", "when"] = pd.NaT
        found = self._judge(new)
        assert not found.decision.ranking_only
        assert found.anomaly[3]

    def test_rows_at_the_same_times(self, new: pd.DataFrame) -> None:
        twice = pd.concat([new, new])
        once = self._judge(new).decision.least_p
        assert self._judge(twice).decision.least_p == pytest.approx(once * 19 / 39)

    @pytest.mark.parametrize("time", [pd.NaT, pd.Timestamp("2024-01-05")])
    def test_no_span_of_time(self, new: pd.DataFrame, time: pd.Timestamp) -> None:
        with pytest.raises(likely.DataError, match="different times"):
            self._judge(new.assign(when=time))

    def test_one_row(self, new: pd.DataFrame) -> None:
        with pytest.raises(likely.DataError, match="different times"):
            self._judge(new.iloc[:1])

    def test_no_clock(self, new: pd.DataFrame) -> None:
        with pytest.raises(likely.DataError, match="needs a column of times"):
            self._judge(new.drop(columns="when"))

    def test_two_clocks(self, new: pd.DataFrame) -> None:
        two = new.assign(second=new["when"])
        with pytest.raises(likely.DataError, match="Name it with time="):
            self._judge(two)
        assert self._judge(two, time="second").anomaly[3]

    def test_a_clock_that_is_none(self, new: pd.DataFrame) -> None:
        with pytest.raises(likely.DataError, match="'amount' holds no dates"):
            self._judge(new, time="amount")
        with pytest.raises(likely.DataError, match="no column named 'year'"):
            self._judge(new, time="year")
