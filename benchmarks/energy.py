"""Measure the likelihood that Boltzmann machines give to static binarised MNIST.

Mean test negative log-likelihood in nats on the fixed binarisation of Larochelle and Murray, with
log Z by annealed importance sampling: `error` is three standard errors of it. The 60,000 images
that are not test images are learnt from, 5,000 of them only to stop early; settings were chosen on
a part of those. `pseudo` is the mean pseudo-log-likelihood of 300 test images, every pixel given
all others. Beside `RBM` stands scikit-learn's BernoulliRBM on the same images with as many hidden
units, its weights judged by the same annealing; the floor is independent Bernoulli pixels. Of
`DeepBeliefNetwork` it is the variational bound, its top by annealing. `cpu_s` is the time of all
threads together, so that it says something on a busy machine, too.

    python benchmarks/energy.py                            stores results/energy.json
    python benchmarks/energy.py --models DeepBeliefNetwork RBM --budget "4500 steps"
    python benchmarks/energy.py --device cuda --models RBM DeepBeliefNetwork    minutes of a GPU
    python benchmarks/energy.py --models RBM --budget "500 steps" --test 500    nothing stored
"""

from __future__ import annotations

import argparse
import warnings
from time import perf_counter, process_time

import numpy as np
import torch
from sklearn.neural_network import BernoulliRBM

import store
from binarised_mnist import read
from likely.core.catalogue import make
from likely.nets.annealing import Ladder, LogPartition, annealed_log_partition
from likely.nets.restricted_boltzmann import Plain
from likely.nets.rng import seeded
from pixels import floor

SETTINGS = {
    ("RBM", "cpu"): {"hidden": 500, "budget": "14000 steps"},
    ("RBM", "cuda"): {
        "hidden": 500,
        "chains": 1000,
        "gibbs_steps": 25,
        "batch_size": 500,
        "budget": "40000 steps",
    },
    ("DeepBeliefNetwork", "cpu"): {"hidden": (500, 500), "budget": "9000 steps"},
    ("DeepBeliefNetwork", "cuda"): {
        "hidden": (500, 2000),
        "chains": 1000,
        "gibbs_steps": 10,
        "batch_size": 500,
        "budget": "30000 steps",
    },
}
ANNEALING = {"chains": 100, "temperatures": 2000, "seed": 1}
PASSES = 10  # of scikit-learn


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store one row a model."""
    learnt, test = read(asked.test)
    rows = []
    for name in asked.models:
        found = peer if name == "BernoulliRBM" else ours
        rows.append(found(name, learnt, test, asked))
        store.show(rows[-1])
    rows.append(dict.fromkeys(rows[0]) | floor(learnt, test))
    store.show(rows[-1])
    if asked.test is None:
        more = f" --models {' '.join(asked.models)}" if asked.models != list(MODELS) else ""
        more += f' --budget "{asked.budget}"' if asked.budget else ""
        name = "energy" if asked.device == "cpu" else "energy_cuda"
        name += f"_{'_'.join(asked.models)}" if more else ""
        command = f"python benchmarks/energy.py --device {asked.device}{more}"
        store.save(name, rows, command=command, annealing=ANNEALING)


def ours(name: str, learnt: np.ndarray, test: np.ndarray, asked: argparse.Namespace) -> dict:
    """Return what one of our models says of test images."""
    settings = SETTINGS[name, asked.device] | ({"budget": asked.budget} if asked.budget else {})
    model = make(
        name,
        device=asked.device,
        epochs=10**6,
        checkpoint=asked.checkpoint,
        annealing=100,
        **settings,
    )
    start, spent = perf_counter(), process_time()
    model.fit(learnt)
    fit, fit_cpu = perf_counter() - start, process_time() - spent
    for look in model.history_[:: max(1, len(model.history_) // 15)]:
        print(look, flush=True)
    level = model.log_partition(**ANNEALING)
    nll = level.estimate - model.log_partition_ - float(model.log_prob(test).mean())
    pseudo = None
    if name == "RBM":
        pseudo = pseudo_likelihood(model.network_.cpu().plain(), test)
        print(model.mixing(), model.notes_)
    return {
        "model": name,
        "nll": round(nll, 2),
        "error": round(3 * level.error, 2),
        "kind": "bound and estimate" if name == "DeepBeliefNetwork" else "estimate",
        "pseudo": pseudo,
        "steps": model.steps_,
        "fit_s": round(fit),
        "cpu_s": round(fit_cpu),
        "settings": settings,
    }


def peer(name: str, learnt: np.ndarray, test: np.ndarray, asked: argparse.Namespace) -> dict:
    """Return what scikit-learn's machine says of test images, by our annealing."""
    x = learnt.reshape(len(learnt), -1).astype(np.float32)
    passes = 1 if asked.budget else PASSES
    settings = {"n_components": 500, "learning_rate": 0.05, "batch_size": 100, "n_iter": passes}
    model = BernoulliRBM(random_state=0, **settings)
    start, spent = perf_counter(), process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(x)
    fit, fit_cpu = perf_counter() - start, process_time() - spent
    numbers = (model.components_.T, model.intercept_visible_, model.intercept_hidden_)
    parts = [torch.from_numpy(np.ascontiguousarray(part, dtype=np.float32)) for part in numbers]
    width = x.shape[1]
    machine = Plain(*parts, torch.ones(width), torch.zeros(width, dtype=torch.bool), mixed=False)
    share = torch.from_numpy((x.sum(axis=0) + 0.5) / (len(x) + 1))
    level = annealed(machine, torch.logit(share))
    seen = torch.from_numpy(test.reshape(len(test), -1).astype(np.float32))
    return {
        "model": name,
        "nll": round(level.estimate + float(machine.free_energy(seen).double().mean()), 2),
        "error": round(3 * level.error, 2),
        "kind": "estimate",
        "pseudo": pseudo_likelihood(machine, test),
        "steps": passes * (len(x) // 100),
        "fit_s": round(fit),
        "cpu_s": round(fit_cpu),
        "settings": settings,
    }


def annealed(machine: Plain, base: torch.Tensor) -> LogPartition:
    """Return log Z of a machine by the same annealing as ours."""
    with torch.inference_mode(), seeded(ANNEALING["seed"]):
        ladder = Ladder(machine, base, torch.ones_like(base))
        return annealed_log_partition(ladder, ANNEALING["chains"], ANNEALING["temperatures"])


def pseudo_likelihood(machine: Plain, test: np.ndarray) -> float:
    """Return the mean pseudo-log-likelihood of 300 images."""
    x = torch.from_numpy(test[:300].reshape(min(300, len(test)), -1)).to(machine.weight)
    with torch.inference_mode():
        energy = machine.free_energy(x)
        total = torch.zeros_like(energy)
        for pixel in range(x.shape[1]):
            other = x.clone()
            other[:, pixel] = 1 - other[:, pixel]
            total -= torch.nn.functional.softplus(energy - machine.free_energy(other))
    return round(float(total.mean()), 2)


MODELS = ("RBM", "BernoulliRBM")

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--models", nargs="+", choices=(*MODELS, "DeepBeliefNetwork"), default=list(MODELS)
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--budget", help="such as 9min; default as set for the model")
    parser.add_argument("--test", type=int, help="test images, for a quick look")
    parser.add_argument("--checkpoint")
    main(parser.parse_args())
