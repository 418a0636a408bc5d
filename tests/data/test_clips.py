"""Clips of sound: what is read, what is refused, and levels that come back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from likely.core.errors import DamagedFile, DataError
from likely.data.clips import as_clips
from likely.data.companding import LEVELS, SILENCE, bounds, from_levels, to_levels
from likely.data.records import records
from likely.data.samples import describe, kind_of, read_samples
from likely.data.sound import END, Sound
from likely.persistence.schemas import read_schema, write_schema


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for i, length in enumerate((300, 200, 400)):
        values = (rng.normal(size=(length, 2)) * 3000).astype(np.int16)
        wavfile.write(tmp_path / f"{i}.wav", 16_000, values if i == 1 else values[:, 0])
    return tmp_path


def test_a_folder_gives_its_files_with_channels_averaged(folder: Path) -> None:
    clips = as_clips(folder)
    assert (len(clips), clips.rate, clips.dtype) == (3, 16_000, "float32")
    assert [len(clip) for clip in clips] == [300, 200, 400]
    _, stereo = wavfile.read(folder / "1.wav")
    np.testing.assert_allclose(clips.sample(1), stereo.mean(axis=1) / 2**15, atol=1e-7)
    assert clips.name(2) == "2.wav"
    assert any("1 of 3 clips has several channels" in note for note in clips.notes)
    assert [clips.take(np.array([2, 0])).name(i) for i in range(2)] == ["2.wav", "0.wav"]


def test_a_folder_of_sound_is_series_unless_audio_is_asked_for(folder: Path) -> None:
    (folder / "1.wav").unlink()  # a spectrogram keeps channels apart
    assert kind_of(folder) == "series"
    assert kind_of(as_clips(folder)) == "audio"
    kinds = ("series", "audio")
    assert getattr(read_samples(folder, kinds), "kind", "") == "series"
    assert getattr(read_samples(folder, kinds, "audio"), "kind", "") == "audio"
    assert getattr(read_samples(folder, ("audio",)), "kind", "") == "audio"


def test_files_of_two_rates_are_refused(folder: Path) -> None:
    wavfile.write(folder / "slow.wav", 8_000, np.zeros(9, np.int16))
    with pytest.raises(DataError, match=r"slow\.wav has 8,000.*one sampling rate"):
        as_clips(folder)


def test_arrays_have_the_rate_that_is_said() -> None:
    assumed = as_clips(np.zeros((3, 50)))
    assert (len(assumed), assumed.rate) == (3, 8_000)
    assert "8,000 values a second are assumed" in assumed.notes[0]
    said = as_clips((44_100, [np.zeros(5), np.zeros((7, 2))]))
    assert said.rate == 44_100
    assert [len(clip) for clip in said] == [5, 7]
    sound = describe(said)
    assert isinstance(sound, Sound)
    assert sound.match([np.zeros(3)]).rate == 44_100
    with pytest.raises(DataError, match=r"have 8,000.*have 44,100"):
        sound.match((8_000, [np.zeros(3)]))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (np.zeros(50), "shape"),
        ([1.0, 2.0], r"shape \(\)"),
        (["a", "b"], "wav files"),
        ("none.wav", "no file none.wav"),
        ("nothing here", "nothing here"),
        ([], "0 clips"),
        (None, "NoneType"),
        ([np.zeros((40, 30))], r"\(40, 30\)"),
        ([np.array(["x"])], "U1"),
    ],
)
def test_what_is_no_sound_is_refused(data: object, words: str) -> None:
    with pytest.raises(DataError, match=words):
        as_clips(data)


def test_gaps_are_refused_with_the_name_of_the_clip() -> None:
    clips = as_clips([np.zeros(3), np.array([0.0, np.nan])])
    with pytest.raises(DataError, match="clip 2"):
        describe(clips)


def test_levels_lie_between_their_bounds_and_come_back() -> None:
    levels, edges = np.arange(LEVELS), bounds()
    values = from_levels(levels)
    assert (to_levels(values) == levels).all()
    assert ((edges[:-1] < values) & (values < edges[1:])).all()
    assert values[SILENCE] == 0
    inner = edges[1:-1]
    assert (to_levels(inner + 1e-9 + 1e-6 * np.abs(inner)) == levels[1:]).all()
    assert to_levels(np.array([-9.0, 9.0])).tolist() == [0, LEVELS - 1]


@pytest.mark.parametrize("dtype", ["int16", "uint8", "int32", "float64"])
def test_clips_come_back_in_their_own_units(dtype: str) -> None:
    rng = np.random.default_rng(0)
    scale, middle = {"int16": (3000, 0), "uint8": (30, 128)}.get(dtype, (3e8, 0))
    arrays = [(rng.normal(size=n) * scale + middle).astype(dtype) for n in (50, 0, 300)]
    clips = as_clips(arrays)
    sound = Sound.learn(clips)
    features = sound.features(clips)
    assert [len(tokens) for tokens in features] == [51, 1, 301]
    assert all(tokens[-1] == END and tokens[:-1].max(initial=0) < END for tokens in features)
    back = sound.restore(features)
    for found, expected in zip(back, arrays, strict=True):
        assert found.dtype == (np.float32 if dtype == "float64" else np.dtype(dtype))
        off = np.abs(found.astype(float) - expected)
        least = 0.6 if dtype == "uint8" else 0.004 * scale
        assert (off <= 0.025 * np.abs(expected.astype(float) - middle) + least).all()


def test_the_loudest_clip_sets_one_gain_for_all() -> None:
    quiet, loud = np.full(4, 0.01), np.full(4, 0.2)
    sound = Sound.learn(as_clips([quiet, loud]))
    assert sound.peak == 0.25
    tokens = sound.features(as_clips([quiet, loud, np.full(1, 9.0)]))
    assert SILENCE < tokens[0][0] < tokens[1][0] < tokens[2][0] == LEVELS - 1
    assert Sound.learn(as_clips([np.zeros(4)])).peak == 1.0


def test_what_was_learnt_survives_a_file_and_nonsense_is_refused() -> None:
    sound = Sound.learn(as_clips((16_000, [np.full(4, 0.3), np.zeros(7)])))
    stored = write_schema(sound)
    assert read_schema(stored, "here") == sound
    for field, value in (("rate", 0), ("peak", 0.3), ("longest", 0), ("dtype", "object")):
        with pytest.raises(DamagedFile):
            read_schema(stored | {field: value}, "here")


def test_records_show_length_and_loudness() -> None:
    table = records(as_clips((1_000, [np.full(500, 0.1), np.zeros(250)])))
    assert table.names == ["name", "seconds", "loudness"]
    np.testing.assert_allclose(table.matrix[:, 1:], [[0.5, -20.0], [0.25, -100.0]], atol=1e-5)
