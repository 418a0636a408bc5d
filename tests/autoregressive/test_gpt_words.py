"""GPT over words and events: exactness, planted events, drawing, files, the command line."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.base import clone

import likely
from likely.autoregressive import GPT
from likely.cli import application
from likely.data.texts import as_texts
from likely.evaluation import auroc
from likely.explanation.passages import explain_texts, passages
from likely.persistence import load_model, save_model
from likely.workflow.report.texts import Written

SETTINGS = GPT.fast | {"width": 32, "learning_rate": 0.02}


def visits(n: int = 200, seed: int = 0) -> list[list[str]]:
    """Return visits to a shop: who puts something in the cart pays, and all log out."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n):
        seen = [str(rng.choice(["hats", "coats"])) for _ in range(rng.integers(1, 4))]
        bought = ["cart", "pay"] if rng.random() < 0.5 else []
        found.append(["login", *seen, *bought, "logout"])
    return found


@pytest.fixture(scope="module")
def model() -> GPT:
    return GPT(**SETTINGS).fit(visits())


def test_probabilities_of_all_sequences_sum_to_one(model: GPT) -> None:
    """Those that ended, and those that go on: one of all others stands for every word unseen."""
    known = [*model.schema_.words, "unseen"]
    total = 0.0
    for length in range(4):
        bits = model.bits([list(one) for one in product(known, repeat=length)])
        ended = length < 3  # of the longest their beginnings, whatever follows
        total += sum(2.0 ** -one[: length + ended].sum() for one in bits)
    assert total == pytest.approx(1.0, abs=1e-4)


def test_tokens_and_their_text_are_one(model: GPT) -> None:
    sequences = visits(5, seed=1)
    joined = [" ".join(one) for one in sequences]
    assert model.log_prob(sequences).tolist() == model.log_prob(joined).tolist()
    bits = model.bits(sequences)
    assert [len(one) for one in bits] == [len(one) + 1 for one in sequences]
    nats = [-one.sum() * np.log(2) for one in bits]
    assert nats == pytest.approx(model.log_prob(joined), rel=1e-6)


@pytest.mark.parametrize(
    ("tokens", "unit"),
    [("auto", "character"), ("character", "character"), ("byte", "byte"), ("word", "word")],
)
def test_what_a_token_is_can_be_said(tokens: str, unit: str) -> None:
    lines = [" ".join(one) for one in visits(20)]
    model = GPT(tokens=tokens, **(GPT.fast | {"budget": "2 steps"}))  # pyright: ignore[reportArgumentType]
    assert model.fit(lines).schema_.unit == unit
    assert model.get_params()["tokens"] == tokens
    assert clone(model).tokens == tokens


def test_numbers_are_tokens_too() -> None:
    rng = np.random.default_rng(0)
    states = [(rng.integers(0, 3) + np.arange(rng.integers(3, 9))) % 3 for _ in range(150)]
    model = GPT(**SETTINGS).fit(states)
    assert model.schema_.words == ("0", "1", "2")
    likely_one, odd = model.score_samples([[0, 1, 2, 0, 1, 2], [0, 1, 2, 2, 1, 0]])
    assert likely_one > odd + 2


def test_planted_events_are_found_and_named(model: GPT) -> None:
    new = visits(40, seed=2)
    labels = np.arange(40) % 4 == 3
    for i in np.flatnonzero(labels):
        event = "pay" if i % 8 == 3 else "sudo"  # out of place, or never seen
        new[i].insert(1, event)
    assert auroc(labels, -model.score_samples(new)) >= 0.99
    odd = as_texts([new[i] for i in np.flatnonzero(labels)])
    for i, why in zip(np.flatnonzero(labels), explain_texts(model, odd), strict=True):
        event = new[i][1]
        assert f'"{event}", word 2' in [reason.column for reason in why.reasons[:2]]
        assert f'"{event}" (' in why.sentence
        assert "bits a word" in why.sentence


