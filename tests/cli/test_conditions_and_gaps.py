"""`likely generate --where --rule`, straight from data, and `likely impute`."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def stays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stays") / "stays.csv"
    rng = np.random.default_rng(0)
    days = np.datetime64("2026-01-01") + rng.integers(0, 90, 150)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["guest", "arrival", "departure", "age", "sex"])
        for i, day in enumerate(days):
            age = "" if i % 9 == 0 else rng.integers(18, 80)
            left = day + (rng.integers(0, 14) if i else -2)
            writer.writerow([f"G{i:04d}", day, left, age, "FM"[i % 2]])
    return path


def test_conditions_and_rules_from_a_file_of_data(run: Run, stays: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    asked = ["--where", "age=40..60", "--where", "sex=F", "--rule", "departure >= arrival"]
    result = run("generate", stays, "-n", "30", *asked, "-o", out)
    assert result.exit_code == 0, result.output
    said = " ".join(result.output.split())
    assert "The conditions hold for about" in said
    assert "1 of 150 rows learnt from breaks the rule 'departure >= arrival'." in said
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 30
    assert rows[0]["guest"] == "G0150"
    assert all(40 <= int(row["age"]) <= 60 and row["sex"] == "F" for row in rows)
    assert all(row["departure"] >= row["arrival"] for row in rows)


def test_conditions_of_every_form(run: Run, stays: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.likely"
    assert run("learn", stays, "--aim", "generate", "-o", model).exit_code == 0
    for said, fits in (
        ("age=..30", lambda row: row["age"] <= 30),
        ("age=70..", lambda row: row["age"] >= 70),
        ("age=", lambda row: row["age"] is None),
        ("sex=M,F", lambda row: row["sex"] in "MF"),
        ('sex=["M"]', lambda row: row["sex"] == "M"),
        (
            "arrival=2026-02-01..2026-02-07",
            lambda row: "2026-02-01" <= row["arrival"] < "2026-02-08",
        ),
    ):
        result = run("generate", model, "-n", "9", "--where", said, "--json")
        assert result.exit_code == 0, result.output
        found = json.loads(result.output)
        assert 0 < found["probability"] <= 1
        assert all(fits(row) for row in found["samples"]), said
    assert run("generate", model, "--where", "age").exit_code == 2
    assert run("generate", model, "--where", "age=200..").exit_code == 3
    assert run("generate", model, "--rule", "age >").exit_code == 2
    assert "cannot go with a model file" in run("generate", model, "--method", "VAE").output


def test_impute_fills_gaps_only(run: Run, stays: Path, tmp_path: Path) -> None:
    out = tmp_path / "filled.csv"
    result = run("impute", stays, "-o", out)
    assert result.exit_code == 0, result.output
    assert "Filled 17 cells." in result.output
    for before, after in zip(
        stays.read_text().splitlines(), out.read_text().splitlines(), strict=True
    ):
        old, new = before.split(","), after.split(",")
        assert old[:3] == new[:3]
        assert new[3] == old[3] or (old[3] == "" and 18 <= int(new[3]) <= 80)
    assert "column 'guest' is set aside" in " ".join(result.output.split())
    model = tmp_path / "m.likely"
    run("learn", stays, "--aim", "generate", "-o", model)
    result = run("impute", stays, "--model", model, "-o", out, "--json")
    assert json.loads(result.output)["filled"] == {"age": 17}
    odd = tmp_path / "odd.csv"
    odd.write_text(stays.read_text().replace("-01-", "-01x", 1))
    result = run("impute", odd, "--model", model, "-o", out, "--json")
    assert "of 150 values is not a date ('2026-01x" in json.loads(result.output)["notes"][0]
    result = run("impute", stays, "--model", model, "--method", "VAE", "-o", out)
    assert "cannot go with --model" in result.output
