"""What the README and the pages in docs/ say is so: code runs, commands parse, tables are fresh."""

import importlib
import re
import shlex
import sys
from pathlib import Path
from types import ModuleType

import pytest

from likely.cli import application
from likely.core.catalogue import entries

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "docs"), str(ROOT / "examples")]
build: ModuleType = importlib.import_module("build")
blocks: ModuleType = importlib.import_module("blocks")
code_lines: ModuleType = importlib.import_module("code_lines")
demo: ModuleType = importlib.import_module("demo")
links: ModuleType = importlib.import_module("links")

PAGES = [
    pytest.param(path.read_text(encoding="utf-8"), id=path.name) for path in build.written_pages()
]
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    demo.write_tumours(tmp_path / "demo")
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_python_blocks_run(page: str, folder: Path) -> None:
    names: dict[str, object] = {}
    for block in blocks.find(page):
        if block.language == "python":
            blocks.run(block.body, names, folder)


@pytest.mark.parametrize("page", PAGES)
def test_quoted_commands_parse(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for line in blocks.commands(page):
        _, verb, *arguments = shlex.split(line)
        application.commands[verb].make_context(verb, arguments)


@pytest.mark.parametrize("page", PAGES)
def test_commands_named_in_the_text_exist(page: str) -> None:
    for verb in re.findall(r"`likely (\w+)", page):
        assert verb in application.commands


@pytest.mark.parametrize("page", PAGES)
def test_every_output_is_there(page: str) -> None:
    found = blocks.find(page)
    for block in found:
        if block.language == "console":
            quoted = [line for line in block.body.splitlines() if line.startswith(blocks.PROMPT)]
            assert quoted
            assert len(block.body.splitlines()) > len(quoted), f"no output below {quoted}"
        if block.language == "text":
            assert block.body.strip(), "python docs/build.py fills it"


@pytest.mark.parametrize("name", build.GENERATED)
def test_generated_pages_are_fresh(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == build.GENERATED[name](), (
        f"{name} is not what the code says now; run: python docs/build.py"
    )


@pytest.mark.parametrize("page", PAGES)
def test_generated_parts_are_fresh(page: str) -> None:
    assert build.with_parts(page) == page, "run: python docs/build.py"


def test_links_lead_to_the_code_that_is_quoted() -> None:
    quoted = "`class Codec(nn.Module):` ([layers.py](../src/likely/nets/layers.py#L1))"
    line = (ROOT / "src/likely/nets/layers.py").read_text(encoding="utf-8").splitlines().index(
        "class Codec(nn.Module):"
    ) + 1
    assert code_lines.with_numbers(quoted) == quoted.replace("#L1", f"#L{line}")
    with pytest.raises(ValueError, match="has 0 lines with"):
        code_lines.with_numbers(quoted.replace("Codec", "Codex"))


def test_readme_names_every_method() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in entries() if f"`{name}`" not in readme] == []
    count = re.search(r"\*\*(\d+) methods\*\*", readme)
    assert count is not None
    assert int(count[1]) == len(entries())


def test_command_line_page_covers_every_option() -> None:
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    for command in application.commands.values():
        for parameter in command.params:
            assert all(f"`{option}" in page for option in parameter.opts if option[0] == "-")


@pytest.mark.parametrize("path", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))])
def test_links_lead_somewhere(path: Path) -> None:
    for target, anchor in LINK.findall(path.read_text(encoding="utf-8")):
        there = path.parent / target if target else path
        assert there.exists(), f"{path.name} links to {target}"
        if anchor and there.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in map(links.anchor, headings)


def test_refresh_runs_what_stands_there(tmp_path: Path) -> None:
    page = "a\n```python\nprint(1 + 1)\n```\n\n```text\nold\n```\nb\n```sh\nmake demo\n```\n"
    assert blocks.refresh(page, tmp_path) == page.replace("old", "2")


def test_the_plain_autoencoder_and_ours_are_the_same_detector(folder: Path) -> None:
    page = (ROOT / "docs" / "autoencoder-step-by-step.md").read_text(encoding="utf-8")
    walk, _ = page.split("## What calibration adds")
    names: dict[str, object] = {}
    for block in blocks.find(walk):
        if block.language == "python":
            blocks.run(block.body, names, folder)
    plain, same = names["plain"], names["same"]
    assert isinstance(plain, float)
    assert isinstance(same, float)
    assert plain > 0.9
    assert abs(plain - same) <= 1e-6
