"""Models of texts: which letters surprise them, and what they forget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from figures.figure import Figure, need
from figures.svg import BLUE, INK, ORANGE, Panel, picture
from likely.core.catalogue import make
from likely.testing.texts import planted_sentences, sentences

_RNN: dict[str, Any] = {"width": 64, "window": 64, "budget": "150 steps"}
_GPT: dict[str, Any] = {"layers": 2, "width": 48, "heads": 4, "budget": "300 steps"}
_ANIMALS = ("cat", "dog", "owl", "ant", "bee", "hen")


def area(model: Any, samples: list, labels: np.ndarray) -> float:
    """Return how well a fitted model tells odd samples from ordinary ones, as an AUROC."""
    return float(roc_auc_score(labels, -np.asarray(model.score_samples(samples), float)))


def _bits(name: str, parameters: dict[str, Any]) -> Figure:
    """Draw how surprising each letter of a text is."""
    model = make(name, **parameters).fit(sentences(400))
    texts, labels, _ = planted_sentences(40)
    found = area(model, texts, labels)
    need(found > 0.85, f"{name} at home, with an AUROC above 0.85; it has {found:.2f}")
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
        f"something planted from the others with an AUROC of {found:.2f}."
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
        areas[length] = area(model, texts, labels)
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


DRAWN: dict[str, tuple[Callable[[], Figure], ...]] = {
    "CharRNN": (lambda: _bits("CharRNN", _RNN), _no_words),
    "GPT": (lambda: _bits("GPT", {**_GPT, "context_length": 32}), _forgotten),
}
