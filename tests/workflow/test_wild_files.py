"""Files as people have them, from the command line to the findings; each holds one gross row."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import likely
from likely.cli import application

ROWS = 120
ODD = 57
"""The row with the gross amount, counted from 1."""

_RNG = np.random.default_rng(0)
AMOUNTS = np.where(np.arange(ROWS) == ODD - 1, 90_000.0, _RNG.normal(500, 20, ROWS))
WEIGHTS = _RNG.normal(70, 5, ROWS)
TOWNS = _RNG.choice(["Köln", "Zürich", "Malmö"], ROWS)
DAYS = _RNG.integers(1, 29, ROWS)
ZIPS = _RNG.integers(1000, 1010, ROWS)

Run = Callable[..., Result]


def _german(value: float) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def _text(head: str, cells: Callable[[int], list[str]], delimiter: str = ",") -> str:
    rows = (delimiter.join(cells(i)) for i in range(ROWS))
    return "\n".join([head, *rows]) + "\n"


def _plain(i: int) -> list[str]:
    return [f"{AMOUNTS[i]:.2f}", f"{WEIGHTS[i]:.2f}"]


PLAIN = _text("amount,weight", _plain)
GERMAN = _text("amount;weight", lambda i: [_german(AMOUNTS[i]), _german(WEIGHTS[i])], ";")

# name of the file, its bytes, words of a note (none: nothing needs saying about it)
FILES: list[tuple[str, bytes, str]] = [
    ("plain.csv", PLAIN.encode(), ""),
    ("UPPER.CSV", PLAIN.encode(), ""),
    ("mit Umlaut ü.csv", PLAIN.encode(), ""),
    ("semicolon and decimal comma.csv", GERMAN.encode(), ""),
    ("tabs.txt", GERMAN.replace(";", "\t").encode(), ""),
    ("byte order mark.csv", GERMAN.encode("utf-8-sig"), ""),
    ("written for Excel.csv", ("sep=;\r\n" + GERMAN).encode("utf-8-sig"), ""),
    ("utf 16.csv", GERMAN.encode("utf-16"), ""),
    ("windows line ends.csv", PLAIN.replace("\n", "\r\n").encode(), ""),
    ("old mac line ends.csv", PLAIN.replace("\n", "\r").encode(), ""),
    ("empty lines at the end.csv", (PLAIN + "\n\n").encode(), ""),
    ("compressed.csv.gz", gzip.compress(PLAIN.encode()), ""),
    ("lines.jsonl", "\n".join(
        json.dumps({"amount": AMOUNTS[i], "weight": WEIGHTS[i]}) for i in range(ROWS)
    ).encode(), ""),
    ("latin 1.csv", _text(
        "amount;größe;town", lambda i: [*map(_german, (AMOUNTS[i], WEIGHTS[i])), TOWNS[i]], ";"
    ).encode("latin-1"), "not UTF-8; it is read as cp1252"),
    ("dollars.csv", _text(
        "amount,weight", lambda i: [f'"${AMOUNTS[i]:,.2f}"', f"{WEIGHTS[i]:.2f}"]
    ).encode(), ""),
    ("percent.csv", _text(
        "amount,weight", lambda i: [f"{AMOUNTS[i]:.2f}", f"{WEIGHTS[i]:.2f} %"]
    ).encode(), ""),
    ("not available.csv", _text(
        "amount,weight", lambda i: [_plain(i)[0], _plain(i)[1] if i % 6 else "N/A"]
    ).encode(), "column 'weight': 20 of 120 values ('N/A') mean missing"),
    ("day first.csv", _text(
        "amount,weight,when", lambda i: [*_plain(i), f"{DAYS[i]:02d}/03/2024"]
    ).encode(), ""),
    ("day or month first.csv", _text(
        "amount,weight,when", lambda i: [*_plain(i), f"{DAYS[i] % 12 + 1:02d}/03/2024"]
    ).encode(), "are read day first, and nothing in the column tells"),
    ("zip codes.csv", _text(
        "amount,weight,zip", lambda i: [*_plain(i), f"0{ZIPS[i]}"]
    ).encode(), ""),
    ("identifiers.csv", _text(
        "customer_id,amount,weight", lambda i: [f"{1000 + 7 * i}", *_plain(i)]
    ).encode(), "column 'customer_id' is set aside: 120 different values in 120 rows look like"),
    ("free text.csv", _text(
        "amount,weight,story", lambda i: [*_plain(i), f"box {i} came in late and broken"]
    ).encode(), "column 'story' is set aside: 120 different values in 120 rows read like free"),
    ("quoted newlines.csv", _text(
        "note,amount,weight", lambda i: ['"one\nsaid ""two"", both"' if i % 3 else "no", *_plain(i)]
    ).encode(), ""),
    ("inches.csv", _text(
        "size,amount,weight", lambda i: ['5"' if i % 2 else "7", *_plain(i)]
    ).encode(), ""),
    ("one bad value.csv", PLAIN.replace(_plain(9)[1], "oops").encode(),
     "column 'weight': 1 of 120 values is not a number ('oops' in row 10)"),
    ("an empty column.csv", _text("amount,weight,c", lambda i: [*_plain(i), ""]).encode(),
     "column 'c' is set aside: it holds no value"),
    ("a delimiter too many.csv", _text("amount,weight,", lambda i: [*_plain(i), ""]).encode(),
     "the column at position 3 has no name"),
    ("the same name twice.csv", _text(
        "amount,weight,weight", lambda i: [*_plain(i), f"{i % 7}"]
    ).encode(), "becomes 'weight_2'"),
]  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a function that writes a file, and finds what is odd in it from the command line."""
    folder = tmp_path_factory.mktemp("wild")

    def invoke(name: str, content: bytes | None, *words: str) -> Result:
        if content is not None:
            (folder / name).write_bytes(content)
        arguments = ["detect", str(folder / name), "--method", "KNN", "--json", *words]
        return CliRunner().invoke(application, arguments, prog_name="likely")

    invoke.folder = folder
    return invoke


