import numpy as np
import pyarrow as pa
import pytest

from likely.core.errors import CannotDo, DataError
from likely.data.frames import as_table
from likely.detectors import Contextual, Ensemble
from likely.explanation import explain


def bills(n: int = 600, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    season = rng.choice(["summer", "winter"], n)
    bill = np.where(season == "summer", 200.0, 50.0) + rng.normal(0, 10, n)
    return {"season": season, "bill": bill, "days": rng.normal(30, 2, n)}


def fitted(columns: dict, context: list[str], member: str = "Mahalanobis") -> Contextual:
    return Contextual(context=context, member=member).fit(pa.table(columns))


def test_a_value_is_judged_by_its_context() -> None:
    model = fitted(bills(), ["season"])
    new = {
        "season": ["summer", "winter", "winter"],
        "bill": [200.0, 200.0, 50.0],
        "days": [30.0] * 3,
    }
    assert model.predict(pa.table(new)).tolist() == [1, -1, 1]


def test_a_rare_context_is_not_odd() -> None:
    columns = bills()
    columns["season"][:12] = "spring"
    columns["bill"][:12] = 500 + np.arange(12.0)
    model = fitted(columns, ["season"])
    assert (model.training_scores_[:12] >= model.offset_).mean() >= 0.9


def test_noise_may_depend_on_the_context() -> None:
    rng = np.random.default_rng(1)
    load = rng.uniform(0, 1, 1_000)
    heat = np.exp(3 * load - 2) * rng.normal(size=1_000)
    model = fitted({"load": load, "heat": heat}, ["load"])
    calm, wild = model.score_samples(pa.table({"load": [0.05, 0.95], "heat": [1.5, 1.5]}))
    assert calm < model.offset_ < wild


def test_two_contexts_may_act_together() -> None:
    rng = np.random.default_rng(2)
    kind, load = rng.choice(["pump", "fan"], 1_500), rng.uniform(0, 1, 1_500)
    flow = np.where(kind == "pump", 10.0, -10.0) * (load - 0.5) + rng.normal(0, 0.5, 1_500)
    model = fitted({"kind": kind, "load": load, "flow": flow}, ["kind", "load"])
    assert len(model.pairs_) == 1
    new = pa.table({"kind": ["pump", "fan"], "load": [0.9, 0.9], "flow": [4.0, 4.0]})
    assert model.predict(new).tolist() == [1, -1]


def test_an_unseen_context_is_judged_with_caution() -> None:
    rng = np.random.default_rng(3)
    shop = rng.integers(0, 40, 2_000)
    sales = rng.normal(0, 10, 40)[shop] + rng.normal(size=2_000)
    names = np.array([f"shop {i}" for i in range(40)])
    model = fitted({"shop": names[shop], "sales": sales}, ["shop"])
    low, high = model.usual(
        pa.table({"shop": ["shop 1", "new"], "sales": [0.0, 0.0]}), (0.05, 0.95)
    )[:, 1].T
    assert (high - low)[1] > 4 * (high - low)[0]


def test_small_levels_are_shrunk_to_the_rest() -> None:
    rng = np.random.default_rng(4)
    shop = np.append(np.repeat(np.arange(20), 60), [20, 20])
    sales = rng.normal(0, 1, 21)[shop] + rng.normal(0, 3, len(shop))
    sales[-2:] = 30.0
    names = np.array([f"shop {i}" for i in range(21)])
    model = fitted({"shop": names[shop], "sales": sales}, ["shop"])
    assert (model.training_scores_[-2:] < model.offset_).all()


def test_gaps_in_context_and_behaviour_have_scores() -> None:
    columns = bills()
    table = {name: values.astype(object) for name, values in columns.items()}
    table["season"][::20] = None
    table["bill"][1::20] = None
    model = fitted({name: values.tolist() for name, values in table.items()}, ["season"])
    new = pa.table({"season": [None, "winter"], "bill": [100.0, None], "days": [30.0, 30.0]})
    assert np.isfinite(model.score_samples(new)).all()


def test_dates_are_a_context() -> None:
    rng = np.random.default_rng(5)
    seconds = rng.uniform(0, 40 * 86_400, 2_000)
    at = np.datetime64("2026-01-01", "us") + (seconds * 1e6).astype("timedelta64[us]")
    load = 100 + 60 * np.sin(2 * np.pi * seconds / 86_400) + rng.normal(0, 5, 2_000)
    model = fitted({"at": at, "load": load}, ["at"])
    new = pa.table({"at": np.array(["2026-01-09T06:00", "2026-01-09T18:00"], "datetime64[us]")})
    scores = model.score_samples(new.append_column("load", pa.array([160.0, 160.0])))
    assert scores[1] < model.offset_ < scores[0]


def test_reasons_name_behaviour_and_give_the_context() -> None:
    columns = bills()
    model = fitted(columns, ["season"])
    odd = pa.table({"season": ["winter"], "bill": [200.0], "days": [30.0]})
    rows = model.schema_.match(odd)
    likely_rows = model.schema_.match(as_table(pa.table(columns)))
    found = explain(model, rows, likely_rows)[0]
    assert found.reasons[0].column == "bill"
    assert 30 < float(found.reasons[0].low) < 50 < float(found.reasons[0].high) < 75
    assert "given season 'winter'" in found.sentence
    assert next(r.share for r in found.reasons if r.column == "season") == 0


def test_impossible_contexts_are_named() -> None:
    with pytest.raises(DataError, match="'weather'"):
        fitted(bills(), ["weather"])
    with pytest.raises(DataError, match="All columns are context"):
        fitted(bills(), ["season", "bill", "days"])


def test_it_cannot_be_a_part_of_another_model() -> None:
    with pytest.raises(CannotDo, match="Give the other model to it"):
        Ensemble(members=("Contextual",)).fit(pa.table(bills()))
