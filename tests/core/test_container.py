"""The bytes of a file: valid safetensors, one form only, and every damage noticed in time."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import random
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors import safe_open
from safetensors.numpy import load as load_safetensors

from likely.core import container
from likely.core.container import pack, read, unpack
from likely.core.errors import DamagedFile, PersistenceError, UnsupportedFile
from likely.core.layout import DTYPES

DOCUMENT = {"name": 'é"\\\ud800', "numbers": [1, -0.0, 1e-300, True, None], "nested": {"a": {}}}
TENSORS = {
    "wide": np.arange(6.0).reshape(2, 3),
    "turned": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "foreign": np.arange(4, dtype=">i4"),
    "number": np.array(3),
    "none": np.empty((0, 4), dtype=np.float32),
    "small.1": np.frombuffer(b"hello", dtype=np.uint8),
}


def file_of(header: Any, data: bytes = b"") -> bytes:
    """Write a file around a header that may lie."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data


def header_of(tensors: dict[str, Any], document: str = "{}") -> dict[str, Any]:
    return {"__metadata__": {"digest": "", "likely": document}, **tensors}


def entry(shape: list[Any], start: int, stop: int, dtype: str = "F64") -> dict[str, Any]:
    return {"data_offsets": [start, stop], "dtype": dtype, "shape": shape}


def test_what_is_packed_comes_back() -> None:
    document, tensors = unpack(pack(DOCUMENT, TENSORS))
    assert document == DOCUMENT
    assert set(tensors) == set(TENSORS)
    for name, array in TENSORS.items():
        np.testing.assert_array_equal(tensors[name], array)
        assert tensors[name].dtype == array.dtype.newbyteorder("=")
        assert not tensors[name].flags.writeable


def test_the_same_content_gives_the_same_bytes() -> None:
    backwards = dict(reversed(list(TENSORS.items())))
    assert pack(DOCUMENT, TENSORS) == pack(dict(reversed(list(DOCUMENT.items()))), backwards)


def test_it_is_a_valid_safetensors_file(tmp_path: Path) -> None:
    content = pack({"answer": 42}, TENSORS)
    for name, array in load_safetensors(content).items():
        np.testing.assert_array_equal(array, TENSORS[name])
    path = tmp_path / "m.likely"
    path.write_bytes(content)
    with safe_open(path, "numpy") as opened:
        assert json.loads(opened.metadata()["likely"]) == {"answer": 42}
        assert set(opened.keys()) == set(TENSORS)


def test_every_array_starts_where_its_numbers_need_it() -> None:
    content = pack({}, TENSORS)
    length = int.from_bytes(content[:8], "little")
    assert length % 8 == 0
    for name, field in json.loads(content[8 : 8 + length]).items():
        if name != "__metadata__":
            assert field["data_offsets"][0] % np.dtype(DTYPES[field["dtype"]]).itemsize == 0


def test_the_digest_is_the_one_described() -> None:
    content = pack(DOCUMENT, TENSORS)
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    digest = header["__metadata__"]["digest"]
    header["__metadata__"]["digest"] = ""
    blank = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    blank += b" " * (-len(blank) % 8)
    assert digest == "sha256:" + hashlib.sha256(blank + content[8 + length :]).hexdigest()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, width=64),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
).filter(lambda value: "Infinity" not in json.dumps(value))
arrays = st.sampled_from(sorted(DTYPES.values())).flatmap(
    lambda dtype: hnp.arrays(
        dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
    )
)
names = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,12}", fullmatch=True)


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(
    st.dictionaries(st.text(), json_values, max_size=4), st.dictionaries(names, arrays, max_size=4)
)
def test_any_document_and_arrays_come_back(
    document: dict[str, Any], tensors: dict[str, np.ndarray]
) -> None:
    content = pack(document, tensors)
    found, arrays = unpack(content)
    assert json.dumps(found, sort_keys=True) == json.dumps(document, sort_keys=True)
    assert {n: (a.dtype, a.shape, a.tobytes()) for n, a in arrays.items()} == {
        n: (a.dtype, a.shape, a.tobytes()) for n, a in tensors.items()
    }
    assert pack(found, arrays) == content


def test_a_cut_anywhere_is_noticed() -> None:
    content = pack(DOCUMENT, TENSORS)
    for stop in range(len(content)):
        with pytest.raises((DamagedFile, UnsupportedFile)):
            unpack(content[:stop])
    with pytest.raises(DamagedFile, match="bytes long; its header describes"):
        unpack(content + b"\0")


