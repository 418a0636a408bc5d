"""Measure what one diffusion model of images is good for: drawing, likelihood, repair, detection.

A model learns 10,000 images of Fashion-MNIST for `--minutes` of one core (and, for detection the
other way round, 10,000 of MNIST for half of that), and the same fitted model is asked for all:

- drawing: 2,000 samples by each sampler, judged as in image_families.py (same images, same
  features): which sampler needs how many evaluations of the network a sample.
- likelihood: bits a pixel (and channel) of 100 test images: the variational bound of steps as many
  as are named, and the density along the probability flow, which is of images with uniform noise of
  one level; then the same of a second model, which learns the 3,200 images of the CIFAR-10 sample.
  Beside them stand the flows of flow_images.py, which learnt the same images for so many minutes.
- repair: the left or the lower half of 100 test images is completed. Squared error of pixels (in
  levels of 255, as a root) of the mean of eight completions, and of one; beside it the mean image,
  the mean of the five training images that are nearest in the known half, and a VAE of a third
  of the time that restores the image again and again from what is known and what it thinks.
- detection: AUROC of test images of MNIST, Omniglot and Fashion-MNIST turned by a right angle,
  1,000 each, among 1,000 test images, by each measure of oddness, beside probabilistic PCA.

    python benchmarks/diffusion_images.py                       all, after 5 minutes of learning
    python benchmarks/diffusion_images.py repair --minutes 0.5     a quick look, not stored

One seed. Results go to results/diffusion_images_{drawing,likelihood,repair,detection}.json.
"""

from __future__ import annotations

import argparse
import os
from time import process_time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from sklearn.decomposition import PCA

import flow_images
import image_families
import judged
import store
from likely.core import catalogue
from likely.core.neighbours import nearest
from likely.evaluation import auroc, bits_per_dim, learn_features
from out_of_distribution import COMPONENTS, flat, others, read

