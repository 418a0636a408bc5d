"""Links of pages, turned to where things stand on the site."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

SPLIT = ("architecture", "benchmarks", "command-line")
"""Pages that are too long to read at once: on the site each section is a page."""

_LINK = re.compile(
    r"(?<!!)\[(?P<text>[^\]]*)\]"
    r"\((?!https?:|mailto:)(?P<page>[^)#\s]*)(?:#(?P<anchor>[^)\s]*))?\)"
)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def anchor(heading: str) -> str:
    """Return the anchor of a heading, as Markdown's readers make it."""
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.strip().replace(" ", "-")


def sections(page: str) -> tuple[str, list[tuple[str, str]]]:
    """Return what stands before the first heading of level two, and every section by heading."""
    fenced = [match.span() for match in _FENCE.finditer(page)]
    heads = [
        head
        for head in _HEADING.finditer(page)
        if not any(start <= head.start() < stop for start, stop in fenced)
    ]
    ends = [head.start() for head in heads[1:]] + [len(page)]
    parts = [(h[1], page[h.end() : end]) for h, end in zip(heads, ends, strict=False)]
    return page[: heads[0].start()] if heads else page, parts


def turned(text: str, name: str, pages: Collection[str]) -> str:
    """Return a page whose links lead to pages of the site; they are written as from the root.

    Parameters
    ----------
    text : str
        Markdown.
    name : str
        Where the page stands among the pages, such as "methods/KNN.md".
    pages : collection of str
        All pages.
    """
    folder = posixpath.dirname(name)

    def turn(link: re.Match[str]) -> str:
        page, at = link["page"], link["anchor"] or ""
        found = posixpath.normpath(page).removeprefix("docs/") if page else name
        found = "index.md" if found.endswith("README.md") else found
        if found == "methods.md":
            found, at = f"chapters/{at}.md" if at else "tree.md", ""
        stem = found.removesuffix(".md")
        if stem in SPLIT and at and f"{stem}/{at}.md" in pages:
            found, at = f"{stem}/{at}.md", ""
        if found not in pages:
            # A file of the project, which the site has not.
            file = re.sub(r"^(\.\./)+", "", found)
            return f"`{file}`" if file.endswith(link["text"]) else f"{link['text']} (`{file}`)"
        back = posixpath.relpath(found, folder or ".")
        return f"[{link['text']}]({back}{'#' + at if at else ''})"

    return _LINK.sub(turn, text)
