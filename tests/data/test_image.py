"""Pictures in files: every mode, turned, transparent, damaged, too large."""

from __future__ import annotations

import importlib.util
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from likely.core.errors import DataError, MissingDependency
from likely.data.image import Header, at_depth, read_header, read_image

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (5, 7), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (5, 7, 3), dtype=np.uint8)
WIDE = RNG.integers(0, 65_536, (5, 7), dtype=np.uint16)
FLOAT = RNG.normal(size=(5, 7)).astype(np.float32)
INTEGERS = RNG.integers(-(10**6), 10**6, (5, 7), dtype=np.int32)


def _save(array: np.ndarray, path: Path, **settings: object) -> Path:
    Image.fromarray(array).save(path, **settings)
    return path


@pytest.mark.parametrize("ending", ["png", "tif", "bmp", "tiff", "PNG"])
@pytest.mark.parametrize("array", [GREY, COLOUR])
def test_lossless_files_come_back_as_they_were(tmp_path: Path, ending: str, array) -> None:
    found = read_image(_save(array, tmp_path / f"a.{ending}"))
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("settings", [{"lossless": True}, {"quality": 95}])
def test_webp(tmp_path: Path, settings: dict) -> None:
    flat = np.full((16, 16, 3), (200, 30, 90), dtype=np.uint8)
    found = read_image(_save(flat, tmp_path / "a.webp", **settings))
    np.testing.assert_allclose(found.astype(float), flat.astype(float), atol=4)


@pytest.mark.parametrize("array", [GREY, COLOUR], ids=["grey", "colour"])
def test_jpeg(tmp_path: Path, array) -> None:
    found = read_image(_save(np.full_like(array, 77), tmp_path / "a.jpg", quality=95))
    assert found.shape == array.shape
    np.testing.assert_allclose(found.astype(float), 77, atol=2)


@pytest.mark.parametrize(
    ("array", "name"), [(WIDE, "a.png"), (WIDE, "a.tif"), (FLOAT, "a.tif"), (INTEGERS, "a.tif")]
)
def test_wide_grey_keeps_its_type_and_values(tmp_path: Path, array, name: str) -> None:
    path = _save(array, tmp_path / name)
    found = read_image(path)
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)
    assert read_header(path) == Header(5, 7, 1, array.dtype.name)


