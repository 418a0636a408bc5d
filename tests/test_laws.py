"""Every model of the catalogue obeys every law that applies to it."""

from collections.abc import Callable

import pytest

from likely.testing import laws, of_every_model


@pytest.mark.parametrize(
    "check", [pytest.param(check, id=name) for name, check in of_every_model(laws)]
)
def test_law(check: Callable[[], object]) -> None:
    check()
