"""Docstrings agree with the code, and chapters with their contents."""

import ast
import doctest
import importlib
import inspect
import json
from pathlib import Path
from types import ModuleType

import pytest

import likely
from likely.base.capabilities import Density, Encoder, Reconstructor, Sampler, Tester
from likely.core.catalogue import FAMILIES, Entry, entries
from likely.testing.numpydoc import documented_parameters

ROOT = Path(likely.__file__).parent
MODULES = sorted(
    ".".join(("likely", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
    for path in ROOT.rglob("*.py")
    if path.name != "__main__.py"
)


RESULTS = sorted((Path(__file__).parents[1] / "benchmarks" / "results").glob("*.json"))


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_a_stored_result_names_a_script_that_is_there(path: Path) -> None:
    for command in json.loads(path.read_text(encoding="utf-8"))["command"].split(";"):
        python, script, *_ = command.split()
        assert python == "python"
        assert (path.parents[2] / script).is_file()


@pytest.mark.parametrize("name", MODULES)
def test_module(name: str) -> None:
    module = importlib.import_module(name)
    assert (module.__doc__ or "").strip(), f"{name} has no docstring"
    wrong = [text for owner in _public(module) for text in _disagreements(owner)]
    assert not wrong, "\n".join(wrong)


WITHOUT_MODELS = [name for name in MODULES if name not in {e.module for e in entries().values()}]


@pytest.mark.parametrize("name", WITHOUT_MODELS)  # a law runs the examples of models
def test_examples_run(name: str) -> None:
    module = importlib.import_module(name)
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(verbose=False)
    written: list[str] = []
    for test in finder.find(module, name):
        runner.run(test, out=written.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(written)


def test_catalogue_misses_no_class_with_a_card() -> None:
    with_card = {
        owner.name
        for family in FAMILIES
        for path in (ROOT / family).rglob("*.py")
        for owner in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(owner, ast.ClassDef) and any(map(_is_card, owner.body))
    }
    assert with_card == set(entries())


@pytest.mark.parametrize("entry", [pytest.param(e, id=e.name) for e in entries().values()])
def test_a_model_stands_in_a_file_of_its_name(entry: Entry) -> None:
    stem = entry.module.rpartition(".")[2]
    assert stem.replace("_", "") == entry.name.lower()


@pytest.mark.parametrize("entry", [pytest.param(e, id=e.name) for e in entries().values()])
def test_catalogue_agrees_with_the_class(entry: Entry) -> None:
    cls = entry.load()
    assert entry.kinds == tuple(cls.card["kinds"])
    assert entry.paper == cls.card["paper"]
    assert set(entry.capabilities) <= {base.__name__ for base in cls.__mro__}
    for ability in (Density, Sampler, Reconstructor, Encoder, Tester):
        assert issubclass(cls, ability) == (ability.__name__ in entry.capabilities)
    assert (cls.__doc__ or "").startswith(entry.summary)
    assert getattr(importlib.import_module(f"likely.{entry.family}"), entry.name) is cls


@pytest.mark.parametrize("folder", sorted({(e.family, e.branch) for e in entries().values()}))
def test_every_folder_of_models_has_a_chapter(folder: tuple[str, str]) -> None:
    chapter = importlib.import_module(".".join(("likely", *filter(None, folder)))).__doc__ or ""
    assert len(chapter.split()) >= 40, f"the chapter of {'/'.join(folder)} is too short"


def test_every_family_is_a_folder() -> None:
    assert all((ROOT / family / "__init__.py").exists() for family in FAMILIES)


def _is_card(statement: ast.stmt) -> bool:
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    return any(isinstance(target, ast.Name) and target.id == "card" for target in targets)


def _public(module: ModuleType) -> list[object]:
    """Return public functions and classes defined in a module, and public methods of the latter."""
    found: list[object] = []
    for name, owner in vars(module).items():
        own = getattr(owner, "__module__", "") == module.__name__
        if (
            name.startswith("_")
            or not own
            or not (inspect.isfunction(owner) or inspect.isclass(owner))
        ):
            continue
        found.append(owner)
        if inspect.isclass(owner):
            found += [
                method
                for verb, method in vars(owner).items()
                if inspect.isfunction(method) and not verb.startswith("_")
            ]
    return found


def _disagreements(owner: object) -> list[str]:
    name = getattr(owner, "__qualname__", repr(owner))
    if not getattr(owner, "__doc__", None):
        return [f"{name} has no docstring"]
    documented = documented_parameters(inspect.getdoc(owner) or "")
    if not documented:
        return []
    signature = inspect.signature(owner)
    taken = [parameter for parameter in signature.parameters if parameter != "self"]
    if list(documented) == taken:
        return []
    return [f"{name} documents {list(documented)} but takes {taken}"]
