import math

import pytest

from likely.core.errors import ParameterError
from likely.nets.budget import Budget, divided, read_budget


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, Budget()),
        ("20s", Budget(seconds=20.0)),
        ("1.5 min", Budget(seconds=90.0)),
        ("2h", Budget(seconds=7200.0)),
        ("  3 seconds ", Budget(seconds=3.0)),
        (7, Budget(seconds=7.0)),
        (0.5, Budget(seconds=0.5)),
        ("1200 steps", Budget(planned=1200)),
        ("1 step", Budget(planned=1)),
        ("800 of 1200 steps", Budget(planned=1200, stop=800)),
    ],
)
def test_budgets_are_read(text: str | float | None, expected: Budget) -> None:
    assert read_budget(text) == expected


@pytest.mark.parametrize("text", ["", "0s", "soon", "20", "-5s", "0 steps", 0, -1, math.inf, True])
def test_what_is_no_budget_is_refused(text: str | float) -> None:
    with pytest.raises(ParameterError, match="budget must be"):
        read_budget(text)


def test_models_trained_in_turn_share_time_but_not_steps() -> None:
    assert divided("1min", 3) == 20.0
    assert divided("300 steps", 3) == "300 steps"
    assert divided(None, 3) is None
