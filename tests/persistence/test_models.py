"""Models that exist in these tests only: what a class states is what a file must hold."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest

from likely.base.model import Model, NotFittedError
from likely.base.state import Array, Members
from likely.core import catalogue
from likely.core.container import pack, unpack
from likely.core.errors import CannotDo, DamagedFile, PersistenceError
from likely.core.params import Interval
from likely.detectors import KNN
from likely.persistence import kept_rows, load_model, model_state, restore_model, save_model


class Tree(Model):
    """A chain of nodes: scalars, bounds, positions along an axis, and column-major arrays."""

    card = {"kinds": ["table"], "paper": ""}
    _state_spec = {
        "child_": Array("node", dtype="int64", low=0, high="node"),
        "shares_": Array("node", low=0.0, high=1.0),
        "turned_": Array("width", 2),
        "centre_": Array(),
        "size_": Array(dtype="int64"),
    }

    def __init__(
        self,
        shift: Annotated[float, Interval(0)] = 0.0,
        options: Any = None,
        seed: int = 0,
    ) -> None:
        self.shift = shift
        self.options = options
        self.seed = seed

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self.child_ = np.array([1, 2, 2])
        self.shares_ = np.array([0.0, 0.5, 1.0])
        self.turned_ = np.asfortranarray(rng.normal(size=(x.shape[1], 2)))
        self.centre_ = float(x.mean())
        self.size_ = len(x)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -np.abs(x @ self.turned_).sum(axis=1) / self.size_ - self.centre_ - self.shift

    def _check_state(self) -> None:
        if (self.child_ < np.arange(len(self.child_))).any():
            raise ValueError("a child stands before its parent")


class Pair(Model):
    """Two members: one that shares the columns, one that never met a table."""

    card = {"kinds": ["table"], "paper": ""}
    _state_spec = {"left_": Members(), "right_": Members()}

    def __init__(self, part: Any = None) -> None:
        self.part = part

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        shared, bare = Tree(), Tree(shift=1.0)
        shared._fit_features(self.schema_, x, rng)
        bare._fit(x, rng)
        self.left_, self.right_ = [shared], [bare, shared]

    def _score(self, x: np.ndarray) -> np.ndarray:
        return sum(member._score(x) for member in [*self.left_, *self.right_])


ROWS = np.random.default_rng(0).normal(size=(40, 3))


@pytest.fixture(autouse=True)
def _in_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner in (Tree, Pair):
        found = catalogue.Entry(
            owner.__name__, __name__, "detectors", "", ("Model",), ("table",), "", ""
        )
        monkeypatch.setattr(catalogue.Entry, "load", _load_with_tests)
        monkeypatch.setitem(catalogue.entries(), owner.__name__, found)


_load = catalogue.Entry.load


def _load_with_tests(entry: catalogue.Entry) -> type[Any]:
    return {"Tree": Tree, "Pair": Pair}.get(entry.name) or _load(entry)


def through_bytes(model: Model) -> Any:
    return restore_model(*unpack(pack(*model_state(model))))


def test_scalars_order_and_numbers_survive() -> None:
    model = Tree().fit(ROWS)
    restored = through_bytes(model)
    assert restored.score_samples(ROWS).tobytes() == model.score_samples(ROWS).tobytes()
    assert restored.size_ == 40
    assert isinstance(restored.centre_, float)
    assert restored.turned_.flags.f_contiguous
    assert restored.turned_.flags.writeable


def test_members_survive_with_and_without_a_schema() -> None:
    model = Pair().fit(ROWS)
    document, arrays = model_state(model)
    restored = through_bytes(model)
    assert document["members"]["left_"][0]["schema"] == "parent"
    assert document["members"]["right_"][0]["schema"] is None
    assert "right_.1.child_" in arrays
    assert restored.score_samples(ROWS).tobytes() == model.score_samples(ROWS).tobytes()
    assert restored.left_[0].schema_ is restored.schema_
    assert not hasattr(restored.right_[0], "schema_")


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, 0.1, float("inf"), "text", [1, "a"], (1, (2.5, None)), {"a": [1, 2]},
        list(range(100)), [float(i) for i in range(100)], [f"ä{i}" for i in range(100)],
        [True] * 100,
    ],
)  # fmt: skip
def test_parameters_survive_with_their_types(value: Any) -> None:
    restored = through_bytes(Tree(options=value).fit(ROWS))
    assert restored.options == value
    assert repr(restored.options) == repr(value)


def test_numpy_numbers_become_plain_ones() -> None:
    restored = through_bytes(Tree(shift=np.float32(0.1), seed=np.int64(3)).fit(ROWS))
    assert (restored.shift, restored.seed) == (float(np.float32(0.1)), 3)


def test_a_parameter_may_be_an_array_or_a_model() -> None:
    restored = through_bytes(Tree(options=np.arange(3)).fit(ROWS))
    np.testing.assert_array_equal(restored.options, np.arange(3))
    restored = through_bytes(Pair(part=KNN(n_neighbors=7)).fit(ROWS))
    assert restored.part.n_neighbors == 7
    assert not hasattr(restored.part, "schema_")
    inner = KNN().fit(ROWS)
    restored = through_bytes(Pair(part=inner).fit(ROWS))
    assert restored.part.score_samples(ROWS).tobytes() == inner.score_samples(ROWS).tobytes()


@pytest.mark.parametrize("value", [object(), len, {1, 2}, b"bytes", {"@": 1}, Path("x")])
def test_a_parameter_that_no_file_can_hold_is_named(value: Any) -> None:
    with pytest.raises(PersistenceError, match=r"params\.options"):
        model_state(Tree(options=value).fit(ROWS))


def test_two_arrays_never_share_a_name() -> None:
    options = {"a": {"b": np.arange(3)}, "a.b": np.arange(4)}
    with pytest.raises(PersistenceError, match="Two arrays"):
        model_state(Tree(options=options).fit(ROWS))


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("child_", np.array([1, 2, 3]), "allowed are 0 to 2"),
        ("child_", np.array([-1, 2, 2]), "allowed are 0 to 2"),
        ("child_", np.array([1, 2]), "along axis 0"),
        ("child_", np.array([1, 0, 2]), "a child stands before"),
        ("child_", np.array([1, 2, 2], dtype=np.int32), "expected int64"),
        ("shares_", np.array([0.0, 0.5, 1.1]), "allowed are 0.0 to 1.0"),
        ("shares_", np.array([0.0, np.nan, 1.0]), "not finite"),
        ("turned_", np.zeros((2, 2)), "along axis 0"),
        ("turned_", np.zeros((3, 1)), "along axis 1"),
        ("centre_", np.zeros(1), "rank 1"),
        ("centre_", np.array(np.inf), "not finite"),
    ],
)
def test_arrays_must_be_as_stated(name: str, array: np.ndarray, message: str) -> None:
    document, arrays = model_state(Tree().fit(ROWS))
    with pytest.raises(DamagedFile, match=message):
        restore_model(document, arrays | {name: array})


def test_arrays_without_entries_are_as_stated() -> None:
    document, arrays = model_state(Tree().fit(ROWS))
    empty = {"child_": np.empty(0, np.int64), "shares_": np.empty(0)}
    assert restore_model(document, arrays | empty).child_.shape == (0,)


def test_a_model_that_broke_its_own_statement_is_not_saved() -> None:
    model = Tree().fit(ROWS)
    model.shares_ = np.array([0.0, 2.0, 1.0])
    with pytest.raises(PersistenceError, match=r"Tree\.shares_"):
        model_state(model)
    model = Tree().fit(ROWS)
    model.offset_ = float("nan")
    with pytest.raises(PersistenceError, match="offset_"):
        model_state(model)


@pytest.mark.parametrize("params", [{"shift": -1.0}, {"shift": "0"}, {"other": 1}, [], None])
def test_parameters_outside_their_range_are_refused(params: Any) -> None:
    document, arrays = model_state(Tree().fit(ROWS))
    with pytest.raises(DamagedFile):
        restore_model(document | {"params": params}, arrays)


def test_a_parameter_added_since_takes_its_default() -> None:
    document, arrays = model_state(Tree(shift=2.0).fit(ROWS))
    del document["params"]["options"]
    assert restore_model(document, arrays).shift == 2.0


def test_only_classes_of_the_catalogue_are_saved(tmp_path: Path) -> None:
    class KNN(Tree):  # a name that the catalogue has, of another class
        """Somebody's own."""

    with pytest.raises(CannotDo, match="catalogue"):
        save_model(KNN().fit(ROWS), tmp_path / "m.likely")
    assert not list(tmp_path.iterdir())


def test_only_fitted_models_are_saved(tmp_path: Path) -> None:
    with pytest.raises(NotFittedError, match="Call `fit`"):
        model_state(Tree())
    with pytest.raises(NotFittedError):
        save_model(Tree(), tmp_path / "m.likely")


def test_an_unfitted_model_in_a_file_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "m.likely"
    save_model(Tree().fit(ROWS), path)
    document, _ = unpack(path)
    unfitted = {"@": "unfitted", "class": f"KNN/{KNN.state_version}", "params": {}}
    document["parts"]["model"] = unfitted
    path.write_bytes(pack(document, {}))
    with pytest.raises(DamagedFile, match="one fitted model"):
        load_model(path)


def test_rows_are_found_inside_members() -> None:
    assert kept_rows(Tree().fit(ROWS)) == []
    pair = Pair().fit(ROWS)
    pair.left_ = [KNN().fit(ROWS), KNN().fit(ROWS)]
    assert kept_rows(pair) == ["KNN.reference_"]
    with pytest.raises(CannotDo, match=r"KNN\.reference_.*Tree"):
        model_state(pair, rows=False)


def test_warnings_are_not_needed() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        through_bytes(Tree().fit(np.full((5, 2), 3.0)))
