"""`likely learn`, `explain`, `compare`, `methods` and `inspect`."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

import likely
from likely.core.catalogue import entries

Run = Callable[..., Result]
GROSS = 41


def test_learn_says_what_it_did(run: Run, payments: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.likely"
    words = ("learn", payments, "-o", path, "--method", "ZScore", "--no-rows", "--ignore", "odd")
    result = run(*words)
    assert result.exit_code == 0, result.output
    assert "Learnt 200 rows and 4 columns with ZScore." in result.output
    assert len(likely.load(path).likely_rows) == 0
    told = json.loads(run(*words, "--json").stdout)
    assert told["columns"] == ["amount", "weight", "land", "note"]
    assert told["set_aside"] == {"id": "id-like", "odd": "ignored"}
    assert told["written"] == [str(path)]


def test_normal_rows_are_all_learnt(run: Run, payments: Path, tmp_path: Path) -> None:
    for name, words in (("clean", ["--normal"]), ("mixed", [])):
        path = tmp_path / f"{name}.likely"
        assert run("learn", payments, "-o", path, "--method", "KNN", *words, "-q").exit_code == 0
    sizes = [likely.load(tmp_path / f"{name}.likely").reference.n for name in ("clean", "mixed")]
    assert sizes[0] == 200
    assert 190 < sizes[1] < 200


def test_explain_names_the_column(run: Run, payments: Path, model: Path) -> None:
    for words in (["--model", model], ["--method", "KNN", "--ignore", "odd"]):
        result = run("explain", payments, *words, "--row", GROSS)
        assert result.exit_code == 0, result.output
        assert f"Row {GROSS}: " in result.output
        lines = result.output.splitlines()
        heads = next(i for i, line in enumerate(lines) if line.startswith("column"))
        assert lines[heads + 1].startswith("amount")
        told = json.loads(
            run("explain", payments, *words, "--row", 3, "--row", GROSS, "--json").stdout
        )
        assert [row["row"] for row in told["rows"]] == [3, GROSS]
        assert told["rows"][1]["reasons"][0]["column"] == "amount"


def test_explain_takes_the_oddest_rows_by_itself(run: Run, payments: Path, model: Path) -> None:
    told = json.loads(run("explain", payments, "--model", model, "--json").stdout)
    assert len(told["rows"]) == 5
    assert told["rows"][0]["row"] == GROSS


def test_compare(run: Run, payments: Path) -> None:
    words = ("compare", payments, "--methods", "KNN,ECOD", "--labels", "odd")
    result = run(*words)
    assert result.exit_code == 0, result.output
    assert all(
        name in result.output for name in ("KNN", "ECOD", "ZScore (baseline)", "AUROC", "MiB")
    )
    told = json.loads(run(*words, "--json").stdout)
    assert [row["method"] for row in told["results"]] == ["KNN", "ECOD", "ZScore (baseline)"]
    assert (told["rows"], told["labelled"], told["anomalies"]) == (200, 200, 1)
    assert told["results"][0]["auroc"] == 1.0


def test_compare_takes_settings_and_detectors_of_other_packages(run: Run, payments: Path) -> None:
    method = "sklearn.neighbors:LocalOutlierFactor(n_neighbors=10, novelty=True)"
    words = ("compare", payments, "--method", f"KNN(n_neighbors=3), {method}", "--method", "ECOD")
    told = json.loads(run(*words, "--ignore", "odd", "--fpr", 0.05, "--json").stdout)
    names = ["KNN(n_neighbors=3)", method.replace(".neighbors:", "."), "ECOD"]
    assert [row["method"] for row in told["results"]] == names
    assert told["fpr"] == 0.05
    assert all(0 <= row["alarm_rate"] <= 1 for row in told["results"])
    unknown = run("compare", payments, "--method", "no_such_package:KNN")
    assert unknown.exit_code != 0
    assert "cannot be used" in unknown.output


def test_methods_lists_the_catalogue(run: Run) -> None:
    text = run("methods").output
    told = json.loads(run("methods", "--json").stdout)
    assert [row["name"] for row in told] == list(entries())
    assert all(name in text for name in entries())


def test_inspect_says_what_is_inside(run: Run, model: Path) -> None:
    result = run("inspect", model)
    assert result.exit_code == 0, result.output
    assert "digest intact" in result.output
    assert "KNN" in result.output
    assert "amount" in result.output
    told = json.loads(run("inspect", model, "--json").stdout)
    assert told["digest"] == "intact"
    assert told["bytes"] == model.stat().st_size
