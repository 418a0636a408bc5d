"""Which laws apply to a model, and running them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast
from unittest import SkipTest

from sklearn.utils.estimator_checks import estimator_checks_generator

from likely.base.model import Model
from likely.core.catalogue import entries
from likely.testing import (
    abilities,
    conditions,
    contract,
    finding,
    hostile,
    invertible,
    order_laws,
    ragged_laws,
    repeatable,
    shaped_abilities,
    shaped_repeatable,
    sound_laws,
    state,
    tables,
    text_laws,
)
from likely.testing.labels import self_taught
from likely.testing.law import ALL, LawBroken, hasty, takes_tables

__all__ = ["check_model", "estimator_checks", "laws", "names_of_checks", "of_every_model"]

MODULES = (
    contract, repeatable, tables, hostile, finding, state, abilities, conditions, invertible,
    shaped_repeatable, shaped_abilities, ragged_laws, text_laws, sound_laws, order_laws,
)  # fmt: skip
"""Where laws stand; importing these modules has filled `law.ALL`."""

_OF_FORMATS = {"check_estimator_sparse_array", "check_estimator_sparse_matrix"}
"""Ten formats each, of which only shapes and errors are looked at: a few steps of training do."""


def laws(model: Model) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the laws that apply to a model, as (name, check).

    Parameters
    ----------
    model : Model
        Unfitted, with settings that make it quick; it is cloned, never fitted itself.

    Yields
    ------
    name : str
        Name of the law, as it stands in `expected_failures`.
    check : callable
        Takes nothing. Raises `LawBroken` if the law is broken, or if it holds though the class
        expects it not to; raises `unittest.SkipTest`, which test runners show as a skip, if it
        fails as expected.
    """
    model = self_taught(model)
    for name, law in ALL.items():
        if law.applies_to(model):
            yield name, partial(_judge, model, name, [partial(law.check, model)])


def estimator_checks(model: Model) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield scikit-learn's checks of a model, as (name, check).

    Variants of one check (read-only input, for one) are run together, under the name that stands in
    `expected_failures`. There are none for a model that takes no tables: scikit-learn's checks hand
    over nothing else, and such a model is right to refuse them.

    Parameters
    ----------
    model : Model
        Unfitted, with settings that make it quick.

    Yields
    ------
    name : str
        Name of scikit-learn's function, such as "check_fit_idempotent".
    check : callable
        As in `laws`.
    """
    if not takes_tables(model):
        return
    grouped: dict[str, list[Callable[[], None]]] = {}
    model = self_taught(model)
    for estimator, check in cast("Iterator[Any]", estimator_checks_generator(model)):
        function = check.func  # scikit-learn's function, or a partial of it that fixes a variant
        while isinstance(function, partial):
            function = function.func
        name = function.__name__
        judged = hasty(estimator) if name in _OF_FORMATS else estimator
        grouped.setdefault(name, []).append(partial(check, judged))
    for name, checks in grouped.items():
        yield name, partial(_judge, model, name, checks)


def of_every_model(
    checks: Callable[[Model], Iterator[tuple[str, Callable[[], None]]]],
) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield checks of every model in the catalogue, as (model-name, check).

    A model whose file cannot be imported gets one check, which fails by that error, so that it does
    not hide the others.

    Parameters
    ----------
    checks : callable
        `laws` or `estimator_checks`.

    Yields
    ------
    name : str
        Such as "KNN-refitting_forgets".
    check : callable
        Takes nothing; as in `laws`.
    """
    for entry in entries().values():
        try:
            cls = entry.load()
        except Exception:  # whatever it is, loading again as a test shows it
            yield f"{entry.name}-loads", entry.load
            continue
        for name, check in checks(cls(**cls.fast)):
            yield f"{entry.name}-{name}", check


def check_model(model: Model) -> None:
    """Run every law and every check of scikit-learn that applies to a model.

    Parameters
    ----------
    model : Model
        Unfitted, with settings that make it quick; it is cloned, never fitted itself.

    Raises
    ------
    LawBroken
        If something is broken; the message lists all that is, not only the first.
    """
    broken = []
    for name, check in [*laws(model), *estimator_checks(model)]:
        try:
            check()
        except SkipTest:
            continue
        except Exception as error:  # whatever it is, it is part of the list
            broken.append(f"{name}: {type(error).__name__}: {error}")
    if broken:
        raise LawBroken(f"{type(model).__name__} breaks {len(broken)}:\n" + "\n".join(broken))


def names_of_checks(model: Model) -> set[str]:
    """Return the names of all laws and checks of scikit-learn that apply to a model.

    Parameters
    ----------
    model : Model
        Unfitted.
    """
    return {name for name, _ in laws(model)} | {name for name, _ in estimator_checks(model)}


def _judge(model: Model, name: str, checks: list[Callable[[], Any]]) -> None:
    reason = type(model).expected_failures.get(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)  # how a silent NaN announces itself
            for check in checks:
                check()
    except SkipTest:
        raise
    except Exception as error:
        if reason is None:
            raise
        raise SkipTest(f"expected failure: {reason}") from error
    if reason is not None:
        raise LawBroken(
            f"{type(model).__name__} is expected to fail {name} ({reason}), but it passes: take "
            "the entry out of `expected_failures`."
        )