def test_every_flipped_bit_is_noticed() -> None:
    content = pack(DOCUMENT, TENSORS)
    for bit in range(8 * len(content)):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises((DamagedFile, UnsupportedFile)):
            unpack(bytes(changed))


def test_a_wrong_digest_is_reported_without_raising_by_read() -> None:
    content = bytearray(pack({}, {"x": np.arange(3.0)}))
    assert read(bytes(content)).intact
    content[-1] ^= 1
    assert not read(bytes(content)).intact


LIES = {
    "huge header": (2**63).to_bytes(8, "little") + b"{}",
    "header just too long": (16 * 2**20 + 8).to_bytes(8, "little") + b"{",
    "header longer than the file": (4096).to_bytes(8, "little") + b"{}",
    "no header": bytes(8),
    "a header that is no object": file_of(b"{} []"),
    "no JSON": file_of(b"{not json"),
    "no UTF-8": file_of(b'{"\xff\xff": 1}'),
    "deep": file_of(b'{"a":' + b"[" * 65 + b"]" * 65 + b"}"),
    "very deep": file_of(b'{"a":' + b"[" * 200_000),
    "deep behind quotes": file_of(b'{"a\\\\":' + b"[" * 100 + b'"\\""' + b"]" * 100 + b"}"),
    "many values": file_of(b'{"a":[' + b"0," * 2_100_000 + b"0]}"),
    "many digits": file_of(b'{"a":' + b"9" * 100_000 + b"}"),
    "repeated key": file_of(b'{"__metadata__":{"digest":"","likely":"{}","likely":"{}"}}'),
    "NaN": file_of(b'{"a":NaN}'),
    "minus infinity": file_of(b'{"a":-Infinity}'),
    "beyond float64": file_of(b'{"a":1e999}'),
    "metadata with more": file_of({"__metadata__": {"likely": "{}", "digest": "", "x": ""}}),
    "metadata of other types": file_of({"__metadata__": {"likely": "{}", "digest": 3}}),
    "no entry": file_of(header_of({"x": 3})),
    "entry with more": file_of(header_of({"x": entry([1], 0, 8) | {"y": 1}}), bytes(8)),
    "size too large": file_of(header_of({"x": entry([2**40], 0, 2**43)})),
    "sizes that overflow": file_of(header_of({"x": entry([2**32, 2**32], 0, 0)})),
    "sizes behind a zero": file_of(header_of({"x": entry([0, 2**62, 2**62], 0, 0)})),
    "negative size": file_of(header_of({"x": entry([-1], 0, 8)}), bytes(8)),
    "size as text": file_of(header_of({"x": entry(["1"], 0, 8)}), bytes(8)),
    "size as truth": file_of(header_of({"x": entry([True], 0, 8)}), bytes(8)),
    "unknown number type": file_of(header_of({"x": entry([1], 0, 8, "O")}), bytes(8)),
    "unhashable number type": file_of(
        header_of({"x": {"data_offsets": [0, 8], "dtype": ["F64"], "shape": [1]}}), bytes(8)
    ),
    "rank 9": file_of(header_of({"x": entry([1] * 9, 0, 8)}), bytes(8)),
    "overlap": file_of(header_of({"x": entry([1], 0, 8), "y": entry([1], 0, 8)}), bytes(16)),
    "gap": file_of(header_of({"x": entry([1], 8, 16)}), bytes(16)),
    "offsets beyond the file": file_of(header_of({"x": entry([1], 2**50, 2**50 + 8)}), bytes(8)),
    "name with slashes": file_of(header_of({"../../etc/x": entry([1], 0, 8)}), bytes(8)),
    "name with NUL": file_of(header_of({"x\0": entry([1], 0, 8)}), bytes(8)),
    "no document": file_of(header_of({}, "[]")),
    "document that is no JSON": file_of(header_of({}, "{")),
    "document with a repeated key": file_of(header_of({}, '{"a":1,"a":2}')),
    "document with NaN": file_of(header_of({}, '{"a":NaN}')),
    "deep document": file_of(header_of({}, '{"a":' + "[" * 70 + "]" * 70 + "}")),
    "lone surrogate": file_of(header_of({}, '{"a":"\udc80"}')),
    "right form, no digest": file_of(header_of({"x": entry([1], 0, 8)}), bytes(8)),
}


