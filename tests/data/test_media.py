"""Folders, lists and patterns of files, and stacks of arrays, as samples with axes."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from likely.core.errors import DataError
from likely.data import media
from likely.data.form import Form
from likely.data.frames import as_table
from likely.data.records import records
from likely.data.samples import as_shaped, has_axes, kind_of, read_samples

RNG = np.random.default_rng(0)
KINDS = ("table", "image", "series", "video")


def _picture(path: Path, size: tuple[int, int] = (6, 8), dtype: type = np.uint8, **_: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    most = np.iinfo(dtype).max
    Image.fromarray(RNG.integers(0, most, size, dtype=dtype, endpoint=True)).save(path)
    return path


def _sound(path: Path, seconds: float = 0.5, rate: int = 8_000, channels: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    values = RNG.normal(0, 3_000, (int(seconds * rate), channels)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(values.tobytes())
    return path


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    for name in ("b.png", "a.PNG", "sub/c.png"):
        _picture(folder / name)
    return folder


def test_a_folder_is_read_with_all_below_it_in_order(pictures: Path) -> None:
    samples = as_shaped(pictures)
    assert (samples.kind, samples.flat, len(samples)) == ("image", True, 3)
    assert samples.names == ("a.PNG", "b.png", "sub/c.png")
    assert samples.sample(0).shape == (6, 8, 1)
    assert samples.notes == ("Images of 2 folders are taken together: ., sub.",)
    np.testing.assert_array_equal(
        samples.sample(2)[..., 0], np.asarray(Image.open(pictures / "sub/c.png"))
    )


@pytest.mark.parametrize("form", ["folder", "text", "pattern", "list", "one"])
def test_ways_to_name_the_same_files(pictures: Path, form: str) -> None:
    data = {
        "folder": pictures,
        "text": f"{pictures}/",
        "pattern": f"{pictures}/**/*.[pP][nN][gG]",
        "list": [str(pictures / "a.PNG"), pictures / "b.png", pictures / "sub/c.png"],
        "one": pictures / "a.PNG",
    }[form]
    samples = as_shaped(data)
    assert samples.kind == "image"
    assert samples.names[0] == "a.PNG"
    assert len(samples) == (1 if form == "one" else 3)


def test_a_pattern_below_the_present_folder(
    pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pictures.parent)
    assert as_shaped("images/*.png").names == ("b.png",)
    with pytest.raises(DataError, match=r"No file matches images/\*\.bmp"):
        as_shaped("images/*.bmp")


def test_a_list_keeps_its_order(pictures: Path) -> None:
    assert as_shaped([pictures / "sub/c.png", pictures / "a.PNG"]).names == ("sub/c.png", "a.PNG")


def test_other_files_are_named_and_hidden_ones_are_not(pictures: Path) -> None:
    (pictures / "notes.txt").write_text("notes")
    (pictures / ".DS_Store").write_text("litter")
    (pictures / "Thumbs.db").write_text("litter")
    _picture(pictures / "__MACOSX" / "._a.png")
    notes = as_shaped(pictures).notes
    assert notes[-1] == "1 of 4 files is passed over, for want of images: notes.txt."


def test_a_damaged_picture_is_named(pictures: Path) -> None:
    (pictures / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and nothing more")
    with pytest.raises(DataError, match=r"images/broken\.jpg cannot be read as an image"):
        as_shaped(pictures)
    (pictures / "empty.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"2 of 5 images in .* cannot be read: broken\.jpg, empty"):
        as_shaped(pictures)


def test_a_picture_cut_short_is_named_when_it_is_looked_at(pictures: Path) -> None:
    path = _picture(pictures / "short.png", (60, 60))
    path.write_bytes(path.read_bytes()[:-500])
    samples = as_shaped(pictures)
    with pytest.raises(DataError, match=r"short\.png cannot be read as an image"):
        records(samples)


def test_several_sizes_are_said(pictures: Path) -> None:
    _picture(pictures / "large.png", (20, 30))
    samples = as_shaped(pictures)
    assert "The images have 2 sizes: 8 to 30 pixels wide, 6 to 20 high." in samples.notes
    assert Form.learn(samples).features(samples).shape == (4, 1, 6, 8)


def test_a_few_pictures_of_16_bits_are_brought_to_8(pictures: Path) -> None:
    path = _picture(pictures / "wide.png", dtype=np.uint16)
    samples = as_shaped(pictures)
    last = samples.sample(samples.names.index("wide.png"))
    assert last.dtype == np.uint8
    np.testing.assert_allclose(last[..., 0], np.asarray(Image.open(path)) / 257, atol=0.5)
    assert any("1 of 4 images has 16 bits" in note for note in samples.notes)


def test_a_picture_of_8_bits_among_many_of_16_is_brought_to_16(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        _picture(tmp_path / name, dtype=np.uint16)
    path = _picture(tmp_path / "c.png")
    last = as_shaped(tmp_path).sample(2)
    assert last.dtype == np.uint16
    np.testing.assert_array_equal(last[..., 0], np.asarray(Image.open(path)) * np.uint16(257))


def test_a_form_brings_pictures_to_the_depth_it_has_learnt(pictures: Path, tmp_path: Path) -> None:
    form = Form.learn(as_shaped(pictures))
    byte = _picture(tmp_path / "new.png")
    wide = tmp_path / "wide.png"
    Image.fromarray(np.asarray(Image.open(byte)) * np.uint16(257)).save(wide)
    expected = form.features(as_shaped(byte, "image"))
    np.testing.assert_array_equal(form.features(as_shaped(wide, "image")), expected)
    deep = Form.learn(as_shaped([wide] * 2))
    np.testing.assert_array_equal(
        deep.features(as_shaped(byte, "image")), deep.features(as_shaped(wide, "image"))
    )


def test_grey_among_colour(pictures: Path) -> None:
    colours = RNG.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    Image.fromarray(colours).save(pictures / "colour.png")
    samples = as_shaped(pictures)
    assert not samples.flat
    assert Form.learn(samples).features(samples).shape == (4, 3, 6, 8)


def test_files_are_read_once_as_long_as_there_is_room(
    pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Path] = []
    read = media.image.read_image

    def counted(path: Path, depth: str = "") -> np.ndarray:
        seen.append(path)
        return read(path, depth)

    monkeypatch.setattr(media.image, "read_image", counted)
    monkeypatch.setattr(media, "MOST_BYTES", 2 * 6 * 8)
    samples = as_shaped(pictures)
    assert seen == []
    for _ in range(3):
        assert len(list(samples.take(slice(0, 3)))) == 3
    assert [seen.count(path) for path in samples.parts] == [1, 1, 3]
    with pytest.raises(ValueError, match="read-only"):
        samples.sample(0)[0, 0] = 1


def test_sounds_of_any_length_are_series(tmp_path: Path) -> None:
    for i, seconds in enumerate((0.3, 0.5, 1.7)):
        _sound(tmp_path / f"{i}.wav", seconds)
    samples = as_shaped(tmp_path)
    assert (samples.kind, samples.flat, kind_of(tmp_path)) == ("series", False, "series")
    assert len({sample.shape for sample in samples}) == 1
    assert "8,000 values a second, 1 channel)" in samples.notes[0]
    form = Form.learn(samples)
    alone = as_shaped(_sound(tmp_path / "new" / "x.wav", 3.0), "series")
    assert form.features(form.match(alone)).shape[1:] == form.full_shape


@pytest.mark.parametrize("other", [{"rate": 16_000}, {"channels": 2}])
def test_sounds_that_are_not_alike_are_refused(tmp_path: Path, other: dict[str, int]) -> None:
    _sound(tmp_path / "a.wav")
    _sound(tmp_path / "b.wav", **other)
    with pytest.raises(DataError, match=r"not alike: a\.wav has 8,000 .*; b\.wav has"):
        as_shaped(tmp_path)


def test_a_folder_of_arrays(tmp_path: Path) -> None:
    for i in range(3):
        np.save(tmp_path / f"{i}.npy", RNG.normal(size=(20, 30, 12)))
    samples = as_shaped(tmp_path)
    assert (samples.kind, samples.flat, kind_of(tmp_path)) == ("image", False, "image")
    assert as_shaped(tmp_path, "video").flat
    np.save(tmp_path / "odd.npy", np.zeros(4))
    with pytest.raises(DataError, match=r"odd\.npy in .* has the shape \(4,\); one image has"):
        as_shaped(tmp_path)


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        ((9, 4), "table"),
        ((9, 40, 3), "series"),
        ((9, 40, 40), "image"),
        ((9, 40, 40, 3), "image"),
        ((9, 5, 40, 40), "video"),
        ((9, 5, 40, 40, 3), "video"),
    ],
)
def test_a_stack_is_what_its_shape_says(tmp_path: Path, shape: tuple, kind: str) -> None:
    array = RNG.normal(size=shape)
    np.save(tmp_path / "a.npy", array)
    np.savez(tmp_path / "a.npz", labels=np.zeros(9), X=array)
    np.savez_compressed(tmp_path / "b.npz", labels=np.zeros(9), pictures=array)
    for data in (array, tmp_path / "a.npy", str(tmp_path / "a.npz"), tmp_path / "b.npz"):
        assert kind_of(data) == kind
        assert has_axes(data) == (kind != "table")
        samples = read_samples(data, KINDS)
        if kind == "table":
            assert samples.matrix.shape == shape
        else:
            assert samples.kind == kind
            np.testing.assert_array_equal(np.stack(list(samples)).reshape(shape), array)
    assert as_shaped(tmp_path / "a.npy", "series" if len(shape) < 4 else None).parts.shape == shape


def test_a_large_stack_stays_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("likely.data.stacks.MOST_BYTES", 1_000)
    np.save(tmp_path / "a.npy", np.zeros((9, 40, 40)))
    assert isinstance(as_shaped(tmp_path / "a.npy").parts, np.memmap)


def test_several_stacks_in_an_archive_need_a_name(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, train=np.zeros((9, 8, 8)), test=np.zeros((3, 8, 8)))
    with pytest.raises(DataError, match="Name the one that is meant 'X'"):
        as_shaped(path)


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_objects_and_damaged_files_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    objects = np.array([[{}, {}]] * 2, dtype=object)
    (np.save if name == "a.npy" else np.savez)(path, objects)
    with pytest.raises(DataError, match="numbers"):
        as_shaped(path)
    path.write_bytes(b"\x93NUMPY nothing")
    with pytest.raises(DataError, match="holds no plain array"):
        as_shaped(path)


def test_a_folder_says_what_it_is(pictures: Path, tmp_path: Path) -> None:
    assert kind_of(pictures) == "image"
    assert has_axes(str(pictures))
    _sound(pictures / "a.wav")
    with pytest.raises(DataError, match="3 images and 1 sound in"):
        kind_of(pictures)
    assert len(as_shaped(pictures, "image")) == 3
    assert len(as_shaped(pictures, "series")) == 1
    with pytest.raises(DataError, match="expected samples of kind video"):
        as_shaped(pictures, "video")


def test_a_folder_without_samples(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    for read in (kind_of, as_shaped):
        with pytest.raises(DataError, match=r"no images, sounds or arrays in .*; it holds a\.csv"):
            read(tmp_path)


def test_one_picture_is_too_little_to_learn_from(pictures: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Give the folder they are in"):
        kind_of(pictures / "b.png")
    with pytest.raises(DataError, match="Give the folder they are in"):
        kind_of(str(_sound(tmp_path / "a.wav")))


def test_tables_stay_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    for data in (path, str(path), [[1, 2]], [["a", "b"]], {"a": [1]}, tmp_path / "none.csv", None):
        assert kind_of(data) == "table"
    assert as_shaped(path, "series").parts.shape == (1, 2)


def test_where_a_table_is_expected_the_error_says_what_to_do(pictures: Path) -> None:
    for data in (pictures, pictures / "b.png"):
        with pytest.raises(DataError, match="choose a method for"):
            as_table(data)
        with pytest.raises(DataError, match="choose a method for"):
            read_samples(data, ("table",))


def test_lists_of_arrays_are_seen_by_the_first() -> None:
    assert kind_of([np.zeros((8, 9)), np.zeros((7, 5, 3))]) == "image"
    assert kind_of([np.zeros((50, 3))] * 2) == "series"
