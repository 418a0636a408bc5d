"""One fitted model as a document and arrays, and back: the same for every class.

```
{"class": "KNN/1", "params": {…}, "schema": {…}, "offset": -3.2, "column_major": [], "members": {}}
```

A model that was fitted with conditions has "condition" besides, which is the schema of these,
or says which words captions have.

The weights of a network are arrays named "<attribute>.<name of the weight>"; which there must be
follows from building the network anew.

`schema` is "parent" for a member that looks at the same columns as the model it belongs to, and
null for one that never met a table. `column_major` names the arrays in Fortran order: the same
numbers in another order of memory may add up to another last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from likely.base.captioned import Captioned
from likely.base.conditional import Conditional
from likely.base.model import Model, NotFittedError
from likely.core.errors import LikelyError, PersistenceError
from likely.core.params import check_parameters, parameters
from likely.data.alphabet import Alphabet
from likely.data.captions import Captions
from likely.data.form import Form
from likely.data.samples import Description
from likely.data.schema import Schema
from likely.data.sound import Sound
from likely.persistence.arrays import problem_with
from likely.persistence.classes import (
    arrays_of,
    class_id,
    find_class,
    members_of,
    networks_of,
    refuse_rows,
)
from likely.persistence.codec import Reader, Writer, damaged
from likely.persistence.hints import read_as
from likely.persistence.schemas import read_condition, read_schema, write_schema

_CONDITION = "condition"
_KEYS = {"class", "params", "schema", "offset", "column_major", "members"}


def model_state(model: Model, *, rows: bool = True) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return what a fitted model consists of.

    Parameters
    ----------
    model : Model
        Fitted.
    rows : bool, default True
        Whether training rows may be among the arrays.

    Returns
    -------
    document : dict
        Plain JSON.
    tensors : dict of str to ndarray
        Its arrays; those of members are named "<attribute>.<position>.<array>".

    Raises
    ------
    CannotDo
        If the model cannot be written: it keeps training rows and `rows` is False, or it is no
        class of the installed catalogue.
    """
    writer = Writer(store, rows)
    document = _store_model(model, "", writer, None)
    return document, writer.tensors


def restore_model(document: Any, tensors: Mapping[str, np.ndarray]) -> Any:
    """Return the model that `model_state` described.

    Raises
    ------
    DamagedFile
        If anything does not fit what the class states.
    UnsupportedFile
        If this version has no such class, or another version of its state.
    """
    reader = Reader(tensors, restore)
    model = _restore_model(document, "", reader, None)
    reader.finish()
    return model


def store(value: Any, path: str, writer: Writer) -> dict[str, Any] | None:
    """Return JSON for a model or a schema; None for anything else (a `Writer`'s `special`)."""
    if isinstance(value, (Schema, Form, Alphabet, Sound)):
        return {"@": "schema", "schema": writer.value(write_schema(value), f"{path}.schema")}
    if not isinstance(value, Model):
        return None
    if not hasattr(value, "schema_"):
        params = _store_params(value, f"{path}.params", writer)
        return {"@": "unfitted", "class": class_id(type(value)), "params": params}
    return {"@": "model", "state": _store_model(value, f"{path}.", writer, None)}


def restore(stored: dict[str, Any], path: str, reader: Reader) -> Any:
    """Return what `store` wrote (a `Reader`'s `special`)."""
    if stored["@"] == "schema" and set(stored) == {"@", "schema"}:
        return read_schema(reader.value(stored["schema"], f"{path}.schema"), path)
    if stored["@"] == "model" and set(stored) == {"@", "state"}:
        return _restore_model(stored["state"], f"{path}.", reader, None)
    if stored["@"] == "unfitted" and set(stored) == {"@", "class", "params"}:
        return _build(find_class(stored["class"]), stored["params"], f"{path}.params", reader)
    raise damaged(f"{path} is of an unknown kind")


def _store_model(
    model: Model, prefix: str, writer: Writer, parent: Description | None
) -> dict[str, Any]:
    owner, schema = type(model), getattr(model, "schema_", None)
    if schema is None and parent is None:
        raise NotFittedError(f"This {owner.__name__} is not fitted yet. Call `fit`, then save it.")
    named = class_id(owner)
    if not writer.rows:
        refuse_rows(model)
    arrays = {name: np.asarray(getattr(model, name)) for name in arrays_of(owner)}
    trouble = problem_with(arrays, arrays_of(owner), _sizes(schema or parent))
    if trouble:
        raise PersistenceError(f"{owner.__name__}.{trouble}; the model cannot be saved.")
    for name, array in arrays.items():
        writer.array(f"{prefix}{name}", array)
    for name in networks_of(owner):
        for key, array in model._weights(name).items():
            writer.array(f"{prefix}{name}.{key}", array)
    condition = getattr(model, "condition_", None)
    more = (
        {}
        if condition is None
        else {_CONDITION: _store_schema(condition, f"{prefix}{_CONDITION}", writer, None)}
    )
    return more | {
        "class": named,
        "params": _store_params(model, f"{prefix}params", writer),
        "schema": _store_schema(schema, f"{prefix}schema", writer, parent),
        "offset": _offset(model),
        "column_major": [name for name, array in arrays.items() if array.flags.fnc],
        "members": {
            name: [
                _store_model(member, f"{prefix}{name}.{i}.", writer, schema or parent)
                for i, member in enumerate(getattr(model, name))
            ]
            for name in members_of(owner)
        },
    }


