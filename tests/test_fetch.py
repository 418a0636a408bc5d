"""Data that are fetched are what they must be, or are not kept."""

import gzip
import hashlib
import importlib
import io
import json
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))
fetch: ModuleType = importlib.import_module("fetch")
published: ModuleType = importlib.import_module("published")

TEXT = b"Anna\nOtto\n"
DIGEST = hashlib.sha256(TEXT).hexdigest()


def _source(folder: Path, **other: str) -> Any:
    there = folder / "there.txt"
    there.write_bytes(TEXT)
    fields = {"name": "names", "path": "texts/names.txt.gz", "url": there.as_uri(), "kind": "text"}
    fields |= {"check": f"sha256:{DIGEST}", "holds": f"sha256:{DIGEST}", "how": ""}
    return fetch.Source(**{**fields, **other})


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    fetch._content.cache_clear()


def test_a_file_is_kept_if_its_sum_is_right(tmp_path: Path) -> None:
    assert fetch.fetch(_source(tmp_path), tmp_path) == ""
    assert gzip.decompress((tmp_path / "texts" / "names.txt.gz").read_bytes()) == TEXT


@pytest.mark.parametrize("wrong", [{"check": "md5:0"}, {"holds": "sha256:0"}])
def test_a_file_is_not_kept_if_a_sum_is_wrong(tmp_path: Path, wrong: dict[str, str]) -> None:
    assert "not kept" in fetch.fetch(_source(tmp_path, **wrong), tmp_path)
    assert not list((tmp_path / "texts").glob("*"))


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    gone = _source(tmp_path, url=(tmp_path / "gone").as_uri())
    assert "cannot be read" in fetch.fetch(gone, tmp_path)


def test_a_source_that_is_only_named_says_how(tmp_path: Path) -> None:
    named = _source(tmp_path, kind=fetch.NAMED, how="fill in a form")
    assert fetch.fetch(named, tmp_path).endswith("yourself: fill in a form")


@pytest.mark.parametrize(
    "check",
    [
        f"sha256:{DIGEST}",
        f"md5:{hashlib.md5(TEXT, usedforsecurity=False).hexdigest()}",
        "git:27193d4e",  # git hash-object
    ],
)
def test_checksums(check: str) -> None:
    assert fetch.agrees(TEXT, check)
    assert not fetch.agrees(TEXT + b"\n", check)


def test_every_source_can_be_made_and_checked_or_says_how() -> None:
    for name, one in fetch.sources().items():
        assert name == one.name
        if one.kind == fetch.NAMED:
            assert one.how
            assert not one.check + one.holds
        else:
            assert one.kind in published.KINDS
            assert one.url.startswith("https://")
            assert len(one.holds) == len("sha256:") + 64
    assert {"names", "cardio", "nab_nyc_taxi", "pneumonia", "adult_train"} <= set(fetch.sources())
    assert len(fetch.listing().splitlines()) == len(fetch.sources())


def test_a_table_of_adbench_in_single_precision(tmp_path: Path) -> None:
    x, y = np.array([[0.1, 2.0], [3.0, 4.0]]), np.array([0, 1])
    published.adbench([_packed(X=x, y=y)], tmp_path / "cardio.npz")
    with np.load(tmp_path / "cardio.npz") as file:
        assert file["X"].dtype == np.float32
        assert file["y"].dtype == np.uint8
        np.testing.assert_array_equal(file["X"], x.astype(np.float32))


def test_a_series_of_nab_has_its_windows_as_labels(tmp_path: Path) -> None:
    minutes = pd.date_range("2015-01-01", periods=10, freq="min")
    values = pd.DataFrame({"timestamp": minutes, "value": np.arange(10)}).to_csv(index=False)
    windows = {"real/x.csv": [["2015-01-01 00:03:00.000000", "2015-01-01 00:05:00.000000"]]}
    path = tmp_path / "real__x.npz"
    published.nab([values.encode(), json.dumps(windows).encode()], path)
    with np.load(path) as file:
        assert file["label"].tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 0, 0]
        assert file["events"].tolist() == [[3, 6]]
        assert file["time"][1] - file["time"][0] == 60
        assert file["train_end"] == 1
        assert file["values"].shape == (10, 1)


def test_healthy_chests_are_learnt_and_the_order_of_images_does_not_count(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 255, (6, 4, 4)).astype(np.uint8)
    labels = np.array([[0], [1], [0], [0], [0], [1]], dtype=np.uint8)
    path = tmp_path / "dev.npz"

    def digest(order: slice, of: np.ndarray) -> str:
        one, of = images[order], of[order]
        arrays = {"train_images": one, "train_labels": of, "val_images": one, "val_labels": of}
        published.pneumonia([_packed(**arrays)], path)
        return published.digest(path)

    first = digest(slice(None), labels)
    with np.load(path) as file:
        np.testing.assert_array_equal(file["train_normal"], images[[0, 2, 3, 4]])
        assert file["test_labels"].tolist() == [0, 1, 0, 0, 0, 1]
    assert digest(slice(None, None, -1), labels) == first
    assert digest(slice(None), labels[::-1]) != first


def test_people_of_adult_with_a_header_and_as_uci_has_them(tmp_path: Path) -> None:
    row = "39, State-gov, 7, Bachelors, 13, Single, ?, None, White, Male, 0, 0, 40, Cuba, <=50K"
    header = ",".join(published._ADULT)
    path = tmp_path / "adult.parquet"
    found = []
    for content in (f"{header}\n{row}\n", f"|1x3 Cross validator\n{row}.\n\n"):
        published.adult([content.encode()], path)
        found.append(pd.read_parquet(path))
        assert found[-1]["occupation"].isna().all()
        assert found[-1]["relationship"].tolist() == ["None"]
    pd.testing.assert_frame_equal(*found)


def test_molecules_come_out_of_the_wheel(tmp_path: Path) -> None:
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("moses/dataset/data/test.csv.gz", gzip.compress(b"SMILES,SPLIT\nCCO,test\n"))
    path = tmp_path / "moses_test.parquet"
    published.moses([wheel.getvalue()], path)
    assert pd.read_parquet(path)["SMILES"].tolist() == ["CCO"]


def test_a_digest_is_of_what_a_table_holds(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    published.table([b"a,b\n1,x\n2,y\n"], path)
    assert published.digest(path) == hashlib.sha256(b"a,b\n1,x\n2,y\n").hexdigest()
    pd.read_parquet(path).to_parquet(path, compression="gzip")
    assert published.digest(path) == hashlib.sha256(b"a,b\n1,x\n2,y\n").hexdigest()


def _packed(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()
