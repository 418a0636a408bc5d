"""Measure WaveNet on spoken digits: bits, odd clips, clips drawn of a digit, and speed of drawing.

1,500 clips of six speakers at 8,000 values a second (Free Spoken Digit Dataset), of which the
official 300 are the test. Everything was chosen by the training part (`--choose` learns from
recordings 8 to 24 of every digit and speaker and judges recordings 5 to 7).

`bits`: a value of a test clip costs so many bits, of 256 mu-law levels. Beside `WaveNet`, which
foretells the end of a clip, too, stand a coder by linear prediction with Laplace residuals (see
linear_prediction.py), how often each level occurs, and what general compressors make of the
levels of all test clips in a row.

`odd`: AUROC of wrong clips among the test clips, each made of another test clip and as loud as it:

- `reversed`: backwards in time.
- `noise`: its spectrum with random phases.
- `tone`: a sine between 100 and 2,000 Hz.
- `fast`, `slow`: played at one and a half times its speed, and at two thirds of it.

Beside each way to measure oddness stand loudness, length, and what `likely` takes for files of
sound by default: an autoencoder of spectrograms.

`drawn`: a `WaveNet` that is told digit and speaker draws 20 clips of every digit, at several
temperatures and with guidance; how many does a support vector machine on log-mel spectrograms
recognise, which learnt real clips, and how many are shorter than any real one? Beside it stands
how many real clips the `WaveNet` itself takes for the digit that they are, which is the one that
makes them likeliest: what it has learnt, but may be unable to say. And how many times faster is a
value drawn with remembered columns than by computing them again from as many values as the
network looks back on? Lengths and seconds are those of the first round of 200 clips.

    python benchmarks/spoken_digits.py heard     results/spoken_digits_{bits,odd}.json
    python benchmarks/spoken_digits.py drawn     results/spoken_digits_drawn.json
    python benchmarks/spoken_digits.py heard --choose      nothing is stored
"""

from __future__ import annotations

import argparse
import bz2
import lzma
import zlib
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

import numpy as np
import torch
from scipy.signal import resample_poly
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

import store
from likely.autoregressive import WaveNet
from likely.data.audio import log_mel
from likely.data.sound import END
from likely.evaluation import auroc
from likely.nets.remains import Remains
from likely.nets.wave_network import Stream, WaveNetwork
from likely.nets.wave_steps import Steps
from likely.workflow.auto import choose
from linear_prediction import bits_of
from tables import DATA

RATE = 8_000
# figures would be taken for numbers, and not for labels
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
SETTINGS = {  # seven minutes of a core, and half an hour
    "heard": {"budget": "1500 steps"},
    "drawn": {"budget": "4000 steps", "depth": 10},  # a quarter of a second is looked back on
}
FRAMES = {"told": (512, 32), "free": (256, 32)}  # with fewest bits in the training part
ODD = ("reversed", "noise", "tone", "fast", "slow")
WRONG = 60  # clips of each sort
EACH = 20  # clips drawn of a digit
# temperature, guidance, and rounds: one round of the better ways is too few to tell them apart
WAYS = ((1.0, 1.0, 3), (0.9, 1.0, 1), (1.0, 1.5, 3), (1.0, 2.0, 1))
ASKED = 5  # every fifth clip is asked for, digit by digit
NOISE = (30, 20, 10)  # decibels below the clips that a judge learns from


