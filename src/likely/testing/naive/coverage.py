"""Precision, recall, density and coverage, one pair at a time."""

from __future__ import annotations

import numpy as np


def prdc(real: np.ndarray, generated: np.ndarray, k: int) -> tuple[float, float, float, float]:
    """Return precision, recall, density and coverage by the papers' definitions."""
    real_radii, radii = _radii(real, k), _radii(generated, k)
    precision = [
        any(_distance(y, x) <= r for x, r in zip(real, real_radii, strict=True)) for y in generated
    ]
    recall = [
        any(_distance(x, y) <= r for y, r in zip(generated, radii, strict=True)) for x in real
    ]
    inside = [
        sum(_distance(y, x) <= r for x, r in zip(real, real_radii, strict=True)) for y in generated
    ]
    covered = [
        any(_distance(x, y) <= r for y in generated) for x, r in zip(real, real_radii, strict=True)
    ]
    density = sum(inside) / (k * len(generated))
    return float(np.mean(precision)), float(np.mean(recall)), density, float(np.mean(covered))


def _radii(rows: np.ndarray, k: int) -> list[float]:
    """Return the distance of every row to its k-th nearest other row."""
    return [
        sorted(_distance(row, other) for j, other in enumerate(rows) if j != i)[k - 1]
        for i, row in enumerate(rows)
    ]


def _distance(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.sqrt(np.sum((a - b) ** 2)))
