"""Progress goes to stderr, on terminals only, one bar at a time."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest

from likely.core import progress


class Terminal(io.StringIO):
    """A stream that people look at."""

    def isatty(self) -> bool:
        return True


def _nested() -> list[tuple[int, str]]:
    return [
        (i, letter)
        for i in progress.track(range(2), "outer")
        for letter in progress.track("ab", "inner")
    ]


def _hidden() -> list[tuple[int, str]]:
    with progress.hidden():
        return _nested()


@pytest.mark.parametrize(
    ("stream", "work", "seen"),
    [(Terminal, _nested, True), (Terminal, _hidden, False), (io.StringIO, _nested, False)],
    ids=["terminal", "hidden", "file"],
)
def test_progress(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stream: type[io.StringIO],
    work: Callable[[], list[tuple[int, str]]],
    seen: bool,
) -> None:
    shown = stream()
    monkeypatch.setattr(sys, "stderr", shown)
    found = work()
    assert found == [(0, "a"), (0, "b"), (1, "a"), (1, "b")]
    assert ("outer" in shown.getvalue()) is seen
    assert "inner" not in shown.getvalue()
    assert capsys.readouterr().out == ""
