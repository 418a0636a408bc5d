"""Sound from end to end: learnt, judged, kept in a file, refused where it is no sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.io import wavfile

import likely
from likely.autoregressive import WaveNet
from likely.cli import application
from likely.core.errors import CannotDo, DataError
from likely.testing.clips import planted_tones, tones

QUICK: dict[str, Any] = {**WaveNet.fast, "budget": "300 steps"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("clips")
    for i, clip in enumerate(tones(40)):
        wavfile.write(found / f"{i:02}.wav", 8_000, (30_000 * clip).astype(np.int16))
    return found


@pytest.fixture(scope="module")
def learned(folder: Path) -> likely.Learned:
    return likely.learn(folder, kind="audio", **QUICK)


def test_auto_takes_wave_net_for_sound(learned: likely.Learned) -> None:
    assert isinstance(learned.model, WaveNet)
    assert learned.unit == "clip"
    assert any("auto chose a WaveNet" in note for note in learned.notes)
    assert learned.rows_learnt == 40


def test_crackle_is_found_among_new_clips(learned: likely.Learned) -> None:
    clips, labels, _ = planted_tones()
    surprise = learned.detect([30_000 / 2**15 * clip for clip in clips], top=10).surprise
    assert np.median(surprise[labels == 1]) > np.quantile(surprise[labels == 0], 0.8)


def test_the_folder_learnt_from_is_judged_itself(folder: Path) -> None:
    found = likely.detect(folder, kind="audio", top=3, **QUICK)
    assert len(found) == 40
    assert found.table.names == ["name", "seconds", "loudness"]


def test_a_file_judges_as_what_was_learnt(
    learned: likely.Learned, folder: Path, tmp_path: Path
) -> None:
    learned.save(tmp_path / "m.likely")
    loaded = likely.load(tmp_path / "m.likely")
    assert loaded.surprise(folder).tobytes() == learned.surprise(folder).tobytes()


def test_sound_of_another_rate_and_methods_of_tables_are_refused(
    learned: likely.Learned, folder: Path
) -> None:
    with pytest.raises(DataError, match="16,000"):
        learned.detect((16_000, tones(3)))
    with pytest.raises(CannotDo, match="WaveNet"):
        likely.learn(folder, method="KNN", kind="audio")


def test_the_command_line_learns_and_judges(folder: Path, tmp_path: Path) -> None:
    file = str(tmp_path / "m.likely")
    options = [f"--set={name}={value}" for name, value in QUICK.items()]
    kind = ["--kind", "audio"]
    run = CliRunner().invoke(application, ["learn", str(folder), "-o", file, *kind, *options])
    assert run.exit_code == 0, run.output
    assert "8,000 values a second" in run.output
    run = CliRunner().invoke(application, ["detect", str(folder), "--model", file])
    assert run.exit_code in (0, 1), run.output
