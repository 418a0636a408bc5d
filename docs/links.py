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
_AS_IT_IS = re.compile(
    r"(^```.*?^```$|^#[^\n]*$|^ {4}[^\n]*$|<\w[^\n]*|\[[^\]]*\]\([^)]*\))", re.DOTALL | re.MULTILINE
)
_CODE = re.compile(r"`(\w+)(?:\(\))?`")
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


def to_methods(text: str, own: str, names: Collection[str]) -> str:
    """Return a page on which each method leads to its page where it is first named in code.

    Parameters
    ----------
    text : str
        Markdown; code, headings, links and lines of HTML stay as they are.
    own : str
        The method that the page is about, if it is: that leads nowhere.
    names : collection of str
        All methods.
    """
    seen = {own}

    def link(code: re.Match[str]) -> str:
        name = code[1]
        if name not in names or name in seen:
            return code[0]
        seen.add(name)
        return f"[{code[0]}](methods/{name}.md)"

    parts = _AS_IT_IS.split(text)
    parts[::2] = [_CODE.sub(link, words) for words in parts[::2]]
    return "".join(parts)


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
