"""Measure Tacotron on spoken digits: how many of those it speaks are heard as what was written.

The clips, their official test, and the judge are those of spoken_digits.py: a support vector
machine on log-mel spectrograms, which learnt real clips, with noise and without. Everything was
chosen by the training part (`--choose` learns from recordings 8 to 24 of every digit and speaker
and judges recordings 5 to 7).

`recognised` is the share that the judge takes for the digit that it should be, of:

- real test clips;
- the same clips as spectrograms, and back by Griffin and Lim's algorithm, which shows what is lost
  on the way to sound. Spoken clips may be recognised more often: they are usual, real ones vary;
- the mean spectrogram of every digit and speaker, made as long as their median clip: what needs no
  reading, says one thing only, and cannot say a word of which it has no clips of the speaker;
- clips that `Tacotron` speaks: 20 of every digit, by all speakers in turn, in three rounds;
- words by speakers who were never heard saying them: `Tacotron` learns without the clips of one
  speaker a digit, and speaks just these;
- real test clips by `Tacotron` itself, which takes a clip for the digit whose text makes its score
  highest.

Rows of `odd` are AUROC of its scores: among the test clips, such with the text of another digit,
with another speaker, and the wrong clips of spoken_digits.py, text and speaker being told rightly.

    python benchmarks/spoken_text.py                results/spoken_text.json
    python benchmarks/spoken_text.py --choose       nothing is stored
"""

from __future__ import annotations

import argparse
from time import perf_counter, process_time
from typing import Any

import numpy as np

import store
from likely.data.companding import from_levels, to_levels
from likely.data.griffin_lim import Ear
from likely.speech import Tacotron
from spoken_digits import EACH, ODD, RATE, WORDS, Judge, Spoken, area, spoilt

FULL = 2.0**15
ROUNDS = 3


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store."""
    spoken = Spoken(asked.choose)
    judge = Judge(spoken.of(spoken.learnt), spoken.digit[spoken.learnt])
    rows: list[dict] = []

    def add(what: str, guessed: np.ndarray, truth: np.ndarray, **facts: Any) -> None:
        rows.append({"what": what, "recognised": round(float((guessed == truth).mean()), 4)})
        rows[-1] |= {"clips": len(truth), **facts}
        store.show(rows[-1])

    real, truth = spoken.of(spoken.judged), spoken.digit[spoken.judged]
    add("real test clips", judge.hear(real), truth)
    model, facts = fit(spoken, spoken.learnt, asked.budget)
    ear = Ear(RATE, model.step, model.bands)
    copied = [copy(ear, ear.hear(clip / FULL), model.rounds) for clip in real]
    add("real test clips, through Griffin-Lim", judge.hear(copied), truth)
    means, said = mean_spectrograms(spoken, ear, model.rounds)
    add("mean spectrogram of digit and speaker", judge.hear(means), said)
    digits, names = np.repeat(np.arange(10), EACH), sorted(set(map(str, spoken.speaker)))
    speakers = [names[i % len(names)] for i in range(len(digits))]
    spoke(add, "spoken by Tacotron", model, judge, digits, speakers, spoken)
    add("real test clips, by Tacotron itself", likeliest(model, spoken), truth)
    rows += by_oddness(model, spoken, names)
    apart = [(d, names[d % len(names)]) for d in range(10)]
    of = zip(spoken.digit[spoken.learnt], spoken.speaker[spoken.learnt], strict=True)
    kept = spoken.learnt[[(int(d), str(who)) not in apart for d, who in of]]
    other, _ = fit(spoken, kept, asked.budget)
    speakers = [names[d % len(names)] for d in digits]
    what = "spoken by Tacotron, words that the speaker was never heard saying"
    spoke(add, what, other, judge, digits, speakers, spoken)
    if not asked.choose:
        more = f'--budget "{asked.budget}"' if asked.budget else ""
        store.save("spoken_text", rows, more, **facts)


def told(spoken: Spoken, chosen: np.ndarray) -> dict[str, list[str]]:
    """Return what clips are given."""
    found = spoken.told(chosen)
    return {"text": found["digit"], "speaker": found["speaker"]}


def fit(
    spoken: Spoken, learnt: np.ndarray, budget: str | None
) -> tuple[Tacotron, dict[str, object]]:
    """Return a Tacotron of some clips, and facts on its training."""
    start, spent = perf_counter(), process_time()
    model = Tacotron(**({"budget": budget} if budget else {}))
    model.fit((RATE, spoken.of(learnt)), condition=told(spoken, learnt))
    for look in model.history_:
        print(look, flush=True)
    print(*model.notes_, sep="\n", flush=True)
    return model, {
        "learnt": len(learnt),
        "parameters": sum(weight.numel() for weight in model.network_.parameters()),
        "steps": model.budget_,
        "train_s": round(model.history_[-1]["seconds"]),
        "fit_s": round(perf_counter() - start),
        "cpu_s": round(process_time() - spent),
    }


def copy(ear: Ear, heard: np.ndarray, rounds: int) -> np.ndarray:
    """Return the sound that a spectrogram becomes, in 256 levels, as that of the model."""
    sound = ear.speak(heard, np.random.default_rng(0), rounds)
    return from_levels(to_levels(sound)) * FULL


def mean_spectrograms(spoken: Spoken, ear: Ear, rounds: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the sound of mean spectrograms of every digit and speaker, and the digits."""
    clips, said = [], []
    for digit in range(10):
        for who in np.unique(spoken.speaker):
            of = (spoken.digit == digit) & (spoken.speaker == who)
            heard = [ear.hear(clip / FULL) for clip in spoken.of(spoken.learnt[of[spoken.learnt]])]
            length = int(np.median([len(frames) for frames in heard]))
            mean = np.mean([stretched(frames, length) for frames in heard], axis=0)
            clips.append(copy(ear, mean, rounds))
            said.append(digit)
    return clips, np.array(said)


