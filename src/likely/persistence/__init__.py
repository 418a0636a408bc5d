"""The `.likely` file: a model written down as numbers and plain JSON, and read back without trust.

No code is stored and none is run. A file says "KNN/1"; that text is only compared with the names in
the installed catalogue. The class found there states its arrays (`_state_spec`), its parameters and
their ranges, and a schema states its fields; whatever in a file does not fit these statements is
refused with `DamagedFile` or `UnsupportedFile` before anyone gets a model.

| step | where |
|---|---|
| bytes <-> document and arrays, limits, digest | `likely.core.container` |
| JSON <-> Python values, long lists as arrays | `codec` |
| JSON against type hints | `hints` |
| arrays against `_state_spec` | `arrays` |
| the schema of a table | `schemas` |
| classes by name, and what they state | `classes` |
| one model, with its members | `models` |
| a whole file: format version, parts, provenance | `files` |
| what is inside, building no model | `inspection` |
"""

from __future__ import annotations

from likely.persistence.classes import kept_rows, models_without_rows
from likely.persistence.files import Saved, load, load_model, packed, save, save_model
from likely.persistence.hints import read_as
from likely.persistence.inspection import inspect
from likely.persistence.models import model_state, restore_model
from likely.persistence.schemas import read_columns, write_columns

__all__ = [
    "Saved",
    "inspect",
    "kept_rows",
    "load",
    "load_model",
    "model_state",
    "models_without_rows",
    "packed",
    "read_as",
    "read_columns",
    "restore_model",
    "save",
    "save_model",
    "write_columns",
]
