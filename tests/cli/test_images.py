"""Folders of images and sounds on the command line."""

import csv
import json
import re
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

import likely
from likely.cli import application

Run = Callable[..., Result]
METHOD = ("--method", "Autoencoder", "--set", "latent=2", "--set", "budget=60 steps")
ODD = "tile07.png"
PLACE = re.compile(r"rows [45] to [89], columns [34] to [78]")
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty grey tiles with a slope of varying steepness; one has a bright patch. And a text."""
    folder = tmp_path_factory.mktemp("pictures") / "images"
    folder.mkdir()
    slope = np.linspace(0, 1, 12)[:, None] * np.ones(10)
    for i in range(30):
        tile = 100 + RNG.uniform(20, 60) * slope + RNG.normal(0, 2, slope.shape)
        if i == 7:
            tile[4:8, 3:7] = 255
        Image.fromarray(tile.astype(np.uint8)).save(folder / f"tile{i:02d}.png")
    (folder / "notes.txt").write_text("taken on Monday")
    return folder


@pytest.fixture(scope="module")
def model_of_images(images: Path) -> Path:
    path = images.with_name("m.likely")
    words = ["learn", str(images), "-o", str(path), *METHOD]
    result = CliRunner().invoke(application, words)
    assert result.exit_code == 0, result.output
    assert "Learnt 30 images (10 x 12 pixels, 1 channel) with Autoencoder." in result.output
    said = " ".join(result.output.split())  # lines end where the terminal does
    assert "1 of 31 files is passed over, for want of images: notes.txt." in said
    return path


def test_detect_names_images_and_places(run: Run, images: Path) -> None:
    result = run("detect", images, *METHOD, "--top", 3)
    assert result.exit_code == 0, result.output
    assert "The 3 oddest of 30 images" in result.output
    lines = result.output.splitlines()
    heads = next(i for i, line in enumerate(lines) if line.startswith("image "))
    assert lines[heads + 1].startswith(ODD)
    assert PLACE.search(lines[heads + 1])


def test_machines_get_names_too(run: Run, images: Path) -> None:
    told = json.loads(run("detect", images, *METHOD, "--top", 3, "--json").stdout)
    first = told["oddest"][0]
    assert (first["name"], first["row"]) == (ODD, 8)
    assert PLACE.match(first["reasons"][0]["column"])


def test_new_images_are_judged_by_a_model_file(
    run: Run, images: Path, model_of_images: Path, tmp_path: Path
) -> None:
    table = tmp_path / "findings.csv"
    words = ("--model", model_of_images, "--fpr", "0.1", "-o", table)
    for data in (images / ODD, str(images / "tile07*.png")):
        result = run("detect", data, *words)
        assert result.exit_code == 0, result.output
        assert "1 of 1 image is unlikely" in result.output
        (row,) = csv.DictReader(table.read_text().splitlines())
        assert (row["name"], row["width"], row["height"]) == (ODD, "10", "12")
        assert float(row["brightness"]) == np.asarray(Image.open(images / ODD)).mean()


def test_explain_lists_places(run: Run, images: Path, model_of_images: Path) -> None:
    result = run("explain", images, "--model", model_of_images, "--row", 8)
    assert result.exit_code == 0, result.output
    assert f"{ODD}: 1 in " in result.output
    lines = result.output.splitlines()
    heads = next(i for i, line in enumerate(lines) if line.startswith("place"))
    assert PLACE.match(lines[heads + 1])
    beyond = run("explain", images, "--model", model_of_images, "--row", 31)
    assert beyond.exit_code == 2
    assert "There is no image 31" in beyond.output
    assert "header" not in beyond.output


def test_inspect_says_what_the_model_looks_at(run: Run, model_of_images: Path) -> None:
    result = run("inspect", model_of_images)
    assert "Looks at image samples: 10 x 12 pixels, 1 channel" in result.output
    told = likely.inspect(model_of_images)
    assert told["models"][0]["form"] == {"kind": "image", "shape": [12, 10], "channels": 1}


def test_stacks_have_numbers_and_kind_says_what_they_are(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "stack.npy"
    np.save(path, RNG.normal(size=(20, 8, 3)))
    for words, unit in (((), "series"), (("--kind", "image"), "images")):
        result = run("detect", path, *METHOD, *words, "--top", 2)
        assert result.exit_code == 0, result.output
        assert f"of 20 {unit}" in result.output
    assert run("detect", path, *METHOD, "--kind", "film").exit_code == 2


def test_sounds(run: Run, tmp_path: Path) -> None:
    for i in range(12):
        length = int(RNG.integers(1_600, 4_000))
        tone = np.sin(np.arange(length) * (0.9 if i == 5 else 0.3)) * 9_000
        with wave.open(str(tmp_path / f"{i:02d}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8_000)
            file.writeframes((tone + RNG.normal(0, 90, length)).astype("<i2").tobytes())
    told = json.loads(run("detect", tmp_path, *METHOD, "--top", 1, "--json").stdout)
    assert told["oddest"][0]["name"] == "05.wav"
    assert any("log-mel" in note for note in told["notes"])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("broken", "bad.jpg cannot be read as an image"),
        ("texts", "There are no images, sounds or arrays in"),
        ("one.png", "Give the folder they are in"),
        ("images/*.gif", "No file matches"),
    ],
)
def test_what_cannot_be_read_is_said(run: Run, tmp_path: Path, name: str, message: str) -> None:
    for folder in ("broken", "texts"):
        (tmp_path / folder).mkdir()
    (tmp_path / "broken" / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (tmp_path / "texts" / "a.doc").write_text("a")
    Image.new("L", (5, 5)).save(tmp_path / "one.png")
    result = run("detect", tmp_path / name)
    assert result.exit_code == 3
    assert message in result.output


def test_methods_for_tables_name_those_for_images(run: Run, images: Path) -> None:
    result = run("detect", images, "--method", "KNN")
    assert result.exit_code == 2
    assert "Autoencoder" in result.output
    assert "image" in result.output
    with_columns = run("detect", images, *METHOD, "--columns", "a")
    assert with_columns.exit_code == 2
    assert "about columns" in with_columns.output
