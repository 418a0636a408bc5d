"""Measure how well a transformer foretells Shakespeare, character by character.

Tiny Shakespeare: 1.1 million characters, learnt from the first nine tenths of them and judged on
the last tenth, as nanoGPT does. Figures are nats a character of the test part. `GPT` reads it in
windows that overlap by half, so every character but the first few is foretold from at least half
a window; its settings were chosen by pieces of the training part that it holds out, and of several
candidates the one with the smallest loss there is judged. Beside it stand Witten and Bell's
6-grams, and what compressors add for the test part when they have compressed the training part.

    python benchmarks/shakespeare.py                             results/shakespeare.json
    python benchmarks/shakespeare.py --device cuda --budget 9min results/shakespeare_cuda.json
    python benchmarks/shakespeare.py --quick --budget "30 steps"       a look, nothing stored
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import lzma
from collections.abc import Callable
from time import perf_counter, process_time

import numpy as np

import store
from likely.autoregressive import GPT
from likely.nets.budget import divided
from n_grams import NGrams
from tables import DATA

SETTINGS = {
    "cpu": [
        {
            "layers": 4,
            "width": 128,
            "heads": 4,
            "context_length": 64,
            "dropout": 0.1,
            "batch_size": 16,
            "learning_rate": 0.004,
        }
    ],
    "cuda": [
        {
            "layers": 6,
            "width": 384,
            "heads": 6,
            "context_length": 256,
            "dropout": dropout,
            "batch_size": 64,
            "learning_rate": 0.001,
            "epochs": epochs,
        }
        for dropout, epochs in ((0.2, 50), (0.35, 90))
    ],
}
BUDGETS = {"cpu": "9min", "cuda": "9min"}


def main(asked: argparse.Namespace) -> None:
    """Measure, print and store one row a model."""
    learnt, test = read()
    rows = [
        n_grams(learnt, test),
        *(compressor(name, learnt, test) for name in ("bz2", "xz")),
    ]
    budget = asked.budget or BUDGETS[asked.device]
    candidates = SETTINGS[asked.device]
    each = divided(budget, len(candidates))
    trained = [train(learnt, settings, asked.device, each) for settings in candidates]
    rows += [row for _, row in trained]
    best, chosen = min(trained, key=lambda pair: held_out(pair[0]))
    start = perf_counter()
    chosen["nats_a_character"] = round(-float(best.log_prob([test[:-1]])[0]) / len(test), 4)
    chosen["score_s"] = round(perf_counter() - start)
    store.show(chosen)
    texts = best.complete(["ROMEO:", "\n"], 400, temperature=0.8, top_p=0.95, seed=0)
    for text in texts:
        print("-" * 40, text, sep="\n", flush=True)
    if not asked.quick:
        name = "shakespeare" if asked.device == "cpu" else f"shakespeare_{asked.device}"
        command = f"python benchmarks/shakespeare.py --device {asked.device} --budget {budget}"
        store.save(name, rows, command=command)


def read() -> tuple[str, str]:
    """Return the text to learn from and the one to judge, which ends with a newline."""
    with gzip.open(DATA / "generative" / "tiny_shakespeare.txt.gz", "rt") as file:
        text = file.read()
    cut = int(0.9 * len(text))
    return text[:cut], text[cut:]


def train(learnt: str, settings: dict, device: str, budget: str | float | None) -> tuple[GPT, dict]:
    """Return a transformer and a row that says how it was trained."""
    start, spent = perf_counter(), process_time()
    model = GPT(**settings, device=device, budget=budget).fit(learnt.split("\n"))
    row = {
        "model": "GPT",
        "settings": ", ".join(f"{name}={value}" for name, value in settings.items()),
        "nats_a_character": None,
        "held_out": round(held_out(model), 4),
        "parameters": sum(weights.numel() for weights in model.network_.parameters()),
        "steps": model.budget_,
        "train_s": round(model.history_[-1]["seconds"]),
        "fit_s": round(perf_counter() - start),
        "cpu_s": round(process_time() - spent),
        "score_s": None,
    }
    for look in model.history_[:: max(1, len(model.history_) // 12)]:
        print(look, flush=True)
    store.show(row)
    return model, row


def held_out(model: GPT) -> float:
    """Return nats a character of what the model held out of the training part."""
    return min(look["held_out"] for look in model.history_)


def n_grams(learnt: str, test: str) -> dict:
    """Return the row of 6-grams."""
    start, spent = perf_counter(), process_time()
    nats = NGrams(learnt, 6).nats(learnt[-5:] + test)[4:]
    return floor("6-grams, Witten-Bell", float(nats.mean()), start, spent)


def compressor(name: str, learnt: str, test: str) -> dict:
    """Return the row of a compressor: what the test part adds to the compressed training part."""
    start, spent = perf_counter(), process_time()
    compress: Callable[[bytes], bytes] = {"bz2": bz2.compress, "xz": lzma.compress}[name]
    sizes = [len(compress(text.encode())) for text in (learnt + test, learnt)]
    return floor(name, (sizes[0] - sizes[1]) * 8 * np.log(2) / len(test), start, spent)


def floor(name: str, nats: float, start: float, spent: float) -> dict:
    """Return the row of something that is not ours."""
    row = {
        "model": name,
        "settings": "",
        "nats_a_character": round(nats, 4),
        "held_out": None,
        "parameters": None,
        "steps": None,
        "train_s": None,
        "fit_s": round(perf_counter() - start),
        "cpu_s": round(process_time() - spent),
        "score_s": None,
    }
    store.show(row)
    return row


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", choices=tuple(SETTINGS), default="cpu")
    parser.add_argument("--quick", action="store_true", help="store nothing")
    parser.add_argument("--budget", help="time of all candidates together, or steps of each")
    main(parser.parse_args())
