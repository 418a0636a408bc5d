"""The gallery shows what was drawn, beside what was learnt, in one small file."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_report import Page

import likely
from likely.autoencoders import VQVAE
from likely.autoregressive import GPT
from likely.calibration.summary import ColumnSummary
from likely.core.errors import CannotDo, MissingDependency, ParameterError
from likely.data.column import Column
from likely.data.form import Form
from likely.data.shaped import Shaped
from likely.gan import DCGAN
from likely.testing.shaped import clean
from likely.testing.texts import sentences
from likely.workflow.gallery.beside import Beside
from likely.workflow.gallery.columns import column_picture
from likely.workflow.gallery.drawn import Drawn
from likely.workflow.gallery.files import write_files
from likely.workflow.gallery.grid import image_section, video_section
from likely.workflow.gallery.relations import relations
from likely.workflow.gallery.walks import codes_of, round_trip
from likely.workflow.report.png import as_png

TINY = {"budget": "20 steps"}


def unfiltered(png: bytes) -> np.ndarray:
    """Return the pixels of a PNG file as its bytes, (height, width * bytes a pixel)."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(png):
        size, name = struct.unpack(">I4s", png[at : at + 8])
        chunks[name] = png[at + 8 : at + 8 + size]
        at += 12 + size
    height = struct.unpack(">II", chunks[b"IHDR"][:8])[1]
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, -1)
    assert (lines[:, 0] == 2).all()
    return np.cumsum(lines[:, 1:], axis=0, dtype=np.uint8)


@pytest.fixture(scope="module")
def table() -> likely.Learned:
    rng = np.random.default_rng(0)
    n = 500
    size = rng.gamma(4, 2, n)
    frame = pd.DataFrame(
        {
            "size (cm)": size,
            "<b>weight": 3 * size + rng.normal(0, 1, n),
            "town": rng.choice(["<i>A", "B", "C"], n, p=[0.6, 0.3, 0.1]),
            "day": pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 300, n), unit="D"),
            "visits": rng.poisson(3, n),
            "new": rng.random(n) < 0.3,
        }
    )
    frame.loc[:40, "size (cm)"] = np.nan
    return likely.learn(frame, method="VAE", **TINY)  # pyright: ignore[reportArgumentType]


@pytest.fixture(scope="module")
def images() -> likely.Learned:
    data = np.random.default_rng(0).integers(0, 256, (60, 6, 9), dtype=np.uint8)
    return likely.learn(data, method="VAE", kind="image", **TINY)  # pyright: ignore[reportArgumentType]


@pytest.fixture(scope="module")
def texts() -> likely.Learned:
    return likely.learn(sentences(), method=GPT(**GPT.fast))


def page_of(learned: likely.Learned, folder: Path, *given: int, **how: Any) -> tuple[Page, str]:
    path = learned.gallery(folder / "gallery.html", *given, **how)
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size < 1_000_000
    parsed = Page(text.replace("<img ", "<meta "))
    assert parsed.open == []
    for _, attributes in parsed.tags:
        for shape in ("d", "x", "y"):
            assert not re.search("nan|inf", attributes.get(shape, "")), attributes
        assert attributes.get("src", "data:").startswith("data:")
        assert attributes.get("href", "#").startswith(("#", "data:"))
    assert not re.search(r"(?:https?:)?//\w", re.sub(r"base64,[^\"]*", "", text))
    return parsed, text


def test_rows_are_shown_beside_those_learnt(table: likely.Learned, tmp_path: Path) -> None:
    parsed, text = page_of(table, tmp_path, 200, seed=7)
    for words in (
        "200 rows drawn by VAE", "Seed", "7", "learnt from 500 rows", "Odder than 19 in 20",
        "of 200; 10 would be usual", "Learnt are all 500 rows", "by chance",
        "Missing: 8.2 % learnt", "share of values in a bin", "size (cm) →", "<b>weight", "<i>A",
        "Some of the rows",
        "The first 15 of 200 rows", "learned.gallery(path, n=200, seed=7)", "format 1",
    ):  # fmt: skip
        assert words.lower() in parsed.text.lower(), words
    assert "<i>A" not in text
    assert text.count('class="several"') == 1
    assert [a["id"] for a in parsed.all("section")] == ["columns", "pairs", "rows", "how"]


