"""Files read in batches give the rows that reading them whole gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

import likely
from likely.data import batches
from likely.data.batches import LargeFile, large_file


@pytest.fixture
def cells() -> pa.Table:
    rng = np.random.default_rng(0)
    return pa.table(
        {
            "a": rng.normal(size=1_000),
            "b": pa.array(rng.integers(0, 9, 1_000), mask=rng.random(1_000) < 0.1),
            "c": rng.choice(["red", "green"], 1_000),
        }
    )


@pytest.fixture
def large(cells: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LargeFile:
    monkeypatch.setattr(batches, "MOST_CELLS", 2_000)
    monkeypatch.setattr(batches, "BATCH_CELLS", 300)
    path = tmp_path / "large.parquet"
    pyarrow.parquet.write_table(cells, path, row_group_size=170)
    found = large_file(path)
    assert found is not None
    return found


def test_batches_are_the_rows_in_order(large: LargeFile, cells: pa.Table) -> None:
    parts = list(large.batches())
    assert [start for start, _ in parts] == np.cumsum([0, *(len(p) for _, p in parts)])[
        :-1
    ].tolist()
    assert max(len(part) for _, part in parts) <= large.batch_rows == 100
    assert pa.concat_tables([part for _, part in parts]).equals(cells)
    assert next(large.batches(["c", "a"]))[1].column_names == ["c", "a"]


def test_rows_are_taken_in_the_order_asked_for(large: LargeFile, cells: pa.Table) -> None:
    positions = np.array([999, 0, 169, 170, 3])
    assert large.take(positions).equals(cells.take(positions).combine_chunks())


def test_only_large_parquet_is_read_in_batches(tmp_path: Path, cells: pa.Table) -> None:
    path = tmp_path / "small.parquet"
    pyarrow.parquet.write_table(cells, path)
    assert large_file(path) is None
    assert large_file(cells) is None
    assert large_file(tmp_path / "none.parquet") is None


def test_many_bytes_are_large_too(large: LargeFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_CELLS", 10**9)
    assert large_file(large.path) is None
    monkeypatch.setattr(batches, "MOST_BYTES", 1_000)
    assert large_file(large.path) == large


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "damaged.parquet"
    path.write_bytes(b"PAR1 this is none")
    with pytest.raises(likely.DataError, match=r"damaged\.parquet cannot be read as \.parquet"):
        likely.detect(path)
