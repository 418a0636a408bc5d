"""How good generated molecules are, beside real ones: the figures of MOSES.

Definitions are those of Polykovskiy et al. (2020); the code is our own. The distance that they
derive from a network (FCD) needs weights that would have to be downloaded, and is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from scipy.stats import wasserstein_distance

from likely.core.errors import DataError, ParameterError
from likely.core.random import generator
from likely.data.molecules import as_molecules
from likely.evaluation.chemistry import (
    PROPERTIES,
    canonical,
    fingerprints,
    fragments,
    parse,
    properties,
    scaffolds,
)
from likely.evaluation.intervals import wilson_interval

_TILE = 2_000  # fingerprints that are compared at a time


@dataclass(frozen=True)
class MoleculeFigures:
    """What there is to say of a set of molecules.

    Parameters
    ----------
    validity : float in [0, 1]
        Share that RDKit takes for molecules.
    uniqueness : float in [0, 1]
        Share of different ones among the first `k` valid.
    novelty : float in [0, 1]
        Share of the different valid ones that was not learnt from.
    diversity : float in [0, 1]
        One minus the mean Tanimoto similarity of two of them, by Morgan fingerprints.
    nearest : float in [0, 1]
        Mean Tanimoto similarity to the nearest molecule of the test set.
    fragments, scaffolds : float in [0, 1]
        Cosine similarity of how often each BRICS fragment, or Murcko scaffold of two rings or more,
        is there and in the test set.
    log_p, weight, drug_likeness, rings : float in [0, inf)
        Wasserstein distance of Crippen's logP, of the molecular weight in grams a mole, of QED, and
        of the number of rings to those of the test set; 0 is ideal.
    n : int
        How many molecules were judged.
    """

    validity: float
    uniqueness: float
    novelty: float
    diversity: float
    nearest: float
    fragments: float
    scaffolds: float
    log_p: float
    weight: float
    drug_likeness: float
    rings: float
    n: int

    @property
    def validity_interval(self) -> tuple[float, float]:
        """The interval that holds the true validity at a level of 95 %."""
        return wilson_interval(self.validity, self.n)


@dataclass(frozen=True)
class MoleculeReport:
    """Figures of generated molecules, beside those that real ones have.

    Parameters
    ----------
    generated : MoleculeFigures
        Of the generated molecules.
    real : MoleculeFigures
        Of as many molecules out of those learnt from; their novelty is that of the test set.
    k : int
        How many valid ones uniqueness is asked of.
    """

    generated: MoleculeFigures
    real: MoleculeFigures
    k: int

    def __str__(self) -> str:
        names = [field.name for field in fields(MoleculeFigures)]
        rows = [
            f"{name.replace('_', ' '):<14}{getattr(self.generated, name):>11,.4g}"
            f"{getattr(self.real, name):>11,.4g}"
            for name in names
        ]
        return "\n".join([f"{'':<14}{'generated':>11}{'real':>11}", *rows])


def judge_molecules(
    generated: Any,
    train: Any,
    test: Any,
    *,
    k: int = 10_000,
    most: int = 10_000,
    seed: int = 0,
) -> MoleculeReport:
    """Judge generated molecules by the figures of MOSES.

    Parameters
    ----------
    generated, train, test : path, list or column of str, or dataframe
        Molecules in SMILES: those generated, those learnt from, and others that were not.
    k : int, default 10000
        Uniqueness is asked of the first so many valid ones.
    most : int, default 10000
        Of more molecules in the test set, so many are drawn and compared with.
    seed : int, default 0
        Which are drawn.

    Returns
    -------
    MoleculeReport

    Raises
    ------
    DataError
        If no generated molecule, or none of the others, is valid.
    MissingDependency
        If RDKit is not installed.

    Notes
    -----
    Similarity to the nearest molecule grows with the size of the test set, so compare it with that
    of real molecules only.

    References
    ----------
    Polykovskiy, D. et al. (2020). Molecular Sets (MOSES): A benchmarking platform for molecular
    generation models. https://arxiv.org/abs/1811.12823

    Examples
    --------
    >>> train = ["CCO", "CCN", "c1ccccc1O", "CC(=O)O"]
    >>> found = judge_molecules(["CCC", "OCC", "C("], train, ["CCCl", "c1ccccc1N"])
    >>> round(found.generated.validity, 2), found.generated.novelty
    (0.67, 0.5)
    """
    if k < 1 or most < 1:
        raise ParameterError(f"k and most must be at least 1. Got k={k!r} and most={most!r}.")
    made = list(as_molecules(generated))
    learnt = list(as_molecules(train))
    rng = generator(seed)
    reference = _Reference(_some(list(as_molecules(test)), most, rng))
    known = set(canonical(_valid(learnt, "learnt from")))
    figures = _figures(made, known, reference, k, "generated")
    alike = _figures(_some(learnt, len(made), rng), set(), reference, k, "learnt from")
    unseen = _novelty(reference.molecules, known)
    real = MoleculeFigures(**{**vars(alike), "novelty": unseen})
    return MoleculeReport(figures, real, k)


def molecule_properties(molecules: Any) -> dict[str, np.ndarray]:
    """Return numbers that RDKit computes of molecules, such as conditions to generate others by.

    Parameters
    ----------
    molecules : path, list or column of str, or dataframe
        Molecules in SMILES.

    Returns
    -------
    dict of ndarray of shape (n,)
        "log_p" (Crippen), "weight" (grams a mole), "drug_likeness" (QED) and "rings"; NaN where a
        text is no molecule.

    Examples
    --------
    >>> found = molecule_properties(["CCO", "c1ccccc1", "C("])
    >>> found["weight"].round(1).tolist(), found["rings"].tolist()
    ([46.1, 78.1, nan], [0.0, 1.0, nan])
    """
    parsed = parse(as_molecules(molecules))
    there = np.array([one is not None for one in parsed])
    found = {name: np.full(len(parsed), np.nan) for name in PROPERTIES}
    for name, values in properties([one for one in parsed if one is not None]).items():
        found[name][there] = values
    return found


class _Reference:
    """What generated molecules are compared with."""

    def __init__(self, smiles: Sequence[str]) -> None:
        self.molecules = _valid(smiles, "to compare with")
        self.fingerprints = fingerprints(self.molecules)
        self.fragments = fragments(self.molecules)
        self.scaffolds = scaffolds(self.molecules)
        self.properties = properties(self.molecules)


def _figures(
    smiles: Sequence[str], known: set[str], reference: _Reference, k: int, what: str
) -> MoleculeFigures:
    molecules = _valid(smiles, what)
    first = canonical(molecules[:k])
    prints = fingerprints(molecules)
    alike = [tile.mean(axis=1) for tile in _similar(prints, prints)]
    nearest = [tile.max(axis=1) for tile in _similar(prints, reference.fingerprints)]
    own = properties(molecules)
    distances = {
        name: float(wasserstein_distance(own[name], reference.properties[name]))
        for name in PROPERTIES
    }
    return MoleculeFigures(
        validity=len(molecules) / len(smiles),
        uniqueness=len(set(first)) / len(first),
        novelty=_novelty(molecules, known),
        diversity=1 - float(np.concatenate(alike).mean()),
        nearest=float(np.concatenate(nearest).mean()),
        fragments=_cosine(fragments(molecules), reference.fragments),
        scaffolds=_cosine(scaffolds(molecules), reference.scaffolds),
        n=len(smiles),
        **distances,
    )


def _novelty(molecules: Sequence[Any], known: set[str]) -> float:
    """Return the share of different molecules that are not among known ones."""
    different = set(canonical(molecules))
    return len(different - known) / len(different)


def _similar(prints: np.ndarray, others: np.ndarray) -> Iterator[np.ndarray]:
    """Yield Tanimoto similarities of some molecules to all others, (tile, others)."""
    sizes = others.sum(axis=1)
    for start in range(0, len(prints), _TILE):
        tile = prints[start : start + _TILE]
        shared = tile @ others.T
        either = tile.sum(axis=1)[:, None] + sizes - shared
        yield shared / np.maximum(either, 1)


def _cosine(ours: Counter[str], theirs: Counter[str]) -> float:
    """Return the cosine similarity of two counts; 0 if one of them is empty."""
    shared = sum(count * theirs[name] for name, count in ours.items())
    sizes = [np.sqrt(float(sum(n * n for n in counts.values()))) for counts in (ours, theirs)]
    return float(shared / (sizes[0] * sizes[1])) if all(sizes) else 0.0


def _valid(smiles: Sequence[str], what: str) -> list[Any]:
    found = [one for one in parse(smiles) if one is not None]
    if not found:
        raise DataError(f"None of the {len(smiles):,} molecules {what} is valid SMILES.")
    return found


def _some(smiles: list[str], most: int, rng: np.random.Generator) -> list[str]:
    if len(smiles) <= most:
        return smiles
    return [smiles[i] for i in rng.permutation(len(smiles))[:most]]
