"""Measure how good generated molecules are, whether they have what was asked for, what is odd.

Learnt from molecules of MOSES (Polykovskiy et al., 2020), drawn from its training set with the seed
0. 10,000 are drawn; validity, uniqueness and novelty are of all of them, everything else is of the
first 3,000 against 3,000 of the test set. Published figures of other generators stand beside ours;
they learnt from all 1,584,663 molecules. `real` are 3,000 of those learnt from. Similarity to the
nearest molecule of the test set (SNN) depends on how many these are, so it is to be compared with
that of real ones only. Memory cells instead of a transformer were chosen after 150 seconds of
one processor each, by validity and by the loss on 2,000 molecules of the test set; the temperature
of 0.8 was the only one tried beside 1.

    python benchmarks/molecules.py smiles --steps 12000      results/molecules.json
    python benchmarks/molecules.py selfies --steps 600 --learnt 20000
                                                             results/molecules.json
    python benchmarks/molecules.py asked --steps 1500 --learnt 30000
                                                             results/molecules_asked.json
    python benchmarks/molecules.py odd                       results/molecules_odd.json

`asked` tells the network logP and weight of every molecule, and asks for those of 2,000 of the test
set: the correlation of what was asked for and what was obtained, by RDKit, of valid molecules.
`odd` ranks 2,000 molecules of the test set and 200 planted ones of each kind, by the model that
`smiles` leaves in a file: molecules of QM9, small and strained; of ZINC with what MOSES filters out
(charges, or iodine, phosphorus, silicon, boron, or rings of more than eight atoms); valid molecules
of the test set whose SMILES was changed in one symbol.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import pyarrow.parquet

import store
from likely.autoregressive import CharRNN
from likely.data.molecules import as_molecules
from likely.data.symbols import symbols_of
from likely.evaluation import auroc, bootstrap_interval, judge_molecules
from likely.evaluation import molecule_properties as numbers
from likely.evaluation.chemistry import canonical, parse
from likely.persistence import load_model, save_model
from tables import DATA

FOLDER = DATA / "synthetic"
LEARNT, DRAWN, JUDGED, ASKED, ORDINARY, PLANTED = 200_000, 10_000, 3_000, 2_000, 2_000, 200
SETTINGS = {"width": 384, "learning_rate": 0.004, "batch_size": 64}
LEFT = Path(tempfile.gettempdir()) / "likely_molecules.likely"
GIVEN = ("log_p", "weight")
PUBLISHED = {  # validity, uniqueness of 10,000, novelty: README of github.com/molecularsets/moses
    "CharRNN of MOSES, published": (0.975, 0.999, 0.842),
    "VAE, published": (0.977, 0.998, 0.695),
    "AAE, published": (0.937, 0.997, 0.793),
    "JTN-VAE, published": (1.0, 0.9996, 0.914),
    "LatentGAN, published": (0.897, 0.997, 0.950),
    "n-grams, published": (0.238, 0.922, 0.969),
}


def generate(asked: argparse.Namespace) -> None:
    """Judge molecules drawn after learning from SMILES or SELFIES, at several temperatures."""
    train, test = read("moses_train"), read("moses_test")
    learnt = some(train, LEARNT)
    model, row = fit(learnt, asked, tokens=asked.part)
    if asked.part == "smiles":
        save_model(model, LEFT.with_suffix(".quick") if asked.quick else LEFT)
    ours = f"CharRNN on {asked.part.upper()}"
    rows = [
        {"model": name, "validity": v, "uniqueness": u, "novelty_to_all": n}
        for name, (v, u, n) in PUBLISHED.items()
    ]
    old = [one for one in store.load("molecules") if one["model"].startswith("CharRNN on")]
    rows += [one for one in old if not one["model"].startswith(ours)]
    real = None
    for temperature in (1.0, 0.8):
        start = perf_counter()
        drawn = model.complete([""] * DRAWN, 120, temperature=temperature, seed=0)
        row["sample_s"] = round(perf_counter() - start)
        found = judge_molecules(drawn[:JUDGED], some(learnt, JUDGED), test, most=JUDGED)
        counts = counted(drawn, {"novelty": set(learnt), "novelty_to_all": set(train)})
        figures = rounded(found.generated) | counts
        rows.append({"model": ours, "temperature": temperature, **figures, **row})
        store.show(rows[-1])
        print(*drawn[:10], sep="\n", flush=True)
        real = real or {"model": f"{ours}: real beside real", **rounded(found.real)}
    rows.append(real)
    store.show(real)
    keep("molecules", rows, asked)


def counted(drawn: list[str], known: dict[str, set[str]]) -> dict[str, float]:
    """Return what is counted of all that was drawn; MOSES writes molecules as RDKit does."""
    valid = canonical(one for one in parse(drawn) if one is not None)
    different = set(valid)
    shares = {
        "validity": len(valid) / len(drawn),
        "uniqueness": len(different) / len(valid),
        **{name: len(different - texts) / len(different) for name, texts in known.items()},
    }
    return {name: round(share, 4) for name, share in shares.items()} | {"n": len(drawn)}


def ask(asked: argparse.Namespace) -> None:
    """Correlate what was asked for with what was obtained."""
    learnt, test = some(read("moses_train"), LEARNT), some(read("moses_test"), ASKED)
    told, wanted = ({name: table[name] for name in GIVEN} for table in map(numbers, (learnt, test)))
    model, row = fit(learnt, asked, tokens="smiles", condition=told)
    drawn = list(model.sample(len(test), seed=0, condition=wanted))
    obtained = numbers(drawn)
    valid = np.isfinite(obtained["weight"])
    rows = []
    for name in GIVEN:
        pair = np.stack([wanted[name][valid], obtained[name][valid]])
        rows.append(
            {
                "property": name,
                "correlation": round(float(np.corrcoef(pair)[0, 1]), 4),
                "mean_error": round(float(np.abs(pair[1] - pair[0]).mean()), 4),
                "spread_of_real": round(float(wanted[name].std()), 4),
                "validity": round(float(valid.mean()), 4),
                "asked": len(test),
                **row,
            }
        )
        store.show(rows[-1])
    keep("molecules_asked", rows, asked)


def find_odd(asked: argparse.Namespace) -> None:
    """Rank planted molecules among ordinary ones."""
    model = load_model(LEFT)
    test = some(read("moses_test"), ORDINARY + PLANTED)
    ordinary, rest = test[:ORDINARY], test[ORDINARY:]
    planted = {
        "small ones of QM9": some(read("qm9_small", "smiles"), PLANTED),
        "what MOSES filters out, of ZINC": strange(read("zinc250k_valid_test", "smiles")),
        "one symbol changed": changed(rest),
    }
    everyday = -model.score_samples(as_molecules(ordinary))
    rows = []
    for name, molecules in planted.items():
        odd = -model.score_samples(as_molecules(molecules))
        labels = np.repeat([0, 1], [len(everyday), len(odd)])
        oddness = np.concatenate([everyday, odd])
        length = np.array([len(symbols_of(one)) for one in [*ordinary, *molecules]])
        low, high = bootstrap_interval(auroc, labels, oddness)
        rows.append(
            {
                "planted": name,
                "auroc": round(auroc(labels, oddness), 4),
                "interval": [round(low, 4), round(high, 4)],
                "auroc_of_length": round(max(auroc(labels, length), auroc(labels, -length)), 4),
                "n": len(molecules),
            }
        )
        store.show(rows[-1])
    keep("molecules_odd", rows, asked)


def fit(learnt: list[str], asked: argparse.Namespace, condition=None, **more) -> tuple:
    """Return a model and a row that says how it was trained."""
    start, spent = perf_counter(), process_time()
    model = CharRNN(**SETTINGS, **more, budget=f"{asked.steps} steps", checkpoint=asked.checkpoint)
    model._score_training = lambda x: np.zeros(len(x))  # nobody asks for these here
    model.fit(as_molecules(learnt), condition=condition)
    row = {
        "learnt_from": len(learnt),
        "steps": model.steps_,
        "nats_a_token_held_out": round(model.history_[-1]["held_out"], 4),
        "fit_s": round(perf_counter() - start),
        "fit_processor_s": round(process_time() - spent),
        "parameters": sum(weights.numel() for weights in model.network_.parameters()),
    }
    store.show(row)
    return model, row


def strange(smiles: list[str]) -> list[str]:
    """Return molecules with what the filters of MOSES leave out."""
    found = []
    for text, molecule in zip(smiles, parse(smiles), strict=True):
        if molecule is None:
            continue
        symbols = {atom.GetSymbol() for atom in molecule.GetAtoms()}
        charged = any(atom.GetFormalCharge() for atom in molecule.GetAtoms())
        rings = [len(ring) for ring in molecule.GetRingInfo().AtomRings()]
        if symbols & {"I", "P", "Si", "B"} or charged or max(rings, default=0) > 8:
            found.append(text)
    return some(found, PLANTED)


def changed(smiles: list[str]) -> list[str]:
    """Return texts in which one symbol gave way to another of the same text."""
    rng = np.random.default_rng(0)
    found = []
    for text in smiles:
        symbols = symbols_of(text)
        place = int(rng.integers(len(symbols)))
        others = sorted(set(symbols) - {symbols[place]})
        symbols[place] = others[int(rng.integers(len(others)))]
        found.append("".join(symbols))
    return found


def read(name: str, column: str = "SMILES") -> list[str]:
    """Return the molecules of a file."""
    return pyarrow.parquet.read_table(FOLDER / f"{name}.parquet")[column].to_pylist()


def some(smiles: list[str], count: int) -> list[str]:
    """Return some molecules, drawn with the seed 0."""
    order = np.random.default_rng(0).permutation(len(smiles))[:count]
    return [smiles[i] for i in order]


def rounded(figures) -> dict:
    """Return figures with four digits."""
    return {name: round(value, 4) for name, value in vars(figures).items()}


def keep(name: str, rows: list[dict], asked: argparse.Namespace) -> None:
    """Store rows with the commands that make them, but those of a quick look."""
    if asked.quick:
        return
    made = [row for row in rows if "steps" in row]  # of selfies beside those of smiles
    parts = [row["model"].split()[-1].lower() if "model" in row else asked.part for row in made]
    said = [f" --steps {row['steps']} --learnt {row['learnt_from']}" for row in made]
    commands = dict.fromkeys(map("".join, zip(parts, said, strict=True))) or [asked.part]
    load = f"{os.getloadavg()[0]:.1f} processes on {os.cpu_count()} cores"
    command = " && ".join(f"python benchmarks/molecules.py {one}" for one in commands)
    store.save(name, rows, command=command, machine_shared_by=load)


PARTS = {"smiles": generate, "selfies": generate, "asked": ask, "odd": find_odd}

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=tuple(PARTS))
    parser.add_argument("--steps", type=int, default=12_000)
    parser.add_argument("--learnt", type=int, default=LEARNT)
    parser.add_argument("--drawn", type=int, default=DRAWN)
    parser.add_argument("--checkpoint", help="keeps the state of training, if it may be killed")
    parser.add_argument("--quick", action="store_true", help="a look, nothing stored")
    given = parser.parse_args()
    LEARNT, DRAWN = given.learnt, given.drawn
    PARTS[given.part](given)
