"""Classes of models as a file names them, and what each states of its fitted state."""

from __future__ import annotations

import re
from typing import Any

from likely.base.model import Model
from likely.base.state import Array, Members, Weights
from likely.core import catalogue
from likely.core.errors import CannotDo, UnsupportedFile
from likely.persistence.codec import damaged

_CLASS_ID = re.compile(r"([A-Z][A-Za-z0-9]{0,99})/([1-9][0-9]{0,5})", re.ASCII)


def class_id(owner: type[Model]) -> str:
    """Return the name by which a file refers to a class, such as "KNN/1".

    Raises
    ------
    CannotDo
        If it is not the class of that name in the installed catalogue.
    """
    entry = catalogue.entries().get(owner.__name__)
    if entry is None or entry.load() is not owner:
        raise CannotDo(
            f"{owner.__module__}.{owner.__qualname__} is not in likely's own catalogue, so no file "
            "could name it. Save one of the models that `likely methods` lists."
        )
    return f"{owner.__name__}/{owner.state_version}"


def find_class(stored: Any) -> type[Model]:
    """Return the installed class of a class id; the text is compared and never imported."""
    match = _CLASS_ID.fullmatch(stored) if isinstance(stored, str) else None
    if match is None:
        raise damaged(f"{str(stored)[:80]!r} names no model")
    entry = catalogue.entries().get(match[1])
    if entry is None:
        raise UnsupportedFile(
            f"The file holds a model named {match[1]}, which this version of likely does not have. "
            "Upgrade: pip install -U likely"
        )
    owner: type[Model] = entry.load()
    if int(match[2]) > owner.state_version:
        raise UnsupportedFile(
            f"The file holds {stored}, this version of likely reads {class_id(owner)}. "
            "Upgrade: pip install -U likely"
        )
    if int(match[2]) < owner.state_version:
        raise UnsupportedFile(
            f"The file holds {stored}, which is no longer read; this version writes "
            f"{class_id(owner)}. Learn the model again and save it."
        )
    return owner


def arrays_of(owner: type[Model]) -> dict[str, Array]:
    """Return the arrays that a class states."""
    return {n: stated for n, stated in owner._state_spec.items() if isinstance(stated, Array)}


def members_of(owner: type[Model]) -> list[str]:
    """Return the lists of other models that a class states."""
    return [n for n, stated in owner._state_spec.items() if isinstance(stated, Members)]


def networks_of(owner: type[Model]) -> list[str]:
    """Return the networks that a class states."""
    return [n for n, stated in owner._state_spec.items() if isinstance(stated, Weights)]


def kept_rows(model: Model) -> list[str]:
    """Return the names of the arrays that hold training rows, such as "KNN.reference_"."""
    found = []
    for name, stated in type(model)._state_spec.items():
        if isinstance(stated, Members):
            found += [kept for member in getattr(model, name) for kept in kept_rows(member)]
        elif isinstance(stated, Array) and stated.rows:
            found.append(f"{type(model).__name__}.{name}")
    return list(dict.fromkeys(found))


def models_without_rows() -> list[str]:
    """Return the names of the models that keep no training row once fitted."""
    found = []
    for name, entry in catalogue.entries().items():
        try:
            spec = entry.load()._state_spec
        except ImportError:  # an extra is not installed: the model cannot be recommended here
            continue
        rows = [isinstance(s, Members) or (isinstance(s, Array) and s.rows) for s in spec.values()]
        if spec and not any(rows):
            found.append(name)
    return found


def refuse_rows(model: Model) -> None:
    """Raise `CannotDo` if a model holds training rows, naming models that hold none."""
    kept = kept_rows(model)
    if kept:
        raise CannotDo(
            f"{', '.join(kept)} holds training rows, without which the model cannot score; "
            "save(rows=False) must leave them out. Models that keep none: "
            f"{', '.join(models_without_rows()) or 'none is installed'}."
        )
