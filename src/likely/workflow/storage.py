"""Saving and loading what was learnt."""

from __future__ import annotations

import platform
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from likely import persistence
from likely.base.columnwise import Columnwise
from likely.base.model import Model
from likely.calibration.episodes import Pace
from likely.calibration.summary import ColumnSummary, level_count
from likely.core.empirical import Empirical, learn_empirical
from likely.core.errors import DamagedFile, MissingDependency
from likely.data.column import Column
from likely.data.identifiers import IdentifierForm
from likely.data.origin import Origin
from likely.data.schema import Schema
from likely.data.table import Table
from likely.detectors.contextual.given import Given
from likely.persistence.files import only_model
from likely.workflow.aside import Aside
from likely.workflow.grouping import Grouping
from likely.workflow.habits import Habits
from likely.workflow.learned import NO_ROWS, Learned
from likely.workflow.over_time.entities import Entities
from likely.workflow.over_time.regime import Regime

_PLAIN = {
    "held_out": bool,
    "time": str | None,
    "rows_learnt": int,
    "pace": Pace | None,
    "notes": tuple[str, ...],
    "reference": Empirical,
    "summaries": tuple[ColumnSummary, ...],
}
_OTHERS = {"columns", "model", "grouping", "likely_rows", "missing"}
_OF_ORIGIN = {"library": str, "types": tuple[str, ...], "words": tuple[tuple[str, str, str], ...]}
_ADDED: dict[str, Any] = {
    "entities": None,
    "generator": None,
    "margins": (),
    "identifiers": [],
    "origin": {"library": "", "types": (), "words": ()},
    "regime": None,
}
"""Parts that files of earlier versions do not have, and what stands for them."""


def save(learned: Learned, path: Path, rows: bool = True) -> None:
    """Write what was learnt to one file; `Learned.save` says more."""
    persistence.save(path, _saved(learned, rows), rows=rows)


def packed(learned: Learned) -> bytes:
    """Return the bytes of the file that `save` writes, rows included."""
    return persistence.packed(_saved(learned, True))


def _saved(learned: Learned, rows: bool) -> persistence.Saved:
    parts: dict[str, Any] = {name: getattr(learned, name) for name in _PLAIN}
    parts["columns"] = persistence.write_columns(learned.columns)
    parts["reference"] = asdict(learned.reference)
    parts["pace"] = learned.pace and asdict(learned.pace)
    parts["summaries"] = [asdict(summary) for summary in learned.summaries]
    parts["model"] = learned.model
    parts["generator"] = learned.generator
    parts["margins"] = learned.aside.margins
    forms = learned.aside.forms if rows else ()  # what all identifiers share may be a name
    parts["identifiers"] = [asdict(form) for form in forms]
    parts["origin"] = origin_parts(learned.origin)
    grouping = learned.grouping
    parts["grouping"] = grouping and {"name": grouping.name, **vars(grouping.habits)}
    likely_rows = learned.likely_rows.matrix
    parts["likely_rows"] = likely_rows if rows else likely_rows[:0]
    parts["entities"] = learned.entities and _with_rows(
        learned.entities, learned.likely_rows.series, len(parts["likely_rows"])
    )
    parts["regime"] = None if learned.regime is None else _of_regime(learned.regime)
    parts["missing"] = np.isnan(parts["likely_rows"]).astype(np.uint8)
    parts["likely_rows"] = np.nan_to_num(parts["likely_rows"], nan=0.0)
    return persistence.Saved("learned", parts, made_by())


