"""A messy file as people have them, and a way to run commands on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from likely.cli import application

ROWS = 200
GROSS = 41
"""The row of `payments`, counted from 1, that holds a gross amount."""


@pytest.fixture(scope="session")
def payments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV file with `;`, decimal commas, a BOM, missing markers, an id column and labels."""
    rng = np.random.default_rng(0)
    amounts, weights = rng.uniform(400, 600, ROWS), rng.uniform(50, 90, ROWS)
    amounts[GROSS - 1] = 90_000
    lines = ["id;amount;weight;land;note;odd"]
    for i, land in enumerate(rng.choice(["DE", "FR", "UK"], ROWS)):
        amount = "N/A" if i % 5 == 3 else f"{amounts[i]:.2f}".replace(".", ",")
        weight = f"{weights[i]:.1f}".replace(".", ",")
        note = "=1+1" if i == GROSS - 1 else "-5"
        lines.append(f"K{i + 1000};{amount};{weight};{land};{note};{int(i == GROSS - 1)}")
    path = tmp_path_factory.mktemp("cli") / "payments.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return a function that runs a command line in this process."""
    monkeypatch.delenv("COLUMNS", raising=False)

    def invoke(*words: object, stdin: bytes | None = None) -> Result:
        arguments = [str(word) for word in words]
        return CliRunner().invoke(application, arguments, input=stdin, prog_name="likely")

    return invoke


@pytest.fixture(scope="session")
def model(payments: Path) -> Path:
    """A model file learnt from `payments`."""
    path = payments.with_name("m.likely")
    words = ["learn", payments, "-o", path, "--method", "KNN", "--ignore", "odd", "--quiet"]
    result = CliRunner().invoke(application, [str(word) for word in words])
    assert (result.exit_code, result.output) == (0, "")
    return path
