"""Files that are damaged, or that lie under a right digest: a typed error, and nothing runs."""

from __future__ import annotations

import copy
import os
import random
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from likely.core.container import pack, unpack
from likely.core.errors import DamagedFile, LikelyError, PersistenceError, UnsupportedFile
from likely.detectors import KNN, Ensemble
from likely.persistence import inspect, load_model, restore_model, save_model

Rewrite = Callable[[Callable[[Any, Any], Any]], Path]
Document = dict[str, Any]
REFUSED = (DamagedFile, UnsupportedFile)


def state(document: Document) -> Document:
    return document["parts"]["model"]["state"]


def test_a_cut_at_any_byte_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "m.likely"
    save_model(KNN().fit(np.random.default_rng(0).normal(size=(100, 3))), path)
    content = path.read_bytes()
    assert 2_000 < len(content) < 16_384
    for stop in reversed(range(len(content))):
        os.truncate(path, stop)
        with pytest.raises(REFUSED):
            load_model(path)


def test_flipped_bits_are_noticed(saved_knn: bytes, tmp_path: Path) -> None:
    rng = random.Random(0)
    path = tmp_path / "m.likely"
    data = 8 + int.from_bytes(saved_knn[:8], "little")
    document = saved_knn.index(b"likely")
    regions = [(0, document), (document, data), (data, len(saved_knn))]
    for flip in range(2_000):
        start, stop = regions[flip % 3]
        changed = bytearray(saved_knn)
        changed[rng.randrange(start, stop)] ^= 1 << rng.randrange(8)
        path.write_bytes(changed)
        with pytest.raises(REFUSED):
            load_model(path)


def test_an_honest_rewrite_loads(rewritten: Rewrite) -> None:
    assert load_model(rewritten(lambda document, arrays: None)).n_neighbors == 3


def set_class(name: str) -> Callable[[Document, Any], None]:
    return lambda document, _: state(document).update({"class": name})


@pytest.mark.parametrize(
    "name",
    ["../../os", "likely.detectors.KNN", "os.system/1", "KNN", "KNN/0", "KNN/1 ", "KNN/-1", "/1",
     "KNN/1\n", "KNN/٣", "__main__/1", "Knn.__class__/1", "", "KNN/" + "9" * 400],
)  # fmt: skip
def test_a_class_id_that_is_none_is_refused(rewritten: Rewrite, name: str) -> None:
    with pytest.raises(DamagedFile, match="names no model"):
        load_model(rewritten(set_class(name)))


@pytest.mark.parametrize("name", ["Popen/1", "Model/1", "Path/1", "KNN/3"])
def test_an_unknown_class_or_version_asks_to_upgrade(rewritten: Rewrite, name: str) -> None:
    with pytest.raises(UnsupportedFile, match="pip install -U likely"):
        load_model(rewritten(set_class(name)))


