"""Classical anomaly detectors: each a stand-in for p(x) that needs no training loop.

| branch | idea | members |
|---|---|---|
| statistical | assume a distribution per column; far out in a tail is odd | z-score, Grubbs, ESD, ECOD |
| distance | too far from its neighbours, or from the centre in units of the spread | k-NN, Mahalanobis |
| density | in a region sparser than its surroundings, or of low density | LOF, Gaussian mixture |
| isolation | cut off by few random splits | isolation forest |
| ensemble | several of these, averaged as surprise | Ensemble |
"""

from __future__ import annotations

from typing import Any

from likely.core import catalogue


def __getattr__(name: str) -> Any:
    known = catalogue.entries()
    if name in known and known[name].family == "detectors":
        return known[name].load()
    raise AttributeError(f"likely.detectors has no model {name!r}")


def __dir__() -> list[str]:
    return [name for name, entry in catalogue.entries().items() if entry.family == "detectors"]
