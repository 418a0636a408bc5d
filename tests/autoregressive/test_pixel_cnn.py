"""PixelCNN: every pixel sees all pixels before it, and none after."""

import numpy as np
import pytest
import torch
from pixel_checks import EVERY, seen, stripes

from likely.autoregressive import PixelCNN
from likely.core.errors import DataError, ParameterError
from likely.nets.gated import GatedPixels

QUICK = {"layers": 2, "width": 12, "batch_size": 32, "learning_rate": 0.02}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("layers", "kernel"), [(3, 3), (2, 5)])
def test_a_pixel_sees_all_before_and_none_after(channels: int, layers: int, kernel: int) -> None:
    network = GatedPixels((6, 5), channels, 2, 6, layers, kernel)
    numbers = 30 * channels
    expected = np.tril(np.ones((numbers, numbers), bool), -1)  # no blind spot
    np.testing.assert_array_equal(seen(network, channels, 6, 5), expected)


def test_chances_of_all_images_sum_to_one_and_are_those_of_samples() -> None:
    model = PixelCNN(**QUICK, budget="150 steps").fit(stripes(600))
    every = model.log_prob(EVERY)
    assert np.exp(every).sum() == pytest.approx(1, abs=1e-5)
    truth = 6 * (0.3 * np.log(0.3) + 0.7 * np.log(0.7))
    assert model.log_prob(stripes(2000, 1)).mean() == pytest.approx(truth, abs=0.3)
    entropy = -(np.exp(every) * every).sum()
    assert model.log_prob(model.sample(2000, seed=0)).mean() == pytest.approx(-entropy, abs=0.15)


@pytest.mark.parametrize("channels", [1, 2])
def test_drawing_one_by_one_is_what_one_pass_says(channels: int) -> None:
    torch.manual_seed(0)
    network = GatedPixels((9, 7), channels, 3, 6, 2, 3).eval()
    x, said = torch.randn(4, channels, 9, 7), torch.zeros(4, 3, channels, 9, 7)

    def draw(out: torch.Tensor, channel: int, row: int, column: int) -> torch.Tensor:
        said[:, :, channel, row, column] = out
        return x[:, channel, row, column]

    with torch.no_grad():
        drawn = network.one_by_one(torch.zeros_like(x), torch.zeros_like(x) > 0, draw)
        torch.testing.assert_close(said, network(x), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(drawn, x)


def test_completion_follows_what_is_known() -> None:
    model = PixelCNN(**QUICK, budget="150 steps").fit(stripes(600))
    known = np.zeros((3, 3), bool)
    known[:2] = True
    new = stripes(100, 5)
    found = model.complete(new, known, seed=0)
    np.testing.assert_array_equal(found[:, :2], new[:, :2])
    assert (found == new).mean() > 0.97


@pytest.mark.parametrize("likelihood", ["auto", "softmax", "gaussian"])
def test_grey_images_have_levels(likelihood: str) -> None:
    rng = np.random.default_rng(0)
    images = np.clip(rng.normal(100, 20, (60, 5, 4)), 0, 255).astype(np.uint8)
    model = PixelCNN(**QUICK, likelihood=likelihood, budget="60 steps").fit(images)
    drawn = model.sample(30, seed=0)
    assert drawn.dtype == np.uint8
    assert drawn.shape == (30, 5, 4)
    uniform = -20 * np.log(256)
    assert model.log_prob(images).mean() > uniform  # the density of bytes has the same unit


def test_colours_follow_one_another() -> None:
    rng = np.random.default_rng(0)
    grey = rng.integers(0, 256, (300, 3, 3, 1))
    images = np.repeat(grey, 3, axis=3).astype(np.uint8)  # red tells green and blue
    model = PixelCNN(**QUICK, components=3, budget="200 steps").fit(images)
    by_colour = model.contributions(images[:50]).mean(axis=(0, 1, 2))
    assert by_colour[0] > by_colour[1] + 1
    assert by_colour[0] > by_colour[2] + 1
    drawn = model.sample(20, seed=0).astype(int)
    assert np.abs(drawn[..., 0] - drawn[..., 1]).mean() < 50  # 85 if they were independent


def test_what_does_not_suit_the_data_is_refused() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (20, 4, 4)).astype(np.uint8)
    with pytest.raises(DataError, match="0 and 1"):
        PixelCNN(**PixelCNN.fast, likelihood="bernoulli").fit(grey)
    with pytest.raises(DataError, match="bytes"):
        PixelCNN(**PixelCNN.fast, likelihood="softmax").fit(grey / 7.0)
    with pytest.raises(ParameterError, match="odd"):
        PixelCNN(**PixelCNN.fast, kernel=4).fit(grey)