class Spoken:
    """Clips to learn from and to judge, with what is said and by whom."""

    def __init__(self, choosing: bool) -> None:
        with np.load(DATA / "generative" / "fsdd_8khz_int16.npz") as file:
            self.clips = np.split(file["samples"], np.cumsum(file["lengths"])[:-1])
            self.digit, self.speaker = file["label"], file["speaker"]
            index = file["index"]
        self.learnt = np.flatnonzero(index >= (8 if choosing else 5))
        self.judged = np.flatnonzero((index >= 5) & (index < 8) if choosing else index < 5)

    def of(self, chosen: np.ndarray) -> list[np.ndarray]:
        """Return some clips."""
        return [self.clips[i] for i in chosen]

    def told(self, chosen: np.ndarray) -> dict[str, list[str]]:
        """Return what clips are given."""
        return {
            "digit": [WORDS[self.digit[i]] for i in chosen],
            "speaker": [str(self.speaker[i]) for i in chosen],
        }


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store."""
    spoken = Spoken(asked.choose)
    command = f"python benchmarks/spoken_digits.py {asked.part}"
    if asked.budget is not None:
        command += f' --budget "{asked.budget}"'
    settings = SETTINGS[asked.part] | ({"budget": asked.budget} if asked.budget else {})
    if asked.part == "heard":
        model, facts = fit(spoken, settings)
        for what, rows_of in (("odd", by_oddness), ("bits", bits)):
            rows = rows_of(model, spoken)
            if not asked.choose:
                store.save(f"spoken_digits_{what}", rows, command=command, **facts)
        return
    model, facts = fit(spoken, settings, spoken.told(spoken.learnt))
    rows = [*speed(model.network_, model.network_.given), *drawn(model, spoken)]
    if not asked.choose:
        store.save("spoken_digits_drawn", rows, command=command, **facts)


def fit(
    spoken: Spoken, settings: dict[str, Any], condition: dict[str, list[str]] | None = None
) -> tuple[WaveNet, dict[str, object]]:
    """Return a WaveNet of the clips to learn from, and facts on its training."""
    start, spent = perf_counter(), process_time()
    model = WaveNet(**settings).fit((RATE, spoken.of(spoken.learnt)), condition=condition)
    for look in model.history_:
        print(look, flush=True)
    print(*model.notes_, sep="\n", flush=True)
    return model, {
        "learnt": len(spoken.learnt),
        "parameters": sum(weight.numel() for weight in model.network_.parameters()),
        "steps": model.budget_,
        "train_s": round(model.history_[-1]["seconds"]),
        "fit_s": round(perf_counter() - start),
        "cpu_s": round(process_time() - spent),
    }


def bits(model: WaveNet, spoken: Spoken) -> list[dict]:
    """Return bits a value of the clips to judge, by every coder."""
    sound = model.schema_
    clips = sound.match((RATE, spoken.of(spoken.judged)))
    levels = [tokens[:-1] for tokens in sound.features(clips)]
    count, rows = sum(map(len, levels)), []

    def add(coder: str, total: float, start: float) -> None:
        row = {"coder": coder, "bits_a_value": round(float(total) / count, 4)}
        rows.append(row | {"cpu_s": round(process_time() - start, 1)})
        store.show(rows[-1])

    start = process_time()
    add("WaveNet", sum(part.sum() for part in model.bits(clips)), start)
    for side, (frame, most) in FRAMES.items():
        start, found = process_time(), np.zeros(2)
        for clip, heard in zip(clips, levels, strict=True):
            found += bits_of(clip / sound.peak, heard, frame, most)
        said = f"linear prediction, frames of {frame}"
        add(f"{said}, coefficients counted", found.sum(), start)
        if side == "free":
            add(f"{said}, coefficients free of charge", found[0], start)
    start = process_time()
    learnt = sound.features(sound.match((RATE, spoken.of(spoken.learnt))))
    often = np.bincount(np.concatenate(learnt), minlength=END + 1) + 1.0
    share = np.log2(often.sum() / often)
    add("how often each level occurs", share[np.concatenate(levels)].sum(), start)
    raw = np.concatenate(levels).astype(np.uint8).tobytes()
    for name, compress in (("zlib", zlib.compress), ("bz2", bz2.compress), ("xz", lzma.compress)):
        start = process_time()
        add(name, 8 * len(compress(raw)), start)
    return rows


def by_oddness(model: WaveNet, spoken: Spoken) -> list[dict]:
    """Return AUROC of every sort of wrong clips, by every way to judge."""
    rng = np.random.default_rng(0)
    usual = spoken.of(spoken.judged)
    wrong = {
        kind: [spoilt(kind, usual[i], rng) for i in rng.permutation(len(usual))[:WRONG]]
        for kind in ODD
    }
    rows = []

    def add(judge: str, oddness: Callable[[list[np.ndarray]], np.ndarray]) -> None:
        start = process_time()
        ordinary = oddness(usual)
        found = {kind: area(ordinary, oddness(clips)) for kind, clips in wrong.items()}
        row = {"judge": judge, **found, "mean": round(float(np.mean(list(found.values()))), 4)}
        rows.append(row | {"cpu_s": round(process_time() - start)})
        store.show(rows[-1])

    start = process_time()
    left = {kind: remains_of(model, clips) for kind, clips in (wrong | {"usual": usual}).items()}
    print(f"listening: {process_time() - start:.0f} s", flush=True)
    known = {id(clips): left[kind] for kind, clips in (wrong | {"usual": usual}).items()}
    mean, spread = model.usual_
    ways: dict[str, Callable[[Remains], float]] = {
        "excess": lambda one: (one[0] - mean).sum() / (spread * np.sqrt(one.shape[1])),
        "per_token": lambda one: one[0].mean(),
        "likelihood": lambda one: one[0].sum(),
    }
    add("WaveNet, states", lambda clips: model._distance(known[id(clips)]))
    for oddness, way in ways.items():
        add(
            f"WaveNet, {oddness}",
            lambda clips, way=way: np.array([way(one) for one in known[id(clips)]]),
        )
    loud = np.array([loudness(clip) for clip in spoken.of(spoken.learnt)])
    add("loudness", lambda clips: np.abs([loudness(one) for one in clips] - np.median(loud)))
    long = np.array([np.log(len(clip)) for clip in spoken.of(spoken.learnt)])
    add("length", lambda clips: np.abs([np.log(len(one)) for one in clips] - np.median(long)))
    seen, _ = choose("auto", 0, {}, kind="series")
    seen.fit(spectrograms(spoken.of(spoken.learnt)))
    name = f"{type(seen).__name__} of spectrograms"
    add(name, lambda clips: -seen.score_samples(spectrograms(clips)))
    return rows


def remains_of(model: WaveNet, clips: list[np.ndarray]) -> list[Remains]:
    """Return what every oddness of WaveNet is made of, so that clips are heard once."""
    return model._remains(model.schema_.features(model.schema_.match((RATE, clips))))


def spoilt(kind: str, clip: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a wrong clip made of a right one, as loud as it."""
    sound = clip.astype(np.float64)
    if kind == "reversed":
        made = sound[::-1]
    elif kind == "noise":
        size = np.abs(np.fft.rfft(sound))
        phase = rng.uniform(0, 2 * np.pi, len(size))
        made = np.fft.irfft(size * np.exp(1j * phase), len(sound))
    elif kind == "tone":
        pitch = rng.uniform(100, 2_000)
        made = np.sin(2 * np.pi * pitch * np.arange(len(sound)) / RATE)
    else:
        made = resample_poly(sound, *((2, 3) if kind == "fast" else (3, 2)))
    made = made * np.sqrt(np.square(sound).mean() / np.square(made).mean())
    return np.clip(np.rint(made), -(2**15), 2**15 - 1).astype(np.int16)