def test_the_most_related_pair_comes_first(table: likely.Learned, tmp_path: Path) -> None:
    parsed, _ = page_of(table, tmp_path, 100)
    first = next(a["aria-label"] for a in parsed.all("svg") if "against" in a["aria-label"])
    assert {"size (cm)", "<b>weight"} == set(re.split(" against |, learnt", first)[:2])
    assert "Spearman's rank correlation: 0.99" in parsed.text


def test_without_rows_the_summaries_are_shown(table: likely.Learned, tmp_path: Path) -> None:
    table.save(tmp_path / "m.likely", rows=False)
    parsed, _ = page_of(likely.load(tmp_path / "m.likely"), tmp_path, 100)
    assert "The file kept no rows." in parsed.text
    assert "pairs of columns cannot be compared" in parsed.text
    assert "Learnt are all 500 rows" in parsed.text
    labels = [a["aria-label"] for a in parsed.all("svg")]
    assert sum("learnt and drawn" in label for label in labels) == 6


def test_the_same_seed_gives_the_same_page(table: likely.Learned, tmp_path: Path) -> None:
    first = table.gallery(tmp_path / "a.html", 50).read_bytes()
    assert first == table.gallery(tmp_path / "b.html", 50).read_bytes()
    assert first != table.gallery(tmp_path / "c.html", 50, seed=1).read_bytes()


def test_images_are_shown_and_go_to_a_grid(images: likely.Learned, tmp_path: Path) -> None:
    parsed, text = page_of(images, tmp_path)
    assert "36 images drawn by VAE" in parsed.text
    assert text.count("<img ") == 36 + 4 * 8  # and four ways of eight steps
    assert "From one to another" in parsed.text
    assert "9 x 6 pixels" in parsed.text
    grid = images.gallery(tmp_path / "grid.png", 5, seed=3).read_bytes()
    assert b"5 images drawn by VAE, seed 3" in grid
    pixels = unfiltered(grid)
    drawn = images.generate(5, seed=3)
    grow = 9  # 9 pixels become 81
    across = (4 + 9 * grow, 4 + 6 * grow)
    assert pixels.shape == (4 + 2 * across[1], 4 + 3 * across[0])
    for i, image in enumerate(drawn):
        top, left = 4 + i // 3 * across[1], 4 + i % 3 * across[0]
        shown = pixels[top : top + 6 * grow : grow, left : left + 9 * grow : grow]
        assert (shown == image).all()
    assert (pixels[-40:, -40:] == 128).all()  # the sixth place is empty


