"""From errors to messages and exit codes."""

from __future__ import annotations

import os
import sys
from typing import Any

import rich_click as click
from click.exceptions import Exit

from likely.cli.output import printable
from likely.core.errors import (
    CannotDo,
    DataError,
    LikelyError,
    MissingDependency,
    ParameterError,
    PersistenceError,
)

FOUND = 10
"""Exit code of `--fail-on-findings` when something was found."""

NOT_PASSED = 11
"""Exit code of `likely judge --max-copies` when synthetic rows do not pass."""

_UNEXPECTED, _BROKEN_PIPE, _INTERRUPTED = 1, 141, 130
_CODES: dict[type[LikelyError], int] = {
    ParameterError: 2,
    CannotDo: 2,
    DataError: 3,
    PersistenceError: 4,
    MissingDependency: 5,
}


class Application(click.RichGroup):
    """A group of commands whose errors are one clear message and an exit code, no traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what likely raises on purpose becomes a message on stderr."""
        try:
            return super().invoke(ctx)
        except LikelyError as error:
            click.echo(f"Error: {printable(str(error))}", err=True)
            raise Exit(exit_code(error)) from error
        except KeyboardInterrupt as error:
            click.echo("Stopped.", err=True)
            raise Exit(_INTERRUPTED) from error
        except BrokenPipeError as error:
            # whoever read our output has gone; nothing must reach for the pipe again at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise Exit(_BROKEN_PIPE) from error
        except OSError as error:
            click.echo(f"Error: {printable(str(error))}", err=True)
            raise Exit(_UNEXPECTED) from error


def exit_code(error: LikelyError) -> int:
    """Return the exit code that stands for an error."""
    return next((code for kind, code in _CODES.items() if isinstance(error, kind)), _UNEXPECTED)
