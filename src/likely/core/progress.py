"""Progress on anything that takes over a second, on terminals only."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Item = TypeVar("Item")

_hidden: ContextVar[bool] = ContextVar("progress is hidden", default=False)


@contextmanager
def hidden() -> Iterator[None]:
    """Show no progress while this lasts, in this thread or task."""
    token = _hidden.set(True)
    try:
        yield
    finally:
        _hidden.reset(token)


def track(items: Iterable[Item], what: str, total: int | None = None) -> Iterator[Item]:
    """Yield the items, showing a bar with the time left once a second has passed.

    Parameters
    ----------
    items : iterable
        What is worked on.
    what : str
        What is being done, for people.
    total : int, optional
        How many items there are, if `items` does not know.
    """
    if _hidden.get() or not sys.stderr.isatty():
        yield from items
        return
    _hidden.set(True)  # bars within this one would fight over the line
    from rich.console import Console  # deferred: only terminals need it
    from rich.progress import Progress, TimeElapsedColumn, TimeRemainingColumn

    bars = [*Progress.get_default_columns()[:3], TimeRemainingColumn(), TimeElapsedColumn()]
    try:
        with Progress(*bars, console=Console(stderr=True), transient=True) as progress:
            yield from progress.track(items, total=total, description=what)
    finally:
        _hidden.set(False)
