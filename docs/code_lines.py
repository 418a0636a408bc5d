"""Lines of code that pages quote: each link leads to where the quoted code stands today.

A page quotes a line, or a piece of one that stands once in its file, and names the file:

    `moved = sample + kept / level * (x - sample)` ([denoising.py](../src/likely/nets/denoising.py))

`with_numbers` writes the number of the line into the link.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_QUOTED = re.compile(
    r"`(?P<code>[^`\n]+)`(?P<between>\s\(\[[\w.]+\]\(\.\./)(?P<path>src/[\w/]+\.py)(?:#L\d+)?\)"
)


def with_numbers(page: str) -> str:
    """Return a page whose links to quoted code have the numbers of its lines.

    Raises
    ------
    ValueError
        If a piece of code does not stand exactly once in its file.
    """
    return _QUOTED.sub(_numbered, page)


def _numbered(match: re.Match[str]) -> str:
    code, path = match["code"], match["path"]
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(lines, 1) if code in line]
    if len(found) != 1:
        raise ValueError(f"{path} has {len(found)} lines with `{code}`; a page quotes it as one")
    return f"`{code}`{match['between']}{path}#L{found[0]})"
