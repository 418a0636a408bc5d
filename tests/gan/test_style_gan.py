"""Styles: what they weigh, whose they are at each layer, and the mean that samples draw near to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import conv2d, conv_transpose2d, leaky_relu

from likely.core.errors import DataError, ParameterError
from likely.gan import StyleGAN
from likely.nets.even_layers import GAIN, EvenConvolution, EvenLinear
from likely.nets.style import Mapping, Styled, StyleGenerator
from likely.nets.style_discriminator import StyleDiscriminator
from likely.persistence import load_model, save_model

FAST = {"latent": 4, "widths": (6, 6, 6), "mapping": 2, "budget": "20 steps", "batch_size": 8}


def images(n: int = 64, shape: tuple[int, ...] = (5, 9), seed: int = 0) -> np.ndarray:
    """Return images that are bright on one side."""
    side = np.linspace(0, 200, shape[1])[None, None]
    some = np.random.default_rng(seed)
    side = np.where(some.random((n, 1, 1)) < 0.5, side, side[:, :, ::-1])
    return (side + some.uniform(0, 50, (n, *shape))).astype(np.uint8)


def codes(n: int = 6, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, FAST["latent"]))


@pytest.fixture(scope="module")
def model() -> StyleGAN:
    return StyleGAN(**FAST).fit(images())


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def size(x: torch.Tensor) -> float:
    return float(x.detach().square().mean().sqrt())


@pytest.mark.parametrize("shape", [(5, 9), (1, 1), (2, 7), (28, 28)])
@pytest.mark.parametrize("channels", [1, 3])
def test_players_take_images_of_any_size(shape: tuple[int, int], channels: int) -> None:
    full = (channels, *shape)
    generator = StyleGenerator(4, 2, full, (6, 5, 4), 2, 0.9)
    judge = StyleDiscriminator(full, 2, (6, 5, 4))
    given = torch.rand(3, 2)
    made = generator(torch.randn(3, 4), given).detach()
    assert made.shape == (3, *full)
    assert 0 <= float(made.min()) <= float(made.max()) <= 1
    assert judge(made, given).shape == (3,)
    assert judge.features(made).shape == judge.features(made[:1].expand(3, -1, -1, -1)).shape


@pytest.mark.parametrize("doubles", [False, True])
def test_a_styled_layer_is_a_convolution_with_weights_of_each_image(doubles: bool) -> None:
    layer = Styled(3, 4, 2, (5, 9), doubles=doubles).double().eval()
    layer.strength.data.fill_(0.3)
    x = torch.randn(2, 3, *((3, 5) if doubles else (5, 9))).double()
    style = torch.randn(2, 2).double()
    found = layer(x, style)
    for i in range(2):
        weigh = layer.style(style)[i]
        if doubles:
            weight = layer.weight * weigh[:, None, None, None]
            weight = weight / (weight.square().sum(dim=(0, 2, 3)) / 4).sqrt()[None, :, None, None]
            plain = conv_transpose2d(x[i : i + 1], weight, stride=2, padding=1)[:, :, :5, :9]
        else:
            weight = layer.weight * weigh[None, :, None, None]
            weight = weight / weight.square().sum(dim=(1, 2, 3)).sqrt()[:, None, None, None]
            plain = conv2d(x[i : i + 1], weight, padding=1)
        expected = leaky_relu(plain * GAIN + 0.3 * layer.usual, 0.2)
        torch.testing.assert_close(found[i : i + 1], expected, atol=1e-6, rtol=1e-6)


def test_layers_keep_the_size_of_what_passes() -> None:
    x = torch.randn(500, 64)
    assert size(EvenLinear(64, 64, 0.01)(x)) == pytest.approx(1, rel=0.1)
    maps = torch.randn(20, 16, 12, 12)
    assert size(EvenConvolution(16, 64, 3)(maps)) == pytest.approx(1, rel=0.15)
    for doubles in (False, True):
        layer = Styled(16, 64, 4, (24, 24) if doubles else (12, 12), doubles=doubles)
        assert size(layer(maps, torch.randn(20, 4))) == pytest.approx(1, rel=0.15)


def test_noise_is_drawn_when_learning_and_stays_when_not() -> None:
    layer = Styled(3, 4, 2, (5, 9), doubles=False)
    layer.strength.data.fill_(1.0)
    x, style = torch.zeros(2, 3, 5, 9), torch.zeros(2, 2)
    assert not torch.equal(layer(x, style)[0], layer(x, style)[0])
    assert not torch.equal(*layer(x, style))
    layer.eval()
    assert torch.equal(layer(x, style), layer(x, style))
    assert torch.equal(*layer(x, style))


def test_a_code_counts_by_its_direction_only(model: StyleGAN) -> None:
    np.testing.assert_allclose(model.decode(codes() * 7), model.decode(codes()), atol=1)


def test_the_mean_style_is_the_mean_of_styles() -> None:
    mapping = Mapping(4, 0, 2)
    first, second = torch.randn(8, 4), torch.randn(8, 4)
    mapping.remember(first)
    torch.testing.assert_close(mapping.usual, first.mean(dim=0))
    mapping.remember(second)
    torch.testing.assert_close(mapping.usual, (first.mean(dim=0) + second.mean(dim=0)) / 2)
    for _ in range(1000):
        mapping.remember(mapping(torch.randn(8, 4), None))
    styles = mapping(torch.randn(5000, 4), None).detach()
    assert float((mapping.usual - styles.mean(dim=0)).abs().max()) < 0.1 * float(styles.std())


def test_styles_are_crossed_at_one_layer_in_the_share_asked_for() -> None:
    first, second = torch.zeros(2000, 3), torch.ones(2000, 3)
    generator = StyleGenerator(3, 0, (1, 16, 16), (4, 4, 4), 1, 0.6)
    found = generator._crossed(first, second)[:, :, 0]  # (image, layer)
    assert torch.equal(found, found.sort(dim=1).values)  # never back again
    assert not found[:, 0].any()
    assert float(found[:, -1].mean()) == pytest.approx(0.6, abs=0.04)
    generator.crossed = 0.0
    assert not generator._crossed(first, second).any()


def test_mixing_begins_and_ends_with_one_source(model: StyleGAN) -> None:
    coarse, fine = codes(seed=1), codes(seed=2)
    depth = model.network_.generator.depth
    assert depth == 5
    np.testing.assert_array_equal(model.mix(coarse, fine, 0), model.decode(fine))
    np.testing.assert_array_equal(model.mix(coarse, fine, depth), model.decode(coarse))
    np.testing.assert_array_equal(model.mix(coarse, fine), model.mix(coarse, fine, 3))
    np.testing.assert_array_equal(model.mix(coarse, coarse, 2), model.decode(coarse))
    between = model.mix(coarse, fine, 2)
    assert between.shape == (6, 5, 9)
    assert between.dtype == model.decode(fine).dtype
    assert (between != model.decode(fine)).any()
    assert (between != model.decode(coarse)).any()


def test_mixing_says_what_is_wrong(model: StyleGAN) -> None:
    right = codes()
    for wrong in (right[0], right[:, 1:], np.full_like(right, np.nan)):
        with pytest.raises(DataError, match="Codes must be finite"):
            model.mix(right, wrong)
    with pytest.raises(DataError, match="6 coarse codes and 5 fine"):
        model.mix(right, right[1:])
    for layers in (-1, 6, 1.5, True):
        with pytest.raises(ParameterError, match=r"mix: layers .* \[0, 5\]"):
            model.mix(right, right, layers)


def test_mixing_is_told_conditions() -> None:
    sorts = ["a", "b"] * 32
    model = StyleGAN(**FAST).fit(images(), condition=sorts)
    coarse, fine = codes(seed=1), codes(seed=2)
    found = model.mix(coarse, fine, 0, condition=sorts[:6])
    np.testing.assert_array_equal(found, model.decode(fine, condition=sorts[:6]))
    assert (found != model.decode(fine, condition="a")).any()
    with pytest.raises(DataError, match="needs them here"):
        model.mix(coarse, fine)


def test_truncation_draws_samples_near_the_mean_style(model: StyleGAN) -> None:
    samples, drawn = {}, model.truncation
    try:
        for share in (0.0, 0.5, 1.0):
            model.truncation = share
            samples[share] = model.sample(40, seed=0).astype(float)
    finally:
        model.truncation = drawn
    spread = {share: float(some.std(axis=0).mean()) for share, some in samples.items()}
    assert spread[0.0] == 0.0
    assert spread[0.0] < spread[0.5] < spread[1.0]
    generator = model.network_.generator
    with torch.no_grad():
        mean = generator.drawn(generator.everywhere(generator.mapping.usual[None]))
    np.testing.assert_allclose(samples[0.0][0], 255 * mean[0, 0].numpy(), atol=1)
    rng = np.random.default_rng(0)
    np.testing.assert_allclose(
        samples[1.0], model.decode(rng.normal(size=(40, 4))).astype(float), atol=1
    )


def test_codes_stand_for_the_same_images_alone_and_read_from_a_file(
    model: StyleGAN, tmp_path: Path
) -> None:
    save_model(model, tmp_path / "a.likely")
    again = load_model(tmp_path / "a.likely")
    np.testing.assert_array_equal(again.decode(codes()), model.decode(codes()))
    np.testing.assert_array_equal(again.sample(5, seed=3), model.sample(5, seed=3))
    np.testing.assert_array_equal(
        again.mix(codes(), codes(seed=4), 2), model.mix(codes(), codes(seed=4), 2)
    )
    np.testing.assert_allclose(model.decode(codes()[:1])[0], model.decode(codes())[0], atol=1)


def test_a_batch_that_repeats_itself_is_seen_when_learning_only() -> None:
    judge = StyleDiscriminator((1, 8, 8), 0, (6, 6))
    some = torch.rand(8, 1, 8, 8)
    same = some[:1].expand(8, -1, -1, -1)
    assert not torch.allclose(judge(some)[0], judge(same)[0])
    torch.testing.assert_close(judge.features(some)[0], judge.features(same)[0])
    judge.eval()
    torch.testing.assert_close(judge(some)[0], judge(same)[0])


def test_unevenness_is_how_far_paths_are_from_their_usual_length() -> None:
    generator = StyleGenerator(3, 0, (1, 6, 6), (4,), 1, 0.9)
    generator.unevenness(torch.randn(4, 3), None).sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in generator.parameters() if p.grad is not None)
    for _ in range(300):
        generator.unevenness(torch.randn(16, 3), None)
    usual, uneven = float(generator.stretch), {}
    for length in (0.0, usual, 3 * usual):
        generator.stretch.fill_(length)
        torch.manual_seed(0)
        uneven[length] = float(generator.unevenness(torch.randn(400, 3), None).detach().mean())
    assert uneven[usual] < 0.9 * uneven[0.0]
    assert uneven[usual] < 0.9 * uneven[3 * usual]
    with torch.no_grad():
        for layer in generator.to_image:  # an image that no style changes
            layer.weight.zero_()
    still = generator.unevenness(torch.randn(400, 3), None).detach()
    assert float(still.mean()) == pytest.approx(float(generator.stretch) ** 2, rel=0.05)


def test_penalties_change_what_is_learnt() -> None:
    start, layer = {}, {}
    for name in ("plain", "r1", "path_length"):
        weights = {"r1": 0.0, "path_length": 0.0} | ({name: 5.0} if name != "plain" else {})
        game = StyleGAN(**FAST | {"budget": "4 steps"} | weights).fit(images()).network_
        start[name], layer[name] = game.discriminator.start.weight, game.generator.layers[0].weight
    assert not torch.equal(start["plain"], start["r1"])
    assert not torch.equal(layer["plain"], layer["path_length"])
