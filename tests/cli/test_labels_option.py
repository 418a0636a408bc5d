"""`--labels`: the column is told to the method, not shown to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

Run = Callable[..., Result]
FEW = ("--method", "FewLabels", "--set", 'members=["KNN"]', "--set", "n_trees=20")


@pytest.fixture(scope="module")
def frauds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV file whose first 12 rows are alike; 4 of them are labelled, and 120 as ordinary."""
    rows = np.random.default_rng(0).normal(size=(240, 3))
    rows[:12] = 0.2 * rows[:12] + [1.5, -1.5, 1.5]
    labels = ["1"] * 4 + [""] * 116 + ["0"] * 120
    lines = [
        ",".join(f"{x:.4f}" for x in row) + f",{y}" for row, y in zip(rows, labels, strict=True)
    ]
    path = tmp_path_factory.mktemp("labels") / "frauds.csv"
    path.write_text("\n".join(["a,b,c,fraud", *lines]) + "\n", encoding="utf-8")
    return path


def test_rows_like_the_labelled_ones_come_first(run: Run, frauds: Path) -> None:
    result = run("detect", frauds, "--labels", "fraud", *FEW, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert any("4 known anomalies are learnt from" in note for note in told["notes"])
    assert "120 rows labelled ordinary" in told["summary"]
    assert sum(entry["row"] <= 12 for entry in told["oddest"][:10]) >= 8


def test_a_model_file_needs_no_labels_later(run: Run, frauds: Path, tmp_path: Path) -> None:
    file = tmp_path / "m.likely"
    result = run("learn", frauds, "--labels", "fraud", *FEW, "-o", file, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["columns"] == ["a", "b", "c"]
    assert told["set_aside"] == {"fraud": "labels"}
    new = tmp_path / "new.csv"
    new.write_text("a,b,c\n1.5,-1.5,1.5\n0.1,0.0,-0.1\n", encoding="utf-8")
    result = run("detect", new, "--model", file, "--fpr", "0.05", "--json")
    assert [e["row"] for e in json.loads(result.stdout)["oddest"] if e["anomaly"]] == [1]


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--labels", "a"), 3, "must be 1 (anomaly)"),
        (("--labels", "nothing"), 3, "no column named 'nothing'"),
        (("--labels", "fraud", "--model", "m.likely"), 2, "--labels cannot go with --model"),
    ],
)
def test_wrong_labels_end_with_a_message(
    run: Run, frauds: Path, options: tuple[str, ...], code: int, words: str
) -> None:
    result = run("detect", frauds, *options)
    assert result.exit_code == code
    assert words in result.output
