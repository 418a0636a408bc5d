"""likely learns what is likely in your data, finds what isn't, and generates more of what is.

`import likely` loads the standard library only; everything else is loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from likely import (
        autoencoders,
        autoregressive,
        detectors,
        diffusion,
        energy,
        evaluation,
        flows,
        gan,
        series,
        speech,
        testing,
        vision,
    )
    from likely.base.model import NotFittedError
    from likely.core.errors import (
        CannotDo,
        DamagedFile,
        DataError,
        LikelyError,
        MissingDependency,
        ParameterError,
        PersistenceError,
        TrainingFailed,
        UnsupportedFile,
    )
    from likely.workflow.augment import Augment, augment
    from likely.workflow.compare import compare
    from likely.workflow.findings import Findings
    from likely.workflow.impute import impute
    from likely.workflow.learn import detect, learn
    from likely.workflow.learned import Learned
    from likely.workflow.methods import methods
    from likely.workflow.related import Related, learn_related
    from likely.workflow.storage import inspect, load

__version__ = "0.1.0"

_HOMES = {
    "learn": "workflow.learn",
    "detect": "workflow.learn",
    "impute": "workflow.impute",
    "load": "workflow.storage",
    "inspect": "workflow.storage",
    "compare": "workflow.compare",
    "augment": "workflow.augment",
    "Augment": "workflow.augment",
    "methods": "workflow.methods",
    "learn_related": "workflow.related",
    "Related": "workflow.related",
    "Learned": "workflow.learned",
    "Findings": "workflow.findings",
    "NotFittedError": "base.model",
    "LikelyError": "core.errors",
    "ParameterError": "core.errors",
    "DataError": "core.errors",
    "CannotDo": "core.errors",
    "MissingDependency": "core.errors",
    "TrainingFailed": "core.errors",
    "PersistenceError": "core.errors",
    "DamagedFile": "core.errors",
    "UnsupportedFile": "core.errors",
}
_MODULES = (
    "detectors",
    "diffusion",
    "speech",
    "series",
    "autoencoders",
    "autoregressive",
    "flows",
    "energy",
    "gan",
    "vision",
    "evaluation",
    "testing",
)

__all__ = [  # noqa: RUF022 - verbs first, then results, then errors
    "learn",
    "detect",
    "impute",
    "load",
    "inspect",
    "compare",
    "augment",
    "Augment",
    "learn_related",
    "Related",
    "methods",
    "Learned",
    "Findings",
    "NotFittedError",
    "LikelyError",
    "ParameterError",
    "DataError",
    "CannotDo",
    "MissingDependency",
    "TrainingFailed",
    "PersistenceError",
    "DamagedFile",
    "UnsupportedFile",
    "detectors",
    "diffusion",
    "speech",
    "series",
    "autoencoders",
    "autoregressive",
    "flows",
    "energy",
    "gan",
    "vision",
    "evaluation",
    "testing",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"likely.{_HOMES[name]}"), name)
    if name in _MODULES:
        return import_module(f"likely.{name}")
    raise AttributeError(f"module 'likely' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