def test_big_endian_becomes_native(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.frombytes("I;16B", (7, 5), WIDE.astype(">u2").tobytes()).save(path)
    found = read_image(path)
    assert found.dtype.isnative
    np.testing.assert_array_equal(found, WIDE)


def test_one_bit_is_black_and_white(tmp_path: Path) -> None:
    bits = GREY > 127
    found = read_image(_save(bits, tmp_path / "a.png"))
    np.testing.assert_array_equal(found, bits * np.uint8(255))


def test_a_palette_of_greys_is_grey_and_one_of_colours_is_colour(tmp_path: Path) -> None:
    grey, colour = tmp_path / "grey.png", tmp_path / "colour.png"
    indices = Image.fromarray(GREY % 4)
    indices.putpalette([0, 0, 0, 80, 80, 80, 160, 160, 160, 240, 240, 240])
    indices.save(grey)
    indices.putpalette([9, 0, 0, 0, 80, 80, 160, 0, 160, 240, 240, 0])
    indices.save(colour)
    np.testing.assert_array_equal(read_image(grey), GREY % 4 * np.uint8(80))
    assert read_header(grey).channels == 1
    assert read_header(colour).channels == 3
    assert read_image(colour)[GREY % 4 == 2][0].tolist() == [160, 0, 160]


def test_transparency_is_laid_on_white(tmp_path: Path) -> None:
    clear = np.zeros((2, 3, 4), dtype=np.uint8)
    clear[0, 0] = (10, 20, 30, 255)
    clear[0, 1] = (0, 0, 0, 128)
    found = read_image(_save(clear, tmp_path / "a.png"))
    assert found.shape == (2, 3, 3)
    assert found[0, 0].tolist() == [10, 20, 30]
    assert found[0, 1].tolist() == pytest.approx([127] * 3, abs=1)
    assert found[1, 1].tolist() == [255] * 3


def test_grey_with_transparency_stays_grey(tmp_path: Path) -> None:
    found = read_image(_save(np.dstack([GREY, np.full_like(GREY, 255)]), tmp_path / "a.png"))
    np.testing.assert_array_equal(found, GREY)


def test_other_colour_spaces_become_red_green_blue(tmp_path: Path) -> None:
    Image.new("CMYK", (7, 5), (0, 255, 255, 0)).save(tmp_path / "a.tif")
    found = read_image(tmp_path / "a.tif")
    assert found.shape == (5, 7, 3)
    np.testing.assert_allclose(found[0, 0].astype(float), [255, 0, 0], atol=2)


def test_a_picture_is_turned_as_its_exif_data_say(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6  # the camera was held on its side
    path = _save(WIDE, tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(read_image(path), np.rot90(WIDE, -1))
    assert (read_header(path).height, read_header(path).width) == (7, 5)


def test_pages_of_one_size_are_channels(tmp_path: Path) -> None:
    pages = [Image.fromarray(layer) for layer in (WIDE, WIDE // 2, WIDE // 3)]
    path = tmp_path / "a.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    found = read_image(path)
    assert found.dtype == np.uint16
    np.testing.assert_array_equal(found, np.stack([WIDE, WIDE // 2, WIDE // 3], axis=-1))
    assert read_header(path).channels == 3


def test_a_small_page_behind_the_picture_is_no_channel(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    thumbnail = Image.fromarray(GREY[:2, :2])
    Image.fromarray(GREY).save(path, save_all=True, append_images=[thumbnail])
    np.testing.assert_array_equal(read_image(path), GREY)


def test_a_film_is_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "film.tif"
    page = Image.fromarray(GREY)
    page.save(path, save_all=True, append_images=[page] * 64)
    with pytest.raises(DataError, match=r"film\.tif has 65 pages"):
        read_image(path)


def test_channels_that_cannot_be_read_are_not_dropped(tmp_path: Path) -> None:
    path = tmp_path / "infrared.tif"
    _tiff_with_extra_channel(path)
    with pytest.raises(DataError, match=r"infrared\.tif has 4 channels"):
        read_header(path)


def test_colour_of_16_bits_is_marked_as_narrowed(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(_png(2, 2, depth=16, colour=2, pixels=b"\x00" + b"\x80\x01" * 6))
    assert read_header(path) == Header(2, 2, 3, "uint8", narrowed=True)
    assert (read_image(path) == 0x80).all()


@pytest.mark.parametrize("keep", [0, 3, 40, 200, -60])
@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp", "bmp"])
def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path, keep: int, ending: str) -> None:
    noise = RNG.integers(0, 256, (40, 40, 3), dtype=np.uint8)
    path = _save(noise, tmp_path / f"damaged.{ending}")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match=rf"damaged\.{ending} cannot be read as an image"):
        read_image(path)


@pytest.mark.parametrize("seed", range(40))
def test_flipped_bytes_give_a_picture_or_an_error_of_ours(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    path = _save(COLOUR, tmp_path / f"a.{('png', 'tif', 'jpg', 'webp')[seed % 4]}")
    content = bytearray(path.read_bytes())
    for place in rng.integers(0, len(content), 4):
        content[place] = rng.integers(256)
    path.write_bytes(content)
    for read in (read_header, read_image):
        message = ""
        try:
            assert read(path) is not None
        except DataError as error:
            message = str(error)
        assert not message or str(path) in message


def test_text_is_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "notes.png"
    path.write_text("no picture")
    with pytest.raises(DataError, match="cannot be read as an image"):
        read_header(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no file"):
        read_image(tmp_path / "a.png")


@pytest.mark.parametrize("side", [10_000, 60_000])
def test_a_bomb_is_refused_before_it_is_read(tmp_path: Path, side: int) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(_png(side, side, depth=1, colour=0, pixels=b""))
    for read in (read_header, read_image):
        with pytest.raises(DataError, match=r"bomb\.png claims to hold more than 89 million"):
            read(path)


def test_depths() -> None:
    np.testing.assert_array_equal(at_depth(at_depth(GREY, "uint16"), "uint8"), GREY)
    assert at_depth(np.array([[0, 255]], dtype=np.uint8), "uint16").tolist() == [[0, 65_535]]
    assert at_depth(np.array([[128, 129]], dtype=np.uint16), "uint8").tolist() == [[0, 1]]
    assert at_depth(FLOAT, "uint8") is FLOAT


def test_without_pillow_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _save(GREY, tmp_path / "a.png")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingDependency, match=r'pip install "likely\[images\]"'):
        read_image(path)


def _png(width: int, height: int, *, depth: int, colour: int, pixels: bytes) -> bytes:
    """Write a PNG by hand; `pixels` is one row with its filter byte, repeated."""

    def chunk(name: bytes, content: bytes) -> bytes:
        checked = name + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = zlib.compress(pixels * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def _tiff_with_extra_channel(path: Path) -> None:
    """Write a TIFF of four bytes a pixel, the fourth of no stated meaning, as cameras do."""
    pixels = bytes(2 * 2 * 4)
    tags = [
        (256, 3, 1, 2), (257, 3, 1, 2), (258, 3, 4, 8), (259, 3, 1, 1), (262, 3, 1, 2),
        (273, 4, 1, 16), (277, 3, 1, 4), (278, 3, 1, 2), (279, 4, 1, len(pixels)), (338, 3, 1, 0),
    ]  # fmt: skip
    directory = 16 + len(pixels)
    bits = directory + 2 + 12 * len(tags) + 4
    out = struct.pack("<2sHI8x", b"II", 42, directory) + pixels + struct.pack("<H", len(tags))
    for tag, kind, count, value in tags:
        out += struct.pack("<HHII", tag, kind, count, bits if tag == 258 else value)
    path.write_bytes(out + struct.pack("<I4H", 0, 8, 8, 8, 8))
