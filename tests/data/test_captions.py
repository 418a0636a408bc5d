"""Captions: which texts are some, and how they are read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from likely.core.errors import DamagedFile, DataError
from likely.data.captions import Captions, read_captions, words_in
from likely.persistence.schemas import read_condition, write_schema


def test_texts_of_several_words_are_captions_and_single_words_are_labels():
    assert read_captions(["a boot", "bag", None]) == ["a boot", "bag", ""]
    assert read_captions("a boot") == ["a boot"]
    assert read_captions(np.array(["a boot", "bag"])) == ["a boot", "bag"]
    assert read_captions(pd.Series(["a boot", "bag"])) == ["a boot", "bag"]
    others = (
        ["boot", "bag"],
        "boot",
        3,
        None,
        [1, 2],
        {"a": "a boot"},
        pd.DataFrame({"a": ["b c"]}),
    )
    assert all(read_captions(other) is None for other in others)
    assert read_captions(["a boot", 3]) is None


def test_words_are_read_in_small_letters_and_signs_are_words():
    assert words_in("Two boots,\tDARK!") == ["two", "boots", ",", "dark", "!"]


def test_words_become_numbers_with_nothing_behind_them_and_unknown_ones_are_left_out():
    captions = Captions.learn(["a boot above a bag", "a bag"])
    assert captions.words == ("a", "above", "bag", "boot")
    assert (captions.width, captions.size) == (5, 6)
    found = captions.features(["A bag", "a zebra above", ""])
    np.testing.assert_array_equal(found, [[1, 3, 0, 0, 0], [1, 2, 0, 0, 0], [0, 0, 0, 0, 0]])
    assert captions.unknown(["a zebra above", "a zebra or two"]) == ("zebra", "or", "two")


def test_what_cannot_be_read_is_refused_by_name():
    captions = Captions.learn(["a boot above a bag"])
    with pytest.raises(DataError, match="'zebra zoo'"):
        captions.match(["zebra zoo"])
    with pytest.raises(DataError, match="6 words"):
        captions.match(["a a a a a a"])
    with pytest.raises(DataError, match="at most"):
        Captions.learn(["a " * 1_001])
    assert captions.match(["a zebra", ""]) == ["a zebra", ""]
    captions.match(["a a a a a zebra"])


def test_words_beyond_the_most_that_are_read_share_a_number():
    captions = Captions.learn([f"w{i} {i}" for i in range(5_001)])
    assert len(captions.words) == 10_000
    found = captions.features([" ".join([captions.words[0], "zebra"])])
    np.testing.assert_array_equal(found, [[1, 10_001]])


def test_captions_come_back_from_a_file_or_are_refused():
    captions = Captions.learn(["a boot above a bag"])
    stored = write_schema(captions)
    assert read_condition(stored, "it") == captions
    for wrong in (
        {"words": ["bag", "a"]},
        {"words": ["A"]},
        {"words": ["a b"]},
        {"longest": 0},
        {"longest": 1 << 20},
        {"words": "ab"},
        {"more": 1},
    ):
        with pytest.raises(DamagedFile):
            read_condition(stored | wrong, "it")
