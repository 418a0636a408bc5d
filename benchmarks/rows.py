"""Benchmarks of many short runs: one stored line a run, so that they can be stopped and go on."""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Sequence
from typing import Any

import store


class Rows:
    """Lines of `results/NAME_rows.csv`.

    Parameters
    ----------
    name : str
        Of the benchmark.
    key : sequence of str
        Fields that say which run it was.
    figures : sequence of str
        Fields that say what came of it.
    """

    def __init__(self, name: str, key: Sequence[str], figures: Sequence[str]) -> None:
        self.path = store.FOLDER / f"{name}_rows.csv"
        self.key, self.fields = key, (*key, *figures)

    def read(self) -> list[dict[str, str]]:
        """Return the stored rows; of those measured several times the last."""
        if not self.path.exists():
            return []
        with self.path.open(encoding="utf-8", newline="") as file:
            last = {self.run(row): row for row in csv.DictReader(file)}
        return [last[run] for run in sorted(last)]

    def run(self, row: dict[str, Any]) -> tuple[str, ...]:
        """Return which run a row is about; what is None or missing is empty."""
        return tuple("" if row.get(name) is None else str(row[name]) for name in self.key)

    def append(self, row: dict[str, Any]) -> None:
        """Add a row to those stored, and print it."""
        store.show(row)
        is_new = not self.path.exists()
        self.path.parent.mkdir(exist_ok=True)
        with self.path.open("a", encoding="utf-8", newline="") as file:
            self._write(file, [row], header=is_new)

    def tidy(self) -> None:
        """Write the rows in order, each once."""
        fresh = self.path.with_suffix(".new")
        rows = self.read()
        with fresh.open("w", encoding="utf-8", newline="") as file:
            self._write(file, rows, header=True)
        os.replace(fresh, self.path)  # noqa: PTH105 - replaces at once on every system

    def _write(self, file: Any, rows: Sequence[dict[str, Any]], *, header: bool) -> None:
        writer = csv.DictWriter(file, self.fields, lineterminator="\n")
        if header:
            writer.writeheader()
        writer.writerows(rows)


def parser(
    description: str | None, *, seeds: Sequence[int], rows: int | None, limit: float
) -> argparse.ArgumentParser:
    """Return a parser of what such benchmarks can be asked, with their defaults."""
    made = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    made.add_argument("--methods", nargs="+", default=["*"], help='such as "likely.*"')
    made.add_argument("--tables", nargs="+", default=["*"], help='such as "glass"')
    made.add_argument("--seeds", nargs="+", type=int, default=list(seeds))
    made.add_argument("--rows", type=int, default=rows, help="at most so many rows of a table")
    made.add_argument("--limit", type=float, default=limit, help="seconds a method may take")
    made.add_argument("--again", action="store_true", help="measure also what is stored")
    made.add_argument("--summary", action="store_true", help="print what is stored, store it")
    return made
