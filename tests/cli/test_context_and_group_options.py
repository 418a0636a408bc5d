"""`--context` and `--group` on the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    lines = ["shop,season,bill,age"]
    for i in range(1_800):
        season = ("summer", "winter")[i % 2]
        bill = 200.0 if season == "summer" or i == 5 else 50.0
        age = 40.0 if i // 20 == 7 else rng.normal(40, 10)
        lines.append(f"s{i // 20},{season},{bill + rng.normal(0, 10):.2f},{age:.2f}")
    path = tmp_path / "visits.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_bill_is_judged_by_its_season(run: Run, visits: Path) -> None:
    result = run("detect", visits, "--context", "season", "--ignore", "shop,age", "--top", "1")
    assert result.exit_code == 0, result.output
    assert "given season" in result.output
    assert "bill is 20" in result.output


def test_groups_are_judged_and_named(run: Run, visits: Path) -> None:
    result = run("detect", visits, "--group", "shop")
    assert result.exit_code == 0, result.output
    assert "of 90 groups" in result.output
    assert "shop s7: spread of age is 0" in " ".join(result.output.split())


def test_a_file_keeps_how_rows_are_grouped(run: Run, visits: Path, tmp_path: Path) -> None:
    file = tmp_path / "m.likely"
    learnt = run("learn", visits, "--group", "shop", "-o", file)
    assert "Learnt 90 groups" in learnt.output
    result = run("detect", visits, "--model", file, "--top", "2")
    assert "2 oddest of 90 groups" in result.output


def test_series_of_groups_are_named(run: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    load = rng.normal(50, 1, (300, 2))
    load[100, 1] = 90.0
    path = tmp_path / "sensors.csv"
    lines = [
        f"2026-03-{1 + i // 24:02} {i % 24:02}:00,{name},{load[i, j]:.2f}"
        for i in range(300)
        for j, name in enumerate("ab")
    ]
    path.write_text("\n".join(["time,machine,load", *lines]) + "\n", encoding="utf-8")
    asked = ("detect", path, "--group", "machine", "--method", "SubPCA", "--top", "1")
    result = run(*asked)
    assert result.exit_code == 0, result.output
    assert "machine b, 2026-03-05" in " ".join(result.output.split())
    assert json.loads(run(*asked, "--json").stdout)["oddest"][0]["entity"] == "b"


def test_a_series_is_judged_given_its_mode(run: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    lines = ["time,mode,heat"]
    for i in range(1_000):
        mode = ("idle", "busy")[i // 25 % 2]
        heat = 50.0 if mode == "busy" or i == 508 else 5.0
        clock = np.datetime64("2026-03-02T00:00:00") + i * np.timedelta64(15, "m")
        lines.append(f"{clock},{mode},{heat + rng.normal(0, 0.5):.2f}")
    (tmp_path / "oven.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    asked = ("detect", tmp_path / "oven.csv", "--method", "Seasonal", "--top", "1")
    result = run(*asked, "--context", "mode")
    assert result.exit_code == 0, result.output
    assert "2026-03-07 07:00:00" in result.output
    assert "Channels are judged given mode" in " ".join(result.output.split())
