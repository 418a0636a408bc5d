import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from likely.autoencoders import Autoencoder
from likely.core.errors import DamagedFile, DataError
from likely.nets import train

ROWS = np.random.default_rng(0).normal(size=(120, 3))

RUN = """
import sys, torch
torch.set_num_threads(1)
from likely.nets import train
train.SAVE_SECONDS = 0.0  # after every step
from tests.nets.test_checkpoint import ROWS, make
make(sys.argv[1]).fit(ROWS)
"""


def make(checkpoint: str | Path | None, **settings: object) -> Autoencoder:
    chosen = {"budget": "400 steps", "hidden": (8,), "latent": 1, **settings}
    return Autoencoder(checkpoint=None if checkpoint is None else str(checkpoint), **chosen)


def weights(model: Autoencoder) -> dict[str, bytes]:
    return {k: v.numpy().tobytes() for k, v in model.network_.state_dict().items()}


@pytest.fixture(scope="module")
def through() -> Autoencoder:
    """What a run that nobody stops gives."""
    return make(None).fit(ROWS)


def test_a_killed_run_goes_on_as_if_it_had_not_been(tmp_path: Path, through: Autoencoder) -> None:
    path = tmp_path / "run.likely"
    root = Path(__file__).parents[2]
    paths = os.pathsep.join(map(str, (root, root / "src")))
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    running = subprocess.Popen([sys.executable, "-c", RUN, str(path)], env=environment)
    try:
        deadline = time.monotonic() + 120
        while not path.exists() and running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(float(np.random.default_rng().uniform(0, 0.3)))  # whichever step it is at
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()
    assert running.returncode == -signal.SIGKILL  # it was not through
    assert path.exists()
    resumed = make(path).fit(ROWS)
    assert resumed.steps_ == through.steps_
    assert weights(resumed) == weights(through)
    assert np.array_equal(resumed.score_samples(ROWS), through.score_samples(ROWS))


@pytest.mark.parametrize("step", [1, 30, 133, 399])
def test_a_run_stopped_at_any_step_goes_on(tmp_path: Path, step: int, through: Autoencoder) -> None:
    path = tmp_path / "run.likely"
    stopped = make(path, budget=f"{step} of 400 steps").fit(ROWS)
    assert stopped.steps_ == step
    assert weights(make(path).fit(ROWS)) == weights(through)


def test_a_finished_run_is_taken_as_it_is(tmp_path: Path, through: Autoencoder) -> None:
    path = tmp_path / "run.likely"
    make(path).fit(ROWS)
    with patch.object(train._Run, "_step", side_effect=AssertionError("a step was taken")):
        assert weights(make(path).fit(ROWS)) == weights(through)


def test_a_checkpoint_of_other_data_or_settings_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.likely"
    make(path, budget="5 steps").fit(ROWS)
    for model, rows in [
        (make(path), ROWS + np.eye(120, 3)),
        (make(path, learning_rate=0.02), ROWS),
        (make(path, latent=2), ROWS),
        (make(path, seed=1), ROWS),
    ]:
        with pytest.raises(DataError, match="of other settings or of other data"):
            model.fit(rows)


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.likely"
    make(path, budget="5 steps").fit(ROWS)
    good = path.read_bytes()
    for bad in (good[: len(good) // 2], b"", good[:-8] + bytes([good[-8] ^ 1]) + good[-7:]):
        path.write_bytes(bad)
        with pytest.raises(DamagedFile):
            make(path).fit(ROWS)
