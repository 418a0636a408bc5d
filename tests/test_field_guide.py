"""The field guide: every page has its parts, and all the ground is covered."""

import doctest
import importlib
import inspect
import posixpath
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from likely.cli import application
from likely.core.catalogue import Entry, entries
from likely.testing.numpydoc import section
from likely.workflow.tree import Branch, lines, tree

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "docs"), str(ROOT / "examples")]
blocks: ModuleType = importlib.import_module("blocks")
build: ModuleType = importlib.import_module("build")
class_page: ModuleType = importlib.import_module("class_page")
field_pages: ModuleType = importlib.import_module("field_pages")
ground: ModuleType = importlib.import_module("ground")
links: ModuleType = importlib.import_module("links")
reading: ModuleType = importlib.import_module("reading")

MINUTES = 10
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]+)(?:#[^)\s]*)?\)")
MODELS = [pytest.param(entry, id=entry.name) for entry in entries().values()]
GROUND = [
    pytest.param(page, name, id=f"{part}: {what}")
    for part, asked in ground.GROUND.items()
    for what, (page, name) in asked.items()
]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return field_pages.pages()


@pytest.mark.parametrize("entry", MODELS)
def test_a_page_of_a_model_has_all_parts(entry: Entry, pages: dict[str, str]) -> None:
    docstring = inspect.getdoc(entry.load()) or ""
    assert list(class_page.parts(docstring)) == list(class_page.PARTS)
    assert ">>>" in section(docstring, "Examples")  # which a law of every model runs
    page = pages[f"methods/{entry.name}.md"]
    for heading in ("Idea", *class_page.PARTS.values(), "Parameters", "Example", "Papers"):
        _, found, body = page.partition(f"\n## {heading}\n")
        assert found, f"{entry.name} has no {heading}"
        assert body.partition("\n## ")[0].strip(), f"{entry.name} has an empty {heading}"
    assert "$" in class_page.parts(docstring)["Formula"]


@pytest.mark.parametrize("entry", MODELS)
def test_a_page_of_a_model_names_every_parameter(entry: Entry, pages: dict[str, str]) -> None:
    page = pages[f"methods/{entry.name}.md"]
    assert all(f"**`{name}`**" in page for name in inspect.signature(entry.load()).parameters)


@pytest.mark.parametrize(("page", "name"), GROUND)
def test_what_was_asked_for_has_a_page_whose_code_runs(
    page: str, name: str, pages: dict[str, str]
) -> None:
    assert f"{page}.md" in pages
    code = _run(page)
    assert code.strip(), f"{page} has no code that runs"
    assert re.search(rf"\b{re.escape(name)}\b", code), f"no code of {page} does {name}"


def test_a_page_without_code_that_runs_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs").mkdir()
    words = "Words.\n```text\nGPT\n```\n```sh\nlikely detect x.csv\n```\n"
    (tmp_path / "docs" / "idle.md").write_text(words, encoding="utf-8")
    monkeypatch.setattr(build, "ROOT", tmp_path)
    assert _run("idle") == ""
    assert _typed(">>> 1 + 1  # doctest: +SKIP\n2\n") == ""
    assert _typed("Words.\n") == ""


def test_the_tree_is_what_the_command_prints(pages: dict[str, str]) -> None:
    printed = CliRunner().invoke(application, ["methods", "--tree"]).output
    assert f"$ likely methods --tree\n{printed.rstrip()}\n" in pages["tree.md"]


def test_every_model_stands_in_the_tree() -> None:
    assert sorted(_models(tree())) == sorted(entries())
    text = "\n".join(line for branch in tree() for line in lines(branch))
    assert all(re.search(rf"── {name}$", text, re.MULTILINE) for name in entries())


def test_links_lead_to_pages(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        for link in LINK.findall(links.turned(text, name, pages)):
            there = posixpath.normpath(posixpath.join(posixpath.dirname(name), link))
            assert there in pages or (ROOT / "docs" / there).exists(), f"{name}: {link}"


def test_a_chapter_is_read_in_ten_minutes(pages: dict[str, str]) -> None:
    long = {
        name: round(reading.minutes(text), 1)
        for name, text in pages.items()
        if not name.startswith(reading.LOOKED_UP) and reading.minutes(text) > MINUTES
    }
    assert not long


def test_minutes_count_words_and_lines() -> None:
    prose, code = "word " * 220, "```python\n" + "x = 1\n" * 30 + "```\n"
    assert reading.minutes(f"{prose}\n") == 1
    assert reading.minutes(f"{prose}\n{code}") == 2
    assert reading.minutes(f"<!-- name -->\n{code}") == 1
    assert reading.minutes(f"| a | b |\n|---|---|\n| {prose}|\n") == pytest.approx(222 / 220)


def test_every_written_page_is_on_the_front_page(pages: dict[str, str]) -> None:
    front = pages["index.md"]
    assert all(f"\n/{n[:-3]}\n" in front for n in pages if "/" not in n and n != "index.md")


def test_sections_are_found_outside_code() -> None:
    before, parts = links.sections("# a\n\n## b\n\n```text\n## no\n```\n\n## c\nd\n")
    assert before == "# a\n\n"
    assert [heading for heading, _ in parts] == ["b", "c"]


def test_symbols_with_an_index_are_formulas() -> None:
    text = "Σ_k and f_j(x_j), not `x_i`, $x_i$ or n_rows\n\n    x_t = code\n"
    made = "$Σ_{k}$ and $f_{j}(x_{j})$, not `x_i`, $x_i$ or n_rows\n\n    x_t = code\n"
    assert class_page.with_formulas(text) == made


def test_an_idea_begins_with_words() -> None:
    docstring = "Name.\n\n    y = G(x)\n\nThere and back:\n\n    x\n\nParameters\n---\n"
    assert class_page.idea(docstring) == "There and back:\n\n    x"
    assert class_page.idea("Name.\n\nParameters\n----\n") == "Name."


def test_every_chapter_leads_to_the_next(pages: dict[str, str]) -> None:
    assert (
        "\nThe next chapter: [Density-based detection](chapters/density.md).\n"
        in (pages["chapters/distance.md"])
    )
    chapters = [text for name, text in pages.items() if name.startswith("chapters/")]
    assert all("\nThe next chapter: [" in text for text in chapters)
    titles = [re.findall(r"^# (.+)\n\n\S", text, re.MULTILINE) for text in chapters]
    assert all(len(found) == 1 and len(found[0]) < 30 for found in titles), titles


def test_a_method_leads_to_its_page_where_it_is_first_named() -> None:
    page = "# `KNN`\n`KNN()`, `LOF`, `KNN`, [a `PCA`](x.md)\n```text\n`PCA`\n```\n    `PCA`\n`x`\n"
    made = page.replace("`KNN()`", "[`KNN()`](methods/KNN.md)")
    assert links.to_methods(page, "LOF", ("KNN", "LOF", "PCA")) == made


def test_links_are_turned_to_where_things_stand() -> None:
    pages = {"architecture.md", "architecture/rooms.md", "chapters/gan.md", "methods/GAN.md"}
    page = "[a](architecture.md#rooms) [b](methods.md#gan) [c](../setup.cfg) [d](#there)"
    assert links.turned(page, "methods/GAN.md", pages) == (
        "[a](../architecture/rooms.md) [b](../chapters/gan.md) c (`setup.cfg`) [d](GAN.md#there)"
    )


def _run(page: str) -> str:
    """Return the code of a page that runs in a test, or is drawn from what a command prints."""
    folder, _, name = page.rpartition("/")
    if folder == "methods":  # by a law of every model
        return _typed(section(inspect.getdoc(entries()[name].load()) or "", "Examples"))
    if folder == "chapters":  # by test_docs_consistency.py
        of = next(e for e in entries().values() if field_pages.chapter_of(e) == name)
        return _typed(inspect.getdoc(importlib.import_module(of.module.rpartition(".")[0])) or "")
    if page == "tree":
        return "likely methods --tree"
    path = build.ROOT / "docs" / f"{name}.md"
    assert path in build.written_pages()  # by test_readme.py
    found = blocks.find(path.read_text(encoding="utf-8"))
    return "\n".join(block.body for block in found if block.language == "python")


def _typed(docstring: str) -> str:
    """Return what is typed in the examples of a docstring, but for what is skipped."""
    examples = doctest.DocTestParser().get_examples(docstring)
    return "".join(e.source for e in examples if not e.options.get(doctest.SKIP))


def _models(branches: tuple[Branch, ...]) -> list[str]:
    return [
        name
        for branch in branches
        for name in [*(e.name for e in branch.models), *_models(branch.branches)]
    ]
