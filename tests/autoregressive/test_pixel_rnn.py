"""PixelRNN: along diagonals every pixel sees all before it; by rows, a triangle of them."""

from typing import Literal

import numpy as np
import pytest
import torch
from pixel_checks import EVERY, seen, stripes

from likely.autoregressive import PixelRNN
from likely.nets.pixel_lstm import RecurrentPixels, _skewed, _straight

QUICK = {"layers": 1, "width": 12, "batch_size": 32, "learning_rate": 0.02}
ROWS: list[Literal["row", "diagonal"]] = ["row", "diagonal"]


@pytest.mark.parametrize("channels", [1, 2])
def test_along_diagonals_a_pixel_sees_all_before_and_none_after(channels: int) -> None:
    network = RecurrentPixels((5, 8), channels, 2, 6, 1, "diagonal")
    numbers = 40 * channels
    expected = np.tril(np.ones((numbers, numbers), bool), -1)
    np.testing.assert_array_equal(seen(network, channels, 5, 8), expected)


def test_by_rows_a_pixel_sees_a_triangle_above_and_none_after() -> None:
    found = seen(RecurrentPixels((6, 9), 1, 2, 6, 1, "row"), 1, 6, 9).reshape(6, 9, 6, 9)
    assert not np.triu(found.reshape(54, 54)).any()
    for row, column in ((5, 4), (5, 0), (2, 8)):
        for above in range(row):
            far = row - above  # one column wider a row, and at least as wide as the convolution
            part = slice(max(0, column - far), min(9, column + far + 1))
            assert found[row, column, above, part].all()
        assert found[row, column, row, max(0, column - 5) : column].all()


@pytest.mark.parametrize("rows", ROWS)
def test_chances_of_all_images_sum_to_one_and_are_those_of_samples(
    rows: Literal["row", "diagonal"],
) -> None:
    model = PixelRNN(**QUICK, rows=rows, budget="150 steps").fit(stripes(600))
    every = model.log_prob(EVERY)
    assert np.exp(every).sum() == pytest.approx(1, abs=1e-5)
    truth = 6 * (0.3 * np.log(0.3) + 0.7 * np.log(0.7))
    assert model.log_prob(stripes(2000, 1)).mean() == pytest.approx(truth, abs=0.3)
    entropy = -(np.exp(every) * every).sum()
    assert model.log_prob(model.sample(2000, seed=0)).mean() == pytest.approx(-entropy, abs=0.15)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("channels", [1, 2])
def test_drawing_one_by_one_is_what_one_pass_says(
    rows: Literal["row", "diagonal"], channels: int
) -> None:
    torch.manual_seed(0)
    network = RecurrentPixels((6, 9), channels, 3, 6, 2, rows).eval()
    x, said = torch.randn(4, channels, 6, 9), torch.zeros(4, 3, channels, 6, 9)

    def draw(out: torch.Tensor, channel: int, row: int, column: int) -> torch.Tensor:
        said[:, :, channel, row, column] = out
        return x[:, channel, row, column]

    with torch.no_grad():
        network.one_by_one(torch.zeros_like(x), torch.zeros_like(x) > 0, draw)
        torch.testing.assert_close(said, network(x), rtol=1e-4, atol=1e-5)


def test_skewing_moves_each_row_one_column_further_and_back() -> None:
    x = torch.arange(1.0, 13.0).reshape(1, 1, 3, 4)
    skewed = _skewed(x)
    assert skewed.shape == (1, 1, 3, 6)
    for row in range(3):
        torch.testing.assert_close(skewed[0, 0, row, row : row + 4], x[0, 0, row])
    assert int((skewed < 0).sum()) == 6  # shut outside
    torch.testing.assert_close(_straight(skewed, 4), x)


def test_completion_follows_what_is_known() -> None:
    model = PixelRNN(**QUICK, budget="150 steps").fit(stripes(600))
    known = np.zeros((3, 3), bool)
    known[:2] = True
    new = stripes(100, 5)
    found = model.complete(new, known, seed=0)
    np.testing.assert_array_equal(found[:, :2], new[:, :2])
    assert (found == new).mean() > 0.95
