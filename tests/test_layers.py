"""The shape of the house: layers, light start, short files, clean text."""

import re
import statistics
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from likely.core import catalogue

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "likely"
FILES = sorted(SOURCE.rglob("*.py"))
HEAVY = ("numpy", "scipy", "sklearn", "pyarrow", "narwhals", "pandas", "polars", "torch")
COMMANDS = ["", "detect", "learn", "judge", "explain", "compare", "methods", "inspect"]


def test_imports_point_downwards() -> None:
    lint = "from importlinter.cli import lint_imports_command as run; run(['--no-cache'])"
    done = subprocess.run(
        [sys.executable, "-c", lint], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_import_loads_nothing_heavy() -> None:
    assert _loaded_after("import likely") == []


def test_reading_the_catalogue_loads_nothing_heavy() -> None:
    assert _loaded_after("from likely.core.catalogue import entries; assert entries()") == []


def test_models_of_series_without_networks_load_no_torch() -> None:
    """Models on networks stand beside light ones in one room: only their own leaves load torch."""
    entries = catalogue.entries().values()
    light = [one.name for one in entries if one.family == "series" and not _on_network(one.module)]
    assert {"Panel", "Forecaster"} <= set(light)
    run = f"""
import numpy as np
from likely import series
wave = np.sin(np.arange(300) / 5)[:, None]
for name in {light!r}:
    model = getattr(series, name)
    model(**model.fast).fit(wave).score_samples(wave)
"""
    assert "torch" not in _loaded_after(run)


def _on_network(module: str) -> bool:
    text = SOURCE.joinpath(*module.split(".")[1:]).with_suffix(".py").read_text(encoding="utf-8")
    return re.search(r"^import torch$", text, re.MULTILINE) is not None


@pytest.mark.parametrize("command", COMMANDS)
def test_help_loads_nothing_heavy(command: str) -> None:
    assert find_spec("likely.cli") is not None, "the command line is missing"
    run = f"""
import runpy
sys.argv = ["likely", *{command.split()!r}, "--help"]
try:
    runpy.run_module("likely", run_name="__main__")
except SystemExit as end:
    assert not end.code, end.code
"""
    assert _loaded_after(run) == []


def _loaded_after(code: str) -> list[str]:
    report = f"print('loaded:', *[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\n{report}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.rpartition("loaded:")[2].split()


def test_files_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    too_long = {str(p.relative_to(SOURCE)): n for p, n in lengths.items() if n > 400}
    assert not too_long, f"split by idea: {too_long}"
    assert statistics.median(lengths.values()) <= 150


FORBIDDEN = {
    "a bare print": r"^\s*print\(",
    "a path of somebody's machine": r"/(?:home|Users|work|root|tmp)/\w",
    "unfinished work": r"\b(?:TODO|FIXME|XXX)\b|NotImplementedError",
    "an ignored type error": r"type: ignore",
    "pickle": r"^\s*(?:import|from) (?:pickle|joblib|dill|cloudpickle)\b",
    "an import that may fail": r"^\s*try:\n\s*(?:import|from) ",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_source_is_free_of(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what], re.MULTILINE)
    texts = {path: path.read_text(encoding="utf-8") for path in FILES}
    found = [
        f"{path.relative_to(SOURCE)}:{text.count(chr(10), 0, match.end()) + 1}: {match[0].strip()}"
        for path, text in texts.items()
        for match in pattern.finditer(text)
    ]
    assert not found, f"{what}:\n" + "\n".join(found)
