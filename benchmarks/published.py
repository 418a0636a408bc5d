"""What published files become: the form in which benchmarks read them, and what it must contain."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

_PROBATION = 0.15, 750  # of a series of NAB, in shares and in steps at most
_ADULT = [
    "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation",
    "relationship", "race", "sex", "capital-gain", "capital-loss", "hours-per-week",
    "native-country", "income",
]  # fmt: skip
_SERIES = ("values", "label", "events", "time", "train_end")


def text(parts: Sequence[bytes], path: Path) -> None:
    """Pack a text by gzip, without a time."""
    path.write_bytes(gzip.compress(parts[0], mtime=0))


def adbench(parts: Sequence[bytes], path: Path) -> None:
    """Write a table of ADBench: numbers in single precision, and labels."""
    with np.load(io.BytesIO(parts[0])) as file:
        x, y = file["X"].astype(np.float32), file["y"].astype(np.uint8)
    np.savez_compressed(path, X=x, y=y)


def nab(parts: Sequence[bytes], path: Path) -> None:
    """Write a series of NAB; steps of its windows, both ends included, are anomalous."""
    frame = pd.read_csv(io.BytesIO(parts[0]), parse_dates=["timestamp"])
    windows = json.loads(parts[1])[path.stem.replace("__", "/") + ".csv"]
    label = np.zeros(len(frame), dtype=np.uint8)
    for start, stop in windows:
        label |= frame["timestamp"].between(pd.Timestamp(start), pd.Timestamp(stop)).to_numpy()
    edges = np.flatnonzero(np.diff(np.concatenate([[0], label, [0]]).astype(int)))
    share, most = _PROBATION
    np.savez_compressed(
        path,
        values=frame[["value"]].to_numpy(np.float64),
        label=label,
        events=edges.reshape(-1, 2).astype(np.int64),
        time=frame["timestamp"].to_numpy("datetime64[s]").astype(np.int64),
        train_end=np.int64(min(int(share * len(frame)), most)),
    )


def pneumonia(parts: Sequence[bytes], path: Path) -> None:
    """Write healthy chests of the official training part, and the official validation part."""
    with np.load(io.BytesIO(parts[0])) as file:
        healthy = file["train_images"][file["train_labels"].ravel() == 0]
        images, labels = file["val_images"], file["val_labels"].ravel()
    np.savez_compressed(path, train_normal=healthy, test_images=images, test_labels=labels)


def moses(parts: Sequence[bytes], path: Path) -> None:
    """Write molecules out of the wheel in which MOSES is published."""
    name = f"moses/dataset/data/{path.stem.removeprefix('moses_')}.csv.gz"
    with zipfile.ZipFile(io.BytesIO(parts[0])) as wheel:
        content = gzip.decompress(wheel.read(name))
    _write(pd.read_csv(io.BytesIO(content), usecols=["SMILES"]), path)


def adult(parts: Sequence[bytes], path: Path) -> None:
    """Write people of Adult: with a header or as UCI has them, "?" is missing."""
    header = parts[0].startswith(b"age,")
    frame = pd.read_csv(
        io.BytesIO(parts[0]),
        header=0 if header else None,
        names=_ADULT,
        skiprows=0 if header else 1,
        skipinitialspace=True,
        na_values="?",
        keep_default_na=False,
    )
    frame["income"] = frame["income"].str.rstrip(".")
    _write(frame, path)


def table(parts: Sequence[bytes], path: Path) -> None:
    """Write a CSV file with a header as it is."""
    _write(pd.read_csv(io.BytesIO(parts[0])), path)


KINDS: dict[str, Callable[[Sequence[bytes], Path], None]] = {
    made.__name__: made for made in (text, adbench, nab, pneumonia, moses, adult, table)
}


def digest(path: Path) -> str:
    """Return the SHA-256 of what a file holds, whatever packed it.

    Parameters
    ----------
    path : Path
        Of arrays the bytes count, of series what `nab` writes, of images with their labels not the
        order; of a table its text as CSV; of anything else the file unpacked.
    """
    if path.suffix == ".parquet":
        text = pd.read_parquet(path).to_csv(index=False, lineterminator="\n")
        return hashlib.sha256(text.encode()).hexdigest()
    if path.suffix != ".npz":
        return hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest()
    with np.load(path) as file:
        held = {name: np.ascontiguousarray(file[name]) for name in file.files}
    found = hashlib.sha256()
    for name in sorted(_SERIES if "values" in held else held):
        array = held[name]
        found.update(f"{name} {array.dtype.str} {array.shape}".encode())
        labels = held.get(name.replace("images", "labels"), array)
        if array.ndim == 3:
            found.update(b"".join(sorted(map(_labelled, array, labels))))
        elif not name.endswith("_labels"):
            found.update(array.tobytes())
    return found.hexdigest()


def _labelled(image: np.ndarray, label: np.ndarray) -> bytes:
    return image.tobytes() + (label.tobytes() if label.ndim == 0 else b"")


def _write(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, index=False)
