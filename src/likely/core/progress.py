"""Progress on anything that takes over a second, on terminals only."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Timer
from typing import TypeVar

Item = TypeVar("Item")

PATIENCE = 1.0
"""Seconds that pass without a bar."""

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
    progress = Progress(*bars, console=Console(stderr=True), transient=True)
    waiting = Timer(PATIENCE, progress.start)  # the first item alone may take longer
    waiting.daemon = True
    waiting.start()
    try:
        yield from progress.track(items, total=total, description=what)
    finally:
        waiting.cancel()
        waiting.join()  # a bar that was just starting must not outlive its work
        if progress.live.is_started:
            progress.stop()
        _hidden.set(False)