def made_by() -> dict[str, str]:
    """Return what a file says of where it comes from."""
    return {
        "likely": version("likely"),
        "numpy": np.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "saved": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def load(path: str | Path) -> Learned:
    """Load what `Learned.save` wrote, or a model alone. No code from the file is ever run.

    A model that was saved by itself (`likely.persistence.save_model`) has no reference, so it can
    draw, and rank new rows, but make no promise.

    Parameters
    ----------
    path : str or Path
        The file; or a folder of Stable Diffusion as diffusers wrote it, which draws only
        (`likely.diffusion.StableDiffusion`).

    Raises
    ------
    MissingDependency
        For a folder, if the extra "pretrained" is not installed.
    DamagedFile
        If its bytes are not those that were written.
    UnsupportedFile
        If it is no such file, or was written by a newer likely.
    """
    if Path(path).is_dir():
        return _alone(_pretrained(path))
    saved = persistence.load(path, "learned", "model")
    if saved.kind == "model":
        return _alone(only_model(saved))
    return _restored(saved, path)


def load_bytes(content: bytes) -> Learned:
    """Return what was learnt from the bytes that `packed` returned; no code of them is run."""
    return _restored(persistence.load(content, "learned"), "What was stored")


def _restored(saved: persistence.Saved, path: str | Path) -> Learned:
    parts = {**_ADDED, **saved.parts}
    if set(parts) != {*_PLAIN, *_ADDED, *_OTHERS}:
        raise DamagedFile(f"{path} does not have the parts of what was learnt.")
    model = parts["model"]
    if not isinstance(model, Model) or not hasattr(model, "schema_"):
        raise DamagedFile(f"{path} holds no fitted model.")
    plain = {name: persistence.read_as(hint, parts[name], name) for name, hint in _PLAIN.items()}
    _check_reference(plain["reference"])
    _check_summaries(plain["summaries"], model)
    regime = _regime(parts["regime"])
    schema = model.schema_ if regime is None else regime.schema
    rows = _likely_rows(schema, parts["likely_rows"], parts["missing"])
    columns = persistence.read_columns(parts["columns"])
    grouping = _grouping(parts["grouping"])
    entities, rows = _entities(parts["entities"], rows)
    return Learned(
        model=model,
        likely_rows=rows,
        columns=columns,
        grouping=grouping,
        entities=entities,
        regime=regime,
        **plain,
        **_drawing(parts, columns),
    )


def inspect(path: str | Path) -> dict[str, Any]:
    """Return what is inside a file, building no model."""
    return persistence.inspect(path)


def _pretrained(folder: str | Path) -> Any:
    """Return the model in a folder of weights that others learnt."""
    if find_spec("torch") is None:
        raise MissingDependency("Weights that others learnt", "torch", "pretrained")
    from likely.diffusion import StableDiffusion

    return StableDiffusion(str(folder))


def _alone(model: Any) -> Learned:
    """Return a fitted model without a reference."""
    schema = model.schema_
    columns = schema.columns if isinstance(schema, Schema) else ()
    rows = Table(np.empty((0, len(schema.used))), schema.used) if columns else NO_ROWS
    reference = learn_empirical(np.array([-model.offset_]))
    return Learned(model, reference, False, rows, columns, None, 0)


def _check_reference(reference: Empirical) -> None:
    counts = (reference.at_least, reference.above)
    shapes = {array.shape for array in (reference.values, *counts)}
    tail = reference.tail
    sound = (
        len(shapes) == 1
        and reference.values.ndim == 1
        and len(reference.values) > 0
        and reference.n >= len(reference.values)
        and bool(np.all(np.diff(reference.values) > 0))
        and all(bool(np.all(np.diff(count) < 0)) for count in counts)
        and bool(np.all(reference.at_least > reference.above))
        and float(reference.above.min()) >= 0
        and float(reference.at_least.max()) <= reference.n
    )
    if tail is not None:
        shapes = {array.shape for array in (tail.weights, tail.shapes, tail.scales)}
        sound &= len(shapes) == 1 and tail.weights.ndim == 1 and len(tail.weights) > 0
        sound = sound and bool((tail.scales > 0).all() and (tail.shapes >= 0).all())
        sound &= 0 < tail.share <= 1
    if not sound:
        raise DamagedFile("The reference scores of the file contradict one another.")


def _check_summaries(summaries: tuple[ColumnSummary, ...], model: Model) -> None:
    used = model.schema_.used if isinstance(model.schema_, Schema) else ()
    fit = len(summaries) in (0, len(used)) and all(summary.sound for summary in summaries)
    counts = [level_count(column) for column, _ in zip(used, summaries, strict=False)]
    if not fit or [len(summary.levels) for summary in summaries] != counts:
        raise DamagedFile("The summaries of the columns contradict one another.")


def _grouping(stored: Any) -> Grouping | None:
    """Return how rows become groups, if that is what was learnt."""
    if stored is None:
        return None
    fields = Habits.__dataclass_fields__
    if not (isinstance(stored, dict) and set(stored) == {"name", *fields}):
        raise DamagedFile("The file does not say how rows become groups.")
    hints = {"schema": Any, "repeats": bool}
    parts = {
        name: persistence.read_as(hints.get(name, np.ndarray), stored[name], f"grouping.{name}")
        for name in fields
    }
    grouping = Grouping(persistence.read_as(str, stored["name"], "grouping.name"), Habits(**parts))
    schema = parts["schema"]
    known = isinstance(schema, Schema) and grouping.name in [c.name for c in schema.columns]
    if not (known and grouping.habits.sound):
        raise DamagedFile("What the file says of how rows become groups contradicts itself.")
    return grouping


def _drawing(parts: dict[str, Any], columns: tuple[Column, ...]) -> dict[str, Any]:
    """Return what new rows are drawn from, beside the model."""
    generator, margins, origin = parts["generator"], parts["margins"], parts["origin"]
    models = [*([] if generator is None else [generator]), *margins]
    if not all(isinstance(one, Model) and hasattr(one, "schema_") for one in models):
        raise DamagedFile("What the file says of how rows are drawn is no fitted model.")
    forms = persistence.read_as(tuple[IdentifierForm, ...], parts["identifiers"], "identifiers")
    sound = all(isinstance(m, Columnwise) and len(m.schema_.columns) == 1 for m in margins)
    if not (sound and all(form.sound for form in forms)):
        raise DamagedFile("What the file says of how rows are drawn contradicts itself.")
    aside = Aside(tuple(margins), forms)
    return {"generator": generator, "aside": aside, "origin": read_origin(origin, len(columns))}


def origin_parts(origin: Origin) -> dict[str, Any]:
    """Return what a file keeps of an origin."""
    return {name: getattr(origin, name) for name in _OF_ORIGIN}


def read_origin(stored: Any, columns: int) -> Origin:
    """Return the origin of a table of so many columns, or raise `DamagedFile`."""
    if not isinstance(stored, dict) or set(stored) != set(_OF_ORIGIN):
        raise DamagedFile("The file does not say what the data were before they were read.")
    library, types, words = (
        persistence.read_as(hint, stored[name], f"origin.{name}")
        for name, hint in _OF_ORIGIN.items()
    )
    if len(types) not in (0, 1, columns):
        raise DamagedFile("The file does not say of which type every column was.")
    return Origin(library, types, words)


def _with_rows(entities: Entities, series: np.ndarray | None, rows: int) -> dict[str, Any]:
    """Return how series are told apart, and of which the first rows are."""
    of_rows = np.full(rows, -1) if series is None else series[:rows]
    return {**asdict(entities), "of_rows": of_rows.astype(np.int64)}


def _entities(stored: Any, rows: Table) -> tuple[Entities | None, Table]:
    """Return how series are told apart, and the stored rows with the series that they are of."""
    if stored is None:
        return None, rows
    if not (isinstance(stored, dict) and set(stored) == {"name", "names", "of_rows"}):
        raise DamagedFile("The file does not say how series are told apart.")
    name = persistence.read_as(str, stored["name"], "entities.name")
    names = persistence.read_as(tuple[str, ...], stored["names"], "entities.names")
    of_rows = stored["of_rows"]
    sound = (
        isinstance(of_rows, np.ndarray)
        and of_rows.dtype == np.int64
        and of_rows.shape == (len(rows),)
        and bool(((of_rows >= -1) & (of_rows < len(names))).all())
        and len(set(names)) == len(names) > 0
    )
    if not sound:
        raise DamagedFile("What the file says of how series are told apart contradicts itself.")
    return Entities(name, names), replace(rows, series=of_rows)


def _of_regime(regime: Regime) -> dict[str, Any]:
    """Return what a context lets expect, as parts of a file."""
    of = {"schema": regime.schema, "names": list(regime.names), "series": regime.series}
    return {**of, "knots": regime.knots, **regime.given._asdict()}


def _regime(stored: Any) -> Regime | None:
    """Return what a context lets expect, if one was given."""
    if stored is None:
        return None
    arrays = ("knots", *Given._fields)
    if not (isinstance(stored, dict) and set(stored) == {"schema", "names", "series", *arrays}):
        raise DamagedFile("The file does not say what the context lets expect.")
    names = persistence.read_as(tuple[str, ...], stored["names"], "regime.names")
    series = persistence.read_as(int, stored["series"], "regime.series")
    knots, *given = (
        persistence.read_as(np.ndarray, stored[name], f"regime.{name}") for name in arrays
    )
    schema = stored["schema"]
    known = {c.name: c for c in schema.used} if isinstance(schema, Schema) else {}
    sound = series >= 0 and len(set(names)) == len(names) > 0 and set(names) <= set(known)
    if sound and all(known[name].kind != "date" for name in names):
        regime = Regime(schema, names, series, knots, Given(*given))
        if regime.sound:
            return regime
    raise DamagedFile("What the file says of its context contradicts itself.")


def _likely_rows(schema: Any, matrix: Any, missing: Any) -> Table:
    width = len(schema.used) if isinstance(schema, Schema) else 0
    if not (
        isinstance(matrix, np.ndarray)
        and isinstance(missing, np.ndarray)
        and matrix.dtype == np.float64
        and matrix.ndim == 2
        and matrix.shape == missing.shape
        and matrix.shape[1] == width
    ):
        raise DamagedFile("The stored rows do not fit the columns of the file.")
    if not isinstance(schema, Schema):
        return NO_ROWS
    for column, values in zip(schema.used, matrix.T, strict=True):
        if column.kind == "category" and len(values):
            whole = bool(np.all(values == np.floor(values)))
            if not whole or values.min() < 0 or values.max() >= max(len(column.labels), 1):
                raise DamagedFile(f"The stored rows hold unknown categories in {column.name!r}.")
    return Table(np.where(missing == 1, np.nan, matrix), schema.used, named=schema.named)
