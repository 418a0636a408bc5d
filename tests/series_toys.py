"""A series and a quick model of it, whose scores reach as far as they are told to."""

from __future__ import annotations

import numpy as np
import pandas as pd

import likely
from likely.base.over_time import OverTime
from likely.base.state import Array
from likely.data.column import Column
from likely.data.table import Table
from likely.data.timeline import Stretch

MINUTE = 60e6
START = 1_767_225_600e6  # a Thursday, 00:00


class Beside(OverTime):
    """How far values are from their mean, averaged over steps around, and over those since a hop.

    Parameters
    ----------
    before, after : int
        Steps around.
    hop : int
        The same for all steps since the last multiple of it.
    """

    card = {"kinds": ["timeline"], "paper": ""}
    min_rows = 8
    _state_spec = {**OverTime.state, "mean_": Array("channel"), "spread_": Array("channel")}

    def __init__(self, before: int = 3, after: int = 2, hop: int = 1) -> None:
        self.before = before
        self.after = after
        self.hop = hop

    @property
    def longest_window(self) -> int:
        return 20

    @property
    def least_steps_(self) -> int:
        return self.before + self.after + 1

    @property
    def reach_(self) -> tuple[int, int]:
        return self.before + self.hop, self.after

    @property
    def stride_(self) -> int:
        return self.hop

    def _learn(self, stretches: list[Stretch], rng: np.random.Generator) -> None:
        values = np.concatenate([stretch.values for stretch in stretches])
        self.mean_, self.spread_ = values.mean(axis=0), values.std(axis=0) + 1e-9

    def _oddness(self, stretch: Stretch) -> np.ndarray:
        away = np.abs((stretch.values - self.mean_) / self.spread_).max(axis=1)
        steps = np.arange(len(away))
        total = np.concatenate([[0.0], np.cumsum(away)])
        first = np.maximum(steps - self.before, 0)
        last = np.minimum(steps + self.after + 1, len(away))
        return (total[last] - total[first]) / (last - first) + 0.1 * away[
            steps // self.hop * self.hop
        ]


def series(n: int, seed: int = 0, start: float = START) -> Table:
    """Return n minutes of two channels of noise."""
    values = np.random.default_rng(seed).normal([0.0, 20.0], size=(n, 2))
    columns = (Column("time", "date"), Column("load", "number"), Column("heat", "number"))
    return Table(np.column_stack([start + MINUTE * np.arange(n), values]), columns)


def with_values(table: Table, where: slice, channel: int, value: float) -> Table:
    """Return a series with one value put into a stretch of a channel."""
    matrix = table.matrix.copy()
    matrix[where, 1 + channel] = value
    return Table(matrix, table.columns)


def learnt_toy() -> likely.Learned:
    """Return what is learnt from two thousand minutes of noise."""
    return likely.learn(series(2_000), Beside(), kind="timeline")


def machines(names: str, steps: int, *, seed: int = 0, first: int = 0) -> pd.DataFrame:
    """Return minutes of machines whose level and spread differ, mixed as they come."""
    rng = np.random.default_rng(seed)
    clock = pd.date_range("2026-01-01", periods=first + steps, freq="min")[first:]
    parts = [
        pd.DataFrame(
            {
                "time": clock,
                "machine": name,
                "load": (10.0**i * (50 + rng.normal(size=steps))).round(4),
                "heat": rng.normal(20, 2 + i, steps).round(4),
            }
        )
        for i, name in enumerate(names)
    ]
    return pd.concat(parts).sort_values(["time", "machine"], ignore_index=True)


def learnt_toys() -> likely.Learned:
    """Return what is learnt from 900 minutes of three machines."""
    return likely.learn(machines("abc", 900), Beside(), group="machine")


def engines(names: str, steps: int, *, seed: int = 0, first: int = 0) -> pd.DataFrame:
    """Return machines whose load follows a mode, each in its own way; modes last 25 minutes."""
    frame = machines(names, steps, seed=seed, first=first)
    minute = (frame["time"] - frame["time"].min()).dt.total_seconds().to_numpy() // 60
    number = frame["machine"].map(list(names).index).to_numpy()
    drawn = np.random.default_rng(seed).choice(["idle", "run"], (len(names), steps // 25 + 1))
    frame["mode"] = drawn[number, (minute // 25).astype(int)]
    frame["load"] += np.where(frame["mode"] == "run", 10.0 ** (number + 1) * (2 + number), 0.0)
    return frame


def learnt_engines() -> likely.Learned:
    """Return what is learnt from 1,000 minutes of three machines given their mode."""
    return likely.learn(engines("abc", 1_000), Beside(), group="machine", context="mode")
