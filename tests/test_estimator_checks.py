"""Every model of the catalogue is a scikit-learn estimator; exceptions stand in its class."""

from collections.abc import Callable

import pytest

from likely.testing import estimator_checks, of_every_model


@pytest.mark.parametrize(
    "check", [pytest.param(check, id=name) for name, check in of_every_model(estimator_checks)]
)
def test_estimator_check(check: Callable[[], object]) -> None:
    check()
