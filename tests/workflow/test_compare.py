"""`likely.compare`: fair, labels unseen, other libraries welcome, figures right."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy.stats import binomtest
from sklearn.covariance import EllipticEnvelope
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import likely
from likely.base.model import Model
from likely.calibration.cross_fit import cross_fit
from likely.core.random import generator
from likely.data.frames import as_table
from likely.detectors import KNN
from likely.evaluation import auprc, auroc
from likely.testing.toys import planted

ROWS, LABELS = planted(n=200)
TWICE = np.column_stack([LABELS, LABELS])


class Oddness:
    """A detector in PyOD's form: a higher decision is odder, and `fit` leaves scores behind."""

    def __init__(self, power: float = 1.0) -> None:
        self.power = power

    def get_params(self, deep: bool = True) -> dict[str, float]:
        return {"power": self.power}

    def fit(self, x: np.ndarray, y: None = None) -> Oddness:
        self.centre = np.median(x, axis=0)
        self.decision_scores_ = self.decision_function(x)
        return self

    def decision_function(self, x: np.ndarray) -> np.ndarray:
        return np.linalg.norm(x - self.centre, axis=1) ** self.power


class Broken(Oddness):
    """A detector that fails in its own way."""

    def fit(self, x: np.ndarray, y: None = None) -> Oddness:
        raise ZeroDivisionError("nothing left to divide by\nand more")


def test_figures_are_those_of_the_same_splits() -> None:
    compared = likely.compare(ROWS, ["KNN", "ECOD"], LABELS, seed=3)
    assert [result.method for result in compared.results] == ["KNN", "ECOD", "ZScore (baseline)"]
    assert (compared.rows, compared.labelled, compared.anomalies) == (208, 208, 8)
    oddness = cross_fit(KNN(seed=3), as_table(ROWS), 3).oddness
    accuracy = compared.results[0].accuracy
    assert accuracy.auroc == pytest.approx(roc_auc_score(LABELS, oddness))
    assert accuracy.average_precision == pytest.approx(average_precision_score(LABELS, oddness))
    for result in compared.results:
        assert result.accuracy.auroc_low <= result.accuracy.auroc <= result.accuracy.auroc_high
        assert result.seconds > 0
        assert result.mebibytes > 0
        assert -1 <= result.agreement <= 1
        assert not result.error


def test_findings_are_those_of_detect() -> None:
    (result,) = likely.compare(ROWS, ["KNN"], seed=0).results
    found = likely.detect(ROWS, "KNN", fdr=0.1, seed=0)
    assert result.findings == found.anomaly.sum() > 0
    assert result.promise_held is not found.decision.ranking_only
    assert result.agreement is None  # with nobody to agree with
    assert result.accuracy is None


def test_alarms_are_those_of_a_model_learnt_from_the_other_half() -> None:
    rows, labels = planted(n=400)
    (result, _) = likely.compare(rows, ["KNN"], labels, fpr=0.05, seed=2).results
    order = generator(2).permutation(len(rows))
    half = len(rows) // 2
    learnt, new = np.sort(order[:half]), np.sort(order[half:])
    reported = likely.learn(rows[learnt], "KNN", seed=2).p_values(rows[new]) <= 0.05
    normal = labels[new] == 0
    assert result.alarms.rate == pytest.approx(reported[normal].mean())
    assert result.alarms.found == reported[~normal].mean() == 1.0
    interval = binomtest(int(reported[normal].sum()), int(normal.sum())).proportion_ci()
    assert result.alarms.low == pytest.approx(interval.low)
    assert result.alarms.high == pytest.approx(interval.high)
    (unlabelled,) = likely.compare(rows, ["KNN"], fpr=0.05, seed=2).results
    assert unlabelled.alarms.rate == pytest.approx(reported.mean())
    assert unlabelled.alarms.found is None


def test_no_alarm_and_nothing_but_alarms_have_an_interval() -> None:
    rows = np.zeros((60, 1))
    rows[::2] = np.arange(30)[:, None]
    for fpr, expected in ((1e-9, 0.0), (1 - 1e-9, 1.0)):
        (result,) = likely.compare(rows, ["KNN"], fpr=fpr).results
        assert result.alarms.rate == expected
        assert result.alarms.low <= expected <= result.alarms.high
        assert 0 < result.alarms.high - result.alarms.low < 0.2


@pytest.mark.parametrize("fpr", [0, 1, -0.1, "0.1"])
def test_a_share_of_alarms_that_is_none(fpr: object) -> None:
    with pytest.raises(likely.ParameterError, match="fpr"):
        likely.compare(ROWS, ["KNN"], fpr=fpr)


def test_agreement_is_the_rank_correlation_with_the_mean_rank() -> None:
    twins = likely.compare(ROWS, [KNN(), KNN()]).results
    assert [result.method for result in twins] == ["KNN", "KNN #2"]
    assert [result.agreement for result in twins] == [pytest.approx(1.0)] * 2


def test_other_libraries_get_the_same_rows_and_the_right_direction() -> None:
    outsiders = [
        IsolationForest(n_estimators=10),
        LocalOutlierFactor(novelty=True),
        EllipticEnvelope(support_fraction=0.9),
        Oddness(),
    ]
    first = likely.compare(ROWS, outsiders, LABELS, seed=1)
    for result in first.results:
        assert not result.error
        assert result.accuracy.auroc > 0.95
    again = likely.compare(ROWS, outsiders[:1], LABELS, seed=1)
    assert again.results[0].accuracy == first.results[0].accuracy  # it takes the seed
    pipeline = make_pipeline(StandardScaler(), IsolationForest(n_estimators=5))
    (piped,) = likely.compare(ROWS, [pipeline]).results
    assert piped.method == "sklearn.StandardScaler + IsolationForest(n_estimators=5)"
    assert not hasattr(outsiders[0], "estimators_")  # what the user gave stays unfitted
    assert outsiders[0].random_state is None
    names = [result.method for result in first.results]
    assert names[:2] == [
        "sklearn.IsolationForest(n_estimators=10)",
        "sklearn.LocalOutlierFactor(novelty=True)",
    ]


