"""Measure the exact log-likelihood that autoregressive models give to static binarised MNIST.

Mean test negative log-likelihood in nats on the fixed binarisation of Larochelle and Murray. The
60,000 images that are not test images are learnt from, 5,000 of them only to stop early; settings
were chosen by the loss on those. One model a run, so that several can run side by side; each has a
file of its own. `cpu_s` is the time of all threads together, so that it says something on a busy
machine, too. With `--side 14` images are halved by the larger of four pixels, so that models that
go step by step can be compared on a processor; the floor is independent Bernoulli pixels.

    python benchmarks/pixels.py --model MADE                     stores results/pixels_MADE_cpu.json
    python benchmarks/pixels.py --model PixelCNN --device cuda --budget 7min
    python benchmarks/pixels.py --model PixelRNN --side 14
    python benchmarks/pixels.py --model MADE --budget 20s --test 500    a quick look, nothing stored
"""

from __future__ import annotations

import argparse
from shlex import quote
from time import perf_counter, process_time

import numpy as np
import torch

import store
from binarised_mnist import read
from likely.core.catalogue import make

SETTINGS = {
    ("MADE", "cpu"): {
        "hidden": (1024, 1024),
        "dropout": 0.25,
        "batch_size": 128,
        "learning_rate": 0.002,
        "budget": "9min",
    },
    ("MADE", "cuda"): {
        "hidden": (8000, 8000),
        "orders": 16,
        "dropout": 0.2,
        "batch_size": 128,
        "learning_rate": 0.0003,
        "budget": "4min",
    },
    ("PixelCNN", "cpu"): {
        "layers": 5,
        "width": 24,
        "batch_size": 32,
        "learning_rate": 0.004,
        "budget": "9min",
    },
    ("PixelCNN", "cuda"): {
        "layers": 12,
        "width": 80,
        "dropout": 0.2,
        "batch_size": 128,
        "learning_rate": 0.002,
        "budget": "7min",
    },
    ("PixelRNN", "cpu"): {
        "layers": 1,
        "width": 24,
        "batch_size": 32,
        "learning_rate": 0.004,
        "budget": "9min",
    },
    ("PixelRNN", "cuda"): {
        "layers": 2,
        "width": 64,
        "dropout": 0.1,
        "batch_size": 192,
        "learning_rate": 0.002,
        "budget": "8min",
    },
}


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store the row of one model, and that of the floor."""
    learnt, test = (halved(x, asked.side) for x in read(asked.test))
    row = measured(learnt, test, asked)
    rows = [row, dict.fromkeys(row) | floor(learnt, test)]
    for row in rows:
        store.show(row)
    if asked.test is None:
        store.save(name(asked), rows, command=command(asked), gpu=gpu(asked.device))


def halved(images: np.ndarray, side: int) -> np.ndarray:
    """Return images of 28 x 28 pixels, or halved by the larger of four."""
    return images if side == 28 else images.reshape(-1, 14, 2, 14, 2).max(axis=(2, 4))


def measured(learnt: np.ndarray, test: np.ndarray, asked: argparse.Namespace) -> dict:
    """Return the exact negative log-likelihood of one model."""
    settings = SETTINGS[asked.model, asked.device] | (
        {"budget": asked.budget} if asked.budget else {}
    )
    model = make(
        asked.model, device=asked.device, epochs=1_000_000, checkpoint=asked.checkpoint, **settings
    )
    start, spent = perf_counter(), process_time()
    model.fit(learnt)
    fit, fit_cpu = perf_counter() - start, process_time() - spent
    numbers = learnt[0].size
    for look in model.history_[:: max(1, len(model.history_) // 30)]:
        print({k: v * numbers if k in ("loss", "held_out") else v for k, v in look.items()})
    return {
        "model": asked.model,
        "nll": round(-float(model.log_prob(test).mean()), 2),
        "kind": "exact",
        "held_out": round(numbers * min(look["held_out"] for look in model.history_), 2),
        "weights": sum(part.numel() for part in model.network_.parameters()),
        "steps": model.steps_,
        "epochs": round(model.steps_ * model.batch_size / (len(learnt) - 5_000), 1),
        "fit_s": round(fit),
        "cpu_s": round(fit_cpu),
        "settings": {k: v for k, v in settings.items() if k != "budget"},
    }


def floor(learnt: np.ndarray, test: np.ndarray) -> dict:
    """Return the negative log-likelihood of independent Bernoulli pixels."""
    chance = (learnt.sum(axis=0) + 0.5) / (len(learnt) + 1)
    nats = np.log(np.where(test == 1, chance, 1 - chance)).sum(axis=(1, 2))
    return {"model": "independent Bernoulli", "nll": round(-float(nats.mean()), 2), "kind": "exact"}


def name(asked: argparse.Namespace) -> str:
    """Return the name of the file of results."""
    side = "" if asked.side == 28 else f"_{asked.side}"
    return f"pixels_{asked.model}{side}_{asked.device}"


def command(asked: argparse.Namespace) -> str:
    """Return what repeats a run."""
    given = {"side": asked.side if asked.side != 28 else None, "budget": asked.budget}
    more = "".join(f" --{k} {quote(str(v))}" for k, v in given.items() if v)
    return f"python benchmarks/pixels.py --model {asked.model} --device {asked.device}{more}"


def gpu(device: str) -> str:
    """Return what the GPU is called."""
    return torch.cuda.get_device_name() if device == "cuda" else "none"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", choices=("MADE", "PixelCNN", "PixelRNN"), required=True)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--budget", help="such as 9min; default as set for the model")
    parser.add_argument("--side", type=int, choices=(28, 14), default=28)
    parser.add_argument("--test", type=int, help="test images, for a quick look")
    parser.add_argument("--checkpoint")
    main(parser.parse_args())
