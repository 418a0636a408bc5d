"""Ask image makers in words for scenes that they never saw, and let a classifier say what came.

Scenes of two pieces of clothing, one above or left of the other, both dark or both bright, made on
the spot of Fashion-MNIST, with captions such as "a boot above a bag, dark": 64 sorts of scenes, of
16 ordered pairs of four things. A quarter of the captions is left out of training, and asked for.
"captions": of each pair one way to stand and be lit. "pairs", which is harder: four pairs
altogether, so that each thing was seen in both places, but never with this other one.

The judge is a classifier of all 64 sorts of scenes that learnt from real scenes of other clothes
(the test part). "objects" is how often both things stand where the caption says, "each" how often a
thing that is named does, "relation" and "light" how often these are right. Real scenes are the
ceiling, and drawn ones against the captions of others the floor. "misfit" is the AUROC at which
`match` tells real scenes with a wrong caption, of the same held-out sorts, from those with their
own.

    python benchmarks/text_to_image.py DESIGN captions|pairs [FILE.likely]

stores results/text_to_image_DESIGN_captions.json, and the model if a file is named; DESIGN is one
of LatentDiffusion, TextCascade and PriorDecoder.
"""

from __future__ import annotations

import sys
from time import process_time
from typing import Any

import numpy as np

import store
from likely.autoencoders import VQVAE
from likely.diffusion import DDPM, LatentDiffusion, PriorDecoder, TextCascade
from likely.evaluation import auroc
from likely.persistence import save_model
from recognised import Judge
from scenes import EVERY, Scenes, caption, held_out, make_scenes

GUIDANCE = (1.0, 1.5, 2.0, 3.0, 5.0)
TRAINING, JUDGED, REAL = 4_800, 5_120, 640
ASKED = 320  # of each strength of guidance

DESIGNS: dict[str, Any] = {
    "LatentDiffusion": lambda: LatentDiffusion(
        VQVAE(codes=128, code_width=8, budget="600 steps"),
        DDPM(hidden=(48, 64), budget="2000 steps", learning_rate=0.002),
    ),
    "TextCascade": lambda: TextCascade(
        base=DDPM(hidden=(32, 64), budget="2500 steps", learning_rate=0.002),
        hidden=(32, 48),
        budget="1000 steps",
        learning_rate=0.002,
    ),
    "PriorDecoder": lambda: PriorDecoder(
        DDPM(hidden=(256, 256), budget="3000 steps"),
        DDPM(hidden=(32, 64), budget="2500 steps", learning_rate=0.002),
        budget="600 steps",
    ),
}


def main(name: str, what: str, path: str | None = None) -> None:
    """Train one design, measure it, and store a row for each strength of guidance."""
    known, new = held_out(what)
    judge = learn_judge()
    learnt = make_scenes("train", known, TRAINING, seed=0)
    start = process_time()
    model = DESIGNS[name]().fit(learnt.images, condition=learnt.captions)
    minutes = round((process_time() - start) / 60, 1)
    if path is not None:
        save_model(model, path)
    rows = [ceiling(judge, new)]
    for sorts, which in ((new, "new"), (known, "learnt")):
        for guidance in GUIDANCE if which == "new" else (2.0,):
            rows += drawn(judge, model.set_params(guidance=guidance), sorts, which)
    rows.append({"scenes": "real", "misfit": misfit(model, new)})
    store.show(rows[-1])
    command = f"python benchmarks/text_to_image.py {name} {what}"
    facts = {"minutes": minutes, "model": repr(model)}
    store.save(f"text_to_image_{name}_{what}", rows, command=command, **facts)


def learn_judge() -> Judge:
    """Return a classifier of sorts that learnt from real scenes of clothes nobody else sees."""
    real = make_scenes("test", EVERY, JUDGED, seed=1)
    return Judge(real.images, np.array([EVERY.index(sort) for sort in real.sorts]), epochs=5)


def ceiling(judge: Judge, new: tuple) -> dict:
    """Return how often the judge is right about real scenes of new sorts."""
    real = make_scenes("train", new, REAL, seed=2)
    row = {"scenes": "real", "captions": "new", **right(judge, real)}
    store.show(row)
    return row


def drawn(judge: Judge, model: Any, sorts: tuple, what: str) -> list[dict]:
    """Return how often scenes are what was asked for, and how often what another asked for."""
    asked = [sorts[i % len(sorts)] for i in range(ASKED)]
    start = process_time()
    images = model.sample(ASKED, seed=3, condition=[caption(sort) for sort in asked])
    pace = round(1000 * (process_time() - start) / ASKED, 1)
    about = {"scenes": "drawn", "captions": what, "guidance": model.guidance}
    others = [asked[i] for i in np.random.default_rng(4).permutation(ASKED)]
    rows = [about | right(judge, Scenes(images, asked)) | {"ms": pace}]
    if what == "new":
        rows.append(about | {"captions": "shuffled"} | right(judge, Scenes(images, others)))
    for row in rows:
        store.show(row)
    return rows


def right(judge: Judge, scenes: Scenes) -> dict:
    """Return in which share of scenes the judge sees what their sorts say."""
    found = [EVERY[i] for i in judge.classes(scenes.images)]
    same = np.array(found) == np.array(scenes.sorts)  # (scene, 4)
    shares = {
        "objects": same[:, :2].all(axis=1),
        "each": same[:, :2],
        "relation": same[:, 2],
        "light": same[:, 3],
    }
    return {name: round(float(right.mean()), 3) for name, right in shares.items()}


def misfit(model: Any, new: tuple) -> float:
    """Return how well captions of other sorts are told from right ones, for real scenes."""
    real = make_scenes("test", new, REAL, seed=5)
    rng = np.random.default_rng(6)
    others = [new[(new.index(sort) + rng.integers(1, len(new))) % len(new)] for sort in real.sorts]
    odd = [
        -model.match(real.images, [caption(sort) for sort in sorts])
        for sorts in (real.sorts, others)
    ]
    return round(float(auroc(np.repeat([0, 1], REAL), np.concatenate(odd))), 3)


if __name__ == "__main__":
    main(*sys.argv[1:])
