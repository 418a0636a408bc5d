"""Sound in files, and how loud each band of it is."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from likely.core.errors import DataError
from likely.data.audio import (
    BAND,
    MOMENTS,
    QUIETEST,
    log_mel,
    mel_bank,
    read_clip,
    read_head,
    read_spectrogram,
)

RATE = 8_000
TIME = np.arange(RATE) / RATE
TONE = 0.5 * np.sin(2 * np.pi * 440 * TIME)


def _whole(values: np.ndarray, width: int) -> bytes:
    """Return values as whole numbers of so many bytes, as wav files hold them."""
    scaled = np.round(values * (2 ** (8 * width - 1) - 1)).astype(np.int64)
    if width == 1:
        return (scaled + 128).astype(np.uint8).tobytes()
    return b"".join(int(v).to_bytes(width, "little", signed=True) for v in scaled.ravel())


def _write(path: Path, values: np.ndarray, width: int = 2, rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if values.ndim == 1 else values.shape[1])
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(_whole(values, width))
    return path


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
def test_whole_numbers_of_every_width(tmp_path: Path, width: int, channels: int) -> None:
    sound = np.column_stack([TONE, -TONE / 2])[:, :channels]
    path = _write(tmp_path / "a.wav", sound, width)
    clip = read_clip(path)
    assert (clip.rate, clip.values.dtype) == (RATE, np.float32)
    np.testing.assert_allclose(clip.values, sound, atol=2.0 ** (1 - min(8 * width, 24)) * 2)
    assert (read_head(path).rate, read_head(path).channels) == (RATE, channels)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_are_taken_as_they_are(tmp_path: Path, dtype: type) -> None:
    path = tmp_path / "a.wav"
    wavfile.write(path, 44_100, (3 * TONE).astype(dtype))
    np.testing.assert_allclose(read_clip(path).values[:, 0], 3 * TONE, rtol=1e-6)
    assert read_head(path).rate == 44_100


@pytest.mark.parametrize("keep", [0, 3, 20, 30, 44, 1000])
def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path, keep: int) -> None:
    path = _write(tmp_path / "cut.wav", TONE)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match=r"cut\.wav cannot be read as sound"):
        read_clip(path)


def test_a_chunk_that_says_who_made_it_does_no_harm(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.wav", TONE)
    whole = path.read_bytes()
    note = b"odd " + struct.pack("<I", 3) + b"abc\x00"
    path.write_bytes(whole[:12] + note + whole[12:])
    assert read_head(path).rate == RATE
    np.testing.assert_allclose(read_clip(path).values[:, 0], TONE, atol=1e-4)


def test_other_files_and_compressed_sound_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"ID3 this is no wav file at all, though it is long enough")
    for read in (read_head, read_clip):
        with pytest.raises(DataError, match="cannot be read as sound"):
            read(path)
    _write(path, TONE)
    content = bytearray(path.read_bytes())
    content[20:22] = struct.pack("<H", 6)  # A-law
    path.write_bytes(content)
    with pytest.raises(DataError, match="not compressed"):
        read_clip(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no file"):
        read_clip(tmp_path / "a.wav")


def test_a_tone_is_loud_in_its_band_and_as_loud_as_it_is(tmp_path: Path) -> None:
    centre = 700 * (10 ** (8 * BAND / 2595) - 1)
    tone = 0.5 * np.sin(2 * np.pi * centre * TIME)
    found = log_mel(tone[:, None], RATE)
    assert found.shape == (MOMENTS, mel_bank(RATE, 256).shape[1])
    assert (found.argmax(axis=1) == 7).all()
    assert found[:, 7] == pytest.approx(20 * np.log10(0.5), abs=2.5)
    assert (found[:, 20:] < -60).all()


def test_bands_are_the_same_at_every_rate() -> None:
    slow, fast = mel_bank(8_000, 256), mel_bank(16_000, 512)
    both = min(slow.shape[1], fast.shape[1])
    assert both == slow.shape[1] < fast.shape[1]
    np.testing.assert_allclose(slow, fast[: len(slow), :both], atol=1e-12)
    mels = 2595 * np.log10(1 + np.fft.rfftfreq(256, 1 / 8_000) / 700)
    inside = (mels >= BAND) & (mels <= BAND * slow.shape[1])
    np.testing.assert_allclose(slow[inside].sum(axis=1), 1)  # every frequency counts once
    assert (slow.max(axis=0) > 0.3).all()


def test_every_band_of_every_usual_rate_hears_something() -> None:
    for rate in (8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000):
        assert (mel_bank(rate, round(0.032 * rate)).sum(axis=0) > 0.5).all()


def test_energies_of_a_moment_are_means_so_that_a_click_is_not_lost() -> None:
    quiet = np.full((60 * RATE, 1), 0.0)
    click = quiet.copy()
    click[30 * RATE + 123] = 1.0
    assert (log_mel(quiet, RATE) == QUIETEST).all()
    heard = (log_mel(click, RATE) > QUIETEST).any(axis=1)
    assert np.flatnonzero(heard).tolist() == [32]


@pytest.mark.parametrize("length", [1, 100, 255, 256, 257, 3_000, 50_001])
def test_clips_of_every_length_have_one_shape(length: int) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (length, 1))
    found = log_mel(noise, RATE)
    assert found.shape == log_mel(TONE[:, None], RATE).shape
    assert np.isfinite(found).all()


def test_the_end_of_a_clip_counts() -> None:
    silent = np.zeros((RATE + 37, 1))
    silent[-20:] = 0.9
    assert log_mel(silent, RATE)[-1].max() > -60


def test_channels_stand_side_by_side(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.wav", np.column_stack([TONE, np.zeros(RATE)]))
    left, right = np.split(read_spectrogram(path), 2, axis=1)
    assert left.max() > -12
    assert (right == QUIETEST).all()
