"""Rows of the README about synthetic tables and gaps, from stored results."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from stored import groups

Row = tuple[str, str]

TABLES = {
    "adult": "people (Adult)",
    "default": "credit (Default)",
    "shoppers": "shoppers",
    "beijing": "air (Beijing)",
}


def _synthetic(stored: dict[str, Any]) -> Iterable[Row]:
    for said, rows in groups(stored, "table", TABLES):
        yield (
            f"synthetic rows of {said}: error of columns and of pairs of columns; AUROC of telling "
            "them from held-out rows; what is foretold by what learnt from them",
            "; ".join(
                f"{r['method']} {r['shape']:.2f} %, {r['trend']:.2f} %, {r['c2st']:.3f}, "
                f"{r['made']:.3f}"
                for r in rows
            ),
        )


def _engines(stored: dict[str, Any]) -> Iterable[Row]:
    for n in (50, 500):
        rows = [r for r in stored["rows"] if r["rows"] == n]
        ahead = [r["copula ahead"] for r in rows]
        yield (
            f"{len(rows)} tables learnt from {n} rows: nats of held-out rows by which "
            "GaussianCopula is above SequentialTrees",
            f"above on {sum(a > 0 for a in ahead)}; from {min(ahead):+.1f} to {max(ahead):+.1f}",
        )


def _imputation(stored: dict[str, Any]) -> Iterable[Row]:
    for said, rows in groups(stored, "table", TABLES):
        methods = dict.fromkeys(r["method"] for r in rows)
        found = {method: [r["error"] for r in rows if r["method"] == method] for method in methods}
        yield (
            f"gaps in {said}, a fifth hidden at random and not at random: mean error of columns",
            "; ".join(f"{m} {', '.join(f'{e:.3f}' for e in es)}" for m, es in found.items()),
        )


def _molecules(stored: dict[str, Any]) -> Iterable[Row]:
    rows = [r for r in stored["rows"] if r["model"].startswith("CharRNN")]
    parts = []
    for row in rows:
        if "temperature" in row:
            new = row["novelty_to_all"]
            said = f"temperature {row['temperature']:g} of {row['learnt_from']:,} molecules"
        elif "published" in row["model"]:
            new, said = row["novelty_to_all"], "published, of all 1,584,663"
        else:
            continue
        parts.append(f"{said} {row['validity']:.3f}, {row['uniqueness']:.4f}, {new:.3f}")
    yield "drawn molecules, CharRNN: share valid, unique, new", "; ".join(parts)


def _augmentation(stored: dict[str, Any]) -> Iterable[Row]:
    kinds = {"boosting": "boosted trees", "logistic": "logistic regression"}
    for classifier, said in kinds.items():
        rows = [r for r in stored["rows"] if r["classifier"] == classifier and "tables" in r]
        yield (
            f"rare classes of {rows[0]['tables']} tables, {said}: AUPRC without and with rows that "
            "were added",
            "; ".join(f"{r['method']} {r['auprc']:.3f}" for r in rows),
        )


def _images(stored: dict[str, Any]) -> Iterable[Row]:
    yield (
        f"Fashion-MNIST, {stored['labelled']} labelled images of a class, with images added: "
        "accuracy of a small network",
        "; ".join(f"{r['method']} {r['accuracy']:.3f}" for r in stored["rows"]),
    )


SUMMARIES: dict[str, Callable[[dict[str, Any]], Iterable[Row]]] = {
    "synthetic": _synthetic,
    "engines_by_rows": _engines,
    "imputation": _imputation,
    "augmentation": _augmentation,
    "image_augmentation": _images,
    "molecules": _molecules,
}
