"""Texts that are spoken, and what else is known of them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from likely.core.errors import DataError
from likely.data.spoken import as_letters, read_spoken

COLUMNS = {"speaker": ["ann", "bob"], "text": ["Yes", " no "]}


@pytest.mark.parametrize(
    "condition",
    [
        COLUMNS,
        pd.DataFrame(COLUMNS),
        [{"text": "yes", "speaker": "ann"}, {"speaker": "bob", "text": "no"}],
    ],
    ids=["columns", "frame", "rows"],
)
def test_texts_and_all_else_are_told_apart(condition: Any) -> None:
    texts, others = read_spoken(condition, 2)
    assert texts == ["yes", "no"]
    assert others is not None
    assert others.names == ("speaker",) or list(others.names) == ["speaker"]
    assert [others.columns[0].labels[int(i)] for i in others.matrix[:, 0]] == ["ann", "bob"]


def test_one_text_counts_for_all() -> None:
    assert read_spoken("Seven", 3) == (["seven"] * 3, None)
    texts, others = read_spoken({"text": "a", "speaker": "ann"}, 3)
    assert texts == ["a"] * 3
    assert others is not None
    assert len(others) == 3


def test_a_missing_text_is_empty() -> None:
    assert read_spoken(["a", None, np.nan], 3)[0] == ["a", "", ""]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"said": ["a", "b"]}, "'said'"),
        (["a", "b", "c"], "3 texts for 2"),
        ([1, 2], "1 among the texts"),
        (np.zeros((2, 2)), "Expected what is spoken"),
        ({"text": ["a", "b"], "speaker": ["x"] * 3}, "3"),
    ],
)
def test_what_cannot_be_spoken_is_refused(condition: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_spoken(condition, 2)


def test_letters_are_numbered_and_ended() -> None:
    found = as_letters(["ab", "", "b"], "ab")
    assert found.tolist() == [[1, 2, 3], [3, 0, 0], [2, 3, 0]]
    with pytest.raises(DataError, match=r"letter 'c', which was never learnt"):
        as_letters(["abc"], "ab")
