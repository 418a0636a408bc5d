"""From words on the command line to values, and from values to cells."""

import math

import pytest

from likely.cli.output import printable
from likely.cli.parsing import names, value_of
from likely.cli.writing import spreadsheet_cell


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-2", -2),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1e-3", 1e-3),
        ("true", True),
        ("True", True),
        ("false", False),
        ("None", None),
        ('["KNN", "ECOD"]', ["KNN", "ECOD"]),
        ("largest", "largest"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_values(text: str, value: object) -> None:
    found = value_of(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], None),
        (["a,b", "c"], ["a", "b", "c"]),
        (["a, b ,"], ["a", "b"]),
        (['"income, net",age'], ["income, net", "age"]),
        (["größe"], ["größe"]),
    ],
)
def test_names(given: list[str], expected: list[str] | None) -> None:
    assert names(None, None, given) == expected


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "--1",
        "-",
        "+",
    ],
)
def test_formulas_become_text(text: str) -> None:
    assert spreadsheet_cell(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["-5", "-5.25", "-1.234,50", "+7", "-1e-9", "-.5", "-12 %", "ok", "a=b", ""]
)
def test_numbers_and_plain_text_stay(text: str) -> None:
    assert spreadsheet_cell(text) == text


def test_cells_that_are_no_text() -> None:
    cells = [None, math.nan, True, -5, -0.5]
    assert [spreadsheet_cell(cell) for cell in cells] == ["", "", "true", -5, -0.5]


def test_control_characters_are_not_printed() -> None:
    assert printable("a\x1b[2J\tb\nc\u202e é 名") == "a\ufffd[2J b c\ufffd é 名"