def _check_found(result: Result, note: str, column: str = "amount") -> None:
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    first = told["oddest"][0]
    assert (told["rows"], first["row"], first["anomaly"]) == (ROWS, ODD, True)
    assert first["reasons"][0]["column"] == column
    assert first["sentence"].startswith(f"{column} is 90,000 ")
    assert any(note in line for line in told["notes"])
    if not note:
        assert told["notes"] == ["KNN, as asked.", told["notes"][-1]]


@pytest.mark.parametrize(("name", "content", "note"), FILES, ids=[name for name, _, _ in FILES])
def test_the_gross_row_is_found(run: Run, name: str, content: bytes, note: str) -> None:
    _check_found(run(name, content), note)


@pytest.mark.parametrize(
    "name", ["latin 1.csv", "quoted newlines.csv", "zip codes.csv", "lines.jsonl"]
)
def test_findings_and_report_are_written(run: Run, tmp_path: Path, name: str) -> None:
    content = next(content for known, content, _ in FILES if known == name)
    table, report = tmp_path / "findings.csv", tmp_path / "report.html"
    result = run(name, content, "-o", str(table), "--report", str(report))
    assert result.exit_code == 0, result.output
    with table.open(newline="", encoding="utf-8") as file:
        first = next(iter(csv.DictReader(file)))
    assert (first["row"], first["anomaly"]) == (str(ODD), "true")
    assert first["reason"].startswith("amount is 90,000 ")
    if name == "zip codes.csv":
        assert first["zip"] == f"0{ZIPS[ODD - 1]}"
    if name == "quoted newlines.csv":
        assert first["note"] == 'one\nsaid "two", both'
    page = report.read_text(encoding="utf-8")
    assert len(page) < 1_000_000
    assert "amount is 90,000" in page


def test_a_workbook(run: Run, write_workbook: Callable[..., None]) -> None:
    pytest.importorskip("python_calamine")
    rows = [["town", "amount", "weight"]]
    rows += [[TOWNS[i], float(AMOUNTS[i]), float(WEIGHTS[i])] for i in range(ROWS)]
    write_workbook(run.folder / "book.xlsx", rows)
    _check_found(run("book.xlsx", None), "")


def test_no_header(run: Run) -> None:
    _check_found(run("bare.csv", PLAIN.partition("\n")[2].encode()), "", "column_0")


def test_one_bad_value_among_very_many(tmp_path: Path) -> None:
    n = 200_000
    values = np.random.default_rng(0).normal(500, 20, n).round(3).astype(str).tolist()
    values[5] = "oops"
    values[77] = "90000"
    path = tmp_path / "many.csv"
    path.write_text("amount,note\n" + "".join(f"{value},x\n" for value in values))
    found = likely.detect(path, method="ZScore", top=1)
    assert found.oddest.tolist() == [77]
    assert found.notes[0] == (
        "column 'amount': 1 of 200,000 values is not a number ('oops' in row 6); it is treated "
        "as missing"
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("nothing.csv", b"", "is empty"),
        ("names only.csv", b"a,b\n", "holds no rows"),
        ("one row.csv", b"a,b\n1,2\n", "at least 2 rows"),
        ("a short row.csv", (PLAIN + "5\n").encode(), f"line {ROWS + 2}, has 1 cells where 2"),
        ("an open quote.csv", PLAIN.replace(_plain(20)[0], '"5').encode(), "Quote cells"),
        ("a picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "is no text file"),
        ("web page.xls", b"<table><tr><td>1</td></tr></table>", "cannot be read as"),
        ("half.csv.gz", gzip.compress(PLAIN.encode())[:-20], "cannot be read as"),
        ("t.json", b"[]", "likely reads"),
        ("none.csv", None, "There is no file"),
    ],
)
def test_what_cannot_be_read_is_said(
    run: Run, name: str, content: bytes | None, message: str
) -> None:
    result = run(name, content)
    assert result.exit_code == 3, result.output
    assert result.stdout == ""
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_with_a_model_learnt_from_another_one(run: Run, tmp_path: Path) -> None:
    model = str(tmp_path / "m.likely")
    path = run.folder / "learnt.csv"
    path.write_bytes(GERMAN.encode("utf-8-sig"))
    words = ["learn", str(path), "--method", "KNN", "-o", model, "-q"]
    assert CliRunner().invoke(application, words).exit_code == 0
    new = run.folder / "new.csv"
    told = []
    for content in (
        "weight\tamount\n70,5\t501,25\n\t505\n71\t90.000,00\n",
        "weight,amount\n7.5,5\n8,6\n",
    ):
        new.write_text(content)
        result = CliRunner().invoke(application, ["detect", str(new), "--model", model, "--json"])
        assert result.exit_code == 0, result.output
        told.append(json.loads(result.stdout))
    same_style, other_style = told
    assert same_style["oddest"][0]["row"] == 3
    assert same_style["notes"][0].startswith("column 'weight': 1 of 3 values is missing; none was")
    assert "('7.5' in row 1)" in other_style["notes"][0]  # the decimal sign is the learnt one
