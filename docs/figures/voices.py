"""Models of sound: what surprises them, and what is too long for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from figures.figure import Figure, need
from figures.svg import BLUE, INK, ORANGE, PALE, Panel, picture
from figures.texts import area
from likely.core.catalogue import make
from likely.testing.clips import planted_tones, tones

_WAVE: dict[str, Any] = {"depth": 4, "width": 16, "window": 256, "budget": "200 steps"}
_TACOTRON: dict[str, Any] = {
    "step": 0.004,
    "bands": 8,
    "width": 24,
    "rounds": 2,
    "budget": "250 steps",
}
_SYLLABLE, _PERIODS = 256, {"a": 8, "o": 14, "i": 24}
_HALF = 20  # values from one jump to the next


def _crackle() -> Figure:
    """Draw a clip with a crackle."""
    model = make("WaveNet", **_WAVE).fit(tones(60))
    clips, labels, places = planted_tones(40)
    found = area(model, clips, labels)
    need(found > 0.85, f"WaveNet at home; AUROC {found:.2f}")
    clip = clips[int(np.flatnonzero(labels)[0])]
    told = np.asarray(model.contributions([clip])[0], float)[: len(clip)]
    above = Panel("a clip with a crackle", (0, len(clip)), (-1, 1), 520, 90)
    above.band(*places[0])
    above.line(np.arange(len(clip)), clip, INK)
    below = Panel("how odd each value is to WaveNet", (0, len(clip)), (0, told.max()), 520, 90)
    below.bars(np.arange(len(told) + 1), np.clip(told, 0, None), BLUE)
    caption = (
        "Each value of a sound is judged given those before it. WaveNet has learnt from 60 tones "
        f"that die away, and finds clips with a crackle among 40 with an AUROC of {found:.2f}."
    )
    alternative = "A clip with a crackle, and how odd each of its values is."
    return Figure(picture([above, below], alternative, 1), caption, alternative, "idea")


def _beats(n: int, length: int, seed: int) -> list[np.ndarray]:
    """Return clips that jump between two levels, at even distances from wherever they begin."""
    t = np.arange(length) + np.random.default_rng(seed).integers(0, 2 * _HALF, (n, 1))
    return list(np.where(t // _HALF % 2, 0.4, -0.4).astype(np.float32))


def _out_of_time() -> Figure:
    """Draw beats that are longer than what is looked back on."""
    shares, panels = {}, []
    for depth in (3, 6):
        parameters = {**_WAVE, "depth": depth, "window": 400, "budget": "300 steps"}
        clips = make("WaveNet", **parameters).fit(_beats(20, 1600, 1)).sample(8, seed=0)
        apart = [np.diff(np.flatnonzero(np.diff(np.sign(clip)))) for clip in clips]
        shares[depth] = float((np.abs(np.concatenate(apart) - _HALF) <= 1).mean())
        longest = max(clips, key=len)[:400]
        panels.append(Panel(f"depth={depth}: {shares[depth]:.0%}", (0, 400), (-1, 1), 520, 80))
        panels[-1].line(np.arange(len(longest)), longest, BLUE)
    short, long = shares.values()
    need(short < long - 0.3, f"a short reach out of time: {shares}")
    caption = (
        f"What is longer than its reach is not counted. The clips learnt from jump every {_HALF} "
        "values. WaveNet(depth=3) looks 15 values back and draws jumps at random: "
        f"{short:.0%} of them come after {_HALF} values, one more or less. With depth=6, which "
        f"looks 127 values back, {long:.0%} do."
    )
    alternative = "A clip that WaveNet has drawn with a short reach, and one with a long reach."
    return Figure(picture(panels, alternative, 1), caption, alternative, "failure")


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
    "WaveNet": (_crackle, _out_of_time),
    "Tacotron": (lambda: _read_aloud([1, 2, 3], "idea"), lambda: _read_aloud([2, 8], "failure")),
}
