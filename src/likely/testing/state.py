"""Laws about `_state_spec` and files: what a class says a model consists of is all it needs."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from likely.base.capabilities import Density, Explainer
from likely.base.state import Array, Members, Weights
from likely.core.catalogue import entries
from likely.persistence import load_model, save_model
from likely.testing.labels import taught
from likely.testing.law import law, learnt, name_of, require, require_equal
from likely.testing.toys import gaussian, mixed


@law()
def stated_state_suffices(model: Any) -> None:
    """Parameters, schema, offset and the stated arrays alone score as the fitted model does."""
    for rows, new in [(gaussian(), gaussian(30, seed=1)), (mixed(), mixed(30, seed=1))]:
        fitted = learnt(model, rows)
        rebuilt = rebuild(fitted)
        require_equal(rebuilt.score_samples(new), fitted.score_samples(new), "Scores", rtol=1e-12)
        require(
            np.array_equal(rebuilt.predict(new), fitted.predict(new)),
            "predict of the rebuilt model differs.",
        )
        if isinstance(fitted, Explainer):
            require_equal(rebuilt.contributions(new), fitted.contributions(new), "contributions")
        if isinstance(fitted, Density) and fitted.schema_.plain:
            require_equal(rebuilt.log_prob(new), fitted.log_prob(new), "log_prob")


@law()
def state_is_as_stated(model: Any) -> None:
    """Every stated array has the shape, type and limits that the class states."""
    for rows in (gaussian(), gaussian(40, width=1), mixed()):
        compare_state(learnt(model, rows))


@law()
def saved_models_score_the_same(model: Any) -> None:
    """A model of the catalogue read back from a file scores as before, bit by bit."""
    entry = entries().get(name_of(model))
    if entry is None or entry.module != type(model).__module__:
        return  # files hold models of the catalogue only
    for rows, new in [(gaussian(), gaussian(30, seed=1)), (mixed(), mixed(30, seed=1))]:
        fitted = taught(entry.load()(**model.get_params(deep=False)), rows)
        with TemporaryDirectory() as folder:
            first, second = Path(folder, "first.likely"), Path(folder, "second.likely")
            save_model(fitted, first)
            loaded = load_model(first)
            save_model(loaded, second)
            require(first.read_bytes() == second.read_bytes(), "Saving again gives other bytes.")
        require(repr(loaded) == repr(fitted), f"The loaded model is {loaded!r}, not {fitted!r}.")
        found, expected = loaded.score_samples(new), fitted.score_samples(new)
        require(found.tobytes() == expected.tobytes(), "Scores of the loaded model differ.")
        require(loaded.offset_ == fitted.offset_, "offset_ of the loaded model differs.")
        again = taught(loaded, rows).score_samples(new)
        require(again.tobytes() == expected.tobytes(), "A loaded model, fitted anew, differs.")


def rebuild(fitted: Any) -> Any:
    """Return a model that knows of a fitted one only what its class states.

    Parameters
    ----------
    fitted : Model
        A fitted model.
    """
    rebuilt = type(fitted)(**fitted.get_params(deep=False))
    stored = json.dumps(fitted.schema_.to_json(), allow_nan=False)
    rebuilt.schema_ = type(fitted.schema_).from_json(json.loads(stored))
    rebuilt.offset_ = fitted.offset_
    told = getattr(fitted, "condition_", None)
    if told is not None:  # of a member; laws about conditions fit models of their own
        rebuilt.condition_ = type(told).from_json(json.loads(json.dumps(told.to_json())))
    for name, stated in type(fitted)._state_spec.items():
        if isinstance(stated, Weights):
            rebuilt._set_weights(name, fitted._weights(name))
            continue
        value = getattr(fitted, name)
        if isinstance(stated, Members):
            value = [rebuild(member) for member in value]
        setattr(rebuilt, name, value)
    return rebuilt


def compare_state(fitted: Any) -> None:
    """Raise `LawBroken` unless a fitted model's arrays are as its class states.

    Parameters
    ----------
    fitted : Model
        A fitted model.
    """
    sizes = {"width": fitted.schema_.width}
    arrays = {}
    for name, stated in type(fitted)._state_spec.items():
        require(hasattr(fitted, name), f"{name_of(fitted)} states {name}, but has none.")
        value = getattr(fitted, name)
        if isinstance(stated, Members):
            require(stated.optional or len(value) > 0, f"{name} holds no models.")
            for member in value:
                compare_state(member)
            continue
        if isinstance(stated, Weights):
            found = {key: (a.shape, a.dtype.name) for key, a in fitted._weights(name).items()}
            require(found == fitted._weights_layout(name), f"{name} is not as it would be built.")
            continue
        arrays[name] = np.asarray(value)
        _compare_shape(name, stated, arrays[name], sizes)
    for name, value in arrays.items():
        stated = type(fitted)._state_spec[name]
        if isinstance(stated, Array):
            _compare_limits(name, stated, value, sizes)


def _compare_shape(name: str, stated: Array, value: np.ndarray, sizes: dict[str, int]) -> None:
    require(
        value.dtype == stated.dtype, f"{name} is {value.dtype}; it is stated as {stated.dtype}."
    )
    require(
        value.ndim == len(stated.shape),
        f"{name} has shape {value.shape}; it is stated as {stated.shape}.",
    )
    for axis, size in zip(stated.shape, value.shape, strict=True):
        expected = axis if isinstance(axis, int) else sizes.setdefault(axis, size)
        require(
            size == expected,
            f"{name} has shape {value.shape}; with {sizes} it is stated as {stated.shape}.",
        )


def _compare_limits(name: str, stated: Array, value: np.ndarray, sizes: dict[str, int]) -> None:
    high = sizes[stated.high] - 1 if isinstance(stated.high, str) else stated.high
    if value.size and stated.low is not None:
        require(value.min() >= stated.low, f"{name} goes below {stated.low}: {value.min()}.")
    if value.size and high is not None:
        require(value.max() <= high, f"{name} goes above {stated.high}: {value.max()}.")
