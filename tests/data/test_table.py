"""A table: names that must be there, and cells as a person would write them."""

from __future__ import annotations

import numpy as np
import pytest

from likely.core.errors import DataError
from likely.data.column import Column
from likely.data.table import Table, write_number, write_value


def _moment(text: str) -> float:
    return float(np.datetime64(text, "us").astype(np.int64))


@pytest.mark.parametrize(
    ("zone", "stored", "written"),
    [
        ("", "2024-07-01T06:30:00", "2024-07-01 06:30:00"),
        ("Europe/Berlin", "2024-07-01T06:30:00", "2024-07-01 08:30:00"),
        ("Europe/Berlin", "2024-01-01T06:30:00", "2024-01-01 07:30:00"),
        ("America/New_York", "2024-01-01T05:00:00", "2024-01-01"),
        ("+05:30", "2024-01-01T00:00:00", "2024-01-01 05:30:00"),
    ],
)
def test_dates_are_written_as_the_clock_on_the_wall_shows_them(
    zone: str, stored: str, written: str
) -> None:
    assert write_value(Column("when", "date", zone=zone), _moment(stored)) == written


def test_other_kinds_are_written_by_their_meaning() -> None:
    assert write_value(Column("c", "category", labels=("red", "blue")), 1.0) == "blue"
    assert write_value(Column("b", "boolean"), 0.0) == "false"
    assert write_value(Column("x", "number"), np.nan) == "missing"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (3.0, "3"),
        (123456.0, "123,456"),
        (0.12345, "0.1235"),
        (1234.5, "1,234.50"),
        (1e300, "1e+300"),
    ],
)
def test_numbers_are_written_for_people(value: float, written: str) -> None:
    assert write_number(value) == written


def test_a_name_that_is_no_column_is_answered_with_all_columns() -> None:
    table = Table(np.zeros((2, 2)), (Column("a", "number"), Column("b", "number")))
    table.check_names(["b"])
    with pytest.raises(DataError, match=r"no column named 'c', 'd'\. The columns are 'a', 'b'\."):
        table.check_names(["d", "a", "c"])
    with pytest.raises(DataError, match="no column named 'c'"):
        table.set_aside({"c": "ignored"})
