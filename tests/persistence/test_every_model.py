"""Laws of files that hold for every model of the catalogue, without a line per model."""

from __future__ import annotations

import copy
import hashlib
import pickle
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from likely.base.capabilities import Density, Explainer
from likely.base.state import Members
from likely.core import catalogue
from likely.core.container import pack, unpack
from likely.core.errors import CannotDo, DamagedFile
from likely.data.table import Table
from likely.persistence import (
    inspect,
    kept_rows,
    load_model,
    model_state,
    models_without_rows,
    restore_model,
    save_model,
)
from likely.testing.clips import tones
from likely.testing.labels import taught
from likely.testing.shaped import clean
from likely.testing.texts import sentences
from likely.testing.timelines import STEPS, timeline

Rows = Callable[..., Any]
NAMES = sorted(catalogue.entries())


def kinds(name: str) -> list[str]:
    """Return the kinds of data that files of a model are tried with."""
    taken = catalogue.entry(name).kinds
    tables = ["plain", "mixed"] if "table" in taken else []
    return tables + [kind for kind in taken if kind != "table"]


CASES = [(name, kind) for name in NAMES for kind in kinds(name)]


def plain_rows(n: int = 80, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 3)) @ np.diag([1.0, 5.0, 0.01]) + 3.0


def rows_of(kind: str, mixed_rows: Rows) -> Rows:
    """Return a function that makes toy data of a kind."""
    if kind == "mixed":
        return mixed_rows
    others = {"text": sentences, "audio": tones, "timeline": timeline, "molecule": molecules}
    if kind in others:
        return others[kind]
    return plain_rows if kind == "plain" else partial(clean, kind)


