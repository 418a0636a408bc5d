"""Reading docstrings: which parameters they list."""

from __future__ import annotations

import inspect
import re

_SECTION = re.compile(r"^(?P<title>[A-Z][A-Za-z ]+)\n-+\n", re.MULTILINE)
_ENTRY = re.compile(r"^(?P<names>[*\w][\w, *]*?)(?: : (?P<type>.+))?$")


def section(docstring: str, title: str) -> str:
    """Return the text of one section of a docstring; empty if there is none.

    Parameters
    ----------
    docstring : str
        A docstring in numpydoc's form.
    title : str
        Such as "Parameters".
    """
    text = inspect.cleandoc(docstring)
    heads = list(_SECTION.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends, strict=False):
        if head["title"] == title:
            return text[head.end() : end]
    return ""


def documented_parameters(docstring: str) -> dict[str, str]:
    """Return what a docstring says of each parameter's type, by name, in order.

    Parameters
    ----------
    docstring : str
        A docstring in numpydoc's form; `a, b : int` counts for both.
    """
    found: dict[str, str] = {}
    for line in section(docstring, "Parameters").splitlines():
        entry = _ENTRY.match(line)
        if entry:
            for name in entry["names"].split(","):
                found[name.strip().lstrip("*")] = (entry["type"] or "").strip()
    return found
