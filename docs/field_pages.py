"""All pages of the field guide by where they stand: written ones, and those made of the code."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

import class_page
import links
import tree_page
from figures.figure import Figure
from pieces import GENERATED, table

from likely.core.catalogue import Entry, entries

ROOT = Path(__file__).resolve().parent.parent

CHAPTERS = {
    "Find what is unlikely": (
        "getting-started", "three-kinds", "chapters/statistical", "chapters/distance",
        "chapters/density", "chapters/isolation", "chapters/linear", "chapters/ensemble",
        "chapters/supervised", "labels", "chapters/contextual", "circumstances",
        "chapters/autoencoders", "autoencoder-step-by-step", "chapters/vision",
        "chapters/series", "series", "series-at-work", "explanations",
    ),
    "Model what is likely": (
        "tree", "three-families", "chapters/autoregressive", "chapters/flows", "chapters/energy",
        "chapters/gan", "chapters/diffusion", "chapters/speech",
    ),
    "Put it to work": (
        "applications-fraud", "applications-machines", "applications-medicine",
        "applications-intrusion", "applications-retail", "applications-images",
        "applications-texts", "applications-sound", "generating",
        "passing-for-real", "augmentation", "molecules", "worked-examples",
    ),
    "Look it up": ("reading-data", "command-line", "promises", "benchmarks"),
    "How it is built": ("how-it-is-built", "architecture", "writing-a-model", "model-file"),
}  # fmt: skip
"""Pages in the order in which the field is taught; any other page stands at the end of `_REST`."""
_REST = "Put it to work"

_FRONT = """\
# likely: a field guide

{lead}

This guide goes through the field in order. Each chapter takes ten minutes at most: the idea, the
formula, when to use it, what goes wrong. Each method has a page with an example that runs.

1. [Getting started](getting-started.md): install it; your file, what is odd in it, and why.
2. [Three kinds of anomaly](three-kinds.md): what "odd" may mean, and what to ask for.
3. [Statistical detection](chapters/statistical.md): the floor that everything else must beat.
4. [Distance](chapters/distance.md): far from the others is odd, the first idea for most tables.

From there on [the tree of the field](tree.md) shows where everything belongs, and
[worked examples](worked-examples.md) go from data to findings: tables, heartbeats, pictures.
Ten pages put the tools to work, each with what was measured and where it fails: on
[fraud](applications-fraud.md), [intrusion](applications-intrusion.md),
[machines](applications-machines.md), [medicine](applications-medicine.md),
[retail](applications-retail.md), [images](applications-images.md),
[texts](applications-texts.md), [sound](applications-sound.md), [molecules](molecules.md)
and [rare classes](augmentation.md).

## All pages

"""
_BUILT = """\
# How it is built

What holds the project together, and how each promise is kept.

| question | page |
| --- | --- |
| Which parts are there, and what may import what? | [Architecture](architecture.md) |
| How do I add a method in one file? | [Writing a model](writing-a-model.md) |
| What is in a saved model, and why is it safe to open? | [The model file](model-file.md) |
| What is promised, and what is not? | [Promises](promises.md) |
| What was measured, and by which command? | [Benchmarks](benchmarks.md) |

## How promises are tested

Every model obeys the same laws (`likely.testing.check_model`): the same seed gives the same bytes,
a row alone scores as in a batch, input stays untouched, planted rows are found, densities integrate
to one, drawn rows fit the density, a saved model answers as before. A law that cannot hold for a
model says why in its `expected_failures`. `make test` runs them all, and the examples of pages.

The promises on false findings are measured over many seeds and shapes of data by
`benchmarks/promise_new_rows.py`, `benchmarks/promise_same_rows.py` and
`benchmarks/promise_samples.py`; their tables are in [Benchmarks](benchmarks.md).

