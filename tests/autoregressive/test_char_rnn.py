"""CharRNN over molecules: exactness, both notations, conditions, findings, pages, files."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

import likely
from likely.autoregressive import CharRNN
from likely.data.molecules import as_molecules
from likely.nets.char_network import NOTHING, training_rows
from likely.persistence import load_model, save_model

ENDS = ("O", "N", "Cl", "C(=O)O", "c1ccccc1")
SMILES = [a + "C" * n + b for a in ("C", "CC(C)", "O", "N") for n in range(5) for b in ENDS]
SETTINGS = CharRNN.fast | {"budget": "100 steps"}


@pytest.fixture(scope="module")
def model() -> CharRNN:
    return CharRNN(**SETTINGS).fit(as_molecules(SMILES))


def test_probabilities_of_all_molecules_sum_to_one(model: CharRNN) -> None:
    """Those that ended, and those that go on."""
    known = [*model.schema_.words, "?"]
    total = 0.0
    for length in range(4):
        bits = model.bits(["".join(one) for one in product(known, repeat=length)])
        ended = length < 3  # of the longest their beginnings, whatever follows
        total += sum(2.0 ** -one[: length + ended].sum() for one in bits)
    assert total == pytest.approx(1.0, abs=1e-4)


def test_rows_hold_every_token_once() -> None:
    samples = [np.arange(1, n + 1) for n in (1, 4, 7)]
    rows = training_rows(samples, 3, 0, [5, 6, 7]).numpy()
    assert rows[:, 0].tolist() == [5, 6, 6, 7, 7, 7]
    assert rows[rows[:, 0] == 7][:, 1:].tolist() == [[0, 1, 2, 3], [3, 4, 5, 6], [6, 7, -1, -1]]
    for number, tokens in zip((5, 6, 7), samples, strict=True):
        found = rows[rows[:, 0] == number][:, 2:].ravel()
        assert found[found != NOTHING].tolist() == tokens.tolist()


def test_selfies_are_always_molecules() -> None:
    model = CharRNN(tokens="selfies", **(SETTINGS | {"budget": "5 steps"})).fit(SMILES)
    drawn = list(model.sample(50, seed=0))
    assert all(Chem.MolFromSmiles(one) is not None for one in drawn)
    assert len(set(drawn)) > 25
    (longer,) = model.complete("CCO", 6, seed=0)
    assert Chem.MolFromSmiles(longer) is not None
    assert np.isfinite(model.log_prob(["CCO", "CC("])).all()


def test_molecules_have_what_was_asked_for(tmp_path: Path) -> None:
    carbons = np.array([one.count("C") + one.count("c") for one in SMILES], dtype=float)
    model = CharRNN(**(SETTINGS | {"budget": "150 steps"}))
    model.fit(as_molecules(SMILES), condition={"carbons": carbons})
    wanted = np.repeat([2.0, 9.0], 40)
    drawn = list(model.sample(80, seed=0, condition={"carbons": wanted}))
    found = np.array([one.count("C") + one.count("c") for one in drawn])
    assert np.corrcoef(wanted, found)[0, 1] > 0.7
    fitting = model.log_prob(SMILES, {"carbons": carbons})
    assert (fitting > model.log_prob(SMILES, {"carbons": 11 - carbons})).mean() > 0.9
    save_model(model, tmp_path / "m.likely")
    again = load_model(tmp_path / "m.likely").sample(80, seed=0, condition={"carbons": wanted})  # pyright: ignore[reportAttributeAccessIssue]
    assert list(again) == drawn


def test_odd_molecules_are_found_drawn_and_said(tmp_path: Path) -> None:
    learned = likely.learn(SMILES, method="CharRNN", kind="molecule", **SETTINGS)
    assert learned.unit == "molecule"
    found = learned.detect([*SMILES[:20], "FC(F)(Br)I", "C(("], top=2)
    assert set(found.oddest[:2]) == {20, 21}
    assert "symbol" in found.explanations(found.oddest[:1])[0].sentence
    found.report(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "data:image/svg+xml;base64," in page
    assert "RDKit takes this for no molecule." in page
    learned.gallery(tmp_path / "drawn.html", n=3, seed=0)
    assert "Molecule 3:" in (tmp_path / "drawn.html").read_text(encoding="utf-8")
    learned.save(tmp_path / "l.likely")
    loaded = likely.load(tmp_path / "l.likely")
    assert loaded.generate(3, seed=1) == learned.generate(3, seed=1)
    assert loaded.detect(["FC(F)(Br)I"], fpr=0.1).count == 1


def test_auto_learns_molecules_with_cells(tmp_path: Path) -> None:
    path = tmp_path / "some.smi"
    path.write_text("\n".join(SMILES))
    learned = likely.learn(path, budget="5 steps", width=8)
    assert isinstance(learned.model, CharRNN)
    assert learned.model.schema_.unit == "smiles"
    assert "auto chose a CharRNN" in learned.notes[0]
