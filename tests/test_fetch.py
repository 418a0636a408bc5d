"""Data that are fetched are what they must be, or are not kept."""

import gzip
import hashlib
import importlib
import sys
from pathlib import Path
from types import ModuleType

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))
fetch: ModuleType = importlib.import_module("fetch")


def test_a_file_is_kept_if_its_sum_is_right(tmp_path: Path) -> None:
    there = tmp_path / "there.txt"
    there.write_bytes(b"Anna\nOtto\n")
    digest = hashlib.sha256(b"Anna\nOtto\n").hexdigest()
    source = fetch.Source("texts/names.txt.gz", there.as_uri(), digest)
    assert fetch.fetch(source, tmp_path) == ""
    assert gzip.decompress((tmp_path / "texts" / "names.txt.gz").read_bytes()) == b"Anna\nOtto\n"


def test_a_file_is_not_kept_if_its_sum_is_wrong(tmp_path: Path) -> None:
    there = tmp_path / "there.txt"
    there.write_bytes(b"Anna\n")
    source = fetch.Source("names.txt.gz", there.as_uri(), "0" * 64)
    assert "not kept" in fetch.fetch(source, tmp_path)
    assert not (tmp_path / "names.txt.gz").exists()
