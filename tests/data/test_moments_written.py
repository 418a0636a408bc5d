"""Moments are written as a column writes its own, and read back as they were."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from likely.data.moments import parse_moments
from likely.data.moments_written import pattern_of, write_moment


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("ymd", ["2024-03-01", "2024-11-17"]),
        ("ymd", ["2024-03-01T08:05:00Z", "2024-11-17T21:00:59Z"]),
        ("ymd", ["2024/3/1 8:05", "2024/11/17 21:00"]),
        ("ymd", ["2024-03", "2024-11"]),
        ("ymd", ["2024-03-01 08:05:00.125+02:00", "2024-11-17 21:00:59.500+02:00"]),
        ("dmy", ["01.03.2024", "17.11.2024"]),
        ("dmy", ["1.3.24", "17.11.24"]),
        ("dmy", ["1 March 2024", "17 November 2024"]),
        ("dmy", ["Fri, 01-MAR-2024 08:05", "Sun, 17-NOV-2024 21:00"]),
        ("mdy", ["3/1/24 8:05 am", "11/17/24 9:00 pm"]),
        ("mdy", ["03/01/2024 12:05 A.M.", "11/17/2024 12:00 P.M."]),
        ("mdy", ["Mar 1st, 2024", "Nov 17th, 2024"]),
    ],
)
def test_words_come_back_as_they_were(order: str, words: list[str]) -> None:
    pattern = pattern_of(words, order)
    values = parse_moments(pa.array(words), order).values
    assert not np.isnan(values).any()
    assert [write_moment(value, pattern) for value in values] == words


def test_the_commonest_way_counts_and_other_words_do_not() -> None:
    words = ["unknown", "17.11.2024", "2024-11-18", "19.11.2024"]
    assert pattern_of(words, "dmy") == "{day:02}.{month:02}.{year:4}"
    assert pattern_of(["unknown"], "dmy") == ""