def area(usual: np.ndarray, odd: np.ndarray) -> float:
    """Return the AUROC of wrong clips among right ones."""
    labels = np.repeat([0, 1], [len(usual), len(odd)])
    return round(float(auroc(labels, np.concatenate([usual, odd]))), 4)


def loudness(clip: np.ndarray) -> float:
    """Return the mean power of a clip in decibels."""
    return float(10 * np.log10(np.square(clip.astype(np.float64)).mean() + 1))


def spectrograms(clips: list[np.ndarray]) -> np.ndarray:
    """Return clips as `likely` sees files of sound by default, (n, moment, band)."""
    return np.stack([log_mel(clip[:, None] / 2.0**15, RATE) for clip in clips])


def speed(network: WaveNetwork, given: int) -> list[dict]:
    """Return seconds a value that is drawn, with columns remembered and computed anew."""
    rows = []
    for count in (1, 16):
        told = np.zeros((count, given), np.float32)
        steps, tokens = Steps(network, count, told), np.full(count, END)
        for _ in range(50):
            steps.step(tokens)
        start = perf_counter()
        for _ in range(500):
            tokens = steps.step(tokens).argmax(axis=1)
        remembered = (perf_counter() - start) / 500
        naive = anew(network, count, given)
        rows.append(
            {
                "what": f"drawing {count} at a time",
                "remembered_ms": round(1e3 * remembered, 3),
                "anew_ms": round(1e3 * naive, 2),
                "times_faster": round(naive / remembered, 1),
            }
        )
        store.show(rows[-1])
    return rows


def anew(network: WaveNetwork, count: int, given: int, repeats: int = 5) -> float:
    """Return seconds for the next value of sequences, from as many as the network looks back on."""
    time = torch.arange(network.reach).repeat(count)
    told = torch.zeros(given, len(time)) if given else None
    tokens = torch.randint(END, time.shape, generator=torch.Generator().manual_seed(0))
    kept, seconds = network.said, []

    newest = slice(network.reach - 1, None, network.reach)

    def last(gated: torch.Tensor, end: torch.Tensor | None) -> torch.Tensor:
        return kept(gated[newest], None if end is None else end[newest])  # earlier ones are known

    network.said = last  # pyright: ignore[reportAttributeAccessIssue]
    try:
        with torch.inference_mode():
            for _ in range(repeats + 1):
                start = perf_counter()
                network(Stream(tokens, time, time, told))
                seconds.append(perf_counter() - start)
    finally:
        del network.said
    return float(np.median(seconds[1:]))


