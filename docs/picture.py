"""Take the picture of the report that the README shows.

    python docs/picture.py              needs chromium

The verdict and the first findings are shown; the parts between them are left out.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import likely

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "examples"))

import demo  # noqa: E402

TARGET = ROOT / "docs" / "images" / "report.png"
SIZE = "1100,1195"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_HIDDEN = "<style>nav, #learnt, #surprise, #table, #reading, footer { display: none }</style>"
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    f"--window-size={SIZE}",
)


def main() -> None:
    """Write the report of the demo, and a picture of it."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        sys.exit(f"No browser found; expected one of {', '.join(_BROWSERS)}.")
    with tempfile.TemporaryDirectory() as folder:
        data = demo.write_tumours(Path(folder))
        report = likely.detect(data).report(Path(folder) / "report.html")
        page = report.read_text(encoding="utf-8").replace("</head>", f"{_HIDDEN}</head>", 1)
        report.write_text(page, encoding="utf-8")
        places = (f"--user-data-dir={folder}/profile", f"--screenshot={TARGET}", report.as_uri())
        subprocess.run([browser, *_FLAGS, *places], check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    main()
