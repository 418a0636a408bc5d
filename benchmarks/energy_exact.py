"""Measure energy models where their partition functions are known.

Three questions. `annealing`: how far annealed importance sampling is from the exact log Z of
machines of at most 20 hidden units that learnt a table of 69 columns (bar: 0.1 nat). `nltcs`: the
mean test log-likelihood of Boltzmann machines, with the exact Z, on 16 columns of yes and no (Lowd
& Davis, 2010), beside the Chow-Liu tree and independent columns; train and validation rows are
learnt from, and settings were chosen on the validation rows. `planes`: the mean test log-likelihood
of `EnergyModel` on toys in the plane, and `mass`, what its density sums to over a grid, as a
logarithm: 0 if the estimate of log Z is right (bar: 0.1 nat); beside it a Gaussian with full
covariance and, as a peer of the same data, `NeuralSplineFlow` with the same steps.

    python benchmarks/energy_exact.py          stores results/energy_exact.json
"""

from __future__ import annotations

from time import process_time

import numpy as np
import torch
from scipy.stats import multivariate_normal
from sklearn.datasets import make_moons

import store
from binary_tables import chow_liu, independent
from likely.core.catalogue import make
from likely.energy import RBM
from likely.nets.annealing import Ladder, annealed_log_partition, exact_log_partition
from likely.nets.rng import seeded
from tables import DATA

MACHINES = {
    "BoltzmannMachine": {"budget": "1000 steps", "batch_size": 100},
    "RBM": {"hidden": 50, "budget": "2000 steps", "batch_size": 100},
}
TRAININGS = ("noise", "score", "langevin")


def main() -> None:
    """Measure, print and store all rows."""
    rows = []
    for question in (annealing, planes, nltcs):
        for row in question():
            rows.append(row)
            store.show(row)
    store.save("energy_exact", rows, machines=MACHINES)


def table(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return rows to learn from and test rows of a table of 0 and 1."""
    with np.load(DATA / "generative" / "debd_binary_packbits.npz") as file:
        width = int(file[f"{name}_dim"])
        parts = [file[f"{name}_{part}"] for part in ("train", "valid", "test")]
    train, valid, test = (np.unpackbits(part, axis=1)[:, :width] for part in parts)
    return np.vstack([train, valid]).astype(np.float64), test.astype(np.float64)


def annealing() -> list[dict]:
    """Return how far estimates of log Z are from exact ones."""
    learnt, _ = table("plants")
    rows = []
    for hidden in (10, 20):
        network = RBM(hidden=hidden, budget="1000 steps").fit(learnt).network_
        with torch.inference_mode(), seeded(0):
            machine = network.plain()
            ladder = Ladder(machine, network.base, network.base_precision)
            found = annealed_log_partition(ladder, 100, 1000)
            exact = float(exact_log_partition(machine))
        rows.append(
            {
                "question": "annealing",
                "model": f"RBM, {hidden} hidden units",
                "exact": round(exact, 4),
                "estimate": round(found.estimate, 4),
                "error": round(found.error, 4),
                "away": round(found.estimate - exact, 4),
            }
        )
    return rows


def nltcs() -> list[dict]:
    """Return the log-likelihoods of machines and trees on test rows."""
    learnt, test = table("nltcs")
    rows = []
    for name, settings in MACHINES.items():
        spent = process_time()
        model = make(name, **settings).fit(learnt)
        found = float(model.log_prob(test).mean())
        rows.append(_row("nltcs", name, found, process_time() - spent))
    for name, floor in (("Chow-Liu tree", chow_liu), ("independent columns", independent)):
        found = floor(learnt.astype(np.uint8).astype(float), test.astype(np.uint8))
        rows.append(_row("nltcs", name, float(found.mean()), None))
    return rows


def planes() -> list[dict]:
    """Return the log-likelihoods of toys in the plane, and what densities sum to."""
    rows = []
    for toy in ("moons", "ring"):
        learnt, test = drawn(toy, 4000, 0), drawn(toy, 4000, 1)
        low, high = learnt.min(axis=0), learnt.max(axis=0)
        sides = [np.linspace(a - (b - a), b + (b - a), 400) for a, b in zip(low, high, strict=True)]
        grid = np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1).reshape(-1, 2)
        cell = np.prod([side[1] - side[0] for side in sides])
        for training in TRAININGS:
            spent = process_time()
            model = make("EnergyModel", training=training, budget="1000 steps").fit(learnt)
            row = _row(toy, f"EnergyModel, {training}", float(model.log_prob(test).mean()))
            mass = float(np.log(np.exp(model.log_prob(grid)).sum() * cell))
            rows.append(row | {"cpu_s": round(process_time() - spent), "mass": round(mass, 4)})
        spent = process_time()
        flow = make("NeuralSplineFlow", budget="1000 steps").fit(learnt)
        found = float(flow.log_prob(test).mean())
        rows.append(_row(toy, "NeuralSplineFlow", found, process_time() - spent))
        normal = multivariate_normal(learnt.mean(axis=0), np.cov(learnt.T))
        rows.append(_row(toy, "Gaussian", float(normal.logpdf(test).mean())))
    return rows


def drawn(toy: str, n: int, seed: int) -> np.ndarray:
    """Return points in the plane, (n, 2)."""
    rng = np.random.default_rng(seed)
    if toy == "moons":
        return make_moons(n, noise=0.1, random_state=seed)[0]
    angle, radius = rng.uniform(0, 2 * np.pi, n), rng.normal(2, 0.2, n)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _row(question: str, model: str, found: float, spent: float | None = None) -> dict:
    cpu_s = None if spent is None else round(spent)
    return {"question": question, "model": model, "log_prob": round(found, 4), "cpu_s": cpu_s}


if __name__ == "__main__":
    main()
