"""Texts and alphabets: what is read, what counts as text, tokens there and back."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from likely.core.errors import DamagedFile, DataError
from likely.data import batches
from likely.data.alphabet import END, MOST_CHARACTERS, Alphabet
from likely.data.samples import describe, kind_of, read_samples
from likely.data.texts import Texts, as_texts, is_text
from likely.persistence.schemas import read_schema

VERSE = "Who goes there?\n\nNobody, sir.\n  A cat, perhaps.\n"


def test_lines_of_a_file_are_the_file(tmp_path: Path) -> None:
    path = tmp_path / "verse.txt"
    path.write_bytes(VERSE.encode())
    found = as_texts(path)
    assert "".join(f"{line}\n" for line in found) == VERSE
    assert [found.name(i) for i in (0, 3)] == ["line 1", "line 4"]
    part = found.take(np.array([3, 1]))
    assert list(part) == ["  A cat, perhaps.", ""]
    assert part.name(0) == "line 4"


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_files_of_any_system_are_read(tmp_path: Path, end: str, encoding: str) -> None:
    path = tmp_path / "verse.txt.gz"
    text = f"na\u00efve cats{end}and dogs"
    path.write_bytes(gzip.compress(text.encode(encoding)))
    found = as_texts(str(path))
    assert list(found) == ["na\u00efve cats", "and dogs"]
    assert ("cp1252" in " ".join(found.notes)) == (encoding == "cp1252")


def test_each_file_of_a_folder_is_a_sample(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("two\nlines\n")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "a.txt").write_text("one")
    (tmp_path / ".hidden.txt").write_text("no")
    assert is_text(tmp_path)
    found = as_texts(tmp_path)
    assert list(found) == ["two\nlines\n", "one"]
    assert found.names == ("b.txt", "below/a.txt")
    (tmp_path / "c.png").write_bytes(b"no")
    assert not is_text(tmp_path)
    assert "1 of 3 files" in as_texts(tmp_path).notes[0]


def test_a_list_of_files_is_one_text_each(tmp_path: Path) -> None:
    paths = [tmp_path / "a.txt", tmp_path / "b.md"]
    for path in paths:
        path.write_text(f"{path.stem}\nb")
    for data in (paths, [str(path) for path in paths]):
        assert kind_of(data) == "text"
        assert list(as_texts(data)) == ["a\nb", "b\nb"]
    assert list(as_texts(["none.txt", "b.txt"])) == ["none.txt", "b.txt"]  # what they say, then


def test_texts_are_not_taken_for_names_of_files() -> None:
    for text in ("word " * 1000, "a\0b.txt"):
        assert not is_text(text)
        with pytest.raises(DataError, match="There is no file"):
            as_texts(text)
        assert list(as_texts([text])) == [text]


@pytest.mark.parametrize(
    "data",
    [
        ["a b", "c"],
        ("a b", "c"),
        np.array(["a b", "c"]),
        np.array(["a b", "c"], dtype=object),
        pd.Series(["a b", "c"]),
        pl.Series(["a b", "c"]),
        pa.chunked_array([["a b", "c"]]),
    ],
    ids=lambda data: f"{type(data).__module__}.{type(data).__name__}",
)
def test_strings_without_columns_are_texts(data: Any) -> None:
    assert kind_of(data) == "text"
    assert list(as_texts(data)) == ["a b", "c"]


def test_frames_are_tables_unless_text_is_asked_for() -> None:
    frame = pd.DataFrame({"n": [1, 2], "said": ["a", "b"]})
    assert kind_of(frame) == "table"
    assert list(read_samples(frame, ("table", "text"), "text")) == ["a", "b"]
    with pytest.raises(DataError, match="2 among 2"):
        as_texts(pd.DataFrame({"x": ["a"], "y": ["b"]}))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (VERSE, True),
        ("Yes, sir.\nNo, madam, not so, never.\nOh.\n", True),
        ("emma\nolivia\nava\n", True),
        ("2024-01-01 GET /index\n2024-01-01 GET /about, twice\n", True),
        ("a,b\n1,2\n3,4\n", False),
        ("a\tb\nx\ty\n", False),
        ("value\n1.5\n2.5\n", False),
        ("12\n13\n", False),
        ("", False),
    ],
)
def test_what_a_text_file_is(tmp_path: Path, content: str, text: bool) -> None:
    path = tmp_path / "some.txt"
    path.write_text(content)
    assert is_text(path) == text
    assert (kind_of(path) == "text") == text


def test_other_things_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("words\nof\ntext\n")
    for data in (path, [[1, 2]], [1, 2], np.zeros(3), {"a": ["b"]}, [], None, 3):
        assert not is_text(data)


def test_missing_values_are_empty_texts() -> None:
    found = as_texts(["a", None, float("nan")])
    assert list(found) == ["a", "", ""]
    assert "2 of 3" in found.notes[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "0 texts"),
        (["a", 3], "'3', which is of the type int"),
        (np.zeros((2, 3)), "shape"),
        ("nowhere.txt", "nowhere.txt"),
        (None, "NoneType"),
    ],
)
def test_what_is_no_text_is_refused(data: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        as_texts(data)


def test_half_characters_are_replaced() -> None:
    assert list(as_texts(["a\ud800b"])) == ["a\ufffdb"]


def test_tokens_there_and_back() -> None:
    texts = Texts(("aba c", "", "cab", "x"))
    alphabet = describe(texts)
    assert isinstance(alphabet, Alphabet)
    assert alphabet.characters == "abc"
    assert (alphabet.size, alphabet.longest, alphabet.lines) == (5, 6, True)
    features = alphabet.features(texts)
    assert features[0].tolist() == [1, 2, 1, alphabet.other, 3, END]
    assert features[1].tolist() == [END]
    assert list(alphabet.restore(features)) == ["aba\ufffdc", "", "cab", "\ufffd"]


def test_newlines_within_lines_end_them_and_are_kept() -> None:
    alphabet = Alphabet.learn(Texts(("aabb", "ab")))
    tokens = alphabet.features(Texts(("a\nb",)))
    assert tokens[0].tolist() == [1, END, 2, END]
    assert list(alphabet.restore(tokens)) == ["a\nb"]
    whole = Alphabet.learn(Texts(("a\na\n", "a")))
    assert not whole.lines
    tokens = whole.features(Texts(("a\n",)))
    assert END not in tokens[0][:-1].tolist()
    assert list(whole.restore(tokens)) == ["a\n"]


def test_many_characters_are_bytes() -> None:
    many = "".join(map(chr, range(0x4E00, 0x4E00 + MOST_CHARACTERS + 1)))
    texts = Texts((many, many, "\u00fc\nz\U0001f600\0"))
    alphabet = Alphabet.learn(texts)
    assert alphabet.unit == "byte"
    features = alphabet.features(texts)
    assert len(features[0]) == 3 * len(many) + 1
    assert all(int(tokens.max()) < alphabet.other for tokens in features)
    assert list(alphabet.restore(features)) == list(texts)


def test_an_alphabet_comes_back_from_json_and_lies_are_refused() -> None:
    alphabet = Alphabet("abc", longest=7)
    stored = alphabet.to_json()
    assert read_schema(stored, "here") == alphabet
    for lie in (
        {"characters": "ba"},
        {"characters": "aab"},
        {"characters": 3},
        {"unit": "byte"},
        {"unit": "word"},
        {"longest": 0},
        {"longest": 1 << 40},
        {"lines": 1},
        {"more": 1},
    ):
        with pytest.raises(DamagedFile):
            read_schema(stored | lie, "here")


def test_texts_are_never_a_table_too_large_for_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MOST_CELLS", 10)
    lines, table = tmp_path / "lines.txt", tmp_path / "table.txt"
    lines.write_text("once, upon\na time\n" * 30)
    table.write_text("a\tb\n" + "1\t2\n" * 30)
    assert batches.large_file(lines) is None
    assert batches.large_file(table) is not None
