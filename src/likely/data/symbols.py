"""Symbols: what the notations of molecules, SMILES and SELFIES, are written with."""

from __future__ import annotations

import importlib
import importlib.util
import re
from typing import Any

from likely.core.errors import DataError, MissingDependency

SYMBOL = re.compile(r"\[[^\[\]]*\]|Br|Cl|%\d\d|.", re.DOTALL)
"""An atom, a bond, a branch or a ring; every character of a text belongs to exactly one."""


def symbols_of(text: str) -> list[str]:
    """Return the symbols of a molecule in SMILES, or in SELFIES.

    Parameters
    ----------
    text : str
        Any text: what is no symbol of the notation counts as one character each.

    References
    ----------
    Weininger, D. (1988). SMILES, a chemical language and information system. Journal of Chemical
    Information and Computer Sciences, 28, 31-36.

    Examples
    --------
    >>> symbols_of("Clc1cc[nH]c1")
    ['Cl', 'c', '1', 'c', 'c', '[nH]', 'c', '1']
    """
    return SYMBOL.findall(text)


def to_selfies(smiles: str) -> str | None:
    """Return a molecule in SELFIES; None if it has none.

    Parameters
    ----------
    smiles : str
        In SMILES. It has no SELFIES if it is no valid SMILES, or has an atom with more bonds than
        is usual.

    References
    ----------
    Krenn, M., Häse, F., Nigam, A., Friederich, P. & Aspuru-Guzik, A. (2020). Self-referencing
    embedded strings (SELFIES). https://arxiv.org/abs/1905.13741

    Examples
    --------
    >>> to_selfies("CC=O")
    '[C][C][=O]'
    >>> to_selfies("CC=(") is None
    True
    """
    selfies = _selfies()
    if not smiles:
        return ""
    try:
        return selfies.encoder(smiles)
    except (selfies.EncoderError, IndexError, KeyError, ValueError):  # of text of any sort
        return None


def to_smiles(selfies: str) -> str:
    """Return a molecule in SMILES; any sequence of symbols of SELFIES is one.

    Parameters
    ----------
    selfies : str
        Symbols that `to_selfies` knows.

    Raises
    ------
    DataError
        If there are other symbols in it.

    Examples
    --------
    >>> to_smiles("[C][C][=O]")
    'CC=O'
    """
    package = _selfies()
    try:
        return package.decoder(selfies)
    except package.DecoderError as error:
        raise DataError(f"{selfies[:80]!r} is no molecule in SELFIES ({error}).") from error


def _selfies() -> Any:
    if importlib.util.find_spec("selfies") is None:
        raise MissingDependency("molecules in SELFIES", "selfies", "molecules")
    return importlib.import_module("selfies")
