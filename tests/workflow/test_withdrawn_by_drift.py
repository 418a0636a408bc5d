"""`Learned.detect` withdraws its promise aloud where new rows no longer look like those learnt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import likely


@pytest.fixture(scope="module")
def learned() -> likely.Learned:
    return likely.learn(draw(1_000, np.random.default_rng(0)), "Mahalanobis")


def draw(n: int, rng: np.random.Generator) -> pd.DataFrame:
    table = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("abcd"))
    return table.assign(land=rng.choice(["DE", "FR"], n))


def test_the_promise_is_withdrawn_with_the_reason(learned: likely.Learned) -> None:
    new = draw(500, np.random.default_rng(1))
    new.loc[0, "b"] = 50.0
    kept = learned.detect(new)
    assert kept.drift == ()
    assert kept.anomaly[0]
    new["c"] += 1
    found = learned.detect(new)
    assert not found.anomaly.any()
    assert found.decision.ranking_only
    assert found.drift[0].startswith("column 'c': shifted up by ")
    assert found.drift[0] in found.summary()
    assert found.notes[0] == found.drift[0]
    assert found.oddest[0] == 0  # the ranking stays


def test_a_ranking_promises_nothing_and_stays(learned: likely.Learned) -> None:
    found = learned.detect(draw(500, np.random.default_rng(1)).assign(c=9.0), top=5)
    assert found.anomaly.sum() == 5
    assert len(found.drift) == 1


def test_a_file_remembers_without_rows(learned: likely.Learned, tmp_path: Path) -> None:
    learned.save(tmp_path / "m.likely", rows=False)
    again = likely.load(tmp_path / "m.likely")
    new = draw(500, np.random.default_rng(1)).assign(land="XX")
    assert again.detect(new).drift == learned.detect(new).drift
    assert "never seen before rose from 0% to 100%" in again.detect(new).drift[0]


def test_a_context_may_change() -> None:
    rng = np.random.default_rng(0)
    season = rng.choice(["summer", "winter"], 1_500)
    bill = rng.normal(50, 5, 1_500) + 100 * (season == "winter")
    table = pd.DataFrame({"season": season, "bill": bill})
    learned = likely.learn(table[:1_000], context="season")
    winter = table[1_000:].query("season == 'winter'")
    assert learned.detect(winter).drift == ()