def test_outsiders_get_numbers_whatever_the_columns_hold() -> None:
    rng = np.random.default_rng(0)
    data = pd.DataFrame(
        {
            "amount": [*rng.normal(size=79), 1e300],
            "land": rng.choice(["DE", "FR"], 80),
            "gap": np.where(rng.random(80) < 0.3, np.nan, 1.0),
        }
    )
    (result,) = likely.compare(data, [IsolationForest(n_estimators=5)]).results
    assert not result.error
    assert result.findings is not None


def test_one_failure_does_not_stop_the_others() -> None:
    compared = likely.compare(ROWS, [Broken(), "KNN"], LABELS)
    broken, fine, _ = compared.results
    assert broken.error == "Broken: nothing left to divide by"
    assert broken.findings is None
    assert broken.accuracy is None
    assert fine.accuracy.auroc > 0.95
    assert "failed" in str(compared)


def test_no_method_sees_the_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[str] = set()
    original = Model._fit_features

    def watched(self: Model, schema, x, *others) -> None:
        seen.update(column.name for column in schema.used)
        original(self, schema, x, *others)

    monkeypatch.setattr(Model, "_fit_features", watched)
    data = pd.DataFrame(ROWS, columns=list("abc")).assign(odd=LABELS)
    named = likely.compare(data, ["KNN"], "odd", ignore="a")
    assert seen == {"b", "c"}
    given = likely.compare(data.drop(columns=["odd", "a"]), ["KNN"], LABELS)
    assert named.results[0].accuracy == given.results[0].accuracy
    both = likely.compare(data, ["KNN"], "odd", columns=["b", "c", "odd"])
    assert both.results[0].accuracy == given.results[0].accuracy


@pytest.mark.parametrize("count", [2, 3, 11])
def test_a_handful_of_rows(count: int) -> None:
    (result,) = likely.compare(ROWS[:count], ["ZScore"]).results
    assert not result.error
    assert result.promise_held is False
    assert "more rows" in result.why_not
    assert result.alarms is None
    assert result.mebibytes > 0


def test_rows_without_a_label_are_judged_but_not_counted() -> None:
    labels = [None if i % 2 else int(label) for i, label in enumerate(LABELS)]
    compared = likely.compare(ROWS, ["KNN"], labels)
    assert (compared.rows, compared.labelled) == (208, 104)
    assert compared.anomalies == LABELS[::2].sum()
    oddness = cross_fit(KNN(), as_table(ROWS), 0).oddness
    accuracy = compared.results[0].accuracy
    assert accuracy.auroc == auroc(LABELS[::2], oddness[::2])
    assert accuracy.average_precision == auprc(LABELS[::2], oddness[::2])


@pytest.mark.parametrize(
    "labels",
    [[0, 1], ["yes"] * 208, np.full(208, 2), np.zeros(208), np.full(208, np.nan), TWICE],
    ids=["too few", "text", "neither 0 nor 1", "no anomaly", "all missing", "two dimensions"],
)
def test_labels_that_cannot_be_used(labels: object) -> None:
    with pytest.raises(likely.DataError, match=r"[Ll]abels"):
        likely.compare(ROWS, ["KNN"], labels)


def test_a_label_column_must_exist_and_hold_numbers() -> None:
    data = pd.DataFrame(ROWS, columns=list("abc")).assign(land=["DE", "FR"] * 104)
    with pytest.raises(likely.DataError, match="no column named 'odd'"):
        likely.compare(data, ["KNN"], "odd")
    with pytest.raises(likely.DataError, match="'land' holds text"):
        likely.compare(data, ["KNN"], "land")


@pytest.mark.parametrize("method", [IsolationForest, object(), LocalOutlierFactor(), 3])
def test_what_is_no_detector(method: object) -> None:
    with pytest.raises(likely.ParameterError, match="no outlier detector"):
        likely.compare(ROWS, [method])


def test_unknown_names_are_told_before_anything_is_learnt() -> None:
    with pytest.raises(likely.ParameterError, match="KNN"):
        likely.compare(ROWS, ["KNM"])


@pytest.mark.parametrize(
    ("given", "expected"),
    [(pd.DataFrame, pd.DataFrame), (pl.DataFrame, pl.DataFrame), (np.asarray, pa.Table)],
)
def test_the_frame_is_in_the_users_library(given: type, expected: type) -> None:
    data = given({"a": ROWS[:, 0], "b": ROWS[:, 1]}) if given is not np.asarray else ROWS
    frame = likely.compare(data, ["KNN", "ZScore"], LABELS).frame()
    assert isinstance(frame, expected)
    assert frame.shape[0] == 3
    assert [str(name) for name in frame["method"]] == ["KNN", "ZScore", "ZScore (baseline)"]


def test_text_and_json_say_the_same() -> None:
    compared = likely.compare(ROWS, ["KNN", "ECOD"], LABELS)
    text, told = str(compared), json.loads(json.dumps(compared.to_json(), allow_nan=False))
    assert [row["method"] for row in told["results"]] == [r.method for r in compared.results]
    assert "8 of 208 labelled rows are anomalies" in text
    for result in compared.results:
        assert f"{result.accuracy.auroc:.2f} ±" in text
        assert any(line.startswith(result.method) for line in text.splitlines())
    assert "AUROC" not in str(likely.compare(ROWS, ["KNN"]))
