"""Build the field guide: one static site, which opens from disk and needs no network.

    make docs                 installs Sphinx into .venv and runs this
    python docs/site.py       writes `site/`, and says where; a warning is an error

The pages are staged in `build/site/` first: those that people write as they are, those that are
made of the code (`field_pages.py`), and long ones in parts. Links are turned to where things stand.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import build_main

os.environ.setdefault("OMP_NUM_THREADS", "1")  # figures are drawn as by their authors

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "docs"), str(ROOT / "examples")]

import field_pages  # noqa: E402
import figures  # noqa: E402
import links  # noqa: E402

STAGED = ROOT / "build" / "site"
SITE = ROOT / "site"
FOR_EVERYBODY = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Chapters">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="On this page">',
    '<aside class="toc-drawer no-toc">': '<aside class="toc-drawer no-toc" aria-label="None">',
    "<pre>": '<pre tabindex="0">',
    '<div class="table-wrapper ': '<div tabindex="0" class="table-wrapper ',
    '<th class="head"><p></p></th>': '<td class="head"></td>',
    '<div id="search-results">': '<h1>Search</h1><div id="search-results">',
}
"""What the theme lacks for readers of screens and for keyboards, and what stands there instead."""


def main() -> int:
    """Stage all pages, let Sphinx write the site, and return its exit code."""
    for folder in (STAGED, SITE):
        shutil.rmtree(folder, ignore_errors=True)
    known = figures.drawers()
    shutil.copytree(ROOT / "docs" / "images", STAGED / "images")
    pages = field_pages.pages(
        lambda name: figures.drawn(name, strict=False) if name in known else []
    )
    for name, text in pages.items():
        path = STAGED / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(links.turned(text, name, pages), encoding="utf-8")
    code = build_main(
        ["-q", "-W", "--keep-going", "-E", "-c", str(ROOT / "docs"), str(STAGED), str(SITE)]
    )
    for path in SITE.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for before, after in FOR_EVERYBODY.items():
            text = text.replace(before, after)
        path.write_text(text, encoding="utf-8")
    if code == 0:
        sys.stdout.write(f"The field guide: {(SITE / 'index.html').as_uri()}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
