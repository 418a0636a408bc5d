"""Sphinx writes formulas as MathML, which browsers show without a script."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from docutils import nodes
from latex2mathml import exceptions
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging

_UPRIGHT = re.compile(r"<mi>(&#x000[4-7][0-9A-F];)</mi>")
"""A letter in `\\mathrm`, as the converter writes it: browsers slant single letters."""
_LIKE_WRITTEN = {
    "<mi>log</mi>": '<mo lspace="0.17em" rspace="0.17em">log</mo>',
    "<mi>&#x0007E;</mi>": "<mo>&#x0223C;</mo>",
}
"""What the converter takes for a letter, and how it is to be spaced."""
_SCRIPT = re.compile(r'<mi mathvariant="script">([A-Z])</mi>')
_LOG = logging.getLogger(__name__)
_BROKEN = tuple(
    kind
    for kind in vars(exceptions).values()
    if isinstance(kind, type) and issubclass(kind, Exception)
)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the writer of formulas under the name `mathml`."""
    app.add_html_math_renderer("mathml", (_in_line, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _in_line(writer: Any, node: nodes.math) -> None:
    writer.body.append(_made(node.astext(), node, "inline"))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    # A wide formula scrolls by itself, with the keyboard too.
    made = "".join(f"<span>{_made(part, node, 'block')}</span>" for part in _apart(node.astext()))
    writer.body.append(f'<div class="formula" tabindex="0">{made}</div>')
    raise nodes.SkipNode


def _apart(latex: str) -> list[str]:
    """Return formulas that stand side by side, each alone, so that lines can break there."""
    parts = latex.split("\\qquad")
    whole = all(part.strip() and part.count("{") == part.count("}") for part in parts)
    return parts if whole and "\\begin" not in latex else [latex]


def _made(latex: str, node: nodes.Element, display: str) -> str:
    """Return MathML, or warn, which fails the build; an unknown command counts as broken."""
    try:
        made = convert(latex, display=display)
    except _BROKEN as error:
        _LOG.warning("this formula cannot be shown (%r): %s", error, latex, location=node)
        return ""
    if "<mi>\\" in made or "<mtext>\\" in made:
        _LOG.warning("this formula has a command that is not known: %s", latex, location=node)
    for before, after in _LIKE_WRITTEN.items():
        made = made.replace(before, after)
    return _SCRIPT.sub(_scripted, _UPRIGHT.sub(r'<mi mathvariant="normal">\1</mi>', made))


def _scripted(letter: re.Match[str]) -> str:
    """Return a script letter as a character of its own: browsers know no variant but normal."""
    name = f"SCRIPT CAPITAL {letter[1]}"
    try:
        return f"<mi>{unicodedata.lookup(f'MATHEMATICAL {name}')}</mi>"
    except KeyError:  # F, say, was there before the block of all others
        return f"<mi>{unicodedata.lookup(name)}</mi>"
