"""What RDKit says of molecules: whether they are any, their properties, parts and fingerprints."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from likely.core.errors import MissingDependency
from likely.core.progress import track

RADIUS, BITS = 2, 1024
"""Of Morgan fingerprints, as in MOSES."""

PROPERTIES = ("log_p", "weight", "drug_likeness", "rings")
"""Crippen's logP, grams a mole, QED in [0, 1], and how many rings."""

_LEAST_RINGS = 2  # of a scaffold, as in MOSES


def parse(smiles: Iterable[str]) -> list[Any]:
    """Return molecules of RDKit; None stands for what is none, an empty text included.

    Parameters
    ----------
    smiles : iterable of str
        Texts in SMILES, right or wrong.

    Raises
    ------
    MissingDependency
        If RDKit is not installed.
    """
    chemistry = _chemistry()
    texts = list(smiles)
    with chemistry.rdBase.BlockLogs():
        return [
            chemistry.MolFromSmiles(text) if text else None
            for text in track(texts, "Reading molecules", len(texts))
        ]


def canonical(molecules: Iterable[Any]) -> list[str]:
    """Return the one SMILES that RDKit writes a molecule with, however it was written."""
    write = _chemistry().MolToSmiles
    return [write(molecule) for molecule in molecules]


def properties(molecules: Sequence[Any]) -> dict[str, np.ndarray]:
    """Return the numbers that `PROPERTIES` names of molecules, each of shape (n,)."""
    _chemistry()
    from rdkit.Chem import QED, Crippen, Descriptors, rdMolDescriptors

    rows = [
        (
            Crippen.MolLogP(one),  # pyright: ignore[reportAttributeAccessIssue]
            Descriptors.MolWt(one),  # pyright: ignore[reportAttributeAccessIssue]
            QED.qed(one),
            rdMolDescriptors.CalcNumRings(one),
        )
        for one in track(molecules, "Measuring molecules", len(molecules))
    ]
    table = np.array(rows, dtype=np.float64).reshape(-1, len(PROPERTIES))
    return dict(zip(PROPERTIES, table.T, strict=True))


def fingerprints(molecules: Sequence[Any]) -> np.ndarray:
    """Return Morgan fingerprints, float32 of 0 and 1, shape (n, 1024)."""
    _chemistry()
    from rdkit.Chem import rdFingerprintGenerator

    make = rdFingerprintGenerator.GetMorganGenerator(radius=RADIUS, fpSize=BITS)
    found = np.zeros((len(molecules), BITS), dtype=np.float32)
    for row, one in zip(found, molecules, strict=True):
        row[:] = make.GetFingerprintAsNumPy(one)
    return found


def fragments(molecules: Sequence[Any]) -> Counter[str]:
    """Return how often each part is there that bonds fall into which synthesis makes (BRICS)."""
    chemistry = _chemistry()
    from rdkit.Chem import BRICS

    found: Counter[str] = Counter()
    for one in track(molecules, "Taking molecules apart", len(molecules)):
        parts = chemistry.GetMolFrags(BRICS.BreakBRICSBonds(one), asMols=True)
        found.update(map(chemistry.MolToSmiles, parts))
    return found


def scaffolds(molecules: Sequence[Any]) -> Counter[str]:
    """Return how often each Murcko scaffold is there: rings and what links them, two or more."""
    chemistry = _chemistry()
    from rdkit.Chem.Scaffolds import MurckoScaffold

    found: Counter[str] = Counter()
    for one in track(molecules, "Looking for scaffolds", len(molecules)):
        scaffold = MurckoScaffold.GetScaffoldForMol(one)
        if scaffold.GetRingInfo().NumRings() >= _LEAST_RINGS:
            found[chemistry.MolToSmiles(scaffold)] += 1
    return found


def _chemistry() -> Any:
    if importlib.util.find_spec("rdkit") is None:
        raise MissingDependency("Figures of molecules", "rdkit", "molecules")
    from rdkit import Chem

    return Chem
