"""Every error that likely raises on purpose.

```
LikelyError
├── ParameterError      a parameter is outside its range
├── DataError           the data cannot be used as they are
├── CannotDo            the model has no such capability; the message names models that have it
├── TrainingFailed      a network could not be trained: its loss is no number whatever is tried
├── MissingDependency   an optional package is needed; the message is the line that installs it
├── PersistenceError    a file cannot be read or written
│   ├── DamagedFile     bytes are not those that were written
│   └── UnsupportedFile written by a newer likely, or not a model file at all
└── NotFittedError      (in `likely.base`) the model has not been fitted
```

Each message says what was found, what was expected, and what to do.
"""

from __future__ import annotations


class LikelyError(Exception):
    """Base class of every error that likely raises on purpose."""


class ParameterError(LikelyError, ValueError):
    """A parameter has a value outside its stated range."""


class DataError(LikelyError, ValueError):
    """The data cannot be used as they are."""


class CannotDo(LikelyError, TypeError):
    """The model has no such capability."""


class TrainingFailed(LikelyError, RuntimeError):
    """A network could not be trained."""


class MissingDependency(LikelyError, ImportError):
    """An optional package is needed.

    Parameters
    ----------
    need : str
        What needs the package, such as "spreadsheets".
    package : str
        The package that is missing.
    extra : str
        The extra of likely that brings it.
    """

    def __init__(self, need: str, package: str, extra: str) -> None:
        super().__init__(f'{need} need {package}: pip install "likely[{extra}]"')


class PersistenceError(LikelyError, ValueError):
    """A file cannot be read or written."""


class DamagedFile(PersistenceError):
    """The bytes of a file are not those that were written."""


class UnsupportedFile(PersistenceError):
    """The file is of another kind, or of a newer format than this version reads."""
