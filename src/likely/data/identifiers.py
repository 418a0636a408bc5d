"""Identifiers that are written: new ones of the same form, without keeping any of those learnt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from likely.core.random import generator

_NUMBERED = re.compile(r"(\D*)([0-9]{1,15})(\D*)", re.DOTALL)
_STUDIED = 20_000  # identifiers whose form is looked at
_MOST_SHAPES = 64
_CLASSES = "\x01\x02\x03\x04"  # in a shape: a digit, a capital, a small letter, another letter
_TRIES = 20


@dataclass(frozen=True)
class IdentifierForm:
    """How the identifiers of a column are written.

    Parameters
    ----------
    name : str
        Of the column.
    missing : float in [0, 1]
        The share of rows that have none.
    last : int
        The largest number, where all identifiers are a number between the same characters; -1
        where they are not.
    width : int
        How many digits such a number has at least.
    shapes : tuple of str
        Frequent forms: characters that are the same in all of them, and signs, as they are; of
        others, a sign for their class. Of numbers, what stands before and behind them.
    counts : tuple of int
        How often each occurs.
    pools : tuple of str
        The digits, capitals, small letters and other letters that occur.
    """

    name: str
    missing: float
    last: int
    width: int
    shapes: tuple[str, ...]
    counts: tuple[int, ...]
    pools: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether the parts fit together, which those of a damaged file need not."""
        numbered = len(self.shapes) == 2 if self.last >= 0 else len(self.shapes) > 0
        return (
            numbered
            and len(self.counts) == len(self.shapes)
            and all(0 < count < 2**53 for count in self.counts)
            and len(self.pools) == len(_CLASSES)
            and 0 <= self.missing <= 1
            and 0 <= self.width <= 20
            and self.last < 2**53
        )

    def draw(self, n: int, seed: int | None = None) -> tuple[str, ...]:
        """Return n identifiers, no two of them the same.

        Numbers go on behind the last one learnt. Others have a form that occurred, and characters
        at random.
        """
        if self.last >= 0:
            before, after = self.shapes
            start = self.last + 1
            return tuple(f"{before}{start + i:0{self.width}d}{after}" for i in range(n))
        return self._random(n, generator(seed))

    def _random(self, n: int, rng: np.random.Generator) -> tuple[str, ...]:
        chances = np.array(self.counts, dtype=np.float64)
        which = rng.choice(len(self.shapes), n, p=chances / chances.sum())
        found: dict[str, None] = {}
        for i, shape in enumerate(which.tolist()):
            made = self._filled(self.shapes[shape], rng)
            for _ in range(_TRIES):
                if made not in found:
                    break
                made = self._filled(self.shapes[shape], rng)
            number = i + 1
            while made in found:  # few of this form are possible: a number makes it another one
                made, number = f"{made.rstrip('0123456789')}{number}", number + 1
            found[made] = None
        return tuple(found)

    def _filled(self, shape: str, rng: np.random.Generator) -> str:
        pools = dict(zip(_CLASSES, self.pools, strict=True))
        draws = rng.random(len(shape)).tolist()
        return "".join(
            pools[sign][int(u * len(pools[sign]))] if pools.get(sign) else sign
            for sign, u in zip(shape, draws, strict=True)
        )


def form_of(name: str, known: Sequence[str], missing: float = 0.0) -> IdentifierForm:
    """Return how identifiers are written.

    Parameters
    ----------
    name : str
        Of their column.
    known : sequence of str
        The identifiers, at least one.
    missing : float in [0, 1], default 0
        The share of rows that have none.

    Examples
    --------
    >>> form_of("parcel", ["P-0007", "P-0009", "P-0041"]).draw(2)
    ('P-0042', 'P-0043')
    >>> form_of("plate", ["B-XA 7", "B-KL 9", "B-KL 3"]).draw(2, seed=0)
    ('B-XX 9', 'B-XA 3')
    """
    parts = [_NUMBERED.fullmatch(one) for one in known]
    frames = {(part[1], part[3]) if part else None for part in parts}
    frame = frames.pop()
    if not frames and frame is not None:
        numbers = [part[2] for part in parts if part]
        width = max(map(len, numbers)) if any(one[0] == "0" for one in numbers) else 0
        last = max(map(int, numbers))
        return IdentifierForm(name, missing, last, width, frame, (1, 1), ("",) * len(_CLASSES))
    before = _shared(known)
    after = _shared([one[before:][::-1] for one in known])
    step = max(1, len(known) // _STUDIED)
    shapes = Counter(_shape(one, before, after) for one in known[::step])
    common = shapes.most_common(_MOST_SHAPES)
    characters = sorted({c for one in known for c in one[before : len(one) - after]})
    pools = tuple("".join(c for c in characters if _class(c) == sign) for sign in _CLASSES)
    return IdentifierForm(
        name, missing, -1, 0, tuple(s for s, _ in common), tuple(k for _, k in common), pools
    )


def _shared(texts: Sequence[str]) -> int:
    """Return with how many of the same characters all texts begin."""
    first, last = min(texts), max(texts)
    pairs = zip(first, last, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(first), len(last)))


def _shape(one: str, before: int, after: int) -> str:
    """Return characters as their classes, but for what all identifiers begin and end with."""
    stop = len(one) - after
    return one[:before] + "".join(map(_class, one[before:stop])) + one[stop:]


def _class(character: str) -> str:
    if "0" <= character <= "9":
        return _CLASSES[0]
    if not character.isalpha():
        return character
    return _CLASSES[1 if character.isupper() else 2 if character.islower() else 3]
