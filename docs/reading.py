"""How long a page takes to read: an estimate, by which chapters are kept short."""

from __future__ import annotations

import re

WORDS_A_MINUTE, LINES_A_MINUTE = 220, 30
"""Of prose, which includes formulas and tables, and of code with what it prints."""

LOOKED_UP = "benchmarks/"
"""Pages of stored results in full: tables that grow, of which a row is looked up and none read."""

_CODE = re.compile(r"^```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_UNSEEN = re.compile(r"<!--.*?-->|<svg.*?</svg>|^```\{toctree\}.*?^```$", re.MULTILINE | re.DOTALL)
_RULE = re.compile(r"^\|[\s|:-]+\|$", re.MULTILINE)


def minutes(page: str) -> float:
    """Return how many minutes a page in Markdown takes.

    Parameters
    ----------
    page : str
        As it stands on the site.
    """
    seen = _RULE.sub("", _UNSEEN.sub("", page))
    lines = sum(len(block.splitlines()) for block in _CODE.findall(seen))
    words = len(_CODE.sub("", seen).replace("|", " ").split())
    return words / WORDS_A_MINUTE + lines / LINES_A_MINUTE
