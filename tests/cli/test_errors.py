"""Every error is one clear message on stderr and a documented exit code."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import likely
from likely.cli import application
from likely.cli.application import exit_code

Run = Callable[..., Result]
WRONG_COMMANDS = [
    ("detect",),
    ("detect", "DATA", "--no-such-option"),
    ("no-such-command",),
    ("detect", "DATA", "--method", "KNM"),
    ("detect", "DATA", "--method", "KNN", "--set", "n_neighbors=0"),
    ("detect", "DATA", "--method", "KNN", "--set", "neighbours=3"),
    ("detect", "DATA", "--method", "KNN", "--set", "n_neighbors"),
    ("detect", "DATA", "--method", "KNN", "--set", "seed=3"),
    ("detect", "DATA", "--fdr", "2"),
    ("detect", "DATA", "--fdr", "0.1", "--top", "3"),
    ("detect", "DATA", "--seed", "-1"),
    ("detect", "DATA", "-o", "findings.docx"),
    ("detect", "DATA", "-o", "no/such/folder/findings.csv"),
    ("explain", "DATA", "--method", "KNN", "--row", "5000"),
    ("learn", "DATA"),
]


@pytest.mark.parametrize("words", WRONG_COMMANDS, ids=" ".join)
def test_wrong_commands_and_parameters(run: Run, payments: Path, words: tuple[str, ...]) -> None:
    _fails(run(*[payments if word == "DATA" else word for word in words]), 2)


@pytest.mark.parametrize(
    "words",
    [
        ("detect", "nowhere.csv"),
        ("detect", "DATA", "--ignore", "no such column"),
        ("detect", "DATA", "--columns", "no such column"),
        ("detect", "DATA", "--method", "KNN", "--alerts", "1/day"),
        ("compare", "DATA", "--labels", "land"),
    ],
    ids=" ".join,
)
def test_data_that_cannot_be_used(run: Run, payments: Path, words: tuple[str, ...]) -> None:
    _fails(run(*[payments if word == "DATA" else word for word in words]), 3)


def test_model_files_that_cannot_be_used(run: Run, payments: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "m.likely"
    damaged.write_bytes(b"no model at all, but long enough to look at")
    for file in (damaged, tmp_path / "nowhere.likely"):
        _fails(run("inspect", file), 4)
        _fails(run("detect", payments, "--model", file), 4)


def test_every_error_has_a_code() -> None:
    assert exit_code(likely.MissingDependency("spreadsheets", "python-calamine", "excel")) == 5
    assert exit_code(likely.CannotDo("x")) == 2
    assert exit_code(likely.DamagedFile("x")) == 4
    assert exit_code(likely.LikelyError("x")) == 1


def test_stopping_is_no_crash(run: Run, monkeypatch: pytest.MonkeyPatch, payments: Path) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("likely.workflow.learn.detect", stop)
    result = run("detect", payments)
    assert result.exit_code == 130
    assert "Traceback" not in result.output


def test_help_tells_the_exit_codes(run: Run) -> None:
    text = " ".join(run("--help").output.split())
    for code in (
        "0 done",
        "2 wrong",
        "3 data",
        "4 model file",
        "5 optional",
        "10 something",
        "11 synth",
    ):
        assert code in text
    assert set(application.commands) == {
        "detect", "watch", "learn", "generate", "judge", "explain", "compare", "methods",
        "inspect",
    }  # fmt: skip


def test_nothing_is_learnt_before_the_output_is_known_to_work(
    run: Run, monkeypatch: pytest.MonkeyPatch, payments: Path
) -> None:
    monkeypatch.setattr("likely.workflow.learn.detect", lambda *_, **__: pytest.fail("learnt"))
    _fails(run("detect", payments, "--report", "no/such/folder/report.html"), 2)


def _fails(result: Result, code: int) -> None:
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr
