"""What hangs on what: an order of tables, and for each the rows that its rows are learnt given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from likely.core.errors import CannotDo
from likely.data.table import Table
from likely.workflow.relations.keys import Key

FEWEST = 30  # rows of a table that is learnt; smaller ones are kept as they are


@dataclass(frozen=True)
class Place:
    """How a table hangs on others.

    Parameters
    ----------
    name : str
        The table.
    kept : bool
        Whether it is too small to learn from, and stays as it is.
    owner : Key or None
        The key to the rows that say how many rows of this table there are.
    links : tuple of Key
        Other keys to rows of tables that are learnt.
    lookups : tuple of Key
        Keys to rows of tables that are kept: their values are labels.
    counted : tuple of Key
        Keys of other tables by which rows of this one are referred to, and counted.
    """

    name: str
    kept: bool
    owner: Key | None
    links: tuple[Key, ...]
    lookups: tuple[Key, ...]
    counted: tuple[Key, ...]


def plan(tables: Mapping[str, Table], keys: Sequence[Key]) -> list[Place]:
    """Return the place of every table, those that others hang on first.

    Raises
    ------
    CannotDo
        If tables hang on one another in a circle, or rows of a table that is learnt on rows of it.
    """
    kept = {name for name in tables if _is_small(name, tables, keys)}
    alive = [key for key in keys if key.child not in kept]
    for key in alive:
        if key.child == key.parent:
            raise CannotDo(
                f"{key} refers to rows of its own table, which is learnt in tables of fewer than "
                f"{FEWEST} rows only, that are kept as they are. Leave the key out of keys=, and "
                "drop the column."
            )
    places = []
    for name in _in_order(list(tables), alive):
        own = [key for key in alive if key.child == name]
        lookups = tuple(key for key in own if key.parent in kept)
        others = [key for key in own if key.parent not in kept]
        counted = tuple(k for k in alive if k.parent == name and name not in kept)
        owner = others[0] if others else None
        places.append(Place(name, name in kept, owner, tuple(others[1:]), lookups, counted))
    return places


def _is_small(name: str, tables: Mapping[str, Table], keys: Sequence[Key]) -> bool:
    """Whether a table is too small to learn, and hangs on none that is not."""
    if len(tables[name]) >= FEWEST:
        return False
    above = {key.parent for key in keys if key.child == name} - {name}
    return all(_is_small(parent, tables, keys) for parent in above)


def _in_order(names: list[str], keys: Sequence[Key]) -> list[str]:
    done: list[str] = []
    while len(done) < len(names):
        free = [
            name
            for name in names
            if name not in done and all(k.parent in done for k in keys if k.child == name)
        ]
        if not free:
            circle = ", ".join(map(repr, (name for name in names if name not in done)))
            raise CannotDo(f"Tables hang on one another in a circle: {circle}. Leave a key out.")
        done += free
    return done