def stretched(frames: np.ndarray, length: int) -> np.ndarray:
    """Return a spectrogram of another length."""
    at = np.linspace(0, len(frames) - 1, length)
    return np.stack([np.interp(at, np.arange(len(frames)), band) for band in frames.T], axis=1)


def spoke(
    add: Any,
    what: str,
    model: Tacotron,
    judge: Judge,
    digits: np.ndarray,
    speakers: list[str],
    spoken: Spoken,
) -> None:
    """Add how many clips that a model speaks are recognised."""
    shortest = min(len(clip) for clip in spoken.of(spoken.learnt))
    start, found, lengths = process_time(), [], []
    given = {"text": [WORDS[digit] for digit in digits], "speaker": speakers}
    for seed in range(ROUNDS):
        clips = model.sample(len(digits), seed=seed, condition=given)
        lengths += [len(clip) for clip in clips]
        found.append(judge.hear(list(clips)))
    add(
        what,
        np.concatenate(found),
        np.tile(digits, ROUNDS),
        rounds=", ".join(f"{(guessed == digits).mean():.3f}" for guessed in found),
        median_s=round(float(np.median(lengths)) / RATE, 3),
        longest_s=round(max(lengths) / RATE, 3),
        too_short=round(float((np.array(lengths) < shortest).mean()), 4),
        ms_a_clip=round(1e3 * (process_time() - start) / len(lengths), 1),
    )


def likeliest(model: Tacotron, spoken: Spoken) -> np.ndarray:
    """Return the digits whose texts make scores of clips highest, when speakers are known."""
    clips, given = (RATE, spoken.of(spoken.judged)), told(spoken, spoken.judged)
    many = len(spoken.judged)
    scores = [model.score_samples(clips, given | {"text": [word] * many}) for word in WORDS]
    return np.argmax(scores, axis=0)


def by_oddness(model: Tacotron, spoken: Spoken, names: list[str]) -> list[dict]:
    """Return AUROC of every sort of what is wrong."""
    rng = np.random.default_rng(0)
    usual, given = spoken.of(spoken.judged), told(spoken, spoken.judged)
    many = len(usual)
    other = (spoken.digit[spoken.judged] + rng.integers(1, 10, many)) % 10
    place = np.array([names.index(who) for who in given["speaker"]])
    place = (place + rng.integers(1, len(names), many)) % len(names)
    wrong: dict[str, tuple[list[np.ndarray], dict[str, list[str]]]] = {
        "another text": (usual, given | {"text": [WORDS[digit] for digit in other]}),
        "another speaker": (usual, given | {"speaker": [names[i] for i in place]}),
    }
    wrong |= {kind: ([spoilt(kind, clip, rng) for clip in usual], given) for kind in ODD}
    right = -model.score_samples((RATE, usual), given)
    rows = []
    for kind, (clips, condition) in wrong.items():
        odd = -model.score_samples((RATE, clips), condition)
        rows.append({"odd": kind, "auroc": area(right, odd)})
        store.show(rows[-1])
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--choose", action="store_true")
    parser.add_argument("--budget", help="of training, instead of the usual one")
    main(parser.parse_args())
