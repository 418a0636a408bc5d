"""Measure whether densities of each class tell digits apart, beside logistic regression.

The 1,797 digits of 8 x 8 pixels in scikit-learn, a third of them, drawn evenly, for the test. One
model a class learns p(x | y) from the images of that class, about 120, and a new image gets the
class with the largest p(x | y) p(y). Settings were chosen on the other two thirds. `nll` is minus
the mean log p(x | y) of the true class, in bits a pixel, of 256 levels of which the images use 17.

    python benchmarks/digits_by_class.py      stores results/digits_by_class.json
"""

from __future__ import annotations

from time import process_time

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

import store
from likely.core.catalogue import make

MODELS = {
    "MADE": {
        "hidden": (64,),
        "components": 1,
        "learning_rate": 0.003,
        "dropout": 0.3,
        "batch_size": 32,
        "budget": "300 steps",
    },
    "PixelCNN": {
        "layers": 2,
        "width": 16,
        "components": 2,
        "learning_rate": 0.01,
        "dropout": 0.2,
        "batch_size": 32,
        "budget": "150 steps",
    },
    "PixelRNN": {
        "layers": 1,
        "width": 16,
        "components": 2,
        "learning_rate": 0.01,
        "dropout": 0.2,
        "batch_size": 32,
        "budget": "150 steps",
    },
}


def main() -> None:
    """Measure, print and store one row a model."""
    digits = load_digits()
    images = (digits.images * 15).astype(np.uint8)
    parts = train_test_split(
        images, digits.target, test_size=1 / 3, stratify=digits.target, random_state=0
    )
    rows = [logistic(*parts)] + [by_class(name, *parts) for name in MODELS]
    store.save("digits_by_class", rows, test=len(parts[1]), settings=MODELS)


def by_class(name: str, x: np.ndarray, new: np.ndarray, y: np.ndarray, truth: np.ndarray) -> dict:
    """Return how often the class with the largest p(x | y) p(y) is the true one."""
    start, joint, nats = process_time(), np.empty((len(new), 10)), np.empty((len(new), 10))
    for digit in range(10):
        model = make(name, device="cpu", **MODELS[name]).fit(x[y == digit])
        nats[:, digit] = model.log_prob(new)
        joint[:, digit] = nats[:, digit] + np.log((y == digit).mean())
    row = {
        "model": f"{name}, one a class",
        "accuracy": round(float((joint.argmax(axis=1) == truth).mean()), 4),
        "nll": round(-float(nats[np.arange(len(new)), truth].mean()) / 64 / np.log(2), 3),
        "cpu_s": round(process_time() - start),
    }
    store.show(row)
    return row


def logistic(x: np.ndarray, new: np.ndarray, y: np.ndarray, truth: np.ndarray) -> dict:
    """Return the accuracy of logistic regression on the pixels."""
    start = process_time()
    judge = LogisticRegression(max_iter=5000).fit(x.reshape(len(x), -1) / 255, y)
    row = {
        "model": "logistic regression",
        "accuracy": round(float(judge.score(new.reshape(len(new), -1) / 255, truth)), 4),
        "nll": None,
        "cpu_s": round(process_time() - start),
    }
    store.show(row)
    return row


if __name__ == "__main__":
    main()
