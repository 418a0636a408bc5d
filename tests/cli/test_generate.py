"""`likely generate`: texts, rows, arrays."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

import likely
from likely.testing.texts import sentences

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("generate") / "m.likely"
    method = likely.autoregressive.GPT(**likely.autoregressive.GPT.fast)
    likely.learn(sentences(), method=method).save(path)
    return path


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("generate") / "rows.likely"
    data = np.random.default_rng(0).normal(size=(100, 2))
    likely.learn(data, method="VAE", budget="5 steps").save(path)
    return path


def test_texts_follow_a_prompt(run: Run, texts: Path) -> None:
    result = run("generate", texts, "-n", "2", "--prompt", "my aunt", "--length", "9", "--json")
    assert result.exit_code == 0, result.output
    drawn = json.loads(result.output)["samples"]
    assert [text[:7] for text in drawn] == ["my aunt"] * 2
    assert [len(text) for text in drawn] == [16, 16]
    printed = run("generate", texts, "--prompt", "my aunt", "--temperature", "0")
    assert printed.output.startswith("my aunt")


def test_texts_go_to_a_file(run: Run, texts: Path, tmp_path: Path) -> None:
    path = tmp_path / "more.txt"
    assert run("generate", texts, "-n", "3", "-o", path).exit_code == 0
    assert path.read_text().count("\n") >= 3
    result = run("generate", texts, "-o", tmp_path / "more.csv")
    assert result.exit_code == 2
    assert "Texts go to files that end in .txt" in result.output


def test_rows_are_printed_and_written(run: Run, rows: Path, tmp_path: Path) -> None:
    assert "column_0" in run("generate", rows, "-n", "30").output
    assert len(json.loads(run("generate", rows, "-n", "3", "--json").output)["samples"]) == 3
    path = tmp_path / "more.csv"
    assert run("generate", rows, "-n", "5", "-o", path, "-q").output == ""
    assert len(path.read_text().splitlines()) == 6
    result = run("generate", rows, "--prompt", "x")
    assert result.exit_code == 2
    assert "prompt is for models of texts" in result.output
