"""`likely judge`."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Training rows, rows held out, and synthetic rows of which a tenth are copies."""
    rng = np.random.default_rng(0)
    folder = tmp_path_factory.mktemp("judge")
    made = [[f"{size:.3f},{'ab'[int(size > 0)]}" for size in rng.normal(size=50)] for _ in range(3)]
    made[2][:5] = made[0][:5]
    paths = [folder / f"{name}.csv" for name in ("train", "holdout", "synthetic")]
    for path, lines in zip(paths, made, strict=True):
        path.write_text("\n".join(["size,level", *lines]) + "\n", encoding="utf-8")
    return paths


def test_rows_are_judged_and_the_gate_has_a_code(
    run: Run, files: list[Path], tmp_path: Path
) -> None:
    train, holdout, made = files
    words = ("judge", made, "--train", train, "--holdout", holdout)
    page = tmp_path / "judged.html"
    result = run(*words, "--target", "level", "--report", page, "--max-copies", 0.2)
    assert result.exit_code == 0, result.output
    for text in ("50 synthetic rows beside", "Columns differ", "predict 'level'", "Passed: 10.00%"):
        assert text in result.output
    assert page.stat().st_size < 1_000_000
    refused = run(*words, "--max-copies", 0.01, "--json")
    assert refused.exit_code == 11
    told = json.loads(refused.stdout)
    assert told["gate"]["passed"] is False
    assert told["rows"] == {"synthetic": 50, "train": 50, "holdout": 50}


def test_other_columns_are_refused(run: Run, files: list[Path], tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("size,weight\n1,2\n", encoding="utf-8")
    result = run("judge", other, "--train", files[0], "--holdout", files[1])
    assert result.exit_code == 3
    assert "missing: 'level'" in result.stderr
