"""A budget of time holds for all that is learnt, counted by a clock that ticks with every step."""

from itertools import count
from pathlib import Path
from unittest.mock import patch

import numpy as np
from click.testing import CliRunner

import likely
from likely.cli import application
from likely.nets import train

ROWS = np.random.default_rng(0).normal(size=(200, 3))


def test_learn_spends_no_more_than_its_budget() -> None:
    ticks = count()
    with patch.object(train, "monotonic", lambda: 0.01 * next(ticks)):
        learned = likely.learn(
            ROWS, method="Autoencoder", normal=True, budget="4s", epochs=10**6, hidden=(4,)
        )
    assert learned.p_values(ROWS).shape == (200,)
    assert 50 < next(ticks) <= 400 + 10  # 4 seconds, and what follows the last step


def test_the_command_line_ends_in_time_with_a_model(tmp_path: Path) -> None:
    data, file = tmp_path / "data.csv", tmp_path / "m.likely"
    np.savetxt(data, ROWS, delimiter=",", header="a,b,c", comments="")
    ticks = count()
    settings = ["--set", "budget=20s", "--set", "hidden=[4]", "--set", "epochs=1000000"]
    arguments = ["learn", str(data), "--method", "Autoencoder", *settings, "-o", str(file)]
    with patch.object(train, "monotonic", lambda: 0.1 * next(ticks)):
        result = CliRunner().invoke(application, arguments)
    assert result.exit_code == 0, result.output
    assert file.exists()
    assert next(ticks) <= 200 + 10
