"""The page of one model: its docstring, its card and its figures, in the order one asks.

A docstring says what the model is above its parameters, and in `Notes`, each in a paragraph that
begins with the words of `PARTS` in bold, what a reader wants to know before trying it.
"""

from __future__ import annotations

import html
import inspect
import re
from collections.abc import Sequence
from types import ModuleType

from figures.figure import Figure

from likely.core.catalogue import Entry
from likely.testing.numpydoc import section

PARTS = {
    "Intuition": "Intuition",
    "Formula": "Formula",
    "When to use": "When to use it",
    "Where it fails": "Where it fails",
    "Cost": "What it costs",
}
"""How a paragraph of `Notes` begins, and the heading that it gets."""

SHORT = {"gan": "GAN"}
"""Branches that are no word."""

SITES = {"doi": "https://doi.org/", "arXiv": "https://arxiv.org/abs/"}
_PART = re.compile(rf"^\*\*({'|'.join(PARTS)})\.\*\*\s", re.MULTILINE)
_FIRST_SECTION = re.compile(r"^[A-Z][a-z]+\n-+\n", re.MULTILINE)
_PARAMETER = re.compile(
    r"^(?P<name>\w[\w, ]*) : (?P<type>.+)\n(?P<text>(?:(?: .*)?\n)*)", re.MULTILINE
)
_AUTHOR = re.compile(r"[\w'’ -]+, [A-Z]\.")
_CODE = re.compile(
    r"(\$\$.*?\$\$|\$[^$]*\$|```.*?```|`[^`]*`|^ {4}[^\n]*$)", re.DOTALL | re.MULTILINE
)
_INDEX = r"_(\w{1,2})(?!\w)"
_INDEXED = re.compile(rf"(?<![\w.])([A-Za-zΑ-Ωα-ω]'?){_INDEX}(\(\w(?:_\w{{1,2}})?\))?")
_LEADING = re.compile(r"\A(?:(?: {4}.*)?\n)+")
_ALONE = re.compile(r"\$([^$]+)\$[,:]?\s+")
_ADDRESS = re.compile(r"https?://\S+[^\s.,]")


def page(entry: Entry, chapter: tuple[str, str], drawn: Sequence[Figure] = ()) -> str:
    """Return the page of a model.

    Parameters
    ----------
    entry : Entry
        Of the catalogue.
    chapter : (str, str)
        Title and path of the chapter it belongs to.
    drawn : sequence of Figure, default ()
        What it has learnt on a toy, and where it fails.
    """
    docstring = inspect.getdoc(entry.load()) or ""
    notes = parts(docstring)
    above = with_formulas(f"{idea(docstring)}\n\n{_first_notes(docstring)}")
    words = [
        f"# {entry.name}\n",
        f"{entry.summary}\n",
        f"A method of the chapter [{chapter[0]}]({chapter[1]}): "
        f"`from likely.{entry.family} import {entry.name}`, or `--method {entry.name}`. "
        f"It learns from: {', '.join(entry.kinds)}. Paper: {paper(entry.paper)}.\n",
        f"## Idea\n\n{above}\n",
    ]
    for part, heading in PARTS.items():
        if part in notes:
            said = _displayed(notes[part]) if part == "Formula" else notes[part]
            words.append(f"## {heading}\n\n{said}\n")
        if part == "Where it fails":
            words.append(with_formulas(section(docstring, "Warnings")))
        shown = {"Formula": "idea", "Where it fails": "failure"}.get(part)
        words += [_figure(figure) for figure in drawn if figure.shows == shown]
    words += [f"*{figure.caption}*\n" for figure in drawn if figure.shows == "left out"]
    words.append(f"## Parameters\n\n{_parameters(docstring)}")
    if text := section(docstring, "Attributes"):
        words.append(f"## What it has learnt\n\n{_listed(text)}")
    words.append(f"## Example\n\n{_example(section(docstring, 'Examples'))}")
    words.append(f"## Papers\n\n{_papers(section(docstring, 'References'))}")
    return "\n".join(words)


