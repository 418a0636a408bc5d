"""A molecule as the report shows it: its atoms and bonds, atoms in the colour of their surprise."""

from __future__ import annotations

import base64
import importlib.util
from collections.abc import Sequence

import numpy as np

from likely.data.symbols import symbols_of
from likely.evaluation.chemistry import parse
from likely.workflow.report.markup import Html, element

WIDTH, HEIGHT = 280, 200
"""Of a picture, in pixels."""

_ODD = np.array([200, 40, 20]) / 255
_ORGANIC = frozenset(["B", "C", "N", "O", "P", "S", "F", "Cl", "Br", "I", *"bcnops*"])


def picture(smiles: str, bits: Sequence[float] | None, most: float) -> Html | None:
    """Return a picture of a molecule; None where RDKit is not there to draw it.

    Parameters
    ----------
    smiles : str
        The molecule. What RDKit does not take for one has a line of words in place of a picture.
    bits : sequence of float or None
        Surprise of every symbol of it.
    most : float
        Bits that the strongest colour stands for.
    """
    if importlib.util.find_spec("rdkit") is None:
        return None
    molecule = parse([smiles])[0]
    if molecule is None:
        return element("p", "RDKit takes this for no molecule.", class_="which")
    from rdkit.Chem.Draw import rdMolDraw2D

    atoms = _of_atoms(smiles, bits)
    shades = {}
    if len(atoms) == molecule.GetNumAtoms():
        strength = np.clip(np.array(atoms) / most, 0, 1)
        shades = {
            i: tuple(float(part) for part in 1 - share * (1 - _ODD))
            for i, share in enumerate(strength)
        }
    canvas = rdMolDraw2D.MolDraw2DSVG(WIDTH, HEIGHT)
    rdMolDraw2D.PrepareAndDrawMolecule(
        canvas, molecule, highlightAtoms=list(shades), highlightAtomColors=shades
    )
    canvas.FinishDrawing()
    drawn = base64.b64encode(canvas.GetDrawingText().encode()).decode()
    return element(
        "img",
        src=f"data:image/svg+xml;base64,{drawn}",
        alt="",
        width=WIDTH,
        height=HEIGHT,
    )


def _of_atoms(smiles: str, bits: Sequence[float] | None) -> list[float]:
    """Return the surprise of every atom, in the order in which the text names them."""
    if bits is None:
        return []
    pairs = zip(symbols_of(smiles), bits, strict=True)
    return [float(bit) for symbol, bit in pairs if symbol[0] == "[" or symbol in _ORGANIC]