def test_an_older_state_asks_to_learn_again(
    rewritten: Rewrite, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = rewritten(lambda document, arrays: None)
    monkeypatch.setattr(KNN, "state_version", KNN.state_version + 1)
    with pytest.raises(UnsupportedFile, match="Learn the model again"):
        load_model(path)


@pytest.mark.parametrize("format_", [[2, 0], [99, 1]])
def test_a_newer_format_says_who_wrote_it(rewritten: Rewrite, format_: list[int]) -> None:
    def change(document: Document, _: Any) -> None:
        document.update(format=format_, provenance={"likely": "7.1"})

    path = rewritten(change)
    for read in (load_model, inspect):
        with pytest.raises(UnsupportedFile, match=r"likely 7\.1.*pip install -U likely"):
            read(path)


def test_a_newer_minor_format_may_say_more(rewritten: Rewrite) -> None:
    path = rewritten(lambda document, _: document.update(format=[1, 1], more=1))
    assert load_model(path).n_neighbors == 3
    path = rewritten(lambda document, _: document.update(more=1))
    with pytest.raises(DamagedFile):
        load_model(path)


@pytest.mark.parametrize("format_", [[1], [0, 9], [1, -1], "1.0", [1.0, 0], None, [True, 0]])
def test_a_format_that_never_was_is_refused(rewritten: Rewrite, format_: Any) -> None:
    with pytest.raises(DamagedFile):
        load_model(rewritten(lambda document, _: document.update(format=format_)))


REFERENCE = "parts.model.reference_"


def put(array: Callable[[np.ndarray], np.ndarray]) -> Callable[[Any, Any], None]:
    return lambda _, arrays: arrays.update({REFERENCE: array(arrays[REFERENCE])})


def with_cell(value: float) -> Callable[[np.ndarray], np.ndarray]:
    def change(array: np.ndarray) -> np.ndarray:
        array[0, 0] = value
        return array

    return change


ARRAY_LIES: dict[str, Callable[[Any, Any], Any]] = {
    "NaN": put(with_cell(np.nan)),
    "infinite": put(with_cell(-np.inf)),
    "another type": put(lambda array: array.astype(np.float32)),
    "another rank": put(lambda array: array[0]),
    "another width": put(lambda array: array[:, 1:]),
    "missing": lambda _, arrays: arrays.pop(REFERENCE),
    "unexpected": lambda _, arrays: arrays.update(extra=np.arange(3)),
    "of no member": lambda _, arrays: arrays.update(
        {"parts.model.detectors_.0.reference_": np.arange(3.0)}
    ),
    "renamed": lambda _, arrays: arrays.update(reference_=arrays.pop(REFERENCE)),
}


@pytest.mark.parametrize("change", ARRAY_LIES.values(), ids=ARRAY_LIES.keys())
def test_arrays_other_than_stated_are_refused(rewritten: Rewrite, change: Any) -> None:
    with pytest.raises(DamagedFile):
        load_model(rewritten(change))


VALUES: list[Any] = [
    None, True, -1, 0, 10**70, 1e308, -1e308, 5e-324, "", "../../x", "\x00", [], [[]], {}, {"a": 1},
    {"@": "array"}, {"@": "texts"}, {"@": "model", "state": {}}, {"@": "schema", "schema": {}},
    {"@": "unfitted", "class": "KNN/1", "params": {}}, {"@": "float", "value": "nan"},
    {"@": "float", "value": "inf"}, {"@": []}, {"@": "tuple", "items": 3}, [0] * 40,
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of everything inside a document."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in pairs if isinstance(value, (dict, list)) else ():
        yield (*path, key)
        if isinstance(item, (dict, list)):
            yield from places(item, (*path, key))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def test_no_value_anywhere_in_a_document_crashes(
    saved_knn: bytes, mixed_rows: Callable[..., Any]
) -> None:
    """Whatever stands in whichever place: a typed error, or a model that scores or says why not."""
    document, arrays = unpack(saved_knn)
    arrays = {name.removeprefix("parts.model."): array for name, array in arrays.items()}
    whole = state(document)
    rows = mixed_rows(8, seed=1)
    refused = 0
    for place in places(whole):
        old = at(whole, place)
        for value in VALUES:
            changed = copy.deepcopy(whole)
            at(changed, place[:-1])[place[-1]] = value
            if value != old or type(value) is not type(old):
                refused += judge(changed, arrays, rows)
        changed = copy.deepcopy(whole)
        del at(changed, place[:-1])[place[-1]]
        refused += judge(changed, arrays, rows)
    assert refused > 1_500


def judge(document: Document, arrays: dict[str, np.ndarray], rows: Any) -> bool:
    """Tell whether a document is refused; a model out of it must not crash."""
    try:
        model = restore_model(document, arrays)
    except REFUSED:
        return True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for asked in (rows, rows.astype(str)):
            try:
                scores = model.score_samples(asked)
            except LikelyError:
                continue
            assert scores.shape == (len(rows),)
    return False


@pytest.mark.parametrize("size", [-1, 10**6, 2**62])
def test_lists_of_text_with_false_ends_are_refused(rewritten: Rewrite, size: int) -> None:
    def change(_: Any, arrays: dict[str, np.ndarray]) -> None:
        ends = next(name for name in arrays if name.endswith(".ends"))
        arrays[ends][3] = size

    with pytest.raises(DamagedFile, match="no list of texts"):
        load_model(rewritten(change))


def test_text_that_is_none_is_refused(rewritten: Rewrite) -> None:
    def change(_: Any, arrays: dict[str, np.ndarray]) -> None:
        text = next(name for name in arrays if name.endswith(".text"))
        arrays[text][:] = 255

    with pytest.raises(DamagedFile, match="no text"):
        load_model(rewritten(change))


@pytest.fixture
def saved_ensemble(tmp_path: Path) -> Path:
    path = tmp_path / "ensemble.likely"
    rows = np.random.default_rng(0).normal(size=(60, 3))
    save_model(Ensemble(members=("KNN", "ECOD")).fit(rows), path)
    return path


@pytest.mark.parametrize("reading", ["number:", "date:xyz", "boolean", "number:.|", "x" * 99])
def test_a_rule_of_reading_that_is_none_is_refused(rewritten: Rewrite, reading: str) -> None:
    def change(document: Document, _: Any) -> None:
        state(document)["schema"]["columns"][0]["reading"] = reading

    with pytest.raises(DamagedFile, match="rule of reading"):
        load_model(rewritten(change))


def no_member(members: list[Any]) -> Any:
    return members.clear()


def one_more(members: list[Any]) -> Any:
    return members.append(copy.deepcopy(members[0]))


def turned(members: list[Any]) -> Any:
    return members.reverse()


def unknown(members: list[Any]) -> Any:
    return members[0].update({"class": "../KNN/1"})


@pytest.mark.parametrize("change", [no_member, one_more, turned, unknown])
def test_members_other_than_written_are_refused(saved_ensemble: Path, change: Any) -> None:
    document, arrays = unpack(saved_ensemble)
    change(state(document)["members"]["detectors_"])
    saved_ensemble.write_bytes(pack(document, arrays))
    with pytest.raises(DamagedFile):
        load_model(saved_ensemble)


@pytest.mark.parametrize(
    "prefix", ["detectors_.2.", "detectors_.-1.", "detectors_.0.detectors_.0.", ""]
)
def test_arrays_of_members_stand_where_they_belong(saved_ensemble: Path, prefix: str) -> None:
    document, arrays = unpack(saved_ensemble)
    name = next(name for name in arrays if name.startswith("parts.model.detectors_.0."))
    arrays[f"parts.model.{prefix}{name.rpartition('.')[2]}"] = arrays.pop(name)
    saved_ensemble.write_bytes(pack(document, arrays))
    with pytest.raises(DamagedFile):
        load_model(saved_ensemble)


def test_members_within_members_end(saved_ensemble: Path) -> None:
    document, arrays = unpack(saved_ensemble)
    inner = state(document)
    for _ in range(12):  # each level takes four levels of JSON
        inner["members"]["detectors_"] = [copy.deepcopy(inner)]
        inner = inner["members"]["detectors_"][0]
    saved_ensemble.write_bytes(pack(document, arrays))
    with pytest.raises(DamagedFile):
        load_model(saved_ensemble)


def test_what_is_inside_a_damaged_file_can_still_be_said(saved_knn: bytes, tmp_path: Path) -> None:
    path = tmp_path / "m.likely"
    changed = bytearray(saved_knn)
    changed[-1] ^= 1
    path.write_bytes(changed)
    assert inspect(path)["digest"] == "does not match"
    path.write_bytes(saved_knn[:-1])
    with pytest.raises(DamagedFile):
        inspect(path)


def test_a_place_without_a_file_is_an_error(tmp_path: Path) -> None:
    for read in (load_model, inspect):
        with pytest.raises(PersistenceError, match="No such file"):
            read(tmp_path / "nothing.likely")
        with pytest.raises(UnsupportedFile, match="folder"):
            read(tmp_path)