This guide is checked too: `make docs` fails on a dead link or a formula that cannot be shown, and
`docs/check_site.py` opens every page in a browser, without a network, in two views.
"""


def pages(drawn: Callable[[str], Sequence[Figure]] = lambda _: ()) -> dict[str, str]:
    """Return the Markdown of every page of the site, by path.

    Parameters
    ----------
    drawn : callable, default none
        The figures of a model, by its name.
    """
    found = _written()
    found |= _chapters(drawn)
    found["tree.md"] = tree_page.page()
    found["how-it-is-built.md"] = _BUILT
    for name in list(found):
        found[name] += _onward(name[:-3], found)
        if name != "benchmarks.md":  # where they are rows of tables
            own = name.removeprefix("methods/").removesuffix(".md")
            found[name] = links.to_methods(found[name], own, entries())
    for stem in links.SPLIT:
        found |= _split(stem, found[f"{stem}.md"])
    found["index.md"] = _front(found)
    return found


def chapter_of(entry: Entry) -> str:
    """Return the chapter that a model belongs to: its branch, or a family without branches."""
    return entry.branch or entry.family


def _written() -> dict[str, str]:
    paths = (ROOT / "docs").glob("*.md")
    return {p.name: p.read_text(encoding="utf-8") for p in paths if p.name != "methods.md"}


def _chapters(drawn: Callable[[str], Sequence[Figure]]) -> dict[str, str]:
    found = {}
    for chapter, group in groupby(entries().values(), chapter_of):
        members = list(group)
        path = f"chapters/{chapter}.md"
        folder = importlib.import_module(members[0].module.rpartition(".")[0])
        words, example = class_page.of_folder(folder)
        title, _, words = words.partition(": ")
        if short := class_page.SHORT.get(chapter):
            title += f" ({short})"
        rows = [(f"[{m.name}](methods/{m.name}.md)", m.summary) for m in members]
        names = [f"/methods/{member.name}" for member in members]
        found[path] = (
            f"{GENERATED}# {title}\n\n{words[0].upper()}{words[1:]}\n\n"
            f"## Example\n\n{example}\n"
            f"## Methods of this chapter\n\n{table(('method', 'what it does'), rows)}\n"
            f"{_contents(names)}"
        )
        found |= {
            f"methods/{m.name}.md": class_page.page(m, (title, path), drawn(m.name))
            for m in members
        }
    return found


def _onward(name: str, found: dict[str, str]) -> str:
    """Return a link to the next chapter, below one whose methods come before that."""
    order = [name for names in CHAPTERS.values() for name in names]
    if not name.startswith("chapters/") or name == order[-1]:
        return ""
    after = order[order.index(name) + 1]
    title = re.search(r"^# (.+)$", found[f"{after}.md"], re.MULTILINE)
    return f"\nThe next chapter: [{title[1] if title else after}]({after}.md).\n"


def _split(stem: str, page: str) -> dict[str, str]:
    """Return a long page as a short one that leads to a page for each of its sections."""
    before, parts = links.sections(page)
    names = [f"{stem}/{links.anchor(heading)}" for heading, _ in parts]
    listed = "".join(
        f"- [{heading}]({name}.md)\n"
        for (heading, _), name in zip(parts, names, strict=True)
        if f"(#{links.anchor(heading)})" not in before  # it says more of its sections than this
    )
    found = {f"{stem}.md": f"{before}{listed}\n{_contents([f'/{name}' for name in names])}"}
    for (heading, text), name in zip(parts, names, strict=True):
        found[f"{name}.md"] = f"# {heading}\n{text}".replace("\n### ", "\n## ")
    return found


def _front(found: dict[str, str]) -> str:
    """Return the front page: the first words of the README, the first steps, and all chapters."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lead = readme.split("\n\n")[1]
    groups = {
        caption: [name for name in names if f"{name}.md" in found]
        for caption, names in CHAPTERS.items()
    }
    known = {name for names in groups.values() for name in names}
    top = sorted(name[:-3] for name in found if "/" not in name)
    groups[_REST] += [name for name in top if name not in known]
    return _FRONT.format(lead=lead) + "\n".join(
        _contents([f"/{name}" for name in names], caption) for caption, names in groups.items()
    )


def _contents(names: list[str], caption: str = "") -> str:
    """Return a list of pages: seen where it has a caption, else only beside the page."""
    options = f":caption: {caption}\n:maxdepth: 1\n" if caption else ":hidden:\n"
    return "```{toctree}\n" + options + "\n" + "\n".join(names) + "\n```\n"
