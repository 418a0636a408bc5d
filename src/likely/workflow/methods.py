"""`likely.methods`: the catalogue as a table."""

from __future__ import annotations

from typing import Any

from likely.core import catalogue


def methods() -> Any:
    """Return every model as a row of a pyarrow table: name, family, kinds, capabilities, paper.

    Examples
    --------
    >>> import likely
    >>> "KNN" in likely.methods()["name"].to_pylist()
    True
    """
    import pyarrow as pa  # deferred: the command line lists methods without it

    return pa.Table.from_pylist(rows())


def rows() -> list[dict[str, str]]:
    """Return the catalogue as plain rows."""
    return [
        {
            "name": entry.name,
            "family": f"{entry.family}.{entry.branch}" if entry.branch else entry.family,
            "kinds": ", ".join(entry.kinds),
            "capabilities": ", ".join(entry.capabilities),
            "paper": entry.paper,
            "summary": entry.summary,
        }
        for entry in catalogue.entries().values()
    ]