def molecules(n: int = 60, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    ends = ["O", "N", "Cl", "C(=O)O", "c1ccccc1"]
    return ["C" * int(rng.integers(1, 6)) + ends[rng.integers(len(ends))] for _ in range(n)]


def few(name: str, n: int) -> int:
    """Return how many new rows are few: a series is judged by stretches of it."""
    return STEPS if "timeline" in catalogue.entry(name).kinds else n


@pytest.fixture
def toys(name: str, mixed_rows: Rows) -> Rows:
    """Mixed rows, or samples with axes of the first kind for a model that takes no tables."""
    return rows_of(
        "mixed" if "table" in catalogue.entry(name).kinds else kinds(name)[0], mixed_rows
    )


@pytest.fixture
def plain_toys(name: str, mixed_rows: Rows) -> Rows:
    """Rows of numbers, or samples with axes for a model that takes no tables."""
    return rows_of(kinds(name)[0], mixed_rows)


_FITTED: dict[tuple[str, bytes], Any] = {}


def fitted(name: str, rows: Any) -> Any:
    """Return a model that has learnt from rows; of the same rows it learns once."""
    key = name, hashlib.sha256(pickle.dumps(rows)).digest()
    if key not in _FITTED:
        owner = catalogue.entry(name).load()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a model may say that tiny data are tiny
            _FITTED[key] = taught(owner(**owner.fast), rows)
    return copy.deepcopy(_FITTED[key])


def file_of(model: Any, folder: Path) -> Path:
    path = folder / "m.likely"
    save_model(model, path)
    return path


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_a_loaded_model_gives_the_same_numbers(
    name: str, kind: str, mixed_rows: Rows, tmp_path: Path
) -> None:
    data = rows_of(kind, mixed_rows)
    model = fitted(name, data())
    loaded = load_model(file_of(model, tmp_path))
    new = data(200 if kind in ("plain", "mixed", "timeline") else 12, seed=1)
    assert type(loaded) is type(model)
    for rows in (data(), new):
        assert loaded.score_samples(rows).tobytes() == model.score_samples(rows).tobytes()
        assert loaded.predict(rows).tobytes() == model.predict(rows).tobytes()
    if isinstance(model, Explainer):
        for found, expected in zip(
            loaded.contributions(new), model.contributions(new), strict=True
        ):
            assert found.tobytes() == expected.tobytes()
    if isinstance(model, Density) and model.schema_.plain:
        assert loaded.log_prob(new).tobytes() == model.log_prob(new).tobytes()
    assert loaded.offset_ == model.offset_


@pytest.mark.parametrize("name", NAMES)
def test_only_what_the_class_states_comes_back(name: str, toys: Rows, tmp_path: Path) -> None:
    model = fitted(name, toys())
    loaded = load_model(file_of(model, tmp_path))
    stated = {"schema_", "offset_", "n_features_in_", *type(model)._state_spec}
    stated |= {"feature_names_in_"} if model.schema_.named else set()
    assert set(vars(loaded)) == stated | set(model.get_params(deep=False))
    assert loaded.schema_ == model.schema_
    assert loaded.n_features_in_ == model.n_features_in_
    if model.schema_.named:
        assert list(loaded.feature_names_in_) == list(model.feature_names_in_)


@pytest.mark.parametrize("name", NAMES)
def test_saving_what_was_loaded_gives_the_same_bytes(name: str, toys: Rows, tmp_path: Path) -> None:
    path = file_of(fitted(name, toys()), tmp_path)
    again = file_of(load_model(path), tmp_path / "..")
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_a_loaded_model_can_learn_again(name: str, plain_toys: Rows, tmp_path: Path) -> None:
    model = fitted(name, plain_toys())
    loaded = load_model(file_of(model, tmp_path))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        taught(loaded, plain_toys())
    assert loaded.score_samples(plain_toys()).tobytes() == (
        model.score_samples(plain_toys()).tobytes()
    )


@pytest.mark.parametrize("name", NAMES)
def test_saving_without_rows_works_or_names_models_that_do(
    name: str, plain_toys: Rows, tmp_path: Path
) -> None:
    model = fitted(name, plain_toys())
    path = tmp_path / "m.likely"
    if kept_rows(model):
        with pytest.raises(CannotDo, match=models_without_rows()[0]):
            save_model(model, path, rows=False)
        assert not path.exists()
    else:
        save_model(model, path, rows=False)
        assert load_model(path).score_samples(plain_toys()).tobytes() == (
            model.score_samples(plain_toys()).tobytes()
        )


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_built_to_say_what_is_inside(name: str, toys: Rows, tmp_path: Path) -> None:
    model = fitted(name, toys())
    found = inspect(file_of(model, tmp_path))
    assert found["digest"] == "intact"
    assert found["models"][0]["class"] == f"{name}/{type(model).state_version}"
    columns = [column["name"] for column in found["models"][0]["columns"]]
    given = toys()
    named = given.names if isinstance(given, Table) else list(getattr(given, "columns", ()))
    assert columns == (named if model.schema_.named else [])
    if Members() in type(model)._state_spec.values():
        assert len(found["models"]) > 1


@pytest.mark.parametrize("name", NAMES)
def test_the_state_alone_is_enough(name: str, plain_toys: Rows) -> None:
    model = fitted(name, plain_toys())
    restored = restore_model(*unpack(pack(*model_state(model))))
    new = plain_toys(few(name, 9))
    assert restored.score_samples(new).tobytes() == model.score_samples(new).tobytes()


def negated(array: np.ndarray) -> np.ndarray:
    return (-array.astype(np.float64)).astype(array.dtype)


def shuffled(array: np.ndarray) -> np.ndarray:
    return np.random.default_rng(0).permutation(array.ravel()).reshape(array.shape)


def shorter(array: np.ndarray) -> np.ndarray:
    return array[:-1] if array.ndim else array


def filled(value: float) -> Callable[[np.ndarray], np.ndarray]:
    def fill(array: np.ndarray) -> np.ndarray:
        whole = array.dtype.kind in "iu"
        limits = np.iinfo(array.dtype) if whole else np.finfo(array.dtype)
        least, most = (
            (int(limits.min), int(limits.max)) if whole else (float(limits.min), float(limits.max))
        )  # Python compares them without a cast that overflows
        return np.full(array.shape, min(max(value, least), most), array.dtype)

    return fill


LIES = {
    "negated": negated, "shuffled": shuffled, "shorter": shorter, "zero": filled(0),
    "one": filled(1), "minus one": filled(-1), "huge": filled(1e300), "large": filled(2**31),
}  # fmt: skip


def some_of(arrays: Mapping[str, np.ndarray]) -> list[str]:
    """Return the arrays of a model, a part of them if there are very many, as of large networks."""
    own = [name for name in arrays if ".schema." not in f".{name}"]
    return own[:: 1 + len(own) // 16]


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
@pytest.mark.parametrize("name", NAMES)
def test_a_state_that_lies_is_refused_or_scores(name: str, lie: Any, toys: Rows) -> None:
    """Numbers that fit what the class states never crash a score, nor keep it busy for ever."""
    document, arrays = model_state(fitted(name, toys()))
    new = toys(few(name, 5), seed=1)
    for array in some_of(arrays):
        changed = arrays | {array: np.array(lie(arrays[array]))}
        try:
            loaded = restore_model(document, changed)
        except DamagedFile:
            continue
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            assert loaded.score_samples(new).shape == (len(new),)


@pytest.mark.parametrize("name", NAMES)
def test_arrays_of_another_form_are_refused(name: str, toys: Rows) -> None:
    document, arrays = model_state(fitted(name, toys()))
    of_schema = [name for name in arrays if ".schema." in f".{name}"]
    for array in (*of_schema, *some_of(arrays)):
        numbers = arrays[array]
        other = np.float32 if numbers.dtype == np.float64 else np.float64
        for changed in (numbers[None], np.ones(numbers.shape, other)):
            with pytest.raises(DamagedFile):
                restore_model(document, arrays | {array: changed})
        with pytest.raises(DamagedFile, match="missing"):
            restore_model(document, {n: a for n, a in arrays.items() if n != array})
        if numbers.dtype.kind == "f" and numbers.size:
            spoilt = numbers.copy()
            spoilt.flat[0] = np.nan
            with pytest.raises(DamagedFile, match="finite"):
                restore_model(document, arrays | {array: spoilt})
    with pytest.raises(DamagedFile, match="unexpected"):
        restore_model(document, arrays | {"extra": np.arange(3)})
