"""Sound the whole way: judged, explained, reported with a player, shown in a gallery."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile
from test_report import Page

import likely
from likely.autoregressive import WaveNet
from likely.testing.clips import tones
from likely.workflow.report.sounds import Heard
from likely.workflow.report.waves import Wave, draw_wave, spectrogram

RATE = 400  # so that the short clips of the tests last for a while


@pytest.fixture(scope="module")
def learned() -> likely.Learned:
    return likely.learn((RATE, tones(80)), method=WaveNet(**WaveNet.fast), kind="audio")


def crackling() -> np.ndarray:
    clip = tones(1, seed=9)[0].copy()
    clip[20:28] = np.random.default_rng(1).choice([-0.9, 0.9], 8)
    return clip


def test_odd_clips_are_explained_by_their_moments(learned: likely.Learned) -> None:
    (why,) = learned.explain((RATE, [crackling()]))
    start, stop = (float(part[:4]) for part in why.reasons[0].column.split(" to "))
    assert start < 28 / RATE
    assert stop > 20 / RATE
    assert why.reasons[0].value.endswith(" bits a value")
    assert why.reasons[0].expected == f"{learned.model.usual_bits:.1f} bits a value"
    assert why.sentence.startswith("It takes ")
    assert why.reasons[0].column in why.sentence


def test_the_report_draws_and_plays_clips(learned: likely.Learned, tmp_path: Path) -> None:
    found = learned.detect((RATE, [*tones(4, seed=3), crackling()]), top=2)
    assert int(found.oddest[0]) == 4
    path = found.report(tmp_path / "report.html")
    text = path.read_text(encoding="utf-8")
    parsed = Page(text)
    assert parsed.open == []
    assert len(parsed.all("audio")) == 2
    assert "media-src data:" in text
    assert all("controls" in a for a in parsed.all("audio"))
    for words in ("clip 5", "time, s →", "frequency, kHz ↑", "bits a value ↑", "Moment", "Usual",
                  "and how loud", "values a second", "Spectrogram", "clips"):  # fmt: skip
        assert words in parsed.text, words
    sound = base64.b64decode(parsed.all("audio")[0]["src"].partition("base64,")[2])
    rate, values = wavfile.read(io.BytesIO(sound))
    clip = crackling() / learned.model.schema_.peak
    assert rate == RATE
    assert np.abs(values / 32_767 - np.clip(clip, -1, 1)).max() < 1e-4
    for _, attributes in parsed.tags:
        assert not re.search("nan|inf", attributes.get("d", ""))


def test_empty_and_silent_clips_are_drawn(learned: likely.Learned, tmp_path: Path) -> None:
    new = [np.zeros(0, np.float32), np.zeros(50, np.float32), np.ones(1, np.float32)]
    path = learned.detect((RATE, new), top=3).report(tmp_path / "report.html")
    parsed = Page(path.read_text(encoding="utf-8"))
    assert parsed.open == []
    assert "The clip is empty." in parsed.text
    assert len(parsed.all("audio")) == 2


def test_sound_without_room_is_left_out(
    learned: likely.Learned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("likely.workflow.report.sounds.ROOM", 600)
    heard = Heard(learned.model, learned.model.schema_.match((RATE, tones(5))))
    assert 0 < sum(one is not None for one in heard.players) < 5
    shown = [heard.draw(place) for place in range(5)]
    assert "left out to keep this page small" in "".join(shown)


def test_the_gallery_draws_and_plays_clips(learned: likely.Learned, tmp_path: Path) -> None:
    path = learned.gallery(tmp_path / "gallery.html", 3, seed=2)
    assert path.stat().st_size < 1_000_000
    parsed = Page(path.read_text(encoding="utf-8"))
    assert parsed.open == []
    assert "3 clips drawn by WaveNet" in parsed.text
    assert "Clip 3" in parsed.text
    assert "400 values a second" in parsed.text
    drawn = learned.generate(3, seed=2)
    assert [one.ndim for one in drawn] == [1, 1, 1]
    assert len(parsed.all("audio")) == sum(len(one) > 0 for one in drawn)


def test_the_colour_of_a_wave_is_its_surprise() -> None:
    values = np.sin(np.arange(2_000) / 5)
    bits = np.full(2_000, 2.0)
    plain = draw_wave(Wave(values, bits, 2.0, ()), 1_000)
    assert "color-mix" not in plain
    bits[1_000:] = 8.0
    odd = draw_wave(Wave(values, bits, 2.0, ((1_000, 2_000),)), 1_000)
    (path,) = re.findall(r'<path d="([^"]*)" class="wave"[^>]*odd\) 100%', odd)
    places = [float(x) for x in re.findall(r"M([\d.]+) ", path)]
    assert 190 < min(places) < 205  # the second half
    assert 'class="odd"' in odd
    assert "bits a value" not in draw_wave(Wave(values, None, 0.0, ()), 1_000)


def test_a_tone_lies_at_its_frequency_in_the_spectrogram() -> None:
    rate, tone = 8_000, 1_000
    image = spectrogram(np.sin(2 * np.pi * tone * np.arange(rate) / rate), rate)
    strongest = image[:, :, 3].mean(axis=1).argmax()
    assert image.shape == (64, 204, 4)
    assert 1 - (strongest + 0.5) / 64 == pytest.approx(tone / (rate / 2), abs=0.02)
    assert spectrogram(np.zeros(100), rate)[..., 3].max() == 0
