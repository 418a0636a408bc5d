"""Words and sequences of tokens: what is read, what counts as such, tokens there and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from likely.core.errors import DamagedFile, DataError
from likely.data import alphabet as alphabet_module
from likely.data.alphabet import END, MOST_CHARACTERS, MOST_TOKENS, Alphabet
from likely.data.records import records
from likely.data.samples import kind_of
from likely.data.texts import Texts, as_texts, is_text
from likely.persistence.schemas import read_schema

VISITS = [["login", "view", "buy"], ["login"]]


@pytest.mark.parametrize(
    "data",
    [
        VISITS,
        tuple(map(tuple, VISITS)),
        [np.array(visit) for visit in VISITS],
        np.array(VISITS, dtype=object),
        pd.Series(VISITS),
        pl.Series(VISITS),
        pa.chunked_array([VISITS]),
    ],
    ids=lambda data: f"{type(data).__module__}.{type(data).__name__}",
)
def test_sequences_of_tokens_are_texts(data: Any) -> None:
    assert kind_of(data) == "text"
    found = as_texts(data)
    assert list(found) == ["login view buy", "login"]
    assert found.tokens
    assert found.take(slice(1)).tokens
    assert "sequence of tokens" in found.notes[0]


def test_tokens_may_be_numbers_and_stand_in_frames() -> None:
    states = [[3, np.int64(1), 3], [], np.array([2])]
    assert list(as_texts(states)) == ["3 1 3", "", "2"]
    frame = pd.DataFrame({"n": [1, 2], "visit": VISITS})
    for one in (frame, pl.DataFrame({"n": [1, 2], "visit": VISITS})):
        assert list(as_texts(one)) == ["login view buy", "login"]


def test_what_a_table_could_hold_is_a_table_unless_asked_for() -> None:
    for data in ([["a", "b"], ["c", "d"]], [[1, 2], [3]], [["a", 1], ["b"]], [[], []], [["a"]]):
        assert not is_text(data)
        assert as_texts(data).tokens


def test_missing_sequences_are_empty() -> None:
    found = as_texts([None, ["a", "b"], float("nan")])
    assert list(found) == ["", "a b", ""]
    assert found.tokens
    assert "2 of 3" in found.notes[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([["log in", "buy"]], "'log in' has white space in it"),
        ([["a\n"]], "white space"),
        ([["a\u2003b"]], "white space"),
        ([["a", ""]], "'' is empty"),
        ([["a", 1.5]], "'1.5', which is of the type float"),
        ([["a", None]], "NoneType"),
        ([["a", ["b"]]], "type list"),
        ([["a"], "b c"], "Expected lists of tokens; found 'b c'"),
        (["b c", ["a"]], "Expected texts; found"),
    ],
)
def test_what_is_no_token_is_refused(data: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        as_texts(data)


def test_lengths_are_told_in_tokens() -> None:
    table = records(as_texts(VISITS))
    assert table.matrix[:, table.names.index("length")].tolist() == [3, 1]


def test_words_there_and_back() -> None:
    samples = as_texts([["b", "a", "b"], [], ["a", "once"]])
    alphabet = Alphabet.learn(samples)
    assert (alphabet.unit, alphabet.words, alphabet.characters) == ("word", ("a", "b"), "")
    assert (alphabet.size, alphabet.other, alphabet.longest) == (4, 3, 4)
    assert alphabet.in_words == "2 words"
    features = alphabet.features(samples)
    assert [tokens.tolist() for tokens in features] == [[2, 1, 2, END], [END], [1, 3, END]]
    assert features[0].dtype == np.int32
    assert list(alphabet.restore(features)) == ["b a b", "", "a \ufffd"]


def test_strings_are_parted_at_white_space_if_asked_for() -> None:
    texts = Texts(("to be  or", "\tto be "))
    assert Alphabet.learn(texts).unit == "character"
    alphabet = Alphabet.learn(texts, "word")
    assert alphabet.words == ("be", "to")
    assert alphabet.features(texts)[1].tolist() == [2, 1, END]
    assert Alphabet.learn(as_texts(VISITS), "character").unit == "character"
    assert Alphabet.learn(texts, "byte").unit == "byte"


def test_the_most_frequent_have_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alphabet_module, "MOST_TOKENS", 2)
    samples = as_texts([["z"] * 4, ["a"] * 2, ["m"] * 3])
    assert Alphabet.learn(samples).words == ("m", "z")
    assert Alphabet.learn(Texts(("zzzz", "aa", "mmm")), "character").characters == "mz"


def test_many_characters_may_be_asked_for() -> None:
    many = "".join(map(chr, range(0x4E00, 0x4E00 + MOST_CHARACTERS + 1)))
    alphabet = Alphabet.learn(Texts((many, many)), "character")
    assert alphabet.characters == many
    assert read_schema(alphabet.to_json(), "here") == alphabet


def test_newlines_end_lines_or_are_words() -> None:
    lines = Alphabet.learn(Texts(("a b", "a b")), "word")
    tokens = lines.features(Texts(("a\nb",)))
    assert tokens[0].tolist() == [1, END, 2, END]
    assert list(lines.restore(tokens)) == ["a\nb"]
    poem = Texts(("a b\nb a\n\n", "\na"))
    whole = Alphabet.learn(poem, "word")
    assert not whole.lines
    assert whole.words == ("\n", "a", "b")
    tokens = whole.features(poem)
    assert END not in tokens[0][:-1].tolist()
    assert list(whole.restore(tokens)) == list(poem)


@pytest.mark.parametrize(
    ("text", "tokens", "expected"),
    [
        ("a", [2, 1], "a b a"),
        ("a ", [2], "a b"),
        ("", [2], "b"),
        ("a", [], "a"),
        ("a", [END, 2], "a\nb"),
    ],
)
def test_words_follow_behind_a_space(text: str, tokens: list[int], expected: str) -> None:
    alphabet = Alphabet("", "word", words=("a", "b"))
    assert alphabet.extend(text, np.array(tokens, dtype=int)) == expected
    assert Alphabet("ab").extend("a", np.array([2, 1])) == "aba"


def test_words_come_back_from_json_and_lies_are_refused() -> None:
    alphabet = Alphabet("", "word", words=("a", "b", "c"), longest=7)
    stored = alphabet.to_json()
    assert read_schema(stored, "here") == alphabet
    many = [f"{i:05}" for i in range(MOST_TOKENS + 1)]
    assert read_schema(stored | {"words": many[:-1]}, "here").to_json()["words"] == many[:-1]
    for lie in (
        {"words": ["b", "a"]},
        {"words": ["a", "a"]},
        {"words": ["a", "b c"]},
        {"words": ["", "a"]},
        {"words": [" a"]},
        {"words": ["\n"]},
        {"words": ["a\ud800"]},
        {"words": ["a", 3]},
        {"words": "ab"},
        {"words": many},
        {"characters": "ab"},
        {"unit": "character"},
        {"unit": "byte"},
        {"unit": "sentence"},
        {"longest": 0},
    ):
        with pytest.raises(DamagedFile):
            read_schema(stored | lie, "here")


def test_files_without_words_are_as_they_were() -> None:
    stored = Alphabet("abc", longest=7).to_json()
    assert "words" not in stored
    assert read_schema(stored, "here") == Alphabet("abc", longest=7)
    with pytest.raises(DamagedFile):
        read_schema(stored | {"words": ["a"]}, "here")


def test_a_list_of_files_is_no_sequence(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("a b\n")
    assert not as_texts([path]).tokens
