"""Figures of molecules: validity, novelty and the rest, beside what can be counted by hand."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from likely.core.errors import DataError, MissingDependency, ParameterError
from likely.evaluation import judge_molecules, molecule_properties
from likely.evaluation.chemistry import canonical, fingerprints, fragments, parse, scaffolds

TRAIN = ["CCO", "CCN", "c1ccccc1O", "CC(=O)O"]
TEST = ["CCCl", "c1ccccc1N", "c1ccc(cc1)-c1ccccc1"]


def test_validity_uniqueness_and_novelty_are_counted() -> None:
    made = ["OCC", "CCC", "C(C)C", "C(", "", "c1ccccc1O", "C1CC"]  # ethanol; propane twice; phenol
    found = judge_molecules(made, TRAIN, TEST).generated
    assert found.validity == pytest.approx(4 / 7)
    assert found.uniqueness == pytest.approx(3 / 4)
    assert found.novelty == pytest.approx(1 / 3)
    assert found.n == 7
    assert judge_molecules(made, TRAIN, TEST, k=1).generated.uniqueness == 1
    low, high = found.validity_interval
    assert low < found.validity < high


def test_distances_and_similarities_are_those_of_their_definitions() -> None:
    made = ["CCO", "c1ccccc1N", "c1ccc(cc1)-c1ccccc1O"]
    found = judge_molecules(made, TRAIN, TEST).generated
    ours, theirs = (fingerprints(parse(some)).astype(bool) for some in (made, TEST))

    def tanimoto(a: np.ndarray, b: np.ndarray) -> float:
        return (a & b).sum() / (a | b).sum()

    nearest = np.mean([max(tanimoto(a, b) for b in theirs) for a in ours])
    assert found.nearest == pytest.approx(nearest, abs=1e-6)
    diverse = 1 - np.mean([[tanimoto(a, b) for b in ours] for a in ours])
    assert found.diversity == pytest.approx(diverse, abs=1e-6)
    values = [np.sort(molecule_properties(some)["log_p"]) for some in (made, TEST)]
    assert found.log_p == pytest.approx(np.abs(values[0] - values[1]).mean())  # equally many
    assert found.scaffolds == pytest.approx(1.0)  # biphenyl in both; one ring is none


def test_the_same_molecules_are_alike_in_all() -> None:
    found = judge_molecules(TEST, TRAIN, TEST).generated
    same = (found.nearest, found.fragments, found.scaffolds)
    assert same == pytest.approx((1.0, 1.0, 1.0))
    assert (found.log_p, found.weight, found.drug_likeness, found.rings) == (0, 0, 0, 0)
    report = judge_molecules(TEST, TRAIN, TEST)
    assert report.real.novelty == 1
    assert report.real.validity == 1
    assert "scaffolds" in str(report)


def test_parts_of_molecules() -> None:
    amide, biphenyl = parse(["CCNC(=O)c1ccccc1", "Cc1ccc(cc1)-c1ccccc1"])
    assert sum(fragments([amide]).values()) == 4  # ethyl, nitrogen, carbonyl, phenyl
    assert dict(scaffolds([biphenyl, amide])) == {canonical(parse(["c1ccc(-c2ccccc2)cc1"]))[0]: 1}


def test_properties_of_what_is_no_molecule_are_missing() -> None:
    found = molecule_properties(["CCO", "C("])
    assert found["weight"][0] == pytest.approx(46.07, abs=0.01)
    assert all(np.isnan(values[1]) for values in found.values())


def test_what_cannot_be_judged_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="None of the 2 molecules generated"):
        judge_molecules(["C(", ""], TRAIN, TEST)
    with pytest.raises(ParameterError, match="k=0"):
        judge_molecules(TEST, TRAIN, TEST, k=0)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingDependency, match=r'pip install "likely\[molecules\]"'):
        molecule_properties(["C"])
