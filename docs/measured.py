"""The few figures that the README shows, out of the stored results."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import measured_densities
import measured_series
import measured_synthetic
from pieces import table

RESULTS = Path(__file__).resolve().parent.parent / "benchmarks" / "results"
PROMISED = ("gaussian", "uniform", "exponential", "correlated", "mixed")
"""Shapes of data whose tails agree with the assumption about the same rows."""

Row = tuple[str, str]


def short_table() -> str:
    """Return one line a figure: what was measured, and what came out."""
    rows: list[Row] = []
    for name, summarise in SUMMARIES.items():
        path = RESULTS / f"{name}.json"
        if path.exists():
            rows += summarise(json.loads(path.read_text(encoding="utf-8")))
    return table(("measured", "result"), rows)


def _explanations(stored: dict[str, Any]) -> Iterable[Row]:
    for planted, what in (("column", "one odd value"), ("pair", "two values that do not fit")):
        cases = [f for f in stored["rows"] if f["planted"] == planted and not f["exempt"]]
        named, trivial = (sum(case[key] for case in cases) for key in ("named", "trivial"))
        methods = len({case["model"] for case in cases})
        yield (
            f"{what}: explanations name the right column first, mean of {methods} methods",
            f"{100 * named / len(cases):.3g} % "
            f"(the column of the largest z-score: {100 * trivial / len(cases):.3g} %)",
        )


def _new_rows(stored: dict[str, Any]) -> Iterable[Row]:
    for method in dict.fromkeys(row["method"] for row in stored["rows"]):
        rows = [row for row in stored["rows"] if row["method"] == method]
        what = f"new rows, {method}, {len(rows)} shapes of data, {rows[0]['seeds']:,} seeds each"
        yield (
            f"{what}: clean rows reported at `fpr=0.01`",
            _spread(rows, "mean share reported at fpr 0.01"),
        )
        yield (
            f"{what}: false findings at `fdr=0.1`, and planted rows found",
            f"{_spread(rows, 'false discovery rate at 0.1 (share)')}; "
            f"{_spread(rows, 'power (share)')}",
        )


def _same_rows(stored: dict[str, Any]) -> Iterable[Row]:
    rows = [row for row in stored["rows"] if row["shape"] in PROMISED]
    for size in dict.fromkeys(row["rows"] for row in rows):
        of_size = [row for row in rows if row["rows"] == size]
        clean = [row for row in of_size if row["planted"] == "clean"]
        gross = [row for row in of_size if row["planted"].endswith("gross")]
        what = f"the same rows, {len(clean)} shapes of data, {size:,} rows"
        yield f"{what}: clean tables left quiet", _spread(clean, "quiet or power (share)")
        yield (
            f"{what}: 1, 3 or 12 gross rows found, and false findings",
            f"{_spread(gross, 'quiet or power (share)')}; "
            f"{_spread(gross, 'false discovery rate (share)')}",
        )


def _tabular(stored: dict[str, Any]) -> Iterable[Row]:
    settings = {"unlabelled": "the same rows, no labels", "normals": "learnt from normal rows only"}
    for setting, words in settings.items():
        rows = [r for r in stored["rows"] if (r["tables"], r["setting"]) == ("classical", setting)]
        of = {row["method"]: row for row in rows}
        peers = [row for name, row in of.items() if name.startswith("pyod.")]
        best = max(peers, key=lambda row: row["auroc"])
        parts = [("auto", of["likely.auto"]), (f"best of PyOD, {best['method'][5:]}", best)]
        parts += [("sum of squared z", of["floor.sum of squared z"])]
        ceiling = next(row for name, row in of.items() if name.startswith("ceiling"))
        parts += [("the best of PyOD's picked by label for every table", ceiling)]
        yield (
            f"{of['likely.auto']['number']} real tables, {words}: AUROC, AUPRC",
            "; ".join(f"{name} {row['auroc']:.3f}, {row['auprc']:.3f}" for name, row in parts),
        )


def _intrusion(stored: dict[str, Any]) -> Iterable[Row]:
    of = {row["method"]: row["auroc"] for row in stored["rows"] if "auroc" in row}
    best = max((name for name in of if name.startswith("pyod.")), key=lambda name: of[name])
    yield (
        "network attacks of unseen kinds (NSL-KDD), learnt from normal traffic: AUROC",
        f"auto {of['likely.auto']:.3f}; best of PyOD, {best[5:]} {of[best]:.3f}",
    )


def _drift(stored: dict[str, Any]) -> Iterable[Row]:
    quiet = [row for row in stored["rows"] if row["planted"] == "nothing"]
    yield ("drift told although there is none", _spread(quiet, "told"))


def _growth(stored: dict[str, Any]) -> Iterable[Row]:
    file = max(
        (row for row in stored["rows"] if row["method"] == "likely detect"),
        key=lambda row: row["rows"],
    )
    yield (
        f"`likely detect` on a Parquet file of {file['rows']:,} rows and {file['columns']} columns",
        f"{file['wall']:,.0f} s, at most {file['MB']:,} MB",
    )


def _binarised_mnist(stored: dict[str, Any]) -> Iterable[Row]:
    of = {row["model"]: row for row in stored["rows"]}
    yield (
        "binarised MNIST, test images: log-likelihood in nats, VAE",
        f"{of['VAE']['log_likelihood']:.1f} (bound of {stored['importance_samples']} samples); "
        f"mixture of Bernoulli {of['mixture of 100 Bernoulli']['log_likelihood']:.1f}; "
        f"independent pixels {of['independent Bernoulli']['log_likelihood']:.1f}",
    )


def _binarised_mnist_cuda(stored: dict[str, Any]) -> Iterable[Row]:
    vae = next(row for row in stored["rows"] if row["model"] == "VAE")
    yield (
        f"the same with residual blocks, {vae['fit_s'] / 60:.0f} min of an "
        f"{stored['hardware']['graphics']}",
        f"{vae['log_likelihood']:.1f} (bound of {stored['importance_samples']} samples), ELBO "
        f"{vae['elbo']:.1f}",
    )


def _one_class_images(stored: dict[str, Any]) -> Iterable[Row]:
    for data in dict.fromkeys(row["data"] for row in stored["rows"]):
        rows = [row for row in stored["rows"] if row["data"] == data and row["class"] != "mean"]
        mean = {
            key: sum(row[key] for row in rows) / len(rows)
            for key in ("density", "pca", "knn", "minus_std")
        }
        yield (
            f"{data}, one class learnt, mean over {len(rows)} classes: AUROC",
            f"ConvolutionalAutoencoder {mean['density']:.3f}; k-NN on pixels {mean['knn']:.3f}; "
            f"PCA {mean['pca']:.3f}; contrast of the picture {mean['minus_std']:.3f}",
        )


def _circuit_boards(stored: dict[str, Any]) -> Iterable[Row]:
    of = {row["method"]: row for row in stored["rows"]}
    trivial = next(row for name, row in of.items() if name.startswith("trivial"))
    yield (
        f"faults of {stored['pairs']:,} circuit boards beside their template (DeepPCB): F1",
        f"{of['compare_pair']['F1']:.3f}; pixels that differ {trivial['F1']:.3f}",
    )


def _spread(rows: list[dict[str, Any]], key: str) -> str:
    low, high = (f"{100 * end(row[key] for row in rows):.3g}" for end in (min, max))
    return f"{low} %" if low == high else f"{low} to {high} %"


SUMMARIES: dict[str, Callable[[dict[str, Any]], Iterable[Row]]] = {
    "tabular": _tabular,
    "intrusion": _intrusion,
    "promise_new_rows": _new_rows,
    "promise_same_rows": _same_rows,
    "explanations": _explanations,
    "drift": _drift,
    "growth": _growth,
    "circuit_boards": _circuit_boards,
    "one_class_images": _one_class_images,
    "binarised_mnist": _binarised_mnist,
    "binarised_mnist_cuda": _binarised_mnist_cuda,
    **measured_densities.SUMMARIES,
    **measured_series.SUMMARIES,
    **measured_synthetic.SUMMARIES,
}
