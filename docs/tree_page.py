"""The page of the tree: where each method stands, what it does on a toy, and what it costs."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tree_poster
from pieces import number, table

from likely.core.catalogue import entries
from likely.workflow.tree import lines, tree

RESULTS = Path(__file__).resolve().parent.parent / "benchmarks" / "results"
_WORDS = """\
# The tree of the field

Where every method stands, as `likely methods --tree` prints it. A model with an *explicit* density
says how likely a row is, by a likelihood or by an energy; one with an *implicit* density only
draws. Detection needs neither: any score that is low for what is rare will do.

"""
_MEASURED = """\
## On one toy

Two half moons, 1,000 rows learnt and 1,000 others judged. Nats are the mean of −log p(x), lower is
better; an empty cell means that the model has no density. "Told" is the share of rows that nearest
neighbours rightly call real or drawn: 0.5 is what real rows get. Seconds are of one processor, for
learning. Networks had 300 steps, far fewer than they like: a look, not a ranking.
`python benchmarks/tree.py` measures it anew.

"""
_IMAGES = """\
## On digits

Models of images, each trained for five minutes on 10,000 digits (`benchmarks/image_families.py`,
[in full](benchmarks.md)). "Told" is as above, with features of a network; bits are those of one
pixel.

"""


def page() -> str:
    """Return the page."""
    text = "\n".join("\n".join(lines(branch)) for branch in tree())
    measured = list(_rows("tree"))
    parts = [_WORDS, f"```console\n$ likely methods --tree\n{text}\n```\n\n", _links()]
    if measured:
        poster = tree_poster.poster(tree()[0], {row["method"]: row for row in measured}, points())
        parts += ["## The poster\n\n", poster, "\n\n", _MEASURED, _table(measured)]
    images = list(_rows("image_families"))
    if images:
        parts += ["\n", _IMAGES, _digits(images)]
    return "".join(parts)


def points() -> dict[str, list[tuple[float, float]]]:
    """Return rows that each model has drawn of the toy."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    path = RESULTS / "tree_rows.csv"
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            for method, x, y in list(csv.reader(file))[1:]:
                found[method].append((float(x), float(y)))
    return found


def _rows(name: str) -> Iterator[dict[str, Any]]:
    path = RESULTS / f"{name}.json"
    if path.exists():
        yield from json.loads(path.read_text(encoding="utf-8"))["rows"]


def _links() -> str:
    names = ", ".join(f"[{name}](methods/{name}.md)" for name in entries())
    return f"A page for each: {names}.\n\n"


def _table(rows: list[dict[str, Any]]) -> str:
    heads = list(rows[0])
    return table(heads, [[_cell(row.get(head)) for head in heads] for row in rows])


def _digits(rows: list[dict[str, Any]]) -> str:
    heads = {"method": "method", "told": "told", "coverage": "coverage", "bits": "bits",
             "ms a sample": "milliseconds a sample"}  # fmt: skip
    cells = [[_cell(row.get(key)) for key in heads] for row in rows]
    return table(list(heads.values()), cells)


def _cell(value: Any) -> str:
    name = str(value).removeprefix("likely.")
    return f"[{name}](methods/{name}.md)" if name in entries() else number(value)
