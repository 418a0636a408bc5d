"""Fenced code blocks of Markdown pages: found, and brought up to date by running them.

`refresh` treats two languages:

| block | what happens |
|---|---|
| `console` | each line `$ likely …` is run; what it prints replaces the lines below it |
| `python` | run, all of a page in one namespace; the `text` block behind it gets what it prints |

A `python` block that begins with a comment like `# some_name.py` is a file: it is written under
that name instead, for later blocks to import.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROMPT = "$ "
WIDTH = "96"
"""Columns of a terminal that fits a page."""

_FENCED = re.compile(r"^```(?P<language>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# (\w+\.py)\n")


@dataclass(frozen=True)
class Block:
    """One fenced block of a page.

    Parameters
    ----------
    language : str
        The word behind the fence.
    body : str
        The lines between the fences.
    start, stop : int
        Where the body stands in the page.
    """

    language: str
    body: str
    start: int
    stop: int


def find(page: str) -> list[Block]:
    """Return the fenced blocks of a page that name a language, in order."""
    return [
        Block(match["language"], match["body"], *match.span("body"))
        for match in _FENCED.finditer(page)
    ]


def commands(page: str) -> Iterator[str]:
    """Yield every command line of `likely` that a page quotes."""
    for block in find(page):
        if block.language in ("console", "sh"):
            for line in block.body.splitlines():
                command = line.removeprefix(PROMPT)
                if command.startswith("likely "):
                    yield command


def refresh(page: str, folder: Path) -> str:
    """Return a page with the output of its blocks as it is today.

    Parameters
    ----------
    page : str
        Markdown.
    folder : Path
        Where the blocks run; files they name are looked for and written there.
    """
    names: dict[str, Any] = {}
    new: list[tuple[Block, str]] = []
    printed = ""
    for block in find(page):
        if block.language == "console":
            new.append((block, _console(block.body, folder)))
        elif block.language == "text" and printed:
            new.append((block, printed))
        printed = run(block.body, names, folder) if block.language == "python" else ""
    for block, body in reversed(new):  # from the end, so that earlier positions stay true
        page = page[: block.start] + body + page[block.stop :]
    return page


def run(code: str, names: dict[str, Any], folder: Path) -> str:
    """Run Python code in a folder, keep its names, and return what it printed."""
    printed = io.StringIO()
    file = _FILE.match(code)
    if file:
        (folder / file[1]).write_text(code, encoding="utf-8")
        return ""
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed), _importable(folder):
        exec(compile(code, "<page>", "exec"), names)
    return printed.getvalue()


@contextlib.contextmanager
def _importable(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _console(body: str, folder: Path) -> str:
    quoted = [line for line in body.splitlines() if line.startswith(PROMPT)]
    if not all(line.startswith(f"{PROMPT}likely ") for line in quoted):
        return body
    return "\n".join(f"{line}\n{_output(line.removeprefix(PROMPT), folder)}" for line in quoted)


def _output(command: str, folder: Path) -> str:
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    finished = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": WIDTH},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return finished.stdout
