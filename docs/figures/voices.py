"""Models of texts and of sound: what surprises them, and what they forget or never see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from sklearn.metrics import roc_auc_score

from figures.figure import Figure, need
from figures.svg import BLUE, INK, ORANGE, PALE, Panel, picture
from likely.core.catalogue import make
from likely.testing.clips import planted_tones, tones
from likely.testing.texts import planted_sentences, sentences

_RNN: dict[str, Any] = {"width": 64, "window": 64, "budget": "150 steps"}
_GPT: dict[str, Any] = {"layers": 2, "width": 48, "heads": 4, "budget": "300 steps"}
_WAVE: dict[str, Any] = {"depth": 4, "width": 16, "window": 256, "budget": "200 steps"}
_TACOTRON: dict[str, Any] = {
    "step": 0.004,
    "bands": 8,
    "width": 24,
    "rounds": 2,
    "budget": "250 steps",
}
_SYLLABLE, _PERIODS = 256, {"a": 8, "o": 14, "i": 24}
_ANIMALS = ("cat", "dog", "owl", "ant", "bee", "hen")


def _area(model: Any, samples: list, labels: np.ndarray) -> float:
    return float(roc_auc_score(labels, -np.asarray(model.score_samples(samples), float)))


def _bits(name: str, parameters: dict[str, Any]) -> Figure:
    """Draw how surprising each letter of a text is."""
    model = make(name, **parameters).fit(sentences(400))
    texts, labels, _ = planted_sentences(40)
    area = _area(model, texts, labels)
    need(area > 0.85, f"{name} at home, with an AUROC above 0.85; it has {area:.2f}")
    text = texts[int(np.flatnonzero(labels)[0])]
    told = np.asarray(model.contributions([text])[0], float)[: len(text)]
    panel = Panel(
        f"{name}: how odd each letter is", (0, len(text)), (0, 1.25 * told.max()), 560, 120
    )
    panel.bars(np.arange(len(text) + 1), np.clip(told, 0, None), BLUE)
    pitch = 560 / len(text)
    for k, letter in enumerate(text):
        panel.write(letter, (k + 0.3) * pitch, 14, INK)
    alternative = f"A sentence with letters that are no word, and how odd each is to {name}."
    caption = (
        f"Each letter is judged given all before it. {name} has learnt from 400 short sentences; "
        "letters that are no word stand out in this one. Of 40 sentences it tells those with "
        f"something planted from the others with an AUROC of {area:.2f}."
    )
    return Figure(picture([panel], alternative), caption, alternative, "idea")


def _no_words() -> Figure:
    """Draw texts of a network that has learnt for too short a time."""
    words = {word for text in sentences(400) for word in text.split()}
    shares, panels = {}, []
    for budget in ("30 steps", "150 steps"):
        model = make("CharRNN", **{**_RNN, "budget": budget}).fit(sentences(400))
        drawn = [str(text) for text in model.sample(40, seed=0)]
        found = [word in words for text in drawn for word in text.split()]
        shares[budget] = float(np.mean(found)) if found else 0.0
        title = f"{budget}: {shares[budget]:.0%} words"
        panels.append(_lines(title, drawn[:8]))
    few, many = shares.values()
    need(few < many - 0.1, f"no words after few steps: {shares}")
    caption = (
        "Letters come first and words later: a network that learns for too short a time writes "
        f"what looks like words and is none. After 30 steps {few:.0%} of the words that CharRNN "
        f"writes are words of the text, after 150 steps {many:.0%}."
    )
    alternative = "Lines that CharRNN writes after 30 steps, and after 150."
    return Figure(picture(panels, alternative, 1), caption, alternative, "failure")


def _lines(title: str, texts: list[str]) -> Panel:
    panel = Panel(title, (0, 1), (0, 1), 520, 20 + 18 * len(texts), ticks=False)
    for k, text in enumerate(texts):
        panel.write(" ".join(text.split())[:70] or "(nothing)", 8, 24 + 18 * k, INK)
    return panel


def _named(n: int, seed: int, broken: bool = False) -> list[str]:
    """Return texts that end with the word that they begin with, or with another one."""
    rng = np.random.default_rng(seed)
    texts = []
    for _ in range(n):
        first, second, third = rng.permutation(len(_ANIMALS))[:3]
        last = third if broken else first
        texts.append(f"{_ANIMALS[first]} {_ANIMALS[second]} {_ANIMALS[last]}")
    return texts


def _forgotten() -> Figure:
    """Draw a context that is too short for what a text is about."""
    texts = _named(30, 2) + _named(30, 3, broken=True)
    labels = np.repeat([0, 1], 30)
    areas, panels = {}, []
    for length in (4, 16):
        model = make("GPT", **_GPT, context_length=length).fit(_named(400, 1))
        areas[length] = _area(model, texts, labels)
        panels.append(_scores(f"context_length={length}: {areas[length]:.2f}", model, texts))
    need(areas[4] < areas[16] - 0.12, f"a short context behind: {areas}")
    caption = (
        "What lies before the context is forgotten. Each of 400 texts ends with the word that it "
        f"begins with, such as '{texts[0]}'; '{texts[30]}' does not. Told apart with an AUROC of "
        f"{areas[4]:.2f} by GPT with a context of 4 letters, of {areas[16]:.2f} with one of 16. "
        "Each dot is a text, odd ones are crosses; upwards is likelier."
    )
    alternative = "Scores of texts with a short context and with a long one."
    return Figure(picture(panels, alternative), caption, alternative, "failure")


def _scores(title: str, model: Any, texts: list[str]) -> Panel:
    values = np.asarray(model.score_samples(texts), float)
    half = len(values) // 2
    panel = Panel(title, (0, half), (values.min() - 0.05, values.max() + 0.05), 250, 160)
    across = np.arange(half) + 0.5
    panel.dots(np.column_stack([across, values[:half]]), INK, 5, 0.8)
    panel.crosses(np.column_stack([across, values[half:]]), ORANGE, 4)
    return panel


def _crackle() -> Figure:
    """Draw a clip with a crackle."""
    model = make("WaveNet", **_WAVE).fit(tones(60))
    clips, labels, places = planted_tones(40)
    area = _area(model, clips, labels)
    need(area > 0.85, f"WaveNet at home; AUROC {area:.2f}")
    clip = clips[int(np.flatnonzero(labels)[0])]
    told = np.asarray(model.contributions([clip])[0], float)[: len(clip)]
    above = Panel("a clip with a crackle", (0, len(clip)), (-1, 1), 520, 90)
    above.band(*places[0])
    above.line(np.arange(len(clip)), clip, INK)
    below = Panel("how odd each value is to WaveNet", (0, len(clip)), (0, told.max()), 520, 90)
    below.bars(np.arange(len(told) + 1), np.clip(told, 0, None), BLUE)
    caption = (
        "Each value of a sound is judged given those before it. WaveNet has learnt from 60 tones "
        f"that die away, and finds clips with a crackle among 40 with an AUROC of {area:.2f}."
    )
    alternative = "A clip with a crackle, and how odd each of its values is."
    return Figure(picture([above, below], alternative, 1), caption, alternative, "idea")


def _spoken(texts: list[str], seed: int) -> list[np.ndarray]:
    """Return texts of syllables as tones, one after the other: the vowel is the pitch."""
    rng = np.random.default_rng(seed)
    t = np.arange(_SYLLABLE)
    clips = []
    for text in texts:
        parts = [
            0.5 * np.sin(2 * np.pi * t / _PERIODS[vowel]) * np.hanning(_SYLLABLE)
            for vowel in text[1::2]
        ]
        clip = np.concatenate(parts)
        clips.append((clip + 0.01 * rng.normal(size=len(clip))).astype(np.float32))
    return clips


def _texts(n: int, syllables: tuple[int, int], seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    lengths = rng.integers(syllables[0], syllables[1] + 1, n)
    return ["".join(f"l{rng.choice(list(_PERIODS))}" for _ in range(k)) for k in lengths]


def _read_aloud(asked: list[int], shows: Literal["idea", "failure"]) -> Figure:
    """Draw for how long texts of some numbers of syllables are spoken."""
    texts = _texts(120, (1, 3), 1)
    model = make("Tacotron", **_TACOTRON).fit(_spoken(texts, 2), condition=texts)
    lengths = {}
    for syllables in asked:
        said = _texts(12, (syllables, syllables), 3 + syllables)
        drawn = [len(model.sample(1, seed=0, condition=text)[0]) / _SYLLABLE for text in said]
        lengths[syllables] = np.array(drawn)
    off = {k: float(np.mean(np.abs(found - k)) / k) for k, found in lengths.items()}
    most = max(asked)
    panel = Panel(
        "syllables spoken, over those written",
        (0, most + 1),
        (0, max(most + 1, max(found.max() for found in lengths.values()) + 0.5)),
        300,
        200,
    )
    panel.line((0, most + 1), (0, most + 1), PALE, 1.5, dashed=True)
    for k, found in lengths.items():
        across = k + np.linspace(-0.15, 0.15, len(found))
        panel.dots(np.column_stack([across, found]), BLUE if k <= 3 else ORANGE, 5, 0.9)
    alternative = "How many syllables long Tacotron speaks, over how many were written."
    start = (
        "Texts of one to three syllables, each a tone of its own pitch, were learnt from "
        f"{len(texts)} clips. "
    )
    if shows == "idea":
        worst = max(off.values())
        need(worst < 0.4, f"lengths as written: {off}")
        caption = start + (
            "Attention moves along the text while Tacotron speaks, so that what is spoken is "
            f"about as long as what is written: {worst:.0%} off on average at most."
        )
    else:
        need(off[most] > off[2] + 0.2, f"long texts going astray: {off}")
        caption = start + (
            f"Attention that has never gone so far skips, repeats or stops: texts of {most} "
            f"syllables are spoken {off[most]:.0%} too long or too short on average, texts of 2 "
            f"{off[2]:.0%}."
        )
    return Figure(picture([panel], alternative), caption, alternative, shows)


DRAWN: dict[str, tuple[Callable[[], Figure], ...]] = {
    "CharRNN": (lambda: _bits("CharRNN", _RNN), _no_words),
    "GPT": (lambda: _bits("GPT", {**_GPT, "context_length": 32}), _forgotten),
    "WaveNet": (_crackle,),
    "Tacotron": (lambda: _read_aloud([1, 2, 3], "idea"), lambda: _read_aloud([2, 8], "failure")),
}
