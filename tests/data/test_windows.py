"""Windows of a series, and back onto its rows."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from likely.core.errors import DataError, ParameterError
from likely.data.form import Form
from likely.data.windows import Windows, cut


def _naive(windows: Windows, known: np.ndarray, how: str) -> np.ndarray:
    """Collect for every row what each window says of it."""
    said: list[list[float]] = [[] for _ in range(windows.size)]
    for i, start in enumerate(windows.starts):
        for k in range(windows.length):
            value = known[i] if known.ndim == 1 else known[i, k]
            said[windows.rows[start + k]].append(value)
    combine = np.mean if how == "mean" else np.max
    return np.array([combine(values) if values else np.nan for values in said])


@pytest.mark.parametrize(
    ("steps", "length", "step", "starts"),
    [
        (6, 3, 1, [0, 1, 2, 3]),
        (6, 3, 2, [0, 2, 3]),
        (6, 3, 3, [0, 3]),
        (7, 3, 3, [0, 3, 4]),
        (6, 6, 1, [0]),
        (6, 1, 4, [0, 4, 5]),
    ],
)
def test_windows_begin_every_step_and_the_last_ends_with_the_series(
    steps: int, length: int, step: int, starts: list[int]
) -> None:
    series = np.arange(float(steps))
    windows = cut(series, length, step)
    assert windows.starts.tolist() == starts
    assert windows.samples.flat
    for start, window in zip(starts, windows.samples, strict=True):
        assert window[:, 0].tolist() == series[start : start + length].tolist()


def test_windows_share_the_memory_of_the_series() -> None:
    series = np.zeros((50, 2))
    windows = cut(series, 10)
    assert np.shares_memory(windows.samples.sample(3), series)
    assert windows.samples.take(np.array([40, 2])).sample(0).shape == (10, 2)
    assert len(windows.samples.take(slice(3, 9))) == 6
    assert not windows.samples.flat


@pytest.mark.parametrize("how", ["mean", "max"])
@pytest.mark.parametrize("by_step", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_back_onto_rows_as_counted_one_by_one(how: str, by_step: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    length, step = rng.integers(1, 8), rng.integers(1, 9)
    windows = cut(rng.normal(size=(30, 2)), int(length), int(step))
    known = rng.normal(size=(len(windows), length) if by_step else len(windows))
    np.testing.assert_allclose(windows.onto_rows(known, how), _naive(windows, known, how))


def test_numbers_of_another_shape_are_refused() -> None:
    windows = cut(np.zeros(20), 5)
    for shape in ((15,), (16, 4), (5, 16)):
        with pytest.raises(DataError, match="16 windows of 5"):
            windows.onto_rows(np.zeros(shape))


def _clocked(minutes: list[float], **more: list) -> pl.DataFrame:
    moments = np.datetime64("2026-03-01T00:00:00", "us") + (np.array(minutes) * 60e6).astype(
        "m8[us]"
    )
    return pl.DataFrame({"when": moments, "value": np.sqrt(minutes), **more})


def test_rows_are_put_in_the_order_of_the_clock_and_results_back_in_that_of_the_data() -> None:
    minutes = [3, 0, 4, 1, 2, 5]
    windows = cut(_clocked(minutes), 2)
    expected = np.sqrt([[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]])
    np.testing.assert_allclose([w[:, 0] for w in windows.samples], expected)
    found = windows.onto_rows(np.arange(5.0), "max")
    assert found.tolist() == [3, 0, 4, 1, 2, 4]


def test_no_window_crosses_a_gap() -> None:
    windows = cut(_clocked([0, 1, 2, 3, 10, 11, 12, 40, 41, 42, 43]), 4)
    assert windows.starts.tolist() == [0, 7]
    notes = " ".join(windows.samples.notes)
    assert "2 gaps" in notes
    assert "3 of 11 steps lie between gaps" in notes
    found = windows.onto_rows(np.array([1.0, 2.0]))
    np.testing.assert_array_equal(found, [1, 1, 1, 1, np.nan, np.nan, np.nan, 2, 2, 2, 2])


def test_an_uneven_clock_has_no_gaps() -> None:
    minutes = np.cumsum(np.random.default_rng(0).exponential(size=100)).tolist()
    windows = cut(_clocked(minutes), 10)
    assert len(windows) == 91
    assert any("uneven" in note for note in windows.samples.notes)


def test_rows_without_a_time_are_in_no_window() -> None:
    frame = _clocked([0, 1, 2, 3, 4]).with_columns(
        pl.when(pl.int_range(5) == 2).then(None).otherwise(pl.col("when")).alias("when")
    )
    windows = cut(frame, 1)
    assert (
        np.isnan(windows.onto_rows(np.ones(len(windows)))).tolist()
        == [False] * 2 + [True] + [False] * 2
    )
    assert any("1 rows have no time" in note for note in windows.samples.notes)


def test_text_and_identifiers_are_no_channels(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    lines = [
        f"{i},2026-03-01 00:{i:02d}:00,{i % 7}.5,{'on' if i % 3 else 'off'},r{i % 4}"
        for i in range(60)
    ]
    path.write_text("id,when,heat,pump,room\n" + "\n".join(lines))
    windows = cut(path, 5)
    assert windows.samples.sample(0).tolist() == [
        [0.5, 0], [1.5, 1], [2.5, 1], [3.5, 0], [4.5, 1]
    ]  # fmt: skip
    assert any("room" in note for note in windows.samples.notes)


def test_a_clock_can_be_named() -> None:
    frame = _clocked([0, 1, 2]).with_columns(pl.col("when").reverse().alias("other"))
    assert cut(frame, 3).samples.sample(0)[0, 0] == 0
    assert cut(frame, 3, time="other").samples.sample(0)[0, 0] == np.sqrt(2)
    loaded = frame.with_columns(load=pl.Series([3.0, 5.0, 4.0]), value=-pl.col("value"))
    assert cut(loaded, 3, time="value").samples.sample(0)[:, 0].tolist() == [4, 5, 3]
    with pytest.raises(DataError, match="holds no dates"):
        cut(frame.with_columns(pump=pl.Series(["on", "off", "on"])), 3, time="pump")
    with pytest.raises(DataError, match="no column named 'hour'"):
        cut(frame, 3, time="hour")


def test_a_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(np.arange(2_000, dtype="<i2").tobytes())
    windows = cut(path, 100, 50)
    assert len(windows) == 19
    assert windows.samples.sample(1)[0].tolist() == [100 / 2**15, 101 / 2**15]


def test_windows_are_samples_that_models_learn_from() -> None:
    windows = cut(np.random.default_rng(0).normal(size=(100, 3)), 20, 10)
    form = Form.learn(windows.samples)
    assert form.features(form.match(windows.samples)).shape == (9, 3, 20)


def test_what_cannot_be_cut() -> None:
    with pytest.raises(DataError, match=r"has 5 steps; a window has 6"):
        cut(np.zeros(5), 6)
    with pytest.raises(DataError, match="one series has the shape"):
        cut(np.zeros((5, 5, 5)), 2)
    with pytest.raises(DataError, match="No column of numbers"):
        cut({"a": ["x", "y"]}, 1)
    for wrong in (0, -1, 2.5, True):
        with pytest.raises(ParameterError, match="length must be a whole number"):
            cut(np.zeros(5), wrong)
        with pytest.raises(ParameterError, match="step must be a whole number"):
            cut(np.zeros(5), 2, wrong)
