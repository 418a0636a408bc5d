"""Measure how many bits a pixel and channel flows need for images, beside lossless compressors.

Bits a dimension of test images of bytes, lower is better: minus the mean log-density of images with
uniform noise of one level added, over log 2 and the number of values. Of flows that is on average
an upper bound on the bits of a perfect code by the model. Every flow has the same budget of time;
"steps" says what it was enough for. The 3,200 colour images of the CIFAR-10 sample are few, and
figures of papers, which learn from 50,000, are out of reach; those of Fashion-MNIST are learnt from
20,000 images. PNG and lossless
WebP (Pillow, most effort), zlib and LZMA code each test image alone.

    python benchmarks/flow_images.py                                     10 minutes a model
    python benchmarks/flow_images.py --device cuda --budget 170s         larger networks, on a GPU
    python benchmarks/flow_images.py --budget 20s --rows 500 --test 100  a quick look, not stored
"""

from __future__ import annotations

import argparse
import io
import lzma
import zlib
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
import torch
from PIL import Image

import store
from likely.core import catalogue
from likely.evaluation import bits_per_dim
from tables import DATA

SETS = {"fashion": "fashion_mnist_20k_10k.npz", "cifar": "cifar10_lossless_3200_800.npz"}
TEST = 2_000
METHODS = ("NICE", "RealNVP", "Glow")
ROUNDS = {"epochs": 100_000}
SETTINGS: dict[str, dict[str, dict[str, Any]]] = {
    "cpu": {
        "NICE": {"batch_size": 64},
        "RealNVP": {"layers": 4, "hidden": (32,), "batch_size": 32},
        "Glow": {"steps": 4, "hidden": (64, 64), "scales": 2, "batch_size": 32},
    },
    "cuda": {
        "NICE": {"layers": 5, "hidden": (1000, 1000), "batch_size": 128},
        "RealNVP": {"layers": 8, "hidden": (64, 64), "batch_size": 128},
        "Glow": {"steps": 10, "hidden": (256, 256), "scales": 3, "batch_size": 128},
    },
}


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store one row a set and method."""
    rows = []
    for name in asked.sets:
        train, test = read(name, asked.rows, asked.test)
        for coder, code in CODERS.items():
            bits = 8 * sum(len(code(image)) for image in test) / test.size
            rows.append({"images": name, "method": coder, "bits_per_dim": round(bits, 3)})
            store.show(rows[-1])
        for method in asked.methods:
            rows.append({"images": name, **flow(method, train, test, asked)})
            store.show(rows[-1])
    if asked.rows is None and asked.test == TEST and set(asked.methods) == set(METHODS):
        where = "flow_images" if asked.device == "cpu" else "flow_images_cuda"
        gpu = torch.cuda.get_device_name() if asked.device == "cuda" else "none"
        arguments = f"--device {asked.device} --budget {asked.budget}"
        store.save(where, rows, arguments, budget=asked.budget, gpu=gpu)


def read(name: str, most: int | None, most_test: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images to learn from and to test on, (n, height, width[, channel]) bytes."""
    with np.load(DATA / "generative" / SETS[name]) as file:
        found = [file["x_train"][:most], file["x_test"][:most_test]]
    train, test = (np.moveaxis(x, 1, -1) if x.ndim == 4 else x for x in found)
    return np.ascontiguousarray(train), np.ascontiguousarray(test)


def flow(
    method: str, train: np.ndarray, test: np.ndarray, asked: argparse.Namespace
) -> dict[str, Any]:
    """Return bits a dimension and costs of one flow."""
    settings = SETTINGS[asked.device][method] | ROUNDS
    if method != "Glow":
        settings = settings | {"kind": "image"}
    settings = settings | {"device": asked.device}
    catalogue.make(method, **settings, budget="5 steps").fit(train[:256])  # what is loaded late
    model = catalogue.make(method, **settings, budget=asked.budget)
    start = perf_counter()
    model.fit(train)
    seconds = perf_counter() - start
    per_dim = [
        float(bits_per_dim(model.log_prob(some).mean(), test[0].size))
        for some in (test, train[: len(test)])
    ]
    back = model.decode(model.encode(test[:64]))
    return {
        "method": method,
        "bits_per_dim": round(per_dim[0], 3),
        "training": round(per_dim[1], 3),
        "steps": model.steps_,
        "seconds": round(seconds, 1),
        "weights": sum(weight.numel() for weight in model.network_.parameters()),
        "not restored": int((back != test[:64]).sum()),
    }


def png(image: np.ndarray) -> bytes:
    """Return an image as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "png", optimize=True)
    return file.getvalue()


def webp(image: np.ndarray) -> bytes:
    """Return an image as a lossless WebP file."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "webp", lossless=True, quality=100, method=6)
    return file.getvalue()


CODERS: dict[str, Callable[[np.ndarray], bytes]] = {
    "PNG": png,
    "WebP": webp,
    "zlib": lambda image: zlib.compress(image.tobytes(), 9),
    "LZMA": lambda image: lzma.compress(
        image.tobytes(), lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 9}]
    ),
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--budget", default="10min")
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=list(SETS))
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--test", type=int, default=TEST)
    main(parser.parse_args())