def test_bits_belong_to_words(model: GPT) -> None:
    text = "login  hats sudo\tlogout "
    bits = model.bits([text])[0]
    parts = passages(text, bits, model.usual_bits, "word")
    assert "".join(part.text for part in parts) == text
    words = [part for part in parts if not part.text.isspace()]
    assert [part.text for part in words] == ["login", "hats", "sudo", "logout", ""]
    assert [part.bits for part in words] == pytest.approx(bits.tolist())
    assert [part.token for part in words] == [0, 1, 2, 3, 4]
    usual = [part.bits - part.excess for part in words]
    assert usual == pytest.approx([model.usual_bits] * 5)
    assert all(part.bits == part.excess == 0 for part in parts if part.text.isspace())


def test_reports_colour_words(model: GPT) -> None:
    written = Written(model, as_texts([["login", "sudo", "logout"]]))
    shown = str(written.words(0)[0])
    assert ">sudo</span>" in shown
    assert "a word is behind" in written.how_coloured
    assert "a word takes on average" in written.terms[0][1]


def test_samples_are_words_with_spaces_between(model: GPT) -> None:
    drawn = list(model.sample(30, seed=0))
    assert {word for text in drawn for word in text.split(" ")} <= set(model.schema_.words)
    found = np.median(model.log_prob(drawn))
    assert found == pytest.approx(np.median(model.log_prob(visits(100, seed=5))), abs=1)


def test_sequences_are_completed(model: GPT) -> None:
    for prompt in ("login hats cart", "login hats cart "):
        assert model.complete(prompt, 2, temperature=0) == ["login hats cart pay logout"]
    as_tokens = model.complete([["login", "hats", "cart"], ["login"]], 2, temperature=0)
    assert as_tokens[0] == "login hats cart pay logout"
    assert model.complete(["login hats logout"], 2, temperature=0) == ["login hats logout\nlogin"]


def test_words_are_kept_in_files(model: GPT, tmp_path: Path) -> None:
    save_model(model, tmp_path / "m.likely")
    loaded = load_model(tmp_path / "m.likely")
    assert isinstance(loaded, GPT)
    assert loaded.schema_ == model.schema_
    new = visits(9, seed=4)
    assert loaded.score_samples(new).tolist() == model.score_samples(new).tolist()
    assert list(loaded.sample(3, seed=1)) == list(model.sample(3, seed=1))


def test_rare_words_are_spoken_of() -> None:
    rare = [[f"{i}", f"{i + 0.5}", "end"] for i in range(60)]
    model = GPT(**(GPT.fast | {"budget": "2 steps"})).fit(rare)
    assert model.schema_.words == ("end",)
    assert "67% of the words were seen once" in model.notes_[0]
    assert list(model.sample(2, seed=0))


def test_events_on_the_command_line(tmp_path: Path) -> None:
    events, file = tmp_path / "events.txt", tmp_path / "m.likely"
    events.write_text("".join(f"{' '.join(one)}\n" for one in visits()))

    def run(*words: object) -> str:
        result = CliRunner().invoke(application, [str(word) for word in words])
        assert result.exit_code == 0, result.output
        return result.output

    settings = [f"--set={name}={value}" for name, value in SETTINGS.items()]
    said = run("learn", events, "--method", "GPT", "--set", "tokens=word", *settings, "-o", file)
    assert "(6 words)" in said
    assert "word by word; the longest has 7" in run("inspect", file)
    drawn = json.loads(
        run("generate", file, "--prompt", "login hats cart", "--length", 2, "--top-k", 1, "--json")
    )
    assert drawn["samples"] == ["login hats cart pay logout"]


def test_sequences_are_learnt_by_themselves(tmp_path: Path) -> None:
    learned = likely.learn(visits(), **SETTINGS)  # pyright: ignore[reportArgumentType]
    assert learned.model.schema_.unit == "word"
    found = learned.detect([*visits(9, seed=3), ["login", "pay", "sudo", "cart"]], fpr=0.01)
    assert found.anomaly[-1]
    assert found.anomaly.sum() <= 2
    page = learned.gallery(tmp_path / "drawn.html", 2).read_text()
    assert "bits a word" in page
