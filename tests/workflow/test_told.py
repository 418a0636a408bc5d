"""`where=` of models that learnt samples under conditions: in the user's units, or an error."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import likely
from likely.autoregressive import GPT, CharRNN
from likely.core.errors import CannotDo, DataError, ParameterError
from likely.persistence import save_model
from likely.workflow.storage import load

SIZES = np.repeat(np.arange(2, 9), 40)
TONES = np.tile(["low", "high"], 140)
TEXTS = [("a" if tone == "low" else "b") * size for size, tone in zip(SIZES, TONES, strict=True)]
GIVEN = pd.DataFrame({"size": SIZES, "tone": TONES})


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("told") / "m.likely"
    model = CharRNN(width=32, batch_size=32, learning_rate=0.03, budget="150 steps")
    save_model(model.fit(TEXTS, condition=GIVEN), path)
    return path


@pytest.fixture(scope="module")
def learned(file: Path) -> likely.Learned:
    return load(file)


def test_texts_are_given_what_is_asked_for(learned: likely.Learned) -> None:
    drawn = learned.generate(40, where={"size": 7, "tone": "high"})
    assert np.mean([text.count("b") == len(text) for text in drawn]) > 0.9
    assert np.mean([len(text) for text in drawn]) == pytest.approx(7, abs=0.7)
    assert drawn == learned.generate(40, where={"size": 7, "tone": "high"})


def test_a_range_and_a_list_are_given_all_over(learned: likely.Learned) -> None:
    drawn = learned.generate(90, where={"size": (None, 4), "tone": ["low", "high"]})
    lengths = np.array([len(text) for text in drawn])
    assert np.isin(lengths, [1, 2, 3, 4, 5]).mean() > 0.95
    assert len(set(lengths.tolist()) & {2, 3, 4}) == 3
    assert 0.3 < np.mean(["a" in text for text in drawn]) < 0.7


def test_a_beginning_and_a_temperature_go_with_it(learned: likely.Learned) -> None:
    drawn = learned.generate(5, where={"size": 6, "tone": "low"}, prompt="aa", temperature=0.5)
    assert all(text.startswith("aa") for text in drawn)


@pytest.mark.parametrize(
    ("where", "error", "said"),
    [
        ({"size": 3}, ParameterError, "'tone' must be said, too, such as"),
        ({}, ParameterError, "give where=, such as where={'size': 5.0, 'tone':"),
        ({"size": 3, "tone": "low", "pace": 1}, DataError, "no column named 'pace'"),
        ({"size": 40, "tone": "low"}, DataError, "'size' was from 2 to 8 when learning"),
        ({"size": (9, None), "tone": "low"}, DataError, "'size' was from 2 to 8 when learning"),
        ({"size": "long", "tone": "low"}, DataError, "'size' held numbers when the"),
        ({"size": 3, "tone": "shrill"}, DataError, "'tone' never was 'shrill'. It was 'high'"),
        ({"size": None, "tone": "low"}, DataError, "'size' was never missing"),
    ],
)
def test_what_cannot_be_asked_is_said_in_words(
    learned: likely.Learned, where: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=re.escape(said)):
        learned.generate(2, where=where)


def test_how_probable_conditions_are_is_not_known(learned: likely.Learned) -> None:
    with pytest.raises(CannotDo, match="not how probable"):
        learned.probability({"size": 3, "tone": "low"})
    with pytest.raises(ParameterError, match="rules"):
        learned.generate(2, where={"size": 3, "tone": "low"}, rules="size > 2")


def test_texts_learnt_without_conditions_can_be_asked_nothing() -> None:
    model = GPT(**{**GPT.fast, "budget": "2 steps"})
    with pytest.raises(ParameterError, match="was told nothing of its samples"):
        likely.learn(TEXTS, method=model, kind="text").generate(2, where={"size": 3})


def test_molecules_are_learnt_given_columns_beside_them(tmp_path: Path) -> None:
    carbons = np.tile(np.arange(1, 7), 30)
    table = pd.DataFrame({"smiles": ["C" * n for n in carbons], "carbons": carbons})
    asked: dict[str, Any] = {"kind": "molecule", "aim": "generate", "context": "carbons"}
    learned = likely.learn(
        table, **asked, width=32, batch_size=32, learning_rate=0.03, budget="120 steps"
    )
    assert any("given carbons" in note for note in learned.notes)
    learned.save(tmp_path / "m.likely")
    drawn = load(tmp_path / "m.likely").generate(30, where={"carbons": 6})
    assert np.mean([len(smiles) for smiles in drawn]) == pytest.approx(6, abs=0.7)
    with pytest.raises(CannotDo, match="CharRNN"):
        likely.learn(TEXTS, method="GPT", kind="text", aim="generate", context="size")
    with pytest.raises(ParameterError, match="beside the texts"):
        likely.learn(TEXTS, method="CharRNN", kind="text", aim="generate", context="size")
