"""Progress goes to stderr, on terminals only, after a second, one bar at a time."""

from __future__ import annotations

import io
import sys
import threading
import time
from collections.abc import Callable

import pytest

from likely.core import progress

AT_ONCE, NEVER = 0.0, 3600.0


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


def _slow() -> list[tuple[int, str]]:
    """Work until a bar is up, for five seconds at most."""
    found = []
    for i in progress.track(range(2), "outer"):
        for letter in progress.track("ab", "inner"):
            found.append((i, letter))
        for _ in range(500):
            if "outer" in sys.stderr.getvalue():
                break
            time.sleep(0.01)
    return found


def _hidden() -> list[tuple[int, str]]:
    with progress.hidden():
        return _nested()


@pytest.mark.parametrize(
    ("stream", "work", "patience", "seen"),
    [
        (Terminal, _slow, AT_ONCE, True),
        (Terminal, _nested, NEVER, False),
        (Terminal, _hidden, AT_ONCE, False),
        (io.StringIO, _nested, AT_ONCE, False),
    ],
    ids=["terminal", "quick", "hidden", "file"],
)
def test_progress(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stream: type[io.StringIO],
    work: Callable[[], list[tuple[int, str]]],
    patience: float,
    seen: bool,
) -> None:
    shown = stream()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(progress, "PATIENCE", patience)
    found = work()
    assert found == [(0, "a"), (0, "b"), (1, "a"), (1, "b")]
    assert ("outer" in shown.getvalue()) is seen
    assert seen or shown.getvalue() == ""
    assert "inner" not in shown.getvalue()
    assert capsys.readouterr().out == ""


def test_a_bar_is_taken_away_when_work_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(progress, "PATIENCE", NEVER)
    threads = threading.active_count()
    items = progress.track(range(2), "outer")
    with pytest.raises(ZeroDivisionError):
        _ = [1 // i for i in items]
    items.close()
    assert threading.active_count() == threads
    assert shown.getvalue() == ""
