"""Measure the likelihood that a variational autoencoder gives to static binarised MNIST.

Mean test log-likelihood in nats on the fixed binarisation of Larochelle and Murray. The 60,000
images that are not test images are learnt from, 5,000 of them only to stop early; `VAE` finds by
itself that they are binary. Its figures are lower bounds: the ELBO, and the importance-weighted
bound with 500 samples. Beside them stand two exact log-likelihoods: independent Bernoulli pixels,
and a mixture of 100 of them fitted by 25 steps of expectation-maximisation. `cpu_s` is the time of
all threads together, so that it says something on a busy machine, too.

    python benchmarks/binarised_mnist.py                 stores results/binarised_mnist.json
    python benchmarks/binarised_mnist.py --device cuda   residual blocks, for minutes of a GPU
    python benchmarks/binarised_mnist.py --epochs 2 --test 500     a quick look, nothing stored
"""

from __future__ import annotations

import argparse
from time import perf_counter, process_time

import numpy as np
from scipy.special import logsumexp

import store
from likely.autoencoders import VAE
from tables import DATA

SETTINGS = {
    "cpu": {
        "latent": 40,
        "hidden": (512, 512),
        "epochs": 30,
        "learning_rate": 0.002,
    },
    "cuda": {
        "layers": "residual",
        "latent": 64,
        "hidden": (32, 64, 64),
        "epochs": 120,
        "batch_size": 256,
        "learning_rate": 0.002,
    },
}
SAMPLES = 500


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store one row a model."""
    learnt, test = read(asked.test)
    flat, flat_test = learnt.reshape(len(learnt), -1), test.reshape(len(test), -1)
    rows = [autoencoder(learnt, test, asked)]
    rows.append(floor("mixture of 100 Bernoulli", flat, flat_test, 100, 25))
    rows.append(floor("independent Bernoulli", flat, flat_test, 1, 1))
    if asked.test is None and asked.epochs is None:
        name = "binarised_mnist" if asked.device == "cpu" else "binarised_mnist_cuda"
        command = f"python benchmarks/binarised_mnist.py --device {asked.device}"
        facts = {"importance_samples": SAMPLES, "device": asked.device, "command": command}
        store.save(name, rows, **facts)


def read(most: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Return images of 0 and 1, (n, 28, 28) bytes: all that may be learnt from, and the test's."""
    with np.load(DATA / "generative" / "binarized_mnist_packbits.npz") as file:
        parts = [np.unpackbits(file[name], axis=1)[:, :784] for name in ("train", "valid", "test")]
    train, valid, test = (part.reshape(-1, 28, 28) for part in parts)
    if most is not None:
        test = test[np.random.default_rng(0).permutation(len(test))[:most]]
    return np.concatenate([train, valid]), test


def autoencoder(learnt: np.ndarray, test: np.ndarray, asked: argparse.Namespace) -> dict:
    """Return the bounds of a variational autoencoder."""
    settings = SETTINGS[asked.device] | ({"epochs": asked.epochs} if asked.epochs else {})
    settings["budget"] = asked.budget
    model = VAE(device=asked.device, checkpoint=asked.checkpoint, **settings)
    start, spent = perf_counter(), process_time()
    model.fit(learnt)
    fit, fit_cpu = perf_counter() - start, process_time() - spent
    for look in model.history_[:: max(1, len(model.history_) // 20)]:
        print(look, flush=True)
    elbo = float(model.elbo(test).mean())
    model.set_params(importance_samples=SAMPLES)
    row = {
        "model": "VAE",
        "elbo": round(elbo, 2),
        "log_likelihood": round(float(model.log_prob(test).mean()), 2),
        "kind": f"bound, {SAMPLES} samples",
        "units_in_use": int((model.divergences_ > 0.01).sum()),
        "steps": model.steps_,
        "fit_s": round(fit),
        "cpu_s": round(fit_cpu),
    }
    store.show(row)
    return row


def floor(name: str, x: np.ndarray, test: np.ndarray, components: int, steps: int) -> dict:
    """Return the exact log-likelihood of a mixture of independent Bernoulli pixels."""
    start, spent = perf_counter(), process_time()
    x = x.astype(np.float32)
    rng = np.random.default_rng(0)
    chances = 0.25 + 0.5 * x[rng.choice(len(x), components, replace=False)]
    weights = np.full(components, 1 / components)
    for _ in range(steps):
        share = _log_joint(x, chances, weights)
        share = np.exp(share - logsumexp(share, axis=1, keepdims=True))
        total = share.sum(axis=0) + 1e-9
        chances = (share.T @ x + 0.5) / (total[:, None] + 1)
        weights = total / total.sum()
    found = logsumexp(_log_joint(test.astype(np.float32), chances, weights), axis=1)
    row = {
        "model": name,
        "elbo": None,
        "log_likelihood": round(float(found.mean()), 2),
        "kind": "exact",
        "units_in_use": None,
        "steps": steps,
        "fit_s": round(perf_counter() - start),
        "cpu_s": round(process_time() - spent),
    }
    store.show(row)
    return row


def _log_joint(x: np.ndarray, chances: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the log-probability of images and components, (n, component)."""
    on, off = np.log(chances), np.log1p(-chances)
    return x @ (on - off).T.astype(np.float32) + off.sum(axis=1) + np.log(weights)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", choices=tuple(SETTINGS), default="cpu")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--budget")
    parser.add_argument("--test", type=int)
    parser.add_argument("--checkpoint")
    main(parser.parse_args())
