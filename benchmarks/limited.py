"""Calls in a process of their own, so that one that hangs can be stopped and the rest go on."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

_PATIENCE = 5.0  # seconds for a process that was told to end


class Worker:
    """One process that answers calls, started anew after a call that took too long.

    Parameters
    ----------
    function : callable
        What to call; found by name, so it must stand in a module.
    limit : float
        Seconds that a call may take.
    """

    def __init__(self, function: Callable[..., Any], limit: float) -> None:
        self._function, self._limit = function, limit
        self._context = multiprocessing.get_context("spawn")  # the same on every system
        self._process: Any = None

    def call(self, *arguments: Any) -> tuple[Any, str]:
        """Return the answer and "", or None and why there is none."""
        if self._process is None:
            self._start()
        self._ours.send(arguments)
        try:
            if self._ours.poll(self._limit):
                return self._ours.recv()
            reason = f"stopped after {self._limit:g} s"
        except EOFError:
            reason = "the process died, perhaps for lack of memory"
        self.stop()
        return None, reason

    def stop(self) -> None:
        """End the process; the next call starts another."""
        if self._process is not None:
            self._process.kill()
            self._process.join(_PATIENCE)
            self._process = None

    def _start(self) -> None:
        self._ours, theirs = self._context.Pipe()
        self._process = self._context.Process(
            target=_answer, args=(theirs, self._function), daemon=True
        )
        self._process.start()
        theirs.close()  # so that the end of the process is noticed


def _answer(connection: Connection, function: Callable[..., Any]) -> None:
    while True:
        try:
            arguments = connection.recv()
        except EOFError:
            return
        try:
            answer = function(*arguments), ""
        except Exception as error:  # whatever a method raises is a result, too
            answer = None, f"{type(error).__name__}: {error}".splitlines()[0]
        connection.send(answer)
