"""HTML that cannot forget to escape: text becomes safe when it enters an element."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable

LONGEST = 60
"""Characters of a cell that are shown; the rest is in its title."""

_LONGEST_TITLE = 160
_JOINERS = "\u200c\u200d"  # part of how Persian, Hindi and many other scripts are written
_VOID = ("meta", "link", "img")


class Html(str):
    """Text that is HTML already, because `element` made it."""

    __slots__ = ()


Content = str | Html | None
Attribute = str | int | float | bool | None


def element(tag: str, *content: Content, **attributes: Attribute) -> Html:
    """Return an element; plain text in it and in its attributes is escaped, `Html` is kept.

    Parameters
    ----------
    tag : str
        Name of the element.
    *content : str, Html or None
        What stands in it; None stands for nothing.
    **attributes
        `class_` is written `class`, `aria_label` is written `aria-label`; True writes the bare
        name, False and None write nothing.

    Examples
    --------
    >>> element("p", "a < b", element("b", "!"), class_="note")
    '<p class="note">a &lt; b<b>!</b></p>'
    """
    opening = tag + "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in _VOID:
        return Html(f"<{opening}>")
    return Html(f"<{opening}>{join(content)}</{tag}>")


def join(parts: Iterable[Content], between: str = "") -> Html:
    """Return the parts one after the other, plain text escaped."""
    return Html(between.join(escape(part) for part in parts if part is not None))


def escape(text: Content) -> Html:
    """Return text as HTML; what is HTML already stays as it is."""
    if text is None:
        return Html()
    return text if isinstance(text, Html) else Html(html.escape(clean(text), quote=True))


def clean(text: str) -> str:
    r"""Return text with every character visible that could hide or reorder what stands around it.

    Line breaks become spaces; control characters, marks that change the direction of writing, and
    half characters become their code, such as `[U+202E]`.

    Examples
    --------
    >>> clean("two\nlines, \u202ebackwards")
    'two lines, [U+202E]backwards'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text))


def cell(text: str, longest: int = LONGEST) -> Html:
    """Return a value of the data as HTML, isolated from the direction of what is around it.

    A long one is cut, and its title holds more of it and says how long it is.
    """
    if len(text) <= longest:
        return element("bdi", text)
    rest = f"… ({len(text):,} characters)" if len(text) > _LONGEST_TITLE else ""
    return element("bdi", shorten(text, longest), title=text[:_LONGEST_TITLE] + rest)


def shorten(text: str, longest: int) -> str:
    """Return text of at most so many characters, with an ellipsis if it was longer."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def size(text: str) -> int:
    """Return the bytes that text takes in the file."""
    return len(text.encode("utf-8"))


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def _visible(character: str) -> str:
    if character in "\n\r\t\u2028\u2029":
        return " "
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Cn")
    if hidden and character not in _JOINERS:
        return f"[U+{ord(character):04X}]"
    return character