def test_a_walk_goes_from_image_to_image(images: likely.Learned, tmp_path: Path) -> None:
    Image = pytest.importorskip("PIL.Image")
    path = images.gallery(tmp_path / "walk.gif", 3, seed=3)
    assert path.read_bytes() == images.gallery(tmp_path / "again.gif", 3, seed=3).read_bytes()
    model: Any = images.model
    codes = codes_of(model, 3, 3)
    walk, grow, shown = round_trip(model, codes, 10), 9, 0  # 9 pixels become 81
    np.testing.assert_array_equal(walk[::10], model.decode(codes))
    with Image.open(path) as file:
        assert (file.format, file.size) == ("GIF", (9 * grow, 6 * grow))
        assert file.info["comment"] == b"A walk through 3 images drawn by VAE, seed 3"
        assert file.info["loop"] == 0
        for i in range(file.n_frames):
            file.seek(i)
            frame = np.array(file.convert("L"))[::grow, ::grow].astype(float)
            assert np.abs(frame - walk[shown // 80]).max() <= 1
            shown += file.info["duration"]  # like frames are one that is shown longer
    assert shown == 30 * 80


@pytest.mark.parametrize(
    ("n", "expected"), [(1, ParameterError), (None, MissingDependency), (3, CannotDo)]
)
def test_walks_that_cannot_be_say_why(
    images: likely.Learned,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    n: int | None,
    expected: type[Exception],
) -> None:
    if expected is MissingDependency:
        monkeypatch.setattr("likely.workflow.gallery.animation.find_spec", lambda name: None)
    if expected is CannotDo:
        monkeypatch.setattr("likely.workflow.gallery.animation.has_codes", lambda model: False)
    words = {ParameterError: "2 images", MissingDependency: r"Pillow.*images", CannotDo: "codes"}
    with pytest.raises(expected, match=words[expected]):
        images.gallery(tmp_path / "walk.gif", n)
    assert not (tmp_path / "walk.gif").exists()


def test_entries_of_a_list_have_no_way_between_them(tmp_path: Path) -> None:
    some = np.random.default_rng(0).integers(0, 256, (60, 6, 6), dtype=np.uint8)
    model = VQVAE(**{**VQVAE.fast, "budget": "5 steps"})
    learned = likely.learn(some, method=model, kind="image")
    with pytest.raises(CannotDo, match="no space of codes"):
        learned.gallery(tmp_path / "walk.gif")
    assert "From one to another" not in learned.gallery(tmp_path / "page.html").read_text()


def test_what_was_drawn_while_learning_is_shown_at_once_only(tmp_path: Path) -> None:
    model = DCGAN(**{**DCGAN.fast, "budget": "10 steps"})
    learned = likely.learn(clean("image"), method=model, kind="image")
    page = learned.gallery(tmp_path / "page.html", 2).read_text()
    assert "While it learnt" in page
    said = re.findall(r"After (\d+ steps?)", page)
    assert said == ["1 step", "3 steps", "10 steps"]
    learned.save(tmp_path / "m.likely")
    again = likely.load(tmp_path / "m.likely")
    assert "While it learnt" not in again.gallery(tmp_path / "page.html", 2).read_text()


def test_many_large_images_become_smaller_and_fewer() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (30, 120, 120, 3), dtype=np.uint8)
    model = SimpleNamespace(schema_=Form.learn(Shaped("image", noise, flat=False)))
    learned: Any = SimpleNamespace(model=model)
    html = image_section(Drawn(learned, Shaped("image", noise, flat=False), None, 0, {}))
    assert "They are 120 x 120 pixels large, and shown smaller here." in html
    assert html.count("<img ") == 30
    assert len(html) < 850_000
    many = np.repeat(noise, 5, axis=0)
    html = image_section(Drawn(learned, Shaped("image", many, flat=False), None, 0, {}))
    assert re.search(r"The first \d+ of 150 are shown", html)
    assert 60 < html.count("<img ") < 150
    assert len(html) < 850_000


def test_videos_are_strips_of_frames() -> None:
    frames = np.arange(12, dtype=np.uint8)[:, None, None] * np.full((2, 12, 4, 5), 20, np.uint8)
    videos = Shaped("video", frames)
    learned: Any = SimpleNamespace(model=SimpleNamespace(schema_=Form.learn(videos)))
    html = video_section(Drawn(learned, videos, None, 0, {}))
    assert html.count("<img ") == 12
    assert "Frames 1, 3, 5, 8, 10, 12 of video 2" in html
    pictures = [base64.b64decode(one) for one in re.findall(r"base64,([^\"]*)", html)]
    shades = [int(unfiltered(one)[0, 0]) for one in pictures[:6]]
    assert shades == [0, 40, 80, 140, 180, 220]


def test_images_go_to_files_as_they_are(images: likely.Learned, tmp_path: Path) -> None:
    drawn = images.generate(2)
    paths = write_files(images, drawn, tmp_path / "out")
    assert [path.name for path in paths] == ["image-001.png", "image-002.png"]
    assert (unfiltered(paths[1].read_bytes()) == drawn[1]).all()
    deep = np.arange(2 * 3 * 3, dtype=np.uint16).reshape(2, 3, 3) * 3_000
    pixels = unfiltered(as_png(deep)).reshape(2, 3, 3, 2).astype(int)
    assert (pixels[..., 0] * 256 + pixels[..., 1] == deep).all()


def test_texts_are_shown_with_their_bits(texts: likely.Learned, tmp_path: Path) -> None:
    parsed, text = page_of(texts, tmp_path, 3)
    first = texts.generate(3)[0]
    assert f"Text 1: {len(first)} characters" in parsed.text
    assert "color-mix" in text
    assert "bits a character in texts held out" in parsed.text
    begun, text = page_of(texts, tmp_path, 2, prompt="my aunt", n_tokens=9, temperature=0.5)
    assert "'my aunt'" in begun.text
    assert "Temperature 0.5" in re.sub(" +", " ", begun.text)
    assert "prompt='my aunt', seed=0, n_tokens=9, temperature=0.5" in begun.text
    assert text.count('<span class="given">') == 2
    assert "Odder than" not in begun.text  # these are no whole texts
    assert "broken off" in begun.text


def test_series_are_shown_on_one_scale(tmp_path: Path) -> None:
    data = np.random.default_rng(0).normal(50, 9, (60, 30, 2))
    learned = likely.learn(data, method="VAE", kind="series", budget="5 steps")
    parsed, text = page_of(learned, tmp_path, 4)
    assert "4 series drawn by VAE" in parsed.text
    spans = re.findall(r"channel 1: ([\d.]+ to [\d.]+)", text)
    assert len(spans) == 4
    assert len(set(spans)) == 1
    assert "step →" in parsed.text


def test_what_cannot_be_shown_says_why(table: likely.Learned, tmp_path: Path) -> None:
    with pytest.raises(CannotDo, match="is for images; rows are shown on a page"):
        table.gallery(tmp_path / "grid.png")
    rows = np.random.default_rng(0).normal(size=(60, 2))
    with pytest.raises(CannotDo, match="KNN cannot generate rows"):
        likely.learn(rows, method="KNN").gallery(tmp_path / "a.html")
    with pytest.raises(ParameterError, match="n must be"):
        table.gallery(tmp_path / "a.html", 0)
    assert not list(tmp_path.iterdir())


def test_relations_of_all_kinds_of_columns() -> None:
    rng = np.random.default_rng(0)
    n = 1_000
    a = rng.normal(size=n)
    levels = rng.integers(0, 3, n).astype(float)
    columns = [
        Column("a", "number"), Column("grows with a", "number"), Column("falls", "date"),
        Column("level", "category", labels=("x", "y", "z")), Column("its sum", "number"),
        Column("the same", "category", labels=("p", "q", "r")), Column("yes", "boolean"),
        Column("one", "category", labels=("only",)),
    ]  # fmt: skip
    matrix = np.column_stack(
        [a, np.exp(a), -a, levels, levels * 10 + rng.normal(size=n), 2 - levels,
         (rng.random(n) < 0.5), np.zeros(n)]
    )  # fmt: skip
    matrix[:5, 1] = np.nan
    found = relations(columns, matrix)
    assert found[0, 1] == pytest.approx(1)
    assert found[0, 2] == pytest.approx(-1)
    assert found[3, 4] > 0.9
    assert found[3, 5] == pytest.approx(1)
    assert np.abs(found[[0, 0, 3, 4], [3, 6, 6, 6]]).max() < 0.15
    assert (found[7, :7] == 0).all()
    assert (found == found.T).all()


@pytest.mark.parametrize("spike", [0.0, 0.5])
def test_shares_of_a_summary_are_those_of_the_values(spike: float) -> None:
    rng = np.random.default_rng(0)
    values = np.where(rng.random(5_000) < spike, 2.0, rng.gamma(3, 2, 5_000))
    learned = likely.learn(pd.DataFrame({"a": values, "b": rng.normal(size=5_000)}), method="HBOS")
    beside = Beside(Column("a", "number"), values, learned.summaries[0], np.empty(0))
    assert beside.summarised
    at = np.linspace(0, 20, 60)
    truth = (values[:, None] <= at).mean(axis=0)
    assert np.abs(beside.at_most(at) - truth).max() < 0.02
    assert beside.gap < 1e-9  # at the thresholds themselves counts are exact
    moved = Beside(Column("a", "number"), values + 5, learned.summaries[0], np.empty(0))
    assert moved.gap > 0.5
    assert 0.02 < beside.by_chance < 0.05


def test_levels_drawn_beside_those_learnt() -> None:
    counts = np.array([60.0, 30.0, 10.0])
    nothing = np.empty(0)
    summary = ColumnSummary(110, 10, nothing, nothing, nothing, 1.0, counts)
    column = Column("town", "category", labels=("a", "b", "c"))
    drawn = np.array([0.0] * 60 + [1.0] * 40 + [np.nan] * 10)
    beside = Beside(column, drawn, summary, nothing)
    assert beside.gap == pytest.approx(10 / 110)
    said = Page(column_picture(beside)).text
    for words in ("55 %", "27 %", "36 %", "9.1 %", "0 %", "missing", "9.1 % of the values would"):
        assert words in said, words


def test_pages_name_sounds_that_do_not_fit() -> None:
    from likely.workflow.report.wave import player

    tone = np.sin(np.arange(44_100) / 5)
    assert player(tone, 44_100, 1_000) is None
    slower = player(tone, 44_100, 30_000)
    assert slower is not None
    sound = base64.b64decode(slower.split("base64,")[1].split('"')[0])
    assert struct.unpack("<I", sound[24:28]) == (8_000,)
    assert len(sound) == 44 + 2 * 8_000
