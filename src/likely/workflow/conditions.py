"""New rows that satisfy conditions and keep rules, and how probable the conditions are.

Models of mixed columns draw what is asked of columns first, so that nothing is thrown away. Of
other models rows are drawn until enough of them satisfy the conditions, and rules across columns
are kept by drawing again the rows that break one; both end after a stated number of draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from likely.base.capabilities import Sampler
from likely.base.columnwise import Columnwise
from likely.core.errors import DataError, ParameterError
from likely.core.progress import track
from likely.core.random import generator
from likely.data.allowed import Allowed, read_allowed
from likely.data.rules import Rule
from likely.data.schema import Schema

_PART = 8_192  # rows drawn at a time
_FIRST = 16_384  # draws after which it is clear whether there is any hope
_MOST = 100  # draws for every row asked for, and
_LEAST_MOST = 100_000  # at least so many
_WEIGHED = 4_096  # rows that tell how probable a condition is


class Probable(NamedTuple):
    """Rows that satisfy conditions, and how probable these are."""

    rows: np.ndarray  # (n, used columns)
    probability: float


Draw = Callable[[int, int | None], Probable]


def draw_where(model: Sampler, n: int, where: Mapping[str, Any], seed: int | None) -> Probable:
    """Draw rows of which each satisfies all conditions.

    Parameters
    ----------
    model : Sampler
        Fitted to a table.
    n : int
        How many rows.
    where : mapping of str to conditions
        As `likely.data.allowed` reads them; none asks for nothing.
    seed : int or None
        The same seed draws the same rows.

    Raises
    ------
    DataError
        If a column does not exist or was set aside, or the conditions are too rare.
    """
    schema = model.schema_
    _check_used(where, schema)
    if not where:
        return Probable(rounded(schema, model.sample(n, seed=seed)), 1.0)
    if isinstance(model, Columnwise):
        return Probable(*model.sample_where(n, where, seed=seed))
    allowed = read_allowed(where, schema.used)

    seeds = generator(seed)

    def drawn(size: int) -> tuple[np.ndarray, np.ndarray]:
        rows = rounded(schema, model.sample(size, seed=int(seeds.integers(2**32))))
        return rows, _satisfying(allowed, rows)

    kept = _Kept(
        n,
        "satisfy the conditions",
        "Ask for less or for fewer rows, or learn with method='SequentialTrees', which draws what "
        "is asked of columns first.",
    )
    rows = kept.fill(drawn, "Drawing rows that satisfy the conditions")
    return Probable(rows, kept.share)


def probability_of(model: Sampler, where: Mapping[str, Any], seed: int | None) -> float:
    """Return how probable conditions are, in [0, 1]; parameters as in `draw_where`."""
    schema = model.schema_
    _check_used(where, schema)
    if isinstance(model, Columnwise):
        return float(model.sample_where(_WEIGHED, where, seed=seed)[1]) if where else 1.0
    allowed = read_allowed(where, schema.used)
    rows = rounded(schema, model.sample(_FIRST, seed=seed))
    return float(_satisfying(allowed, rows).mean())


def draw_keeping(
    draw: Draw, n: int, rules: Sequence[Rule], doubts: Sequence[str], seed: int | None
) -> Probable:
    """Draw rows that keep rules: those that break one are drawn again.

    Parameters
    ----------
    draw : callable
        Draws so many rows by a seed.
    n : int
        How many rows.
    rules : sequence of Rule
        What they are to keep.
    doubts : sequence of str
        What is known against the rules, for the error.
    seed : int or None
        The same seed draws the same rows.

    Raises
    ------
    DataError
        If too few of the rows drawn keep the rules.
    """
    found = draw(n, seed)
    if not rules:
        return found
    broken = np.array([rule.broken(found.rows) for rule in rules])  # (rule, row)
    often, again = broken.sum(axis=1), broken.any(axis=0)
    if not again.any():
        return found
    kept = _Kept(
        int(again.sum()), "keep the rules", "Leave the rule out, or ask for rows that can keep it."
    )
    kept.drawn, kept.good = n, n - kept.n
    seeds = generator(None if seed is None else seed + 1)

    def drawn(size: int) -> tuple[np.ndarray, np.ndarray]:
        nonlocal often
        rows = draw(size, int(seeds.integers(2**32))).rows
        broken = np.array([rule.broken(rows) for rule in rules])
        often = often + broken.sum(axis=1)
        kept.why = _most_broken(rules, often, kept.drawn + size, doubts)
        return rows, np.asarray(~broken.any(axis=0))

    found.rows[again] = kept.fill(drawn, "Drawing again the rows that break a rule")
    return found


def _satisfying(allowed: Mapping[int, Allowed], rows: np.ndarray) -> np.ndarray:
    """Tell which rows satisfy all conditions, (n,) of bool."""
    found = np.ones(len(rows), dtype=bool)
    for j, one in allowed.items():
        found &= one.holds(rows[:, j])
    return found


def rounded(schema: Schema, rows: np.ndarray) -> np.ndarray:
    """Return drawn rows with whole numbers where the data were whole."""
    whole = [column.integer for column in schema.used]
    rows[:, whole] = np.rint(rows[:, whole])
    return rows


def checked_where(where: Any) -> Mapping[str, Any]:
    """Return conditions, or raise `ParameterError` if they are no mapping by column."""
    if where is None:
        return {}
    if not isinstance(where, Mapping):
        raise ParameterError(
            f"where must say for each column what it may hold, such as "
            f'{{"age": (40, 60), "sex": "F"}}. Got {where!r}.'
        )
    return where


def in_words(probability: float) -> str:
    """Return how probable conditions are, for people: "about 1 in 6,500 rows"."""
    if not probability > 0:
        return f"fewer than 1 in {_FIRST:,} rows"
    if probability > 0.1:
        return f"about {probability:.0%} of the rows"
    odds = 1 / probability
    places = 10 ** max(0, int(np.log10(odds)) - 1)
    return f"about 1 in {round(odds / places) * places:,} rows"


def _check_used(where: Mapping[str, Any], schema: Any) -> None:
    if where and not isinstance(schema, Schema):
        raise ParameterError("where is about columns of a table, and these samples have none.")
    aside = {column.name: column.set_aside for column in schema.columns} if where else {}
    for name in where:
        if aside.get(name):
            raise DataError(
                f"{name!r} was set aside ({aside[name]}) when learning, so nothing can be asked of "
                "it. Learn with columns= that names it."
            )


def _most_broken(
    rules: Sequence[Rule], often: np.ndarray, drawn: int, doubts: Sequence[str]
) -> str:
    worst = int(np.argmax(often))
    said = f"The rule {rules[worst].sentence!r} is broken by {often[worst]:,} of {drawn:,} rows."
    return " ".join((said, *doubts))


class _Kept:
    """Rows kept of those drawn, until there are enough or there is no hope."""

    def __init__(self, n: int, what: str, advice: str) -> None:
        self.n, self.what, self.advice, self.why = n, what, advice, ""
        self.drawn = self.good = self.have = 0
        self.parts: list[np.ndarray] = []
        self.most = max(_MOST * n, _LEAST_MOST)

    @property
    def share(self) -> float:
        return self.good / self.drawn if self.drawn else 1.0

    def fill(self, draw: Callable[[int], tuple[np.ndarray, np.ndarray]], doing: str) -> np.ndarray:
        """Draw until there are enough, and return n rows.

        Parameters
        ----------
        draw : callable
            Draws so many rows, and tells which of them are good.
        doing : str
            What is being done, for people.
        """
        for _ in track(self._until_enough(draw), doing, total=self.n):
            pass
        return np.concatenate(self.parts)[: self.n]

    def _until_enough(self, draw: Callable[[int], tuple[np.ndarray, np.ndarray]]) -> Iterator[None]:
        """Yield once for every row that is kept."""
        while self.have < self.n:
            before, lacking = self.have, (self.n - self.have) / max(self.share, 1e-6)
            rows, good = draw(int(np.clip(1.1 * lacking + 16, 16, _PART)))
            self.parts.append(rows[good])
            self.have += int(good.sum())
            self.drawn, self.good = self.drawn + len(rows), self.good + int(good.sum())
            yield from [None] * (min(self.have, self.n) - before)
            hopeless = self.drawn >= _FIRST and self.n > self.share * self.most
            if self.have < self.n and (hopeless or self.drawn >= self.most):
                raise DataError(self._too_few())

    def _too_few(self) -> str:
        seldom = in_words(self.share) if self.good else f"fewer than 1 in {self.drawn:,} rows"
        return " ".join(
            part
            for part in (
                f"Of {self.drawn:,} rows drawn, {self.good:,} {self.what} ({seldom}): too few to "
                f"draw {self.n:,} rows.",
                self.why,
                self.advice,
            )
            if part
        )
