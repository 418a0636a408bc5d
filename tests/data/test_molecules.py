"""Molecules as a kind of data: reading, symbols, both notations, there and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from likely.core.errors import DataError
from likely.data.alphabet import END, Alphabet
from likely.data.molecules import are_molecules, as_molecules
from likely.data.samples import kind_of, read_samples
from likely.data.symbols import symbols_of, to_selfies, to_smiles
from likely.persistence.schemas import read_schema, write_schema

SMILES = ["CCO", "Clc1cc[nH]c1", "C%12CCCC%12Br", "CC(=O)[O-]"]


@pytest.mark.parametrize("text", [*SMILES, "", "no molecule [", "C\nO", "[[]]", "Cl[C@@H](F)Br"])
def test_symbols_are_the_whole_text(text: str) -> None:
    assert "".join(symbols_of(text)) == text


def test_atoms_of_two_letters_are_one_symbol() -> None:
    assert symbols_of("ClCBr[nH]%12") == ["Cl", "C", "Br", "[nH]", "%12"]
    assert symbols_of("CLBRl") == ["C", "L", "B", "R", "l"]


@pytest.mark.parametrize("text", ["", *SMILES])
def test_selfies_and_back_are_the_same_molecule(text: str) -> None:
    from rdkit import Chem

    selfies = to_selfies(text)
    assert selfies is not None
    same = [Chem.CanonSmiles(one) for one in (text, to_smiles(selfies))]
    assert same[0] == same[1]


def test_what_is_no_molecule_has_no_selfies() -> None:
    for text in ("CC(", "xyz", "C1CC", "é"):
        assert to_selfies(text) is None
    with pytest.raises(DataError, match="no molecule in SELFIES"):
        to_smiles("[nonsense]")


@pytest.mark.parametrize("unit", ["smiles", "selfies"])
def test_tokens_there_and_back(unit: Any) -> None:
    alphabet = Alphabet.learn(as_molecules(SMILES * 2), unit)
    assert (alphabet.unit, alphabet.kind, alphabet.lines) == (unit, "molecule", True)
    features = alphabet.features(as_molecules(SMILES))
    assert all(tokens[-1] == END and tokens.max() < alphabet.other for tokens in features)
    found = list(alphabet.restore(features))
    assert found == SMILES if unit == "smiles" else found[0] == SMILES[0]
    assert [to_selfies(one) for one in found] == [to_selfies(one) for one in SMILES]
    strange = alphabet.features(as_molecules(["CC(", "[Si]"]))
    assert alphabet.other in strange[1]
    assert len(strange[0]) == 4  # symbols of what has no SELFIES, and the end
    assert read_schema(write_schema(alphabet), "schema") == alphabet


def test_files_and_columns_of_molecules(tmp_path: Path) -> None:
    lines = tmp_path / "some.smi"
    lines.write_text("CCO ethanol\nC=O\n")
    found = as_molecules(lines)
    assert (list(found), found.names) == (["CCO", "C=O"], ("ethanol", "line 2"))
    table = pd.DataFrame({"id": ["a", "b"], "SMILES": ["CCO", "C=O"], "log_p": [0.1, 0.2]})
    table.to_csv(tmp_path / "some.csv", index=False)
    table.to_parquet(tmp_path / "some.parquet")
    for data in (table, pl.DataFrame(table), tmp_path / "some.csv", str(tmp_path / "some.parquet")):
        assert list(as_molecules(data)) == ["CCO", "C=O"]
        assert kind_of(data) == "table"  # unless it is said
    assert read_samples(table, ("text", "molecule"), "molecule").kind == "molecule"
    twice = table.assign(smiles=["C", "N"])
    with pytest.raises(DataError, match="'SMILES', 'smiles'"):
        as_molecules(twice)


def test_molecules_are_recognised_where_it_is_sure(tmp_path: Path) -> None:
    column = pd.Series(["CCO", "C"], name="smiles")
    for data in (column, column.to_frame(), pl.Series("SMILES", ["C"]), tmp_path / "x.smi"):
        assert are_molecules(data)
        assert kind_of(data) == "molecule"
    for data in (["CCO", "C"], column.rename("said"), np.array(["CCO"]), "CCO", None, 3):
        assert not are_molecules(data)
