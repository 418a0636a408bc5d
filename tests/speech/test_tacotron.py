"""Tacotron: speech from text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from likely.core.errors import DataError
from likely.evaluation import auroc
from likely.nets import speech_network
from likely.persistence import load_model, save_model
from likely.speech import Tacotron

RATE = 1_000
PITCHES = {"l": 60.0, "h": 240.0}
SETTINGS: dict[str, Any] = {"step": 0.015, "bands": 4, "width": 16, "rounds": 8, "batch_size": 16}


def spoken(text: str, speaker: str, rng: np.random.Generator) -> np.ndarray:
    """Return a text, each letter of which is a low or a high tone; one speaker is louder."""
    parts = []
    for letter in text:
        t = np.arange(rng.integers(55, 66))
        parts.append(np.sin(2 * np.pi * PITCHES[letter] * t / RATE))
    loud = 0.6 if speaker == "ann" else 0.1
    sound = loud * np.concatenate(parts)
    return (sound + rng.normal(0, 0.003, len(sound))).astype(np.float32)


def recordings(n: int, seed: int) -> tuple[tuple[int, list[np.ndarray]], dict[str, list[str]]]:
    rng = np.random.default_rng(seed)
    texts = [str(rng.choice(["lh", "hl", "ll", "hh"])) for _ in range(n)]
    speakers = [str(rng.choice(["ann", "bob"])) for _ in range(n)]
    clips = [spoken(text, who, rng) for text, who in zip(texts, speakers, strict=True)]
    return (RATE, clips), {"text": texts, "speaker": speakers}


@pytest.fixture(scope="module")
def model() -> Tacotron:
    clips, told = recordings(64, 0)
    return Tacotron(**SETTINGS, budget="60 steps", learning_rate=0.02).fit(clips, condition=told)


def high(sound: np.ndarray) -> float:
    """Return how much of the power is in the higher half of the frequencies."""
    power = np.abs(np.fft.rfft(sound)) ** 2
    above = np.fft.rfftfreq(len(sound), 1 / RATE) > 150
    return float(power[above].sum() / power.sum())


def test_letters_are_spoken_in_their_order(model: Tacotron) -> None:
    right = 0
    for text in ("lh", "hl", "ll", "hh"):
        for clip in model.sample(5, seed=0, condition={"text": text, "speaker": "ann"}):
            half = len(clip) // 2
            said = [high(clip[:half]), high(clip[half:])]
            right += ["h" if share > 0.5 else "l" for share in said] == list(text)
    assert right >= 16


def test_the_speaker_is_heard(model: Tacotron) -> None:
    loud, quiet = (
        np.mean([np.abs(c).mean() for c in model.sample(6, 0, {"text": "lh", "speaker": who})])
        for who in ("ann", "bob")
    )
    assert loud > 2 * quiet


def test_clips_are_as_long_as_those_learnt(model: Tacotron) -> None:
    lengths = [len(clip) for clip in model.sample(30, 0, {"text": "lh", "speaker": "ann"})]
    assert 90 <= np.median(lengths) <= 150


def test_what_the_text_does_not_say_is_odd(model: Tacotron) -> None:
    clips, told = recordings(40, 1)
    other = {"h": "l", "l": "h"}
    wrong = told | {"text": ["".join(other[c] for c in text) for text in told["text"]]}
    scores = [model.score_samples(clips, given) for given in (told, wrong)]
    assert -1.5 < scores[0].mean() < -0.6
    assert auroc(np.repeat([0, 1], 40), -np.concatenate(scores)) > 0.9


def test_a_new_text_of_known_letters_can_be_spoken(model: Tacotron) -> None:
    clip = model.sample(1, seed=0, condition={"text": "lhl", "speaker": "bob"})[0]
    assert clip.dtype == np.float32
    assert len(clip) > 0


def test_one_text_alone_is_a_condition() -> None:
    clips, told = recordings(20, 0)
    model = Tacotron(**SETTINGS, budget="3 steps").fit(clips, condition=told["text"])
    assert len(model.sample(2, seed=0, condition="lh")) == 2
    assert len(model.sample(2, seed=0, condition=["lh", "h"])) == 2


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (None, "needs them here"),
        ({"text": "low", "speaker": "ann"}, "letter 'o'"),
        ({"text": "lh", "speaker": "eve"}, "'eve', which was never learnt"),
        ({"speaker": "ann"}, "'text'"),
        ("lh", "speaker"),
    ],
)
def test_what_was_never_learnt_is_refused(model: Tacotron, condition: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        model.sample(2, condition=condition)


def test_texts_without_letters_are_refused() -> None:
    clips, _ = recordings(20, 0)
    with pytest.raises(DataError, match="no letters"):
        Tacotron(**SETTINGS).fit(clips, condition=[""] * 20)


def test_without_texts_a_note_says_so_and_texts_are_refused() -> None:
    clips, told = recordings(20, 0)
    model = Tacotron(**SETTINGS, budget="3 steps").fit(clips)
    assert any("No texts were given" in note for note in model.notes_)
    with pytest.raises(DataError, match="without conditions"):
        model.score_samples(clips, told)


def test_a_file_keeps_letters_and_speakers(model: Tacotron, tmp_path: Path) -> None:
    save_model(model, tmp_path / "m.likely")
    loaded = load_model(tmp_path / "m.likely")
    clips, told = recordings(8, 2)
    assert loaded.condition_ == model.condition_
    found, expected = (one.score_samples(clips, told) for one in (loaded, model))
    assert found.tobytes() == expected.tobytes()
    told = {"text": "hl", "speaker": "bob"}
    assert np.array_equal(loaded.sample(1, 5, told)[0], model.sample(1, 5, told)[0])


def test_a_clip_scores_alone_as_beside_others_with_longer_texts(model: Tacotron) -> None:
    rng = np.random.default_rng(3)
    clips = [spoken(text, "ann", rng) for text in ("l", "lhlhl")]
    both = model.score_samples((RATE, clips), {"text": ["l", "lhlhl"], "speaker": ["ann"] * 2})
    alone = model.score_samples((RATE, clips[:1]), {"text": ["l"], "speaker": ["ann"]})
    assert both[0] == pytest.approx(alone[0], rel=1e-4)


def test_speaking_is_what_teaching_foretells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames spoken step by step are those told when every step is given the frames before."""
    monkeypatch.setattr(speech_network, "_DROPPED", 0.0)
    torch.manual_seed(0)
    network = speech_network.SpeechNetwork(3, 2, bands=4, width=8, each=2).eval()
    torch.nn.init.zeros_(network.corrected.weight)
    torch.nn.init.zeros_(network.corrected.bias)
    torch.nn.init.constant_(network.end.bias, -50.0)  # never ends
    letters, told = torch.tensor([[1, 2, 4], [3, 4, 0]]), torch.randn(2, 2)
    said = torch.stack(network.speak(letters, told, 5))
    with torch.no_grad():
        again = network(letters, told, said, torch.tensor([10, 10]), dropping=False)
    assert said.shape == (2, 10, 4)
    assert torch.allclose(again.frames, said, atol=1e-6)
    assert again.weights.shape == (2, 5, 3)
    assert (again.weights[1, :, 2] == 0).all()


def test_a_note_says_that_nothing_is_read(model: Tacotron) -> None:
    clips, told = recordings(20, 0)
    hasty = Tacotron(**SETTINGS, budget="1 steps").fit(clips, condition=told)
    assert any("Attention does not go along" in note for note in hasty.notes_)
    assert not any("Attention" in note for note in model.notes_)
