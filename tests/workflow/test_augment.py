"""`likely.augment`: rows for rare classes, if they help."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

import likely
from likely.data.column import Column
from likely.workflow.augmentation import worth
from likely.workflow.augmentation.interpolation import interpolate


def mixed(n: int = 120, rare: int = 12) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    odd = np.arange(n) < rare
    height = np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n) + odd)
    frame = pd.DataFrame(
        {
            "height": height,
            "count": rng.integers(0, 9, size=n),
            "colour": np.where(rng.random(n) < 0.5, "red", "blue"),
            "day": pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 90, n), "D"),
        },
        index=np.arange(n) + 7,
    )
    return frame, np.where(odd, "yes", "no")


@pytest.mark.parametrize("method", ["smote", "SequentialTrees"])
def test_a_dataframe_keeps_its_rows_and_types(method: str) -> None:
    frame, y = mixed()
    augment = likely.Augment(method, ratio=0.5)
    rows, labels = augment.fit_resample(frame, pd.Series(y, index=frame.index, name="bought"))
    pd.testing.assert_frame_equal(rows[:120], frame.reset_index(drop=True))
    assert list(rows.dtypes) == list(frame.dtypes)
    assert labels.value_counts().to_dict() == {"no": 108, "yes": 54}
    assert labels.name == "bought"
    added, own = rows[120:], frame[:12]
    assert set(added["colour"]) <= set(own["colour"])
    assert added["count"].between(own["count"].min(), own["count"].max()).all()
    assert added["day"].between(own["day"].min(), own["day"].max()).all()
    assert augment.verdict_.added == 42


def test_other_kinds_of_rows_come_back_as_they_are() -> None:
    frame, y = mixed()
    numbers = frame[["height", "count"]].to_numpy().astype(np.float32)
    of_polars = pl.from_pandas(frame)
    of_arrow = pa.Table.from_pandas(frame, preserve_index=False)
    given: list[tuple[Any, Any]] = [
        (numbers, y),
        (numbers.tolist(), y.tolist()),
        (sparse.csr_array(np.nan_to_num(numbers)), y),
        (of_polars, pl.Series(y)),
        (of_arrow, pa.array(y)),
    ]
    for X, labels in given:
        rows, more = likely.Augment("smote").fit_resample(X, labels)
        assert type(rows) is type(X)
        assert type(more) is type(labels)
        assert len(more) == 216
    rows, _ = likely.Augment("smote").fit_resample(numbers, y)
    assert rows.dtype == np.float32
    assert likely.Augment("smote").fit_resample(of_polars, y)[0].schema == of_polars.schema


def test_every_rare_class_is_filled_up() -> None:
    x = np.random.default_rng(0).normal(size=(60, 2))
    y = np.repeat(["a", "b", "c"], [40, 15, 5])
    _, labels = likely.Augment("smote").fit_resample(x, y)
    assert dict(zip(*np.unique(labels, return_counts=True), strict=True)) == {
        "a": 40, "b": 40, "c": 40,
    }  # fmt: skip


def test_interpolation_lies_on_the_line_to_one_of_the_nearest() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(20, 2))
    columns = (Column("a", "number"), Column("b", "number"))
    made = interpolate(values, columns, 200, rng, neighbours=3)
    z = values / values.std(axis=0)
    away = np.linalg.norm(z[:, None] - z[None], axis=2)
    nearest = np.argsort(away, axis=1)[:, 1:4]
    for row in made:
        on_a_line = False
        for i in range(20):
            for j in nearest[i]:
                step = values[j] - values[i]
                share = (row - values[i]) @ step / (step @ step)
                line = values[i] + share * step
                on_a_line |= bool(-1e-9 <= share <= 1 and np.allclose(line, row))
        assert on_a_line


def test_labels_are_what_most_neighbours_have() -> None:
    values = np.array([[0.0, 0], [0.1, 0], [0.2, 1], [9.0, 1], [9.1, 1], [9.2, np.nan]])
    columns = (Column("a", "number"), Column("b", "category", labels=("x", "y")))
    made = interpolate(values, columns, 100, np.random.default_rng(0), neighbours=2)
    assert (made[made[:, 0] > 5, 1] == 1).all()
    alone = interpolate(values[:1], columns, 3, np.random.default_rng(0))
    assert (alone == values[0]).all()


def test_it_says_no_and_leaves_everything_where_rows_cannot_help() -> None:
    y, rng = mixed()[1], np.random.default_rng(3)
    x = pd.DataFrame({"a": 5.0 * (y == "yes"), "b": rng.normal(size=120)})  # all are told apart
    rows, labels, verdict = likely.augment(x, y, classifier=LogisticRegression(), repeats=1)
    assert rows is x
    assert labels is y
    assert (verdict.method, verdict.helped, verdict.added) == ("none", False, 0)
    assert "No rows are added" in verdict.reason
    assert set(verdict.auprc) == {"none", "smote", "SequentialTrees"}


def test_it_says_yes_where_rows_help() -> None:
    """Rare rows lie on a line among others: those put between them are of their kind."""
    rng = np.random.default_rng(0)
    place = np.linspace(0, 4, 20)
    x = np.concatenate([rng.uniform(0, 4, size=(200, 2)), np.column_stack([place, place])])
    y = np.repeat([0, 1], [200, 20])
    near = KNeighborsClassifier(3)
    rows, labels, verdict = likely.augment(x, y, classifier=near, repeats=1)
    assert verdict.helped
    assert verdict.method == "smote"  # the trees do not know the line from so few rows
    assert verdict.added == len(rows) - 220 == len(labels) - 220 == 180
    assert verdict.gain["smote"] > 0.05


def test_rows_held_out_are_never_seen_when_rows_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.arange(40.0)[:, None]
    y = np.repeat([0, 1], [30, 10])
    seen: list[int] = []

    def watched(part: Any, known: np.ndarray, *_: Any) -> tuple[np.ndarray, np.ndarray]:
        seen.append(len(part))
        return part.matrix[:0], known[:0]

    monkeypatch.setattr(worth, "make_rows", watched)
    likely.augment(x, y, method="smote", classifier=LogisticRegression(), repeats=1)
    assert seen == [32] * 5


def test_a_gain_within_its_error_is_no_gain() -> None:
    none = np.array([0.5, 0.6, 0.4, 0.5])
    lucky = none + np.array([0.3, -0.2, 0.2, -0.25])
    sure = none + np.array([0.02, 0.03, 0.02, 0.03])
    assert worth.judge({"none": none, "smote": lucky}, refusing=True).method == "none"
    assert not worth.judge({"none": none, "smote": lucky}, refusing=False).helped
    assert worth.judge({"none": none, "a": lucky, "b": sure}, refusing=True).method == "b"


def test_wrong_input_is_named() -> None:
    frame, y = mixed()
    with pytest.raises(likely.DataError, match="Only 1 class"):
        likely.augment(frame, np.zeros(120))
    with pytest.raises(likely.DataError, match="119 labels for 120 rows"):
        likely.augment(frame, y[1:])
    with pytest.raises(likely.DataError, match="missing"):
        likely.augment(frame, np.where(y == "yes", 1, np.nan))
    with pytest.raises(likely.ParameterError, match="draws no rows"):
        likely.augment(frame, y, method="KNN")
    with pytest.raises(likely.ParameterError, match="ratio"):
        likely.augment(frame, y, ratio=2.0)
    single = np.where(np.arange(120) == 0, "yes", "no")
    assert "single row" in likely.augment(frame, single).verdict.reason
    even = np.where(np.arange(120) < 60, "yes", "no")
    assert "No class is rarer" in likely.augment(frame, even).verdict.reason
    dates = frame.assign(day=frame["day"].dt.strftime("%d/%m/%Y"))
    with pytest.raises(likely.DataError, match="written as text"):
        likely.Augment("smote").fit_resample(dates, y)


def test_it_can_be_cloned_as_estimators_are() -> None:
    assert clone(likely.Augment("smote", ratio=0.5)).get_params()["ratio"] == 0.5
