"""Identifiers that are written: new ones that look like those of a column and are none of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from likely.core.random import generator

_NUMBERED = re.compile(r"(\D*)(\d{1,15})(\D*)")
_STUDIED = 5_000  # identifiers whose form is looked at
_TRIES = 20
_CONTEXT = 2  # characters that say which one may follow


def more_identifiers(known: Sequence[str], n: int, seed: int | None = None) -> tuple[str, ...]:
    """Return identifiers in the form of others, no two of them the same.

    Numbers between fixed characters go on behind the last. Of others, each character is one that
    follows the two before it in some identifier; of codes of one length, one that stands in its
    place.

    Parameters
    ----------
    known : sequence of str
        Identifiers; none of them is returned.
    n : int
        How many to make.
    seed : int, optional
        The same seed makes the same ones.

    Examples
    --------
    >>> more_identifiers(["P-0007", "P-0009", "P-0041"], 2)
    ('P-0042', 'P-0043')
    """
    parts = [_NUMBERED.fullmatch(one) for one in known]
    frames = {(part[1], part[3]) if part else None for part in parts}
    if len(frames) == 1 and None not in frames:
        before, after = next(iter(frames)) or ("", "")
        numbers = [part[2] for part in parts if part]
        last = max(map(int, numbers))
        width = max(map(len, numbers)) if any(one[0] == "0" for one in numbers) else 0
        return tuple(f"{before}{last + 1 + i:0{width}d}{after}" for i in range(n))
    return _similar(known, n, generator(seed))


def _similar(known: Sequence[str], n: int, rng: np.random.Generator) -> tuple[str, ...]:
    some = [known[j] for j in rng.permutation(len(known))[:_STUDIED]]
    codes = len({len(one) for one in some}) == 1
    follows = _by_place(some) if codes else _by_context(some)
    taken = set(known)
    found: list[str] = []
    longest = max(map(len, some))
    for i in range(n):
        made = ""
        for _ in range(_TRIES):
            made = _walk(follows, longest, rng, codes=codes)
            if made and made not in taken:
                break
        number = i + 1
        while not made or made in taken:  # few are possible: a number makes it another one
            made, number = f"{made.rstrip('0123456789')}{number}", number + 1
        taken.add(made)
        found.append(made)
    return tuple(found)


def _by_place(known: Sequence[str]) -> dict[str, str]:
    """Return which characters stand at each place, by the number of the place."""
    return {str(i): "".join(column) for i, column in enumerate(zip(*known, strict=True))}


def _by_context(known: Sequence[str]) -> dict[str, str]:
    """Return which characters follow two others; a zero character begins and ends."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in known:
        padded = "\0" * _CONTEXT + one + "\0"
        for i in range(_CONTEXT, len(padded)):
            found[padded[i - _CONTEXT : i]].append(padded[i])
    return {context: "".join(after) for context, after in found.items()}


def _walk(
    follows: dict[str, str], longest: int, rng: np.random.Generator, *, codes: bool
) -> str:
    made = "" if codes else "\0" * _CONTEXT
    for i in range(longest):
        after = follows[str(i) if codes else made[-_CONTEXT:]]
        one = after[int(rng.integers(len(after)))]
        if one == "\0" and not codes:
            break
        made += one
    return made.replace("\0", "")
