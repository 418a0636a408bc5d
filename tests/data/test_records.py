"""Samples with axes as a table that people can read."""

import numpy as np
import pytest

from likely.data.back import give_back
from likely.data.records import records
from likely.data.shaped import Shaped, from_array, from_arrays


def test_images_of_several_sizes_have_width_height_and_light() -> None:
    small = np.arange(12, dtype=np.uint8).reshape(3, 4)
    large = np.full((5, 9, 3), 200, dtype=np.uint8)
    table = records(from_arrays([small, large], "image"))
    assert table.names == ["name", "width", "height", "channels", "brightness", "contrast"]
    assert [table.text(0, j) for j in range(4)] == ["image 1", "4", "3", "1"]
    assert table.matrix[0, 4:].tolist() == pytest.approx([small.mean(), small.std()])
    assert table.matrix[1].tolist() == [1, 9, 5, 3, 200, 0]
    assert not table.columns[0].used


def test_bytes_do_not_overflow() -> None:
    table = records(from_array(np.full((1, 400, 400), 255, dtype=np.uint8)))
    assert table.matrix[0, 4] == 255


def test_gaps_are_left_out_and_nothing_but_gaps_is_missing() -> None:
    pictures = np.zeros((2, 4, 20))
    pictures[0, 0] = np.nan
    pictures[1] = np.nan
    light = records(from_array(pictures, "image")).matrix[:, 4]
    assert light[0] == 0
    assert np.isnan(light[1])


def test_series_have_a_length_and_channels() -> None:
    table = records(from_array(np.zeros((3, 50, 2)), "series"))
    assert table.names == ["name", "length", "channels"]
    assert table.matrix[2].tolist() == [2, 50, 2]


def test_video_has_frames() -> None:
    table = records(from_array(np.zeros((2, 7, 5, 6, 3))))
    assert table.names[:4] == ["name", "frames", "width", "height"]
    assert table.matrix[0, 1:4].tolist() == [7, 6, 5]


def test_rows_come_back_as_a_frame_with_names() -> None:
    samples = Shaped("image", np.zeros((3, 4, 5)), names=("b.png", "a.png", "b.png"))
    frame = give_back(records(samples), {"p_value": [0.1, 0.2, 0.3]})
    assert frame["name"].to_pylist() == ["b.png", "a.png", "b.png"]
    assert frame["width"].to_pylist() == [5, 5, 5]
    assert str(frame["width"].type) == "int64"


def test_every_sample_is_read_once(tmp_path) -> None:
    seen = []

    def read(path):
        seen.append(path)
        return np.ones((3, 3))

    paths = [tmp_path / "a", tmp_path / "b"]
    records(Shaped("image", paths, names=("a", "b"), read=read))
    assert seen == paths
