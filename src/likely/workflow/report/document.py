"""A page as a whole: one HTML document that needs nothing else and may load nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from likely.workflow.report.markup import Content, Html, element, join

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "media-src data:; base-uri 'none'; form-action 'none'"
)


def document(
    title: str, skip: tuple[str, str], parts: Iterable[Content], *, script: str = ""
) -> str:
    """Return a page.

    Parameters
    ----------
    title : str
        Its title.
    skip : (str, str)
        Words and place of the link that leads past the head of the page.
    parts : iterable of Html
        What stands on it.
    script : str, default ""
        A file beside this one that the page runs; none by default.
    """
    return "<!DOCTYPE html>\n" + element(
        "html",
        _head(title),
        element(
            "body",
            element("a", skip[0], href=skip[1], class_="skip"),
            element("main", *parts),
            element("footer", element("p", "Made by likely. This file works without a network.")),
            element("script", Html(_resource(script))) if script else None,
        ),
        lang="en",
    )


def contents(places: Iterable[tuple[str, str]]) -> Html:
    """Return links to the parts of the page: pairs of a place, such as "#table", and a name."""
    links = [element("li", element("a", name, href=place)) for place, name in places]
    return element("nav", element("ul", *links), aria_label="Contents")


def _head(title: str) -> Html:
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("link", rel="icon", href="data:,"),
        element("style", Html(_resource("page.css"))),
    )


@cache
def _resource(name: str) -> str:
    return join([Html((Path(__file__).parent / name).read_text(encoding="utf-8"))])