def of_folder(folder: ModuleType) -> tuple[str, str]:
    """Return what the docstring of a folder says, and its example as code.

    Parameters
    ----------
    folder : module
        The package of a branch.
    """
    docstring = inspect.getdoc(folder) or ""
    words = docstring.partition("\nExamples\n--------\n")[0].rstrip()
    return with_formulas(words), _example(section(docstring, "Examples"))


def idea(docstring: str) -> str:
    """Return what a docstring says between its first line and its first section.

    A formula that stands before all words is left out: the page has it below.
    """
    first = _FIRST_SECTION.search(docstring)
    above = docstring[: first.start()] if first else docstring
    summary, _, rest = above.partition("\n\n")
    return (_LEADING.sub("", f"{rest}\n").strip() or summary).strip()


def parts(docstring: str) -> dict[str, str]:
    """Return the paragraphs of `Notes` by the words they begin with."""
    text = section(docstring, "Notes")
    heads = list(_PART.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    # In one line: a formula that goes on with a minus would begin a list.
    return {
        head[1]: with_formulas(" ".join(text[head.end() : end].split()))
        for head, end in zip(heads, ends, strict=False)
    }


def with_formulas(text: str) -> str:
    """Return a text whose symbols with an index, such as x_i or f_j(x_j), are formulas."""
    found = _CODE.split(text)
    found[::2] = [_INDEXED.sub(_formula, words) for words in found[::2]]
    return "".join(found)


def _formula(symbol: re.Match[str]) -> str:
    return "$" + re.sub(_INDEX, r"_{\1}", symbol[0]) + "$"


def _displayed(text: str) -> str:
    """Return the paragraph on a formula with its first formula in lines of its own."""
    first = _ALONE.match(text)
    if not first:
        return text
    apart = first[1].replace(", \\; ", " \\qquad ")
    return f"$${apart}$$\n\n{text[first.end() :]}"


def _first_notes(docstring: str) -> str:
    """Return what `Notes` say before the first of the parts."""
    return _PART.split(section(docstring, "Notes"))[0].strip()


def paper(card: str) -> str:
    """Return the link of a paper, as a card names it."""
    scheme, _, rest = card.partition(":")
    if scheme in SITES:
        return f"[{card}]({SITES[scheme]}{rest})"
    return f"[{card}]({card})" if scheme.startswith("http") else card


def _papers(text: str) -> str:
    """Return a list of papers, whose addresses are links."""
    found: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        last = found[-1] if found else ""
        ended = last.endswith((".", ")")) or last.rpartition(" ")[2].startswith("http")
        if not found or (ended and _AUTHOR.match(line)):
            found.append(line)
        else:
            found[-1] += f" {line}"
    return "".join(f"- {_ADDRESS.sub(_linked, one)}\n" for one in found)


def _linked(address: re.Match[str]) -> str:
    return f"<{address[0]}>"


def _figure(figure: Figure) -> str:
    label = html.escape(figure.alternative, quote=True)
    drawing = "\n".join(filter(str.strip, figure.svg.splitlines()))  # a blank line would end it
    return (
        f'<figure class="drawn" tabindex="0"><div role="img" aria-label="{label}">\n'
        f"{drawing}\n</div>\n"
        f"<figcaption>{html.escape(figure.caption)}</figcaption></figure>\n"
    )


def _parameters(docstring: str) -> str:
    text = section(docstring, "Parameters")
    return _listed(text) if text else "It has none.\n"


def _listed(text: str) -> str:
    lines = []
    for entry in _PARAMETER.finditer(f"{text}\n"):
        names = ", ".join(f"**`{name.strip()}`**" for name in entry["name"].split(","))
        lines.append(f"- {names}: {entry['type']}. {' '.join(entry['text'].split())}\n")
    return "".join(lines)


def _example(text: str) -> str:
    """Return paragraphs as they are, and what is typed at a prompt with its output as code."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return (
        "\n\n".join(
            f"```pycon\n{inspect.cleandoc(part)}\n```" if ">>>" in part else part
            for part in paragraphs
        )
        + "\n"
    )
