"""How Sphinx makes the site; `docs/site.py` calls it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "likely"
project_copyright = "the likely developers"
extensions = ["myst_parser", "mathml"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = "likely"
html_math_renderer = "mathml"
html_static_path = [str(Path(__file__).parent / "static")]
html_css_files = ["site.css"]
html_show_search_summary = False  # summaries are fetched, which a browser forbids from disk
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": False}
smartquotes_action = "qe"  # two dashes begin an option
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