def _store_schema(
    schema: Description | Captions | None, path: str, writer: Writer, parent: Description | None
) -> Any:
    if schema is None:
        return None
    return "parent" if schema == parent else writer.value(write_schema(schema), path)


def _restore_model(document: Any, prefix: str, reader: Reader, parent: Description | None) -> Model:
    if not isinstance(document, dict) or set(document) - {_CONDITION} != _KEYS:
        raise damaged(f"a model must have {', '.join(sorted(_KEYS))}")
    owner = find_class(document["class"])
    model = _build(owner, document["params"], f"{prefix}params", reader)
    schema = _restore_schema(model, document["schema"], prefix, reader, parent)
    if _CONDITION in document:
        _restore_condition(model, document[_CONDITION], prefix, reader)
    offset = read_as(float | None, document["offset"], f"{prefix}offset")
    if offset is not None:
        model.offset_ = offset
    elif parent is None:
        raise damaged(f"{prefix}offset is missing")
    _restore_arrays(model, document["column_major"], prefix, reader, schema)
    members, names = document["members"], members_of(owner)
    if not isinstance(members, dict) or set(members) != set(names):
        raise damaged(f"{owner.__name__} has the members {', '.join(names) or 'none'}")
    for name in names:
        if not isinstance(members[name], list):
            raise damaged(f"{prefix}{name} is no list of models")
        fitted = [
            _restore_model(member, f"{prefix}{name}.{i}.", reader, schema)
            for i, member in enumerate(members[name])
        ]
        setattr(model, name, fitted)
    _check_whole(model)
    return model


def _restore_schema(
    model: Model, stored: Any, prefix: str, reader: Reader, parent: Description | None
) -> Description:
    """Give the model its schema, and return the one that says how wide its features are."""
    if stored is None and parent is not None:
        return parent
    if stored == "parent" and parent is not None:
        schema = parent
    else:
        schema = read_schema(reader.value(stored, f"{prefix}schema"), f"{prefix}schema")
    model.schema_ = schema
    model.n_features_in_ = schema.n_features
    if schema.named:
        model.feature_names_in_ = np.array([c.name for c in schema.columns], dtype=object)
    return schema


def _restore_condition(model: Model, stored: Any, prefix: str, reader: Reader) -> None:
    path = f"{prefix}{_CONDITION}"
    schema = read_condition(reader.value(stored, path), path)
    reads = Captioned if isinstance(schema, Captions) else Conditional
    if not isinstance(model, reads):
        raise damaged(f"{type(model).__name__} has no such conditions")
    model.condition_ = schema


def _restore_arrays(
    model: Model, column_major: Any, prefix: str, reader: Reader, schema: Description
) -> None:
    spec = arrays_of(type(model))
    turned = read_as(list[str], column_major, f"{prefix}column_major")
    if not set(turned) <= set(spec):
        raise damaged(f"{prefix}column_major names arrays that {type(model).__name__} has not")
    arrays = {
        name: np.array(reader.array(f"{prefix}{name}"), order="F" if name in turned else "C")
        for name in spec
    }
    trouble = problem_with(arrays, spec, _sizes(schema))
    if trouble:
        raise damaged(f"{type(model).__name__}.{trouble}")
    for name, array in arrays.items():
        setattr(model, name, array if array.ndim else array[()])
    for name in networks_of(type(model)):
        _restore_network(model, name, prefix, reader)


def _restore_network(model: Model, name: str, prefix: str, reader: Reader) -> None:
    """Give a model the weights of one network, if they are those that building it calls for."""
    try:
        layout = model._weights_layout(name)
    except Exception as error:  # sizes that no network can have
        raise damaged(f"{prefix}{name} cannot be built ({error})") from error
    weights = {key: np.array(reader.array(f"{prefix}{name}.{key}")) for key in layout}
    for key, (shape, dtype) in layout.items():
        found = weights[key]
        if found.shape != shape or found.dtype != np.dtype(dtype):
            raise damaged(f"{prefix}{name}.{key} is {found.dtype} {found.shape}, not {shape}")
        if not np.isfinite(found).all():
            raise damaged(f"{prefix}{name}.{key} holds numbers that are not finite")
    model._set_weights(name, weights)


def _build(owner: type[Model], stored: Any, path: str, reader: Reader) -> Model:
    """Return an unfitted model with parameters out of a file."""
    params = reader.value(stored, path)
    known = {parameter.name for parameter in parameters(owner)}
    if not isinstance(params, dict) or not set(params) <= known:
        raise damaged(f"{path} are not parameters of {owner.__name__}")
    try:
        model = owner(**params)
        check_parameters(model)
    except (LikelyError, TypeError, ValueError, ArithmeticError) as error:
        raise damaged(f"{path}: {error}") from error
    return model


def _store_params(model: Model, path: str, writer: Writer) -> dict[str, Any]:
    params = model.get_params(deep=False)
    return {name: writer.value(value, f"{path}.{name}") for name, value in params.items()}


def _check_whole(model: Model) -> None:
    try:
        model._check_state()
    except Exception as error:  # whatever a hostile state sets off is the file's fault
        raise damaged(f"the state of {type(model).__name__} ({error})") from error


def _sizes(schema: Description | None) -> dict[str, int]:
    return {} if schema is None else {"width": schema.width}


def _offset(model: Model) -> float | None:
    offset = getattr(model, "offset_", None)
    if offset is not None and not np.isfinite(offset):
        raise PersistenceError(
            f"{type(model).__name__}.offset_ is {offset}; only finite ones are saved."
        )
    return None if offset is None else float(offset)
