"""`likely generate`: texts, rows, arrays, images, sound, and pages that show them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from scipy.io import wavfile

import likely
from likely.persistence import save_model
from likely.testing.clips import tones
from likely.testing.texts import sentences

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("generate") / "m.likely"
    method = likely.autoregressive.GPT(**likely.autoregressive.GPT.fast)
    likely.learn(sentences(), method=method).save(path)
    return path


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("generate") / "rows.likely"
    data = np.random.default_rng(0).normal(size=(100, 2))
    likely.learn(data, method="VAE", budget="5 steps").save(path)
    return path


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("generate") / "images.likely"
    data = np.random.default_rng(0).integers(0, 256, (60, 6, 6), dtype=np.uint8)
    likely.learn(data, method="VAE", kind="image", budget="5 steps").save(path)
    return path


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("generate") / "sounds.likely"
    model = likely.autoregressive.WaveNet(
        **{**likely.autoregressive.WaveNet.fast, "budget": "9 steps"}
    )
    likely.learn((400, tones(30)), method=model, kind="audio").save(path)
    return path


def test_texts_follow_a_prompt(run: Run, texts: Path) -> None:
    result = run("generate", texts, "-n", "2", "--prompt", "my aunt", "--length", "9", "--json")
    assert result.exit_code == 0, result.output
    drawn = json.loads(result.output)["samples"]
    assert [text[:7] for text in drawn] == ["my aunt"] * 2
    assert [len(text) for text in drawn] == [16, 16]
    printed = run("generate", texts, "--prompt", "my aunt", "--temperature", "0")
    assert printed.output.startswith("my aunt")


def test_texts_go_to_a_file(run: Run, texts: Path, tmp_path: Path) -> None:
    path = tmp_path / "more.txt"
    assert run("generate", texts, "-n", "3", "-o", path).exit_code == 0
    assert path.read_text().count("\n") >= 3
    result = run("generate", texts, "-o", tmp_path / "more.csv")
    assert result.exit_code == 2
    assert "Texts go to files that end in .txt" in result.output


def test_rows_are_printed_and_written(run: Run, rows: Path, tmp_path: Path) -> None:
    assert "column_0" in run("generate", rows, "-n", "30").output
    assert len(json.loads(run("generate", rows, "-n", "3", "--json").output)["samples"]) == 3
    path = tmp_path / "more.csv"
    assert run("generate", rows, "-n", "5", "-o", path, "-q").output == ""
    assert len(path.read_text().splitlines()) == 6
    result = run("generate", rows, "--prompt", "x")
    assert result.exit_code == 2
    assert "prompt is for models of texts" in result.output


def test_images_go_to_a_grid_an_array_or_a_folder(run: Run, images: Path, tmp_path: Path) -> None:
    grid = tmp_path / "grid.png"
    result = run("generate", images, "-n", "4", "--seed", "3", "-o", grid)
    assert result.exit_code == 0, result.output
    assert f"Written: {grid}" in result.output
    assert "Drawn by VAE with the seed 3." in result.output
    assert b"4 images drawn by VAE, seed 3" in grid.read_bytes()
    walk = tmp_path / "walk.gif"
    assert f"Written: {walk}" in run("generate", images, "-n", "3", "-o", walk).output
    assert walk.read_bytes()[:6] == b"GIF89a"
    assert run("generate", images, "-n", "4", "-o", tmp_path / "a.npy", "-q").output == ""
    array = np.load(tmp_path / "a.npy")
    assert array.shape == (4, 6, 6)
    folder = tmp_path / "out"
    written = json.loads(run("generate", images, "-n", "2", "-o", f"{folder}/", "--json").output)
    assert written["samples"] is None
    assert [Path(name).name for name in written["written"]] == ["image-001.png", "image-002.png"]
    again = run("generate", images, "-o", f"{folder}/")
    assert again.exit_code == 2
    assert "empty" in again.output


def test_every_kind_has_a_page(
    run: Run, images: Path, texts: Path, rows: Path, sounds: Path, tmp_path: Path
) -> None:
    for model, said in (
        (images, "36 images drawn by VAE"), (texts, "12 texts drawn by GPT"),
        (rows, "1,000 rows drawn by VAE"), (sounds, "6 clips drawn by WaveNet"),
    ):  # fmt: skip
        page = tmp_path / "page.html"
        result = run("generate", model, "-o", page)
        assert result.exit_code == 0, result.output
        text = page.read_text(encoding="utf-8")
        assert said in text
        assert len(text) < 1_000_000
    run("generate", texts, "-n", "2", "--prompt", "my aunt", "--top-k", "3", "-o", page)
    assert "prompt=&#x27;my aunt&#x27;, seed=0, top_k=3" in page.read_text(encoding="utf-8")


def test_clips_go_to_wav_files(run: Run, sounds: Path, tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    assert run("generate", sounds, "-o", path).exit_code == 0
    rate, values = wavfile.read(path)
    assert rate == 400
    drawn = likely.load(sounds).generate(1)[0]
    assert np.abs(values / 32_767 - drawn).max() < 1e-4
    assert run("generate", sounds, "-n", "3", "-o", f"{tmp_path}/clips/").exit_code == 0
    files = sorted((tmp_path / "clips").iterdir())
    assert [file.name for file in files] == ["clip-001.wav", "clip-002.wav", "clip-003.wav"]
    third = likely.load(sounds).generate(3)[2]
    assert np.abs(wavfile.read(files[2])[1] / 32_767 - third).max() < 1e-4
    run("generate", sounds, "--temperature", "0", "--length", "30", "-o", path)
    first = wavfile.read(path)[1]
    assert len(first) <= 30
    run("generate", sounds, "--temperature", "0", "--length", "30", "--seed", "9", "-o", path)
    assert np.array_equal(wavfile.read(path)[1], first)
    assert run("generate", sounds, "--prompt", "a", "-o", path).exit_code == 2
    result = run("generate", sounds, "-n", "2", "-o", tmp_path / "two.wav")
    assert (result.exit_code, "holds one clip" in result.output) == (2, True)


def test_files_that_cannot_hold_samples_are_refused_before_drawing(
    run: Run, images: Path, rows: Path, sounds: Path, tmp_path: Path
) -> None:
    for given, said in (
        ((rows, "-o", tmp_path / "grid.png"), "Rows go to files that end in .csv"),
        ((rows, "-o", f"{tmp_path}/new/"), "Rows go to one file, not to a folder"),
        ((images, "-o", tmp_path / "a.wav"), "Images go to files that end in .npy or .png"),
        ((images,), "name it with -o FILE.png"),
        ((sounds,), "name it with -o FILE.wav"),
    ):  # fmt: skip
        result = run("generate", *given)
        assert result.exit_code == 2
        assert said in result.output
    assert not list(tmp_path.iterdir())


def test_odd_clips_are_found_and_explained(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    for i, clip in enumerate(tones(40)):
        if i == 7:
            clip = np.random.default_rng(0).uniform(-0.9, 0.9, len(clip)).astype(np.float32)
        wavfile.write(folder / f"{i:02}.wav", 400, clip)
    settings = {**likely.autoregressive.WaveNet.fast, "budget": "60 steps"}
    words = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    page = tmp_path / "report.html"
    asked = ("--kind", "audio", *words)
    result = run("detect", folder, *asked, "--top", "1", "--report", page)
    assert result.exit_code == 0, result.output
    assert "07.wav" in result.output
    assert "bits a value" in result.output
    assert "<audio" in page.read_text(encoding="utf-8")
    told = run("explain", folder, *asked, "--row", "8")
    assert "moment" in told.output
    model = tmp_path / "m.likely"
    learnt = run("learn", folder, *asked, "-o", model)
    assert "Learnt 40 clips (400 values a second" in learnt.output
    assert run("inspect", model).exit_code == 0


def test_inspect_says_what_texts_sounds_and_conditions_are(
    run: Run, texts: Path, sounds: Path, tmp_path: Path
) -> None:
    assert "Looks at lines, character by character; the longest has" in run("inspect", texts).output
    assert "Looks at clips of sound, " in run("inspect", sounds).output
    rows, labels = np.random.default_rng(0).normal(size=(60, 2)), ["a", "b"] * 30
    flow = likely.flows.RealNVP(**likely.flows.RealNVP.fast).fit(rows, condition=labels)
    save_model(flow, tmp_path / "m.likely")
    told = json.loads(run("inspect", tmp_path / "m.likely", "--json").stdout)
    assert [one["name"] for one in told["models"][0]["conditions"]] == ["condition"]