PARTS = ("detection", "repair", "likelihood", "drawing")
SAMPLERS = (
    ("dpm_solver", 10), ("dpm_solver", 25), ("ddim", 10), ("ddim", 25), ("heun", 12),
    ("ancestral", 50),
)  # fmt: skip
MADE, SOME, LEARNT, JUDGED, DRAWS, NEAREST = 2_000, 100, 10_000, 1_000, 8, 5
ODDNESS = ("multiscale", "restored")
MINUTES, ROUNDS = 5.0, 20


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store."""
    torch.set_num_threads(1)
    sets = read()
    train, test = sets["Fashion"]
    model, facts = learn(asked.model, train[:LEARNT], 60 * asked.minutes)
    store.show({"model": asked.model} | facts)
    parts = {
        "drawing": lambda: drawing(model),
        "likelihood": lambda: [
            *likelihood(model, test[-SOME:], "fashion"),
            *in_colour(asked),
            *flows(),
        ],
        "repair": lambda: repair(model, train[:LEARNT], test[-SOME:], asked.minutes),
        "detection": lambda: detection(model, asked, sets),
    }
    for name in asked.parts or PARTS:
        rows = parts[name]()
        if asked.minutes == MINUTES:
            other = "" if asked.model == "DDPM" else f" --model {asked.model}"
            facts |= {"command": f"python benchmarks/diffusion_images.py {name}{other}"}
            facts |= {"model": asked.model, "minutes": asked.minutes}
            store.save(f"diffusion_images_{name}", rows, **facts)


def learn(name: str, images: np.ndarray, seconds: float) -> tuple[Any, dict[str, Any]]:
    """Return a model that has learnt for so many seconds of the processor, and facts on that."""

    def trained(steps: int, some: np.ndarray) -> tuple[Any, float]:
        started = process_time()
        model = catalogue.make(name, budget=f"{steps} steps").fit(some)
        return model, process_time() - started

    few, many = (trained(steps, images[:500])[1] for steps in (10, 40))
    model, taken = trained(max(60, int(30 * seconds / (many - few))), images)
    weights = sum(weight.numel() for weight in model.network_.parameters())
    return model, {"steps": model.budget_, "cpu_s": round(taken), "weights": weights}


def drawing(model: Any) -> list[dict]:
    """Return how good samples are by every sampler."""
    parts = image_families.read()
    space = learn_features(parts["train"], parts["labels"])
    usual, rows = model.get_params(), []
    for sampler, steps in SAMPLERS:
        started = process_time()
        made = model.set_params(sampler=sampler, sampling_steps=steps).sample(MADE, seed=0)
        seconds = process_time() - started
        found = judged.judge(
            made, parts["real"], parts["train"], parts["apart"], space, trees=False
        )
        row = {"sampler": sampler, "steps": steps}
        row["evaluations"] = 2 * steps - 1 if sampler == "heun" else steps
        row["frechet / floor"] = round(found["frechet"] / found["floor"], 2)
        row |= {name: found[name] for name in ("told", "precision", "density", "coverage")}
        rows.append(row | {"nearer": found["nearer"], "ms a sample": round(1000 * seconds / MADE)})
        store.show(rows[-1])
    model.set_params(sampler=usual["sampler"], sampling_steps=usual["sampling_steps"])
    return rows


def in_colour(asked: argparse.Namespace) -> list[dict]:
    """Return bits of the CIFAR-10 sample by a model of its own."""
    train, test = flow_images.read("cifar", None, SOME)
    model, facts = learn(asked.model, train, 60 * asked.minutes)
    return [row | {"steps of learning": facts["steps"]} for row in likelihood(model, test, "cifar")]


def flows() -> list[dict]:
    """Return what flow_images.py has stored."""
    kept = ("images", "bits_per_dim")
    return [
        {key: row[key] for key in kept} | {"measure": row["method"], "seconds": row.get("seconds")}
        for row in store.load("flow_images")
    ]


def likelihood(model: Any, test: np.ndarray, images: str) -> list[dict]:
    """Return bits a pixel by every measure."""
    rows = []
    ways = [("probability flow", 10), ("probability flow", 20)]
    if hasattr(model, "elbo"):
        ways += [("variational bound", steps) for steps in (25, 100, 300)]
    for way, steps in ways:
        started = process_time()
        model.set_params(likelihood_steps=steps)
        nats = model.log_prob(test) if way == "probability flow" else model.elbo(test)
        row: dict[str, Any] = {"images": images, "measure": way, "steps": steps}
        bits = bits_per_dim(nats, test[0].size)
        row["bits_per_dim"] = round(float(bits.mean()), 3)
        row["standard error"] = round(float(bits.std() / np.sqrt(len(bits))), 3)
        rows.append(row | {"ms an image": round(1000 * (process_time() - started) / len(test))})
        store.show(rows[-1])
    model.set_params(likelihood_steps=20)
    return rows


def repair(model: Any, train: np.ndarray, test: np.ndarray, minutes: float) -> list[dict]:
    """Return how well halves of images are completed."""
    vae = catalogue.make(
        "VAE", kind="image", layers="convolutional", budget=f"{int(20 * minutes)}s"
    )
    vae.fit(train)
    rows = []
    for half in ("left", "lower"):
        known = np.ones(test[0].shape, dtype=bool)
        if half == "left":
            known[:, : known.shape[1] // 2] = False
        else:
            known[known.shape[0] // 2 :] = False
        started = process_time()
        drawn = np.stack([model.complete(test, known, seed=seed) for seed in range(DRAWS)])
        seconds = process_time() - started
        near = nearest(flat(test)[:, known.ravel()], flat(train)[:, known.ravel()], NEAREST)[1]
        ways = {
            "diffusion, mean of eight": drawn.mean(axis=0),
            "diffusion, one": drawn[0],
            "VAE": restored(vae, test, known),
            "five nearest images": train[near].mean(axis=1),
            "mean image": np.broadcast_to(train.mean(axis=0), test.shape),
        }
        for way, found in ways.items():
            away = (np.asarray(found, np.float64) - test)[:, ~known]
            row = {
                "missing": half,
                "method": way,
                "rmse": round(float(np.sqrt((away**2).mean())), 2),
            }
            if way == "diffusion, one":
                row["ms an image"] = round(1000 * seconds / DRAWS / len(test))
            rows.append(row)
            store.show(row)
    return rows


def restored(vae: Any, test: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return images that a VAE restored again and again, with what is known put back."""
    found = np.where(known, test, 0)
    for _ in range(ROUNDS):
        found = np.where(known, test, vae.reconstruct(found.astype(np.uint8)))
    return found


def detection(model: Any, asked: argparse.Namespace, sets: dict) -> list[dict]:
    """Return AUROC of every measure of oddness, both ways."""
    rows = []
    for known, odd in (
        ("Fashion", ("MNIST", "Omniglot", "Fashion turned")),
        ("MNIST", ("Fashion", "Omniglot")),
    ):
        learnt = sets[known][0][:LEARNT]
        if known != "Fashion":
            model, _ = learn(asked.model, learnt, 30 * asked.minutes)
        pca = PCA(COMPONENTS, random_state=0).fit(flat(learnt))
        usual = sets[known][1][:JUDGED]
        for other in odd:
            images = np.concatenate([usual, others(other, sets)[:JUDGED]])
            truth = np.arange(len(images)) >= JUDGED
            row: dict[str, Any] = {"learnt": known, "odd": other}
            for oddness in ODDNESS:
                found = -model.set_params(oddness=oddness).score_samples(images)
                row[oddness] = round(auroc(truth, found), 4)
            model.set_params(oddness="multiscale")
            row["PPCA"] = round(auroc(truth, -pca.score_samples(flat(images))), 4)
            rows.append(row)
            store.show(row)
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=(*PARTS, []))
    parser.add_argument("--model", default="DDPM", choices=("DDPM", "FlowMatching"))
    parser.add_argument("--minutes", type=float, default=MINUTES)
    main(parser.parse_args())
