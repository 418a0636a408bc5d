"""Text files read in batches give the cells that reading them whole gives."""

from __future__ import annotations

import codecs
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import likely
from likely.data import batches, text_batches
from likely.data.batches import LargeFile, large_file
from likely.data.delimited import load_delimited
from likely.workflow import stream

ROWS = 3_000


@pytest.fixture(autouse=True)
def small_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_CELLS", 2_000)
    monkeypatch.setattr(batches, "BATCH_CELLS", 600)
    monkeypatch.setattr(text_batches, "_LEAST_BLOCK", 2_000)
    monkeypatch.setattr(text_batches, "_CHUNK", 999)


def lines(row: str = "{x:.3f};{word}", end: str = "\n") -> str:
    words = ("plain", "gr\u00fcn", '"with; mark"', '"two\nlines"', "")
    rng = np.random.default_rng(0)
    rows = (row.format(x=x, word=words[k % 5]) for k, x in enumerate(rng.normal(size=ROWS)))
    return end.join(["amount;word", *rows]) + end


def written(folder: Path, data: bytes, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def large(path: Path) -> LargeFile:
    found = large_file(path)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "data",
    [
        lines().encode(),
        codecs.BOM_UTF8 + lines().encode(),
        lines().encode("cp1252"),
        lines().replace("plain", "\x81").encode("latin-1"),
        lines(end="\r\n").encode(),
        b"\n\n" + lines().encode(),
        b"sep=;\r\n" + lines().encode(),
        codecs.BOM_UTF8 + b"sep=;\n" + lines().partition("\n")[2].encode(),
        lines().partition("\n")[2].encode().rstrip(b"\n"),
        b"Sales\n\nof May\n" + lines().encode(),
    ],
    ids=[
        "utf-8",
        "mark",
        "cp1252",
        "latin-1",
        "crlf",
        "empty",
        "hint",
        "no header",
        "no end",
        "title",
    ],
)
def test_batches_are_the_cells_in_order(data: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, data)
    cells, named, decimal, notes = load_delimited(path)
    found = large(path)
    assert len(found) == len(cells) == ROWS
    assert found.text is not None
    assert (found.text.head.named, found.text.head.decimal) == (named, decimal)
    assert found.text.notes == notes
    parts = list(found.batches())
    assert len(parts) > 5
    assert pa.concat_tables([part for _, part in parts]).equals(cells)
    assert [start for start, _ in parts][1] == len(parts[0][1])
    word = list(found.names)[1]
    only = [part for _, part in found.batches([word])]
    assert pa.concat_tables(only).equals(cells.select([word]))
    positions = np.array([ROWS - 1, 0, 700])
    assert found.take(positions).equals(cells.take(positions).combine_chunks())


def test_a_row_of_another_width_is_named_with_its_line(tmp_path: Path) -> None:
    text = lines().replace('"two\nlines"', "x").splitlines(keepends=True)
    text[2_500] = "1.0;a;b\n"
    path = written(tmp_path, "".join(text).encode())
    with pytest.raises(likely.DataError, match=r"rows\.csv, line 2,501, has 3 cells where 2"):
        large_file(path)


def test_other_text_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert large_file(written(tmp_path, lines().encode("utf-16"))) is None
    assert large_file(written(tmp_path, b"a,b\n" + b"1,2\n" * 900)) is None
    assert large_file(written(tmp_path, lines().encode(), "rows.json")) is None
    path = written(tmp_path, lines().encode())
    monkeypatch.setattr(batches, "MOST_CELLS", 10**9)
    assert large_file(path) is None
    monkeypatch.setattr(batches, "MOST_BYTES", 10_000)
    assert large(path).rows == ROWS


def test_a_large_text_file_is_judged_as_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(ROWS, 2))
    values[17] = 30.0
    rows = (f"{a:.3f};{b:.3f};{k % 3}.1.2024" for k, (a, b) in enumerate(values))
    text = "\n".join(["a;b;day", *rows]).replace(".", ",").replace(",1,2024", ".1.2024")
    path = written(tmp_path, text.replace("0.1.2024", "3.1.2024").encode())
    monkeypatch.setattr(stream, "SAMPLE_ROWS", ROWS)
    monkeypatch.setattr(stream, "_LEAST_SAMPLE", ROWS)
    found = likely.detect(path, "Mahalanobis")
    monkeypatch.setattr(batches, "MOST_CELLS", 10**9)
    whole = likely.detect(path, "Mahalanobis")
    assert found.source is not None
    assert whole.source is None
    assert found.notes[0].endswith("drawn at random")
    np.testing.assert_array_equal(found.log_p, whole.log_p)
    assert found.anomaly[17]
    assert found.anomalies().equals(whole.anomalies())
    assert [c.kind for c in found.learned.columns] == ["number", "number", "date"]


def test_a_batch_of_mistakes_only_is_missing_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "SAMPLE_ROWS", 1_000)
    monkeypatch.setattr(stream, "_LEAST_SAMPLE", 1_000)
    values = np.random.default_rng(3).normal(size=(ROWS, 2))
    cells = [["", f"{b:.3f}"] for _, b in values]
    for row in range(0, ROWS // 2, 2):
        cells[row][0] = f"{values[row, 0]:.3f}"
    cells[-5][0] = "see letter"  # the only value that its batch has in this column
    path = written(tmp_path, "\n".join(["a;b", *map(";".join, cells)]).encode())
    found = likely.detect(path, "Mahalanobis")
    assert [column.kind for column in found.learned.columns] == ["number", "number"]
    assert np.isnan(found.rows(np.array([ROWS - 5])).matrix[0, 0])
    words = "\n".join(["a;b", *(f"w{k % 7};x{k % 5}" for k in range(ROWS))])
    with pytest.raises(likely.DataError, match="held numbers when the model learnt it"):
        found.learned.detect(written(tmp_path, words.encode(), "words.csv"))


def test_odd_cells_are_read_in_every_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "SAMPLE_ROWS", ROWS)
    monkeypatch.setattr(stream, "_LEAST_SAMPLE", ROWS)
    values = np.random.default_rng(3).normal(size=(ROWS, 2))
    cells = [[f"{a:.3f}", f"{b:.3f}"] for a, b in values]
    cells[-5][0] = "1.300,00"
    path = written(tmp_path, "\n".join(["a;b", *map(";".join, cells)]).encode())
    found = likely.detect(path, "Mahalanobis")
    assert found.anomaly[ROWS - 5]
    assert found.rows(np.array([ROWS - 5])).matrix[0, 0] == 1300
    assert found.notes[0].endswith("the notes that follow count rows among these")
    assert "('1.300,00' in row 2,996); it is read as 1300" in found.notes[1]


def test_decimal_commas_are_read_by_the_rule_of_the_rows_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "SAMPLE_ROWS", 500)
    monkeypatch.setattr(stream, "_LEAST_SAMPLE", 500)
    values = np.random.default_rng(2).normal(5, 1, (ROWS, 2))
    values[40, 1] = 90.0
    text = "\n".join(["a;b", *(f"{a:.3f};{b:.2f}" for a, b in values)]).replace(".", ",")
    found = likely.detect(written(tmp_path, text.encode()), "Mahalanobis")
    assert found.anomaly[40]
    assert "learnt from 500 of its 3,000 rows" in found.notes[0]
    assert found.write(tmp_path / "out").is_dir()
    assert found.rows(np.array([40])).matrix[0, 1] == pytest.approx(90.0)