@pytest.mark.parametrize("content", LIES.values(), ids=LIES.keys())
def test_lies_are_refused_within_bounded_memory(content: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(DamagedFile):
            unpack(content)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000 + 40 * len(content)
    finally:
        tracemalloc.stop()


def test_too_many_arrays_are_refused() -> None:
    tensors = {f"t{i}": entry([0], 0, 0) for i in range(100_001)}
    with pytest.raises(DamagedFile, match="100001 arrays"):
        unpack(file_of(header_of(tensors)))
    with pytest.raises(PersistenceError, match="100001"):
        pack({}, dict.fromkeys(tensors, np.empty(0)))


@pytest.mark.parametrize("header", [b'{"a":' + b"[" * 15_000_000, b'{"a":"' + b'\\"' * 7_000_000])
def test_the_largest_headers_are_refused(header: bytes) -> None:
    with pytest.raises(DamagedFile):
        unpack(file_of(header))


class Creates:
    """Pickled, it makes a file when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_refused_and_does_not_run(tmp_path: Path, protocol: int) -> None:
    path, made = tmp_path / "m.likely", tmp_path / "made"
    path.write_bytes(pickle.dumps(Creates(made), protocol))
    with pytest.raises((UnsupportedFile, DamagedFile)):
        unpack(path)
    assert not made.exists()
    if protocol >= 2:
        with pytest.raises(UnsupportedFile, match="pickle"):
            unpack(path)


def test_other_kinds_of_file_are_named(tmp_path: Path) -> None:
    path = tmp_path / "m.likely"
    np.savez(tmp_path / "m.npz", x=np.arange(3))
    path.write_bytes((tmp_path / "m.npz").read_bytes())
    with pytest.raises(UnsupportedFile, match="zip"):
        unpack(path)
    np.save(tmp_path / "m.npy", np.arange(3))
    with pytest.raises(UnsupportedFile, match="npy"):
        unpack(tmp_path / "m.npy")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../x", b"y")
    with pytest.raises(UnsupportedFile, match="zip"):
        unpack(path)
    path.write_text("name,value\nana,1\n")
    with pytest.raises(UnsupportedFile, match="not a likely model file"):
        unpack(path)
    path.write_bytes(file_of({"x": entry([1], 0, 8)}, bytes(8)))
    with pytest.raises(UnsupportedFile, match="another program"):
        unpack(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PersistenceError, match="No such file"):
        unpack(tmp_path / "nothing")
    with pytest.raises(UnsupportedFile, match="folder"):
        unpack(tmp_path)
    (tmp_path / "empty").touch()
    with pytest.raises(DamagedFile, match="empty"):
        unpack(tmp_path / "empty")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnsupportedFile, match="no regular file"):
        unpack(tmp_path / "pipe")
    with pytest.raises(PersistenceError):
        unpack("a\0b")


def test_a_sparse_file_of_a_terabyte_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "m.likely"
    path.write_bytes(pack({}, {"x": np.arange(3.0)}))
    os.truncate(path, 2**40)
    tracemalloc.start()
    try:
        with pytest.raises(DamagedFile, match="bytes long"):
            unpack(path)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("document", "tensors"),
    [
        ({"a": np.float64(1)}, {}),
        ({"a": (1, 2)}, {}),
        ({1: 2}, {}),
        ({"a": float("nan")}, {}),
        ({"a": {"b"}}, {}),
        ({}, {"a/b": np.arange(3)}),
        ({}, {"": np.arange(3)}),
        ({}, {"__metadata__": np.arange(3)}),
        ({}, {"x": np.array(["a"])}),
        ({}, {"x": np.array([None])}),
        ({}, {"x": np.array([1j])}),
        ({}, {"x": np.empty((1,) * 9)}),
        ({"a": "x" * 2**24}, {}),
    ],
)
def test_what_could_not_be_read_again_is_not_written(document: Any, tensors: Any) -> None:
    with pytest.raises(PersistenceError):
        pack(document, tensors)


def test_a_document_too_deep_is_not_written() -> None:
    document: dict[str, Any] = {}
    for _ in range(70):
        document = {"a": document}
    with pytest.raises(PersistenceError, match="deeper"):
        pack(document, {})


def test_random_bytes_never_raise_anything_else() -> None:
    rng = random.Random(0)
    whole = pack(DOCUMENT, TENSORS)
    for _ in range(500):
        changed = bytearray(whole)
        for _ in range(rng.randint(1, 20)):
            start = rng.randrange(len(changed))
            changed[start : start + rng.randint(0, 8)] = rng.randbytes(rng.randint(0, 8))
        if bytes(changed) != whole:
            with pytest.raises((DamagedFile, UnsupportedFile)):
                unpack(bytes(changed))


def test_the_limits_are_those_of_the_design() -> None:
    assert container.MAX_HEADER == 16 * 2**20
