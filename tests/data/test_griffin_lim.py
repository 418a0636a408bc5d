"""Sound as a log-mel spectrogram, and back."""

import numpy as np
import pytest

from likely.data.griffin_lim import FLOOR, Ear

RATE = 8_000
EAR = Ear(RATE, 0.0125, 40)


def tone(pitch: float, values: int = 4_000) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * pitch * np.arange(values) / RATE)


def test_a_tone_is_loudest_in_its_band_and_as_loud_as_it_is() -> None:
    for pitch in (300.0, 1_000.0, 3_000.0):
        heard = EAR.hear(tone(pitch))
        middle = EAR.bank[np.arange(EAR.size // 2 + 1) == round(pitch * EAR.size / RATE)][0]
        assert (heard[5:-5].argmax(axis=1) == middle.argmax()).all()
    spectrum = np.abs(EAR._spectrum(tone(1_000.0)))
    assert spectrum[20].max() == pytest.approx(0.5, rel=1e-3)


@pytest.mark.parametrize("values", [0, 1, 99, 100, 101, 777])
def test_frames_are_as_many_as_steps_begun(values: int) -> None:
    heard = EAR.hear(np.zeros(values))
    assert heard.shape == (max(1, -(-values // 100)), 40)
    assert np.allclose(heard, np.log(FLOOR))
    assert len(EAR.speak(heard, np.random.default_rng(0), 1)) == 100 * len(heard)


def test_sound_comes_back_from_its_spectrum() -> None:
    sound = np.random.default_rng(0).normal(size=1_000)
    assert np.allclose(EAR._sound(EAR._spectrum(sound)), sound, atol=1e-9)


def test_phases_are_found_that_go_together() -> None:
    sound = tone(440.0) + tone(1_210.0) * np.linspace(0, 1, 4_000)
    heard = EAR.hear(sound)
    errors = [
        np.abs(np.exp(EAR.hear(EAR.speak(heard, np.random.default_rng(0), rounds))) - np.exp(heard))
        for rounds in (0, 30)
    ]
    assert errors[1].mean() < 0.4 * errors[0].mean()


def test_bands_narrower_than_a_frequency_hear_something() -> None:
    bank = Ear(RATE, 0.002, 30).bank
    assert np.allclose(bank.sum(axis=0), 1.0)
