"""Rules across columns: what they mean, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from likely.core.errors import DataError, ParameterError
from likely.data.frames import as_table
from likely.data.rules import doubts, read_rules
from likely.workflow.prepare import prepare

FRAME = pd.DataFrame(
    {
        "a": [1.0, 2.0, np.nan, 0.3],
        "b": [2.0, 2.0, 1.0, 0.1],
        "first year": [1990, 2000, 2010, 2020],
        "start": pd.to_datetime(["2026-01-01", "2026-01-05", "2026-02-01", "2026-03-01"]),
        "end": pd.to_datetime(["2026-01-31", "2026-01-04", "2026-02-01", None]),
        "sex": ["F", "M", "F", None],
        "other": ["M", "M", "F", "F"],
        "ok": [True, False, True, True],
    }
)
TABLE = as_table(FRAME)


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("a < b", [False, True, False, True]),
        ("a <= b", [False, False, False, True]),
        ("a + 0.2 == 5 * b", [True, True, False, False]),  # 0.3 + 0.2 is not 0.5 but for rounding
        ("3 * b - a != 0.0", [False, False, False, True]),
        ("-a < +b / 2", [False, False, False, False]),
        ("0 < a <= b and b > 1", [False, False, False, True]),
        ("`first year` >= 2000", [True, False, False, False]),
        ("'first year' >= 2000 ", [True, False, False, False]),
        ("end >= start", [False, True, False, False]),
        ("end - start <= 29", [True, False, False, False]),
        ("start + 30 <= end", [False, True, True, False]),
        ("start >= '2026-01-05'", [True, False, False, False]),
        ("start == '2026-01-05'", [True, False, True, True]),
        ("sex == 'F'", [False, True, False, False]),
        ("sex != other", [False, True, True, False]),
        ("ok == 1", [False, True, False, False]),
    ],
)
def test_rules_say_which_rows_break_them(rule: str, broken: list[bool]) -> None:
    (read,) = read_rules(rule, TABLE.columns)
    assert read.broken(TABLE.matrix).tolist() == broken


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("__import__('os').remove('x') > a", "has a call in it"),
        ("a.real > 0", "has a dot in it"),
        ("a > 0 or b > 0", "has or in it"),
        ("not a > 0", "has not in it"),
        ("a ** 2 > 0", r"has \*\* in it"),
        ("a in [1]", "has list in it"),
        ("[a for a in b] > 0", "has listcomp in it"),
        ("a", "has name in it"),
        ("a >", "cannot be read"),
        ("first year > 2000", "backquotes"),
        ("1 < 2", "names no column"),
        ("", "is no rule"),
        ("a" * 5_000, "is no rule"),
        ("(" * 900 + "a" + ")" * 900 + "> 0", "cannot be read"),
        ("1e999 * 0 < 1j", "has constant in it"),
    ],
)
def test_other_sentences_are_refused(rule: str, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        read_rules([rule], TABLE.columns)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("c > 0", r"names 'c', which is no column. The columns are 'a', 'b'"),
        ("start > a", "compares dates with numbers"),
        ("sex > 'F'", "== and != only"),
        ("sex == 'X'", "never was. It was 'F', 'M'"),
        ("a > 'x'", "neither a column nor a value"),
        ("start + end > a", "computes with 'start', which holds dates"),
        ("sex + 1 > a", "computes with 'sex', which holds text"),
    ],
)
def test_values_of_other_kinds_are_named(rule: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_rules([rule], TABLE.columns)


def test_columns_set_aside_are_no_matter_of_rules() -> None:
    columns = prepare(TABLE, ignore="b").columns
    with pytest.raises(DataError, match=r"'b', which was set aside \(ignored\)"):
        read_rules("a < b", columns)


def test_doubts_count_the_rows_that_break_a_rule() -> None:
    rules = read_rules(["a < b", "b > 0"], TABLE.columns)
    assert doubts(rules, TABLE.matrix) == ("2 of 4 rows learnt from break the rule 'a < b'.",)