class Judge:
    """Says which digit a clip is, by its spectrogram; learnt from real clips, hiss or not."""

    def __init__(self, clips: list[np.ndarray], digits: np.ndarray) -> None:
        rng = np.random.default_rng(0)
        louder = [[hissing(clip, below, rng) for clip in clips] for below in NOISE]
        self.model = make_pipeline(PCA(60, whiten=True, random_state=0), SVC(C=3.0))
        seen = np.concatenate([self._seen(some) for some in (clips, *louder)])
        self.model.fit(seen, np.tile(digits, 1 + len(NOISE)))

    def hear(self, clips: list[np.ndarray]) -> np.ndarray:
        """Return the digits that clips are taken for."""
        return self.model.predict(self._seen(clips))

    def _seen(self, clips: list[np.ndarray]) -> np.ndarray:
        """Return spectrograms down to -60 decibels, whatever the loudness of the whole clip."""
        found = np.maximum(spectrograms(clips), -60.0)
        return (found - found.mean(axis=(1, 2), keepdims=True)).reshape(len(found), -1)


def hissing(clip: np.ndarray, below: float, rng: np.random.Generator) -> np.ndarray:
    """Return a clip with noise some decibels below it."""
    size = np.sqrt(np.square(clip.astype(np.float64)).mean())
    return clip + rng.normal(0, 10 ** (-below / 20) * size, len(clip))


def drawn(model: WaveNet, spoken: Spoken) -> list[dict]:
    """Return how many real and drawn clips are recognised by what learnt real ones."""
    judge = Judge(spoken.of(spoken.learnt), spoken.digit[spoken.learnt])
    rows = []

    def add(what: str, guessed: np.ndarray, truth: np.ndarray, **facts: float | str) -> None:
        rows.append({"what": what, "recognised": round(float((guessed == truth).mean()), 4)})
        rows[-1] |= {"clips": len(truth), **facts}
        store.show(rows[-1])

    add("real test clips", judge.hear(spoken.of(spoken.judged)), spoken.digit[spoken.judged])
    some = spoken.judged[::ASKED]
    add("real test clips, by WaveNet itself", likeliest(model, spoken, some), spoken.digit[some])
    shortest = min(len(clip) for clip in spoken.of(spoken.learnt))
    digits = np.repeat(np.arange(10), EACH)
    names = sorted(set(map(str, spoken.speaker)))
    told = {
        "digit": [WORDS[digit] for digit in digits],
        "speaker": [names[i % len(names)] for i in range(len(digits))],
    }
    for temperature, guidance, rounds in WAYS:
        found, facts = [], {}
        for seed in range(rounds):
            start = process_time()
            empty = [np.zeros(0, np.int16)] * len(digits)
            clips = model.complete(empty, RATE, temperature, seed, told, guidance)  # up to 1 s
            found.append(judge.hear([c if len(c) else np.zeros(1, np.int16) for c in clips]))
            lengths = np.array([len(clip) for clip in clips])
            facts = facts or {  # of the first round
                "median_s": round(float(np.median(lengths)) / RATE, 3),
                "too_short": round(float((lengths < shortest).mean()), 4),
                "cpu_s": round(process_time() - start, 1),
            }
        what = f"drawn at temperature {temperature}" + f", guidance {guidance}" * (guidance != 1)
        by_round = ", ".join(f"{(guessed == digits).mean():.3f}" for guessed in found)
        add(what, np.concatenate(found), np.tile(digits, rounds), rounds=by_round, **facts)
    return rows


def likeliest(model: WaveNet, spoken: Spoken, some: np.ndarray) -> np.ndarray:
    """Return the digits that make clips likeliest, when their speakers are known."""
    clips, speakers = (RATE, spoken.of(some)), spoken.told(some)["speaker"]
    nats = [
        model.log_prob(clips, {"digit": [word] * len(some), "speaker": speakers}) for word in WORDS
    ]
    return np.argmax(nats, axis=0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=("heard", "drawn"))
    parser.add_argument("--choose", action="store_true")
    parser.add_argument("--budget", help="of training, instead of the usual one")
    main(parser.parse_args())
