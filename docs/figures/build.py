"""Draw the figures of all models, or of some, to a folder, and say how long each took.

python docs/figures/build.py FOLDER [NAME ...]
"""

from __future__ import annotations

import os
import sys
import time
from html import escape
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # or networks learn other numbers
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from figures import drawers, drawn  # noqa: E402

_PAGE = "<!doctype html><meta charset='utf-8'><title>Figures</title><style>{style}</style>{body}"
_STYLE = (
    "body { font: 13px sans-serif; columns: 2; margin: 8px; color-scheme: light dark } "
    "figure { break-inside: avoid; margin: 0 0 14px } svg { max-width: 100%; height: auto }"
)


def main() -> int:
    """Draw, write a page that shows all, and return 1 if a figure could not be drawn."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/figures")
    folder.mkdir(parents=True, exist_ok=True)
    names = sys.argv[2:] or list(drawers())
    page, failed = [], 0
    for name in names:
        begun = time.process_time()
        try:
            figures = drawn(name)
        except Exception as error:
            failed = 1
            sys.stdout.write(f"{name:26} {type(error).__name__}: {error}\n")
            continue
        size = max(len(figure.svg) for figure in figures) / 1000
        took = time.process_time() - begun
        sys.stdout.write(f"{name:26} {took:6.1f} s of a processor, {size:5.1f} kB\n")
        sys.stdout.flush()
        for figure in figures:
            (folder / f"{name}-{figure.shows}.svg").write_text(figure.svg, encoding="utf-8")
            page.append(
                f"<figure><b>{name}: {figure.shows}</b><br>{figure.svg}"
                f"<figcaption>{escape(figure.caption)}</figcaption></figure>"
            )
    text = _PAGE.format(style=_STYLE, body="".join(page))
    (folder / "index.html").write_text(text, encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main())
