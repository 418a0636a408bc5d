"""Open every page of the site in a browser, and say what is wrong with it.

    python docs/check_site.py            all pages; exit code 1 if anything is wrong
    python docs/check_site.py KNN tree   pages whose path has one of these words

A page is wrong if it asks for anything that is not on this disk, if a link or an anchor on it leads
nowhere, if it scrolls sideways on a phone, or if axe-core finds that it keeps somebody out. Each is
opened from disk, wide and light, and narrow and dark. Needs `pip install playwright
axe-playwright-python` and a Chromium, `chromium` on the path or the one that playwright installs.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import axe_playwright_python
from playwright.sync_api import Page, sync_playwright

SITE = Path(__file__).resolve().parent.parent / "site"
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
VIEWS = (("light", 1280, 900), ("dark", 390, 844))
_ASK = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
_WIDER = """() => Math.max(...[...document.querySelectorAll("html, :has(article)")]
  .filter((holder) => getComputedStyle(holder).overflowX !== "visible")
  .map((holder) => holder.scrollWidth - holder.clientWidth))"""
"""How far a page scrolls sideways, or what holds its article, which the theme lets scroll."""


class _Page(HTMLParser):
    """Links and anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the link and the anchor of a tag."""
        given = dict(attrs)
        self.anchors.add(given.get("id") or "")
        if tag in ("a", "link", "script", "img"):
            self.links.append(given.get("href") or given.get("src") or "")


def main() -> int:
    """Check the pages, print what is wrong, and return the exit code."""
    words = sys.argv[1:]
    pages = [
        p for p in sorted(SITE.rglob("*.html")) if not words or any(w in p.name for w in words)
    ]
    wrong = [_told(one) for path in pages for one in dead_links(path)]
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"))
        for scheme, width, height in VIEWS:
            context = browser.new_context(
                color_scheme=scheme, viewport={"width": width, "height": height}, offline=True
            )
            page = context.new_page()
            for path in pages:
                view = f"{path.relative_to(SITE)}, {scheme}, {width} pixels"
                wrong += [_told(f"{view}: {one}") for one in _opened(page, path)]
            _told(f"Seen: all pages, {scheme}, {width} pixels wide")
        browser.close()
    sys.stdout.write(f"{len(pages)} pages, each in {len(VIEWS)} views: {len(wrong)} wrong\n")
    return 1 if wrong or not pages else 0


def _told(line: str) -> str:
    """Print a line at once, since all pages take minutes, and return it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    return line


def dead_links(path: Path) -> Iterator[str]:
    """Yield the links of a page to files and anchors that are not there."""
    for link in filter(None, _parsed(path).links):
        if re.match(r"https?:|mailto:|data:", link):
            continue
        page, _, anchor = link.partition("#")
        there = (path.parent / unquote(page.partition("?")[0])).resolve() if page else path
        if not there.is_file():
            yield f"{path.relative_to(SITE)}: {link} leads nowhere"
        elif anchor and there.suffix == ".html" and unquote(anchor) not in _parsed(there).anchors:
            yield f"{path.relative_to(SITE)}: {link} has no such anchor"


@cache
def _parsed(path: Path) -> _Page:
    return _Page(path.read_text(encoding="utf-8"))


def _opened(page: Page, path: Path) -> Iterator[str]:
    """Yield what is wrong with a page as the browser has it open."""
    asked: list[str] = []
    errors: list[str] = []

    def note(request: Any) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.once("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri(), wait_until="load")
    page.remove_listener("request", note)
    yield from (f"asks for {url}" for url in asked if not url.startswith(("file:", "data:")))
    yield from errors
    wider = page.evaluate(_WIDER)
    if wider > 0:
        yield f"scrolls sideways by {wider} pixels"
    page.add_script_tag(path=AXE)
    for violation in page.evaluate(_ASK):
        nodes = violation["nodes"]
        yield f"{violation['id']} ({len(nodes)} times): {nodes[0]['html'][:160]}"


if __name__ == "__main__":
    sys.exit(main())
