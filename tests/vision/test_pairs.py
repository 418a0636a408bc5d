import numpy as np
import pytest

from likely.core.errors import DataError, ParameterError
from likely.vision import compare_pair
from likely.vision.pairs import differences
from likely.vision.registration import Alignment, register


def board(size: int = 160, seed: int = 0) -> np.ndarray:
    """Dark tracks, pads and holes on a bright board."""
    rng = np.random.default_rng(seed)
    drawn = np.ones((size, size))
    for at in rng.integers(20, size - 30, 5):
        drawn[at : at + 8, 15:-20] = 0.0
    for at in rng.integers(20, size - 30, 3):
        drawn[30:-15, at : at + 6] = 0.0
    y, x = np.indices(drawn.shape)
    for middle in rng.integers(25, size - 25, (4, 2)):
        away = np.hypot(y - middle[0], x - middle[1])
        drawn[away < 10] = 0.0
        drawn[away < 4] = 1.0
    return drawn


def moved(picture: np.ndarray, degrees: float, scale: float, shift: tuple[float, float]):
    """Return the picture turned, grown and shifted about its middle, and how."""
    turn, middle = np.radians(degrees), (np.array(picture.shape) - 1) / 2
    matrix = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    there = Alignment(matrix, middle + shift - matrix @ middle)
    back = np.linalg.inv(matrix)
    return Alignment(back, -back @ there.offset).apply(picture, picture.shape, 1.0)


@pytest.mark.parametrize(
    ("degrees", "scale", "shift"),
    [(0.0, 1.0, (0, 0)), (0.0, 1.0, (9, -13)), (3.0, 1.0, (4, 2)), (-5.0, 1.04, (-6, 8))],
)
def test_registration_recovers_a_known_move(degrees, scale, shift):
    picture = board()
    found = register(picture, moved(picture, degrees, scale, shift))
    assert found.degrees == pytest.approx(degrees, abs=0.2)
    assert found.scale == pytest.approx(scale, abs=0.005)
    np.testing.assert_allclose(found.shift(picture.shape), shift, atol=0.5)


def test_an_empty_picture_stays_where_it_is():
    found = register(np.ones((64, 64)), np.ones((64, 64)))
    np.testing.assert_array_equal(found.matrix, np.eye(2))
    np.testing.assert_array_equal(found.offset, 0.0)


def test_planted_faults_are_boxed_where_they_lie_in_the_test_picture():
    template = board()
    faulty = template.copy()
    faulty[100:108, 120:128] = 1 - faulty[100:108, 120:128].round()
    faulty[5:12, 140:147] = 0.0
    test = moved(faulty, 2.0, 1.0, (3, -4))
    found = compare_pair(template, test, margin=0)
    assert len(found.boxes) == 2
    turn = np.radians(2.0)
    for top, left in ((100, 120), (5, 140)):
        y, x = top + 3.5 - 79.5, left + 3.5 - 79.5
        at = (
            np.cos(turn) * x + np.sin(turn) * y - 4 + 79.5,
            -np.sin(turn) * x + np.cos(turn) * y + 3 + 79.5,
        )
        inside = [
            box[0] - 2 <= at[0] <= box[2] + 2 and box[1] - 2 <= at[1] <= box[3] + 2
            for box in found.boxes
        ]
        assert sum(inside) == 1


@pytest.mark.parametrize("shift", [(0, 0), (1, 2), (3, 4)])
def test_a_good_board_has_no_boxes(shift):
    template = board(seed=3)
    assert len(compare_pair(template, moved(template, 0.5, 1.0, shift)).boxes) == 0


def test_a_part_that_is_off_as_a_whole_is_no_fault_but_without_drift_it_is():
    template = np.ones((96, 96))
    template[30:40, 10:86] = template[60:70, 10:86] = 0.0
    stretched = template.copy()
    stretched[50:] = np.roll(template, 4, axis=0)[50:]
    assert len(compare_pair(template, stretched, align=False).boxes) == 0
    assert len(compare_pair(template, stretched, align=False, drift=0).boxes) > 0


def test_differences_are_those_to_the_range_nearby():
    rng = np.random.default_rng(0)
    one, other = rng.random((12, 13)), rng.random((12, 13))
    expected = np.zeros(one.shape)
    for y in range(12):
        for x in range(13):
            near = (slice(max(y - 1, 0), y + 2), slice(max(x - 1, 0), x + 2))
            for a, b in ((one, other), (other, one)):
                beyond = max(a[y, x] - b[near].max(), b[near].min() - a[y, x])
                expected[y, x] = max(expected[y, x], beyond)
    np.testing.assert_allclose(differences(one, other, 1), expected)


def test_colours_units_and_bytes_do_not_matter():
    template = board()
    faulty = template.copy()
    faulty[5:12, 140:147] = 0.0
    expected = compare_pair(template, faulty).boxes
    in_colour = [
        np.repeat((p * 200 + 20).astype(np.uint8)[..., None], 3, 2) for p in (template, faulty)
    ]
    np.testing.assert_array_equal(compare_pair(*in_colour).boxes, expected)


def test_what_cannot_be_compared_is_told():
    good = board(64)
    with pytest.raises(DataError, match="expected about the same size"):
        compare_pair(good, good[:40])
    with pytest.raises(DataError, match="not finite"):
        compare_pair(good, np.where(good > 0, np.nan, good))
    with pytest.raises(DataError, match="expected numbers"):
        compare_pair(good[0], good[0])
    with pytest.raises(ParameterError, match="tolerance"):
        compare_pair(good, good, tolerance=-1)
    with pytest.raises(ParameterError, match="contrast"):
        compare_pair(good, good, contrast=0)
