"""Measure whether defects of printed circuit boards are found beside their templates.

144 pairs of a template and a test picture of six boards, with a box around every defect. A found
box counts if it overlaps a true one that no other box has (intersection over union of at least
0.33); F1 is over all boxes of all boards, and `worst_board` is the board with the lowest F1.
`compare_pair` has its defaults everywhere. The trivial baseline joins all pixels that differ
between the two pictures as they lie, without spots of fewer than 8 pixels; the other rows leave out
one part of the method each.

    python benchmarks/circuit_boards.py        stores benchmarks/results/circuit_boards.json
    python benchmarks/circuit_boards.py 4      four pairs of each board, nothing stored
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

import store
from likely.vision import compare_pair

FOLDER = Path(os.environ.get("LIKELY_DATA", "../shared/data")) / "images" / "deeppcb"
OVERLAP, PAIRS = 0.33, 24
METHODS: dict[str, dict] = {
    "compare_pair": {},
    "no further shift of spots": {"drift": 0},
    "not aligned": {"align": False},
    "trivial: pixels that differ": {"align": False, "drift": 0, "tolerance": 0},
}


def main(most: int) -> None:
    """Measure, print and store one row a method."""
    pairs = list(read(most))
    rows = []
    for name, settings in METHODS.items():
        start = time.perf_counter()
        by_board = judge(pairs, settings)
        seconds = (time.perf_counter() - start) / len(pairs)
        right, found, true = np.sum(list(by_board.values()), axis=0)
        worst = min(by_board, key=lambda board: f1(*by_board[board]))
        rows.append({
            "method": name,
            "F1": round(f1(right, found, true), 4),
            "precision": round(right / max(found, 1), 4),
            "recall": round(right / true, 4),
            "worst_board": f"{worst}: {f1(*by_board[worst]):.3f}",
            "milliseconds_a_pair": round(1000 * seconds),
        })  # fmt: skip
        store.show(rows[-1])
    if most == PAIRS:
        store.save("circuit_boards", rows, pairs=len(pairs), overlap=OVERLAP)


def judge(pairs: list, settings: dict) -> dict[str, np.ndarray]:
    """Return how many boxes are right, found and true for each board."""
    counts: dict[str, np.ndarray] = {}
    for board, template, test, true in pairs:
        found = compare_pair(template, test, **settings).boxes
        count = np.array([matches(found, true), len(found), len(true)])
        counts[board] = counts.get(board, np.zeros(3, dtype=int)) + count
    return counts


def matches(found: np.ndarray, true: np.ndarray) -> int:
    """Return how many pairs of boxes overlap enough, each box in one pair, best pairs first."""
    if not len(found) or not len(true):
        return 0
    overlap = intersection_over_union(found, true)
    count = 0
    while overlap.max() >= OVERLAP:
        i, j = np.unravel_index(overlap.argmax(), overlap.shape)
        overlap[i], overlap[:, j] = -1.0, -1.0
        count += 1
    return count


def intersection_over_union(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the overlap of every box of one list with every box of another."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    both = np.clip(high - low, 0, None).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (a, b)]
    return both / (areas[0][:, None] + areas[1][None] - both)


def f1(right: int, found: int, true: int) -> float:
    """Return the harmonic mean of precision and recall."""
    return float(2 * right / (found + true))


def read(most: int) -> Callable:
    """Yield board, template, test picture and true boxes of up to `most` pairs of each board."""
    seen: dict[str, int] = {}
    for path in sorted((FOLDER / "template").glob("*.png")):
        board = path.stem[:5]
        seen[board] = seen.get(board, 0) + 1
        if seen[board] <= most:
            template, test = (
                np.asarray(Image.open(FOLDER / kind / path.name).convert("L"))
                for kind in ("template", "test")
            )
            lines = (FOLDER / "boxes" / f"{path.stem}.txt").read_text().splitlines()
            yield board, template, test, np.array([line.split()[:4] for line in lines], dtype=int)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS)
