from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import likely
from likely.core.errors import DataError


def bills(n: int = 800) -> pa.Table:
    rng = np.random.default_rng(0)
    season = rng.choice(["summer", "winter", "holiday"], n, p=[0.5, 0.49, 0.01])
    level = {"summer": 200.0, "winter": 50.0, "holiday": 400.0}
    bill = np.array([level[s] for s in season]) + rng.normal(0, 10, n)
    season[3], bill[3] = "winter", 200.0
    return pa.table({"season": season, "bill": bill, "days": rng.normal(30, 2, n)})


def test_a_summer_bill_in_winter_is_found_and_holidays_are_not() -> None:
    found = likely.detect(bills(), context="season")
    assert found.anomaly[3]
    holidays = np.array(bills().column("season").to_pylist()) == "holiday"
    assert not found.anomaly[holidays].any()
    assert any("given season (Contextual)" in note for note in found.notes)
    assert "given season 'winter'" in found.explanations(np.array([3]))[0].sentence


def test_what_was_learnt_in_context_survives_a_file(tmp_path: Path) -> None:
    learned = likely.learn(bills(), "KNN", context=["season"])
    assert type(learned.model).__name__ == "Contextual"
    learned.save(tmp_path / "m.likely")
    new = pa.table({"season": ["winter", "spring"], "bill": [200.0, 90.0], "days": [30.0, 30.0]})
    loaded = likely.load(tmp_path / "m.likely")
    assert loaded.p_values(new).tolist() == learned.p_values(new).tolist()
    assert loaded.p_values(new)[0] < 0.01


def test_a_context_that_looks_like_an_identifier_is_looked_at() -> None:
    table = bills().append_column("visit_id", pa.array(np.arange(800)))
    learned = likely.learn(table, "KNN", context=["visit_id"])
    assert "visit_id" in [column.name for column in learned.model.schema_.used]


def test_an_unknown_context_is_named() -> None:
    with pytest.raises(DataError, match="no column named 'weather'"):
        likely.detect(bills(), context="weather")
