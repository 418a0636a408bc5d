"""`budget=` of `aim="generate"`: which engine is chosen by rows held out, and how that is said."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import likely
from likely.core.errors import ParameterError
from likely.workflow import engines

BUDGET = "3 steps"  # of networks, which are not meant to win here; the clock is not asked


def normal_rows(n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    ties = 0.7 + 0.3 * np.eye(4)
    return pd.DataFrame(rng.multivariate_normal(np.zeros(4), ties, n), columns=list("abcd"))


def forked_rows(n: int = 600) -> pd.DataFrame:
    """Each pair of columns is unrelated, and two of them say all of the third."""
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 2, n), rng.integers(0, 2, n)
    c = np.where(rng.random(n) < 0.05, 1 - (a ^ b), a ^ b)
    size = 5 * c + rng.normal(size=n)
    return pd.DataFrame({"a": a == 1, "b": b == 1, "c": c == 1, "size": size})


def test_few_rows_of_a_correlated_normal_are_learnt_by_a_copula() -> None:
    learned = likely.learn(normal_rows(), aim="generate", budget=BUDGET)
    assert type(learned.model).__name__ == "GaussianCopula"
    told = [note for note in learned.notes if note.startswith("auto chose a GaussianCopula")]
    assert len(told) == 1
    assert "under which rows held out are likeliest" in told[0]
    assert "under SequentialTrees" in told[0]
    assert "each row held out once" in told[0]
    assert len(learned.generate(5)) == 5


def test_what_hangs_on_two_columns_together_is_learnt_by_trees() -> None:
    learned = likely.learn(forked_rows(), aim="generate", budget=BUDGET)
    assert type(learned.model).__name__ == "SequentialTrees"
    drawn = learned.generate(400)
    assert ((drawn["a"] ^ drawn["b"]) == drawn["c"]).mean() > 0.9


def test_of_many_rows_what_passes_for_real_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "ENGINES", ("GaussianCopula", "SequentialTrees"))
    learned = likely.learn(forked_rows(3_000), aim="generate", budget=BUDGET)
    assert type(learned.model).__name__ == "SequentialTrees"
    told = next(note for note in learned.notes if "hardest to tell" in note)
    trees, copula = re.findall(r"(0\.\d\d) of", told)
    assert float(trees) < 0.6 < float(copula)
    assert "a fifth of the rows held out" in told


def test_without_a_budget_nothing_is_compared() -> None:
    learned = likely.learn(normal_rows(), aim="generate")
    assert type(learned.model).__name__ == "SequentialTrees"
    assert not any("nats a row" in note for note in learned.notes)


def test_a_budget_of_both_aims_is_one_of_drawing() -> None:
    learned = likely.learn(normal_rows(), aim="both", budget=BUDGET)
    assert type(learned.drawing_model).__name__ == "GaussianCopula"
    assert type(learned.model).__name__ == "Ensemble"


def test_a_budget_of_no_time_tries_the_quickest_and_says_so() -> None:
    learned = likely.learn(normal_rows(), aim="generate", budget=1e-6)
    assert type(learned.model).__name__ == "GaussianCopula"
    assert any(
        "the only one tried; there was no time for SequentialTrees" in note
        for note in learned.notes
    )


def test_a_handful_of_rows_cannot_be_held_out() -> None:
    learned = likely.learn(normal_rows(10), aim="generate", budget=BUDGET)
    assert type(learned.model).__name__ == "SequentialTrees"
    assert any("10 rows are too few to hold some out" in note for note in learned.notes)


def test_other_settings_need_a_method_by_name() -> None:
    with pytest.raises(ParameterError, match="width"):
        likely.learn(normal_rows(), aim="generate", budget=BUDGET, width=8)
    with pytest.raises(ParameterError, match="budget must be"):
        likely.learn(normal_rows(), aim="generate", budget="a while")
