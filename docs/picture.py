"""Take the pictures of reports that the documentation shows, and draw the kinds of anomaly.

    python docs/picture.py              needs chromium

The verdict and the first findings are shown; the parts between them are left out. One report is on
the tumours of the demo, the other on made-up pictures with a patch that does not belong there.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from figures import kinds

import likely
from likely.testing.shaped import clean, planted

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "examples"))

import demo  # noqa: E402

IMAGES = ROOT / "docs" / "images"
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
)


def main() -> None:
    """Write the drawing, reports, and pictures of them."""
    (IMAGES / "three-kinds.svg").write_text(kinds.drawing(), encoding="utf-8")
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        sys.exit(f"No browser found; expected one of {', '.join(_BROWSERS)}.")
    with tempfile.TemporaryDirectory() as folder:
        data = demo.write_tumours(Path(folder))
        _take(browser, likely.detect(data), "report.png", "1100,1195", Path(folder))
        learned = likely.learn(clean("image", 400), "ConvolutionalAutoencoder", kind="image")
        some, labels, _ = planted("image", 12)
        judged = np.concatenate([clean("image", 60, seed=2), some[labels == 1]])
        found = learned.detect(judged)
        _take(browser, found, "report-of-images.png", "1100,900", Path(folder))


def _take(browser: str, found: likely.Findings, name: str, size: str, folder: Path) -> None:
    """Write a report, and the picture that a browser makes of it."""
    report = found.report(folder / "report.html")
    page = report.read_text(encoding="utf-8").replace("</head>", f"{_HIDDEN}</head>", 1)
    report.write_text(page, encoding="utf-8")
    places = (f"--user-data-dir={folder}/profile", f"--screenshot={IMAGES / name}")
    command = [browser, *_FLAGS, f"--window-size={size}", *places, report.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    main()
