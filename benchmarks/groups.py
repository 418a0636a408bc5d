"""Tables of groups, and six ways in which a group is odd though its members are not.

accounts: 300 groups of 10 to 80 members; four numbers, one lopsided, two correlated; a category of
    five levels.
machines: 200 groups of 8 to 400 members; six correlated numbers, two of them heavy-tailed, one
    lopsided, one of counts.
shops: 800 groups of 15 to 45 members; a lopsided amount, a bounded number, counts, a time of day; a
    category of twelve levels; yes or no.
patients: 500 groups of 12 to 60 members; five numbers, one lopsided, one from 0 to 100, one of few
    different values; a category of three levels with gaps.

`Collective` was built while looking at "accounts". Nothing was chosen by the others with one
exception: ordinary groups of "shops" were reported too often, which led to Hotelling's distribution
for sums of squares. "patients" was written after that. `natural` says whether the ordinary groups
differ from one another in means, spreads and mixtures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from scipy.special import ndtr

DAY = 86_400_000_000
"""Microseconds of a day."""


class Draw(NamedTuple):
    """Members of groups: standard normal scores x0, x1 ... and levels of a category."""

    columns: dict[str, np.ndarray]
    group: np.ndarray
    rng: np.random.Generator


class World(NamedTuple):
    """One sort of table.

    Parameters
    ----------
    groups, planted : int
        How many groups there are, and how many of them become odd.
    size : tuple of float
        Mean and standard deviation of the logarithm of the number of members, its least and most.
    mixing : ndarray of shape (numbers, numbers)
        Independent scores become those of the table by it.
    levels : ndarray of shape (levels,)
        Shares of a category; empty if there is none.
    natural : tuple of float
        By how much ordinary groups may differ: means, logarithms of spreads, and the weight of
        `levels` in a Dirichlet distribution.
    finish : callable
        Makes of scores and levels what a user holds.
    held_out : {"no", "but for tails", "yes"}
        Whether nothing was chosen by it.
    """

    groups: int
    planted: int
    size: tuple[float, float, int, int]
    mixing: np.ndarray
    levels: np.ndarray
    natural: tuple[float, float, float]
    finish: Callable[[Draw], dict[str, np.ndarray]]
    held_out: str = "yes"

    def draw(self, natural: bool, seed: int) -> Draw:
        """Draw ordinary members."""
        rng = np.random.default_rng([seed, natural])
        middle, spread, least, most = self.size
        sizes = np.clip(np.round(np.exp(rng.normal(middle, spread, self.groups))), least, most)
        group = np.repeat(np.arange(self.groups), sizes.astype(int))
        width, levels = len(self.mixing), self.levels
        x = rng.normal(size=(len(group), width)) @ self.mixing.T
        uniform = rng.random(len(group))
        mixture = np.tile(levels, (self.groups, 1))
        if natural:
            means, spreads, weight = self.natural
            x = x * np.exp(rng.normal(0, spreads, (self.groups, width)))[group]
            x += rng.normal(0, means, (self.groups, width))[group]
            mixture = rng.dirichlet(weight * levels, self.groups) if len(levels) else mixture
        columns = {f"x{j}": x[:, j] for j in range(width)}
        if len(levels):
            level = (uniform[:, None] > np.cumsum(mixture, axis=1)[group]).sum(axis=1)
            columns["level"] = np.minimum(level, len(levels) - 1)
        return Draw(columns, group, rng)

    def table(self, drawn: Draw) -> pa.Table:
        """Return the members as a user has them."""
        return pa.table({"account": drawn.group, **self.finish(drawn)})

    def plant(self, kind: str, drawn: Draw) -> np.ndarray:
        """Make some groups of at least 30 members odd, and return which, shape (groups,)."""
        large = np.flatnonzero(np.bincount(drawn.group) >= 30)
        chosen = drawn.rng.choice(large, self.planted, replace=False)
        for group in chosen:
            KINDS[kind](drawn.columns, np.flatnonzero(drawn.group == group), drawn.rng)
        return np.isin(np.arange(self.groups), chosen)

    @property
    def kinds(self) -> list[str]:
        """The ways in which its groups can be odd."""
        return [kind for kind in KINDS if len(self.levels) or kind != "unusual mixture"]


def _accounts(drawn: Draw) -> dict[str, np.ndarray]:
    x = drawn.columns
    names = np.array(["red", "green", "blue", "grey", "violet"])
    data = {name: x[name] for name in ("x0", "x1", "x2")}
    return {**data, "amount": np.exp(3 + 0.7 * x["x3"]), "colour": names[x["level"]]}


def _machines(drawn: Draw) -> dict[str, np.ndarray]:
    x = drawn.columns
    return {
        "pressure": 80 + 3 * np.sinh(0.6 * x["x0"]),
        "flow": x["x1"],
        "torque": 10 * np.sinh(0.4 * x["x2"]),
        "runtime": np.log1p(np.exp(1.5 * x["x3"])),
        "starts": np.floor(np.exp(2.5 + 0.5 * x["x4"])),
        "heat": 20 + 5 * x["x5"],
    }


def _shops(drawn: Draw) -> dict[str, np.ndarray]:
    x, rng = drawn.columns, drawn.rng
    n = len(drawn.group)
    day = rng.integers(0, 180, n) * DAY
    return {
        "amount": np.round(np.exp(3.5 + x["x0"]), 2),
        "pieces": 1 + np.floor(np.exp(0.8 + 0.6 * x["x1"])),
        "fill": np.round(ndtr(x["x2"]), 3),
        "at": (day + (ndtr(x["x3"]) * (DAY - 1)).astype(np.int64)).astype("datetime64[us]"),
        "article": np.array([f"article {k}" for k in range(12)])[x["level"]],
        "card": rng.random(n) < 0.7,
    }


def _patients(drawn: Draw) -> dict[str, np.ndarray]:
    x = drawn.columns
    return {
        "dose": np.exp(0.5 * x["x0"]) * 20,
        "weight": np.round(70 + 12 * x["x1"]),
        "pain": np.round(100 * ndtr(x["x2"])),
        "pulse": 75 + 8 * x["x3"] + x["x3"] ** 2,
        "visits": np.round(5 + 1.5 * x["x4"]),
        "ward": np.array(["north", "south", "east", None])[x["level"]],
    }


def _factor(width: int, share: float) -> np.ndarray:
    """Return a mixing that makes all scores correlated by `share`."""
    return np.linalg.cholesky(np.full((width, width), share) + (1 - share) * np.eye(width))


def _zipf(levels: int) -> np.ndarray:
    shares = 1 / np.arange(1, levels + 1) ** 1.2
    return shares / shares.sum()


def _shift(columns: dict[str, np.ndarray], members: np.ndarray, rng: np.random.Generator) -> None:
    for name, sign in zip(("x0", "x2", "x3"), rng.choice([-1, 1], 3), strict=True):
        columns[name][members] += 0.9 * sign


def _repeats(columns: dict[str, np.ndarray], members: np.ndarray, rng: np.random.Generator) -> None:
    source = rng.choice(members, len(members) // 4)
    for values in columns.values():
        values[members] = values[source[np.arange(len(members)) % len(source)]]


def _narrow(columns: dict[str, np.ndarray], members: np.ndarray, rng: np.random.Generator) -> None:
    for name in ("x0", "x2"):
        middle = columns[name][rng.choice(members)]
        columns[name][members] = np.clip(middle, -1, 1) + rng.normal(0, 0.2, len(members))


def _mixture(columns: dict[str, np.ndarray], members: np.ndarray, rng: np.random.Generator) -> None:
    changed = members[rng.random(len(members)) < 0.75]
    columns["level"][changed] = 3


def _dependence(
    columns: dict[str, np.ndarray], members: np.ndarray, rng: np.random.Generator
) -> None:
    order = np.sort(columns["x2"][members])
    columns["x2"][members] = order[np.argsort(np.argsort(columns["x3"][members]))]


def _moderately_odd(
    columns: dict[str, np.ndarray], members: np.ndarray, rng: np.random.Generator
) -> None:
    for name in ("x0", "x2", "x3"):
        changed = members[rng.random(len(members)) < 0.5]
        sign = rng.choice([-1, 1], len(changed))
        columns[name][changed] = sign * rng.uniform(1.5, 2.1, len(changed))


KINDS: dict[str, Callable] = {
    "all a little shifted": _shift,
    "repeated rows": _repeats,
    "spread too small": _narrow,
    "unusual mixture": _mixture,
    "unusual dependence": _dependence,
    "many moderately odd": _moderately_odd,
}


_PAIR = np.eye(4)
_PAIR[1, :2] = 0.6, 0.8

WORLDS = {
    "accounts": World(
        groups=300,
        planted=12,
        size=(3.3, 0.5, 10, 80),
        mixing=_PAIR,
        levels=np.array([0.4, 0.25, 0.2, 0.1, 0.05]),
        natural=(0.15, 0.05, 100.0),
        finish=_accounts,
        held_out="no",
    ),
    "machines": World(
        groups=200,
        planted=8,
        size=(4.0, 0.8, 8, 400),
        mixing=_factor(6, 0.5),
        levels=np.array([]),
        natural=(0.2, 0.07, 0.0),
        finish=_machines,
    ),
    "shops": World(
        groups=800,
        planted=24,
        size=(3.4, 0.2, 15, 45),
        mixing=_factor(4, 0.3),
        levels=_zipf(12),
        natural=(0.1, 0.05, 200.0),
        finish=_shops,
        held_out="but for tails",
    ),
    "patients": World(
        groups=500,
        planted=18,
        size=(3.2, 0.4, 12, 60),
        mixing=_factor(5, 0.2),
        levels=np.array([0.5, 0.3, 0.15, 0.05]),
        natural=(0.12, 0.06, 150.0),
        finish=_patients,
    ),
}
