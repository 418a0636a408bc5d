"""Tables of two columns on which methods are at home, or fail: each says what is odd in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Toy:
    """Rows to learn from, and ordinary and odd ones to judge, each (n, 2)."""

    learnt: np.ndarray
    ordinary: np.ndarray
    odd: np.ndarray


def far() -> Toy:
    """One round cloud; odd rows are far out in one of the columns."""
    rng = np.random.default_rng(1)
    odd = rng.normal(size=(24, 2))
    odd[np.arange(24), np.arange(24) % 2] = rng.choice([-1, 1], 24) * rng.uniform(4, 6, 24)
    return Toy(rng.normal(size=(400, 2)), rng.normal(size=(200, 2)), odd)


def related() -> Toy:
    """Two columns that go together; odd rows break the relation, each cell of them is usual."""
    rng = np.random.default_rng(2)

    def rows(n: int) -> np.ndarray:
        first = rng.normal(size=n)
        return np.column_stack([first, first + 0.25 * rng.normal(size=n)])

    a = rng.uniform(0.8, 1.5, 24) * rng.choice([-1, 1], 24)
    odd = np.column_stack([a, -a + 0.2 * rng.normal(size=24)])
    return Toy(rows(400), rows(200), odd)


def ring() -> Toy:
    """A ring; odd rows are in its empty middle."""
    rng = np.random.default_rng(3)
    return Toy(around(400, rng), around(200, rng), 0.45 * rng.normal(size=(24, 2)))


def around(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return n rows of a ring of radius 3."""
    angle, radius = rng.uniform(0, 2 * np.pi, n), 3 + 0.2 * rng.normal(size=n)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def pairs() -> Toy:
    """Two groups; odd rows have one column of the one group and the other of the other."""
    rng = np.random.default_rng(4)

    def rows(n: int) -> np.ndarray:
        return rng.choice([-3.0, 3.0], size=(n, 1)) + 0.6 * rng.normal(size=(n, 2))

    side = rng.choice([-3.0, 3.0], size=(24, 1))
    odd = np.hstack([side, -side]) + 0.4 * rng.normal(size=(24, 2))
    return Toy(rows(400), rows(200), odd)


def densities() -> Toy:
    """A tight group beside a wide one; odd rows lie just beside the tight one."""
    rng = np.random.default_rng(5)

    def rows(n: int) -> np.ndarray:
        tight = np.array([-4.0, 0.0]) + 0.12 * rng.normal(size=(n // 2, 2))
        wide = np.array([4.0, 0.0]) + 2.0 * rng.normal(size=(n - n // 2, 2))
        return np.vstack([tight, wide])

    angle = rng.uniform(0, 2 * np.pi, 24)
    odd = np.array([-4.0, 0.0]) + 0.9 * np.column_stack([np.cos(angle), np.sin(angle)])
    return Toy(rows(400), rows(200), odd)


def gang() -> Toy:
    """One cloud, and a tight group of anomalies among the rows that are learnt from."""
    rng = np.random.default_rng(6)
    odd = np.array([4.5, 4.5]) + 0.15 * rng.normal(size=(60, 2))
    learnt = np.vstack([rng.normal(size=(400, 2)), odd[:36]])
    return Toy(learnt, rng.normal(size=(200, 2)), odd[36:])


def curve() -> Toy:
    """Rows along a bow; odd ones lie inside it."""
    rng = np.random.default_rng(7)

    def rows(n: int) -> np.ndarray:
        t = rng.uniform(-2, 2, n)
        return np.column_stack([t, t**2]) + 0.12 * rng.normal(size=(n, 2))

    odd = np.column_stack([rng.uniform(-0.8, 0.8, 24), rng.uniform(1.8, 3.6, 24)])
    return Toy(rows(400), rows(200), odd)


def stripes() -> Toy:
    """Two long clouds side by side; odd rows lie between them."""
    rng = np.random.default_rng(8)

    def rows(n: int) -> np.ndarray:
        side = rng.choice([-1.0, 1.0], size=n)
        return np.column_stack([4 * rng.normal(size=n), 1.2 * side + 0.12 * rng.normal(size=n)])

    odd = np.column_stack([3 * rng.normal(size=24), 0.25 * rng.normal(size=24)])
    return Toy(rows(600), rows(200), odd)


def groups() -> Toy:
    """Eight tight groups around the origin; odd rows lie between them."""
    rng = np.random.default_rng(9)
    angle = (np.arange(24) + 0.5) * np.pi / 4
    odd = 2.7 * np.column_stack([np.cos(angle), np.sin(angle)]) + 0.1 * rng.normal(size=(24, 2))
    return Toy(eight(400, rng), eight(200, rng), odd)


def eight(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return n rows of eight tight groups on a circle of radius 3."""
    angle = rng.integers(0, 8, n) * np.pi / 4
    centres = 3 * np.column_stack([np.cos(angle), np.sin(angle)])
    return centres + 0.16 * rng.normal(size=(n, 2))


def lone() -> Toy:
    """One cloud with a gap on each side of it, then a few far rows; odd is what is far."""
    rng = np.random.default_rng(10)
    angle = rng.uniform(0, 2 * np.pi, 24)
    odd = rng.uniform(4, 6, (24, 1)) * np.column_stack([np.cos(angle), np.sin(angle)])
    return Toy(rng.normal(size=(400, 2)), rng.normal(size=(200, 2)), odd)


def wave() -> Toy:
    """Rows along a wave; odd ones lie between its crests."""
    rng = np.random.default_rng(21)

    def rows(n: int) -> np.ndarray:
        t = rng.uniform(0, 10 * np.pi, n)
        return np.column_stack([t, 3 * np.sin(t) + 0.15 * rng.normal(size=n)])

    crest = (np.arange(40) % 10 + 0.5) * np.pi
    odd = np.column_stack([crest, -np.sin(crest) * rng.uniform(0.5, 2.5, 40)])
    return Toy(rows(600), rows(300), odd)


def narrow() -> Toy:
    """A line of rows that is thin for its length; odd rows are beside it."""
    rng = np.random.default_rng(24)

    def rows(n: int) -> np.ndarray:
        first = rng.uniform(-3, 3, n)
        return np.column_stack([first, first + 0.03 * rng.normal(size=n)])

    return Toy(rows(400), rows(200), rows(24) + np.array([0.5, -0.5]))


def beyond() -> Toy:
    """Two columns that go together; odd rows keep to that, and lie far out on it."""
    rng = np.random.default_rng(25)

    def rows(first: np.ndarray) -> np.ndarray:
        return np.column_stack([first, first]) + 0.15 * rng.normal(size=(len(first), 2))

    far_out = rng.choice([-1, 1], 24) * rng.uniform(2.6, 3.4, 24)
    return Toy(rows(rng.uniform(-2, 2, 400)), rows(rng.uniform(-2, 2, 200)), rows(far_out))
