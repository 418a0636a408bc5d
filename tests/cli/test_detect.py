"""`likely detect` as people and as machines use it."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet
import pytest
from click.testing import Result

import likely

Run = Callable[..., Result]
KNN = ("--method", "KNN", "--ignore", "odd")
SURE = (*KNN, "--fdr", "0.01")
GROSS = 41


def test_people_get_verdict_promise_notes_and_the_row(run: Run, payments: Path) -> None:
    result = run("detect", payments, *SURE)
    assert result.exit_code == 0, result.output
    assert "1 of 200 rows" in result.output
    assert "(fdr)" in result.output
    assert "assumption" in result.output
    assert "column 'id' is set aside" in result.output
    line = next(line for line in result.output.splitlines() if line.startswith(f" {GROSS}"))
    assert "1 in " in line
    assert "amount is 90,000 where" in line
    assert "\x1b" not in result.output


def test_machines_get_the_same_as_strict_json(run: Run, payments: Path) -> None:
    result = run("detect", payments, *SURE, "--json")
    told = json.loads(result.stdout, parse_constant=pytest.fail)
    found = likely.detect(payments, "KNN", ignore=["odd"], fdr=0.01)
    assert told["summary"] == found.summary()
    assert told["notes"] == list(found.notes)
    assert (told["rows"], told["findings"]) == (200, 1)
    assert told["promise"]["name"] == "fdr"
    assert not told["promise"]["ranking_only"]
    (row,) = told["oddest"]
    assert row["row"] == GROSS
    assert row["surprise_bits"] == pytest.approx(found.surprise[GROSS - 1])
    assert row["reasons"][0]["column"] == "amount"
    assert row["reasons"][0]["value"] == "90,000"
    assert row["sentence"].startswith("amount is 90,000")


def test_clean_data_show_their_oddest_rows_all_the_same(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "clean.csv"
    path.write_text("a,b\n" + "".join(f"{i * 7 % 101},{i * 13 % 97}\n" for i in range(120)))
    result = run("detect", path, "--method", "KNN", "--fdr", "0.01", "--show", "3")
    assert result.exit_code == 0, result.output
    assert "Nothing odd" in result.output or "ranking" in result.output
    assert "The 3 oddest rows" in result.output


@pytest.mark.parametrize(
    ("code", "found"), [(10, ()), (0, ("--columns", "weight", "--fdr", "1e-6"))]
)
def test_findings_can_fail_a_script(run: Run, payments: Path, code: int, found: tuple) -> None:
    words = found or KNN[2:]
    result = run("detect", payments, "--method", "KNN", *words, "--fail-on-findings", "-q")
    assert (result.exit_code, result.output) == (code, "")


def test_a_model_file_judges_new_rows(run: Run, payments: Path, model: Path) -> None:
    new = "id;amount;weight;land;note\n1;512,5;71,0;DE;-5\n2;90000,0;70,0;FR;-5\n"
    result = run("detect", "-", "--model", model, "--fpr", "0.05", "--json", stdin=new.encode())
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert [row["row"] for row in told["oddest"]] == [2]
    assert "reference rows" in told["promise"]["basis"]


def test_odd_cells_of_new_rows_are_named(run: Run, payments: Path, model: Path) -> None:
    new = "id;amount;weight;land;note\n1;1,512.50;error;DE;-5\n2;511,5;70,0;FR;-5\n"
    result = run("detect", "-", "--model", model, "--fpr", "0.05", "--json", stdin=new.encode())
    assert result.exit_code == 0, result.output
    notes = json.loads(result.stdout)["notes"]
    assert any("('1,512.50' in row 1); it is read as 1512.5;" in note for note in notes)
    assert any("is not a number ('error' in row 1); it is treated" in note for note in notes)
    assert any("'weight': 1 of 2 values is missing; none was in learning" in note for note in notes)


def test_a_page_is_no_table(run: Run, payments: Path, tmp_path: Path) -> None:
    result = run("detect", payments, "-o", tmp_path / "page.html")
    assert result.exit_code == 2
    assert "A page is written by --report" in " ".join(result.stderr.replace("│", " ").split())


def test_learning_options_cannot_go_with_a_model(run: Run, payments: Path, model: Path) -> None:
    result = run("detect", payments, "--model", model, "--method", "KNN", "--seed", "0")
    assert result.exit_code == 2
    assert "--method" in result.stderr
    assert "--seed" in result.stderr


def test_csv_for_spreadsheets_holds_no_formula(run: Run, payments: Path, tmp_path: Path) -> None:
    path = tmp_path / "found.csv"
    result = run("detect", payments, *SURE, "-o", path)
    assert result.exit_code == 0, result.output
    assert str(path) in result.output
    with path.open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["note"] == "'=1+1"
    assert row["amount"] == "90000,00"
    assert row["row"] == str(GROSS)
    assert row["anomaly"] == "true"


def test_other_formats(run: Run, payments: Path, tmp_path: Path) -> None:
    parquet, lines = tmp_path / "found.parquet", tmp_path / "found.jsonl"
    for path in (parquet, lines):
        assert run("detect", payments, *KNN, "--top", "3", "-o", path, "-q").exit_code == 0
    table = pyarrow.parquet.read_table(parquet)
    texts = lines.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(text, parse_constant=pytest.fail) for text in texts]
    assert table["row"].to_pylist() == [row["row"] for row in rows]
    assert table["row"][0].as_py() == GROSS
    assert table["note"][0].as_py() == "=1+1"  # escaping is for spreadsheets only


def test_settings_reach_the_method(run: Run, payments: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.likely"
    words = ("--method", "KNN", "--set", "n_neighbors=3", "--seed", "4")
    assert run("learn", payments, "-o", path, *words, "-q").exit_code == 0
    model = likely.load(path).model
    assert (model.n_neighbors, model.seed) == (3, 4)


def test_terminals_are_not_steered_by_data(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "evil.csv"
    rows = [f"{i % 17},{i % 7},ok\n" for i in range(60)] + ["8,3,\x1b[31m[bold]\u202ered\n"]
    path.write_text("a,b,c\n" + "".join(rows), encoding="utf-8")
    result = run("detect", path, "--method", "KNN", "--columns", "a,c", "--top", "1")
    assert result.exit_code == 0, result.output
    assert "[bold]" in result.output  # as text, not as markup
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output


def test_width_follows_the_terminal(
    payments: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    # `run` takes COLUMNS away only before the test
    lines = run("detect", payments, *KNN).output.splitlines()
    assert max(map(len, lines)) <= 60
    monkeypatch.delenv("COLUMNS")
    assert max(map(len, run("detect", payments, *KNN).output.splitlines())) > 100


def test_a_reader_that_leaves_early_is_no_error(payments: Path) -> None:
    code = f"""
import os, sys
reading, writing = os.pipe()
os.close(reading)
os.dup2(writing, 1)
sys.argv = ["likely", "detect", {str(payments)!r}, "--method", "KNN", "--json"]
from likely.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (141, "")
