"""Findings, got by a model file or by learning, and told as plain values for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import rich_click as click
from click import get_current_context

import likely
from likely.cli.gathering import given
from likely.cli.groups import LEARNING
from likely.cli.parsing import readable


def find(
    data: str, model: str | None, learning: dict[str, Any], promise: dict[str, Any]
) -> likely.Findings:
    """Judge the rows of DATA by a model file, or by what is learnt from the same rows."""
    with readable(data) as path:
        if model is None:
            params = learning.pop("params")
            return likely.detect(path, **learning, **promise, **params)
        superfluous = given(get_current_context(), LEARNING)
        if superfluous:
            raise click.UsageError(
                f"{', '.join(superfluous)} cannot go with --model: the file holds what was learnt."
            )
        return likely.load(model).detect(path, **promise)


def verdict(found: likely.Findings) -> dict[str, Any]:
    """Return what was found under which promise."""
    decision = found.decision
    return {
        "likely": likely.__version__,
        "rows": len(found),
        "findings": found.count,
        "summary": found.summary(),
        "promise": {
            "name": decision.name,
            "value": decision.value,
            "words": decision.promise,
            "ranking_only": decision.ranking_only,
            "basis": decision.basis,
        },
        "drift": list(found.drift),
        "notes": list(dict.fromkeys(found.notes)),
    }


def title(found: likely.Findings, entry: dict[str, Any]) -> str:
    """Return what people call an entry: the name of a sample, or its number as in "Row 17"."""
    return found.name_of(entry["row"] - 1) or found.learned.worded(f"Row {entry['row']:,}")


def entries(found: likely.Findings, positions: Iterable[int]) -> list[dict[str, Any]]:
    """Return rows by position; the first 1,000 of them with their reasons."""
    import numpy as np  # deferred: `--help` loads none of these

    from likely.workflow.findings import MOST_EXPLAINED
    from likely.workflow.report.words import one_in

    rows = np.fromiter(positions, dtype=np.int64)
    listed: list[dict[str, Any]] = [
        {
            "row": row + 1,
            "anomaly": bool(found.anomaly[row]),
            "p_value": float(found.p_values[row]),
            "surprise_bits": float(found.surprise[row]),
            "rarity": one_in(float(found.surprise[row])),
        }
        for row in rows.tolist()
    ]
    explanations = found.explanations(rows[:MOST_EXPLAINED])
    for entry in listed:
        entry.update(found.told_of(entry["row"] - 1))
    for entry, explanation in zip(listed, explanations, strict=False):
        entry["sentence"] = explanation.sentence
        entry["reasons"] = [vars(reason) for reason in explanation.reasons]
        entry["nearest_likely_row"] = explanation.nearest
    return listed
