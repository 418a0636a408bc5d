"""The field as a tree: where every model stands, from its folder and what it can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from likely.core.catalogue import Entry, entries

LIKELIHOOD, EXPLICIT, IMPLICIT = "likelihood based", "explicit density", "implicit density"
GENERATIVE = "Generative models"
DETECTION = "Anomaly detection"

_PLACES: Mapping[str, Callable[[Entry], tuple[str, ...]]] = {
    "detectors": lambda entry: (DETECTION, entry.branch),
    "vision": lambda _: (DETECTION, "pictures"),
    "series": lambda _: (DETECTION, "series"),
    "autoencoders": lambda entry: (
        (GENERATIVE, EXPLICIT, LIKELIHOOD, "variational: a bound from encoder and decoder")
        if "Sampler" in entry.capabilities
        else (DETECTION, "autoencoders")
    ),
    "autoregressive": lambda _: (
        (GENERATIVE, EXPLICIT, LIKELIHOOD, "autoregressive: each number given those before it")
    ),
    "flows": lambda _: (GENERATIVE, EXPLICIT, LIKELIHOOD, "flows: a map that can be undone"),
    "energy": lambda _: (GENERATIVE, EXPLICIT, "energy based: p(x) = exp(-E(x)) / Z"),
    "gan": lambda _: (GENERATIVE, IMPLICIT, "adversarial: generator against discriminator"),
    "diffusion": lambda _: (GENERATIVE, IMPLICIT, "diffusion: noise is taken off step by step"),
    "speech": lambda _: (GENERATIVE, IMPLICIT, "speech: frames of sound from letters"),
}


@dataclass(frozen=True)
class Branch:
    """A branch of the field, with its branches and its models.

    Parameters
    ----------
    name : str
        What it is called.
    branches : tuple of Branch
        What it parts into.
    models : tuple of Entry
        Those that stand here.
    """

    name: str
    branches: tuple[Branch, ...]
    models: tuple[Entry, ...]


def tree() -> tuple[Branch, ...]:
    """Return the tree of generative models and that of anomaly detection.

    Examples
    --------
    >>> [branch.name for branch in tree()]
    ['Generative models', 'Anomaly detection']
    """
    grown: dict[str, Any] = {GENERATIVE: {EXPLICIT: {LIKELIHOOD: {}}, IMPLICIT: {}}, DETECTION: {}}
    for entry in entries().values():
        place = grown
        for name in _PLACES[entry.family](entry):
            place = place.setdefault(name, {})
        place[entry.name] = entry
    return _branches(grown)


def lines(branch: Branch) -> Iterator[str]:
    """Yield a branch as lines of text, one for each branch and model.

    Parameters
    ----------
    branch : Branch
        Where to begin.
    """
    yield branch.name
    below = [*branch.branches, *branch.models]
    for number, one in enumerate(below, start=1):
        first, other = ("└── ", "    ") if number == len(below) else ("├── ", "│   ")
        for at, line in enumerate([one.name] if isinstance(one, Entry) else lines(one)):
            yield f"{other if at else first}{line}"


def _branches(grown: Mapping[str, Any]) -> tuple[Branch, ...]:
    return tuple(
        Branch(name, _branches(below), tuple(e for e in below.values() if isinstance(e, Entry)))
        for name, below in grown.items()
        if not isinstance(below, Entry)
    )
