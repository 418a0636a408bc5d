"""BigGAN: what it is told of, and what keeps its weights in bounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import kstest, truncnorm

from likely.core.errors import DataError, ParameterError
from likely.gan import BigGAN
from likely.nets.class_conditional import Attention, BigDiscriminator, BigGenerator, halved
from likely.nets.spectral import overlap, spectral
from likely.persistence import load_model, save_model

SORTS = ["light"] * 30 + ["dark"] * 30


def model(**settings) -> BigGAN:
    return BigGAN(**{**BigGAN.fast, "budget": "3 steps", **settings})


def images(size: tuple[int, ...] = (5, 9)) -> np.ndarray:
    """Return 30 light and 30 dark noisy images, bytes."""
    light = np.random.default_rng(0).integers(180, 256, size=(30, *size))
    return np.concatenate([light, 255 - light]).astype(np.uint8)


@pytest.fixture(scope="module")
def fitted() -> BigGAN:
    return model().fit(images(), condition=SORTS)


@pytest.mark.parametrize("size", [(5, 9), (1, 1), (2, 7, 3)])
@pytest.mark.parametrize("told", [True, False])
def test_samples_have_the_form_of_the_data(size, told):
    found = model(widths=(4, 8, 8), budget="2 steps")
    found.fit(images(size), condition=SORTS if told else None)
    made = found.sample(3, seed=0, condition="dark" if told else None)
    assert made.shape == (3, *size)
    assert made.dtype == np.uint8


def test_conditions_are_heard():
    found = model(budget="15 steps").fit(images((6, 6)), condition=SORTS)
    means = [found.sample(16, seed=0, condition=sort).mean() for sort in ("light", "dark")]
    assert means[0] > means[1] + 10


def test_the_same_seed_gives_the_same_model(fitted):
    again = model().fit(images(), condition=SORTS)
    first, second = (some.sample(3, seed=1, condition="dark") for some in (fitted, again))
    np.testing.assert_array_equal(first, second)


def test_a_file_scores_and_samples_as_the_model_did(fitted, tmp_path: Path):
    save_model(fitted, tmp_path / "m.likely")
    again = load_model(tmp_path / "m.likely")
    first, second = (some.sample(3, seed=1, condition="dark") for some in (fitted, again))
    np.testing.assert_array_equal(first, second)
    some = images()[:5]
    np.testing.assert_array_equal(
        again.score_samples(some, "light"), fitted.score_samples(some, "light")
    )


def test_truncation_narrows_samples(fitted):
    spreads = []
    for most in (None, 1.0, 0.1):
        fitted.set_params(truncation=most)
        spreads.append(
            fitted.sample(200, seed=0, condition="light").astype(float).std(axis=0).mean()
        )
    fitted.set_params(truncation=None)
    assert spreads[0] > spreads[1] > spreads[2]


def test_truncated_codes_are_drawn_anew(fitted):
    fitted.set_params(truncation=0.7)
    codes = fitted._codes_drawn(2_000, np.random.default_rng(0)).ravel()
    fitted.set_params(truncation=None)
    assert np.abs(codes).max() <= 0.7
    assert kstest(codes, truncnorm(-0.7, 0.7).cdf).pvalue > 0.01


def test_errors_name_what_is_wrong(fitted):
    with pytest.raises(DataError, match="needs them here"):
        fitted.sample(3)
    with pytest.raises(DataError, match="never learnt"):
        fitted.sample(3, condition="blue")
    with pytest.raises(ParameterError, match="latent is 1"):
        model(latent=1).fit(images())


def test_every_block_has_a_part_of_the_code_and_hears_the_class():
    generator = BigGenerator(7, 2, (1, 8, 8), (4, 8, 8), 3, 1).eval()
    assert generator.parts == [3, 2, 2]
    codes, given = torch.randn(1, 7), torch.tensor([[1.0, 0.0]])
    with torch.no_grad():
        made = generator(codes, given)
        for i in range(7):
            moved = codes.clone()
            moved[0, i] += 1
            assert not torch.equal(generator(moved, given), made)
        assert not torch.equal(generator(codes, given.flip(1)), made)


def test_what_the_discriminator_sees_does_not_depend_on_the_batch_or_on_the_class():
    judge, x = BigDiscriminator((1, 8, 8), 2, (4, 8, 8), 1).eval(), torch.rand(6, 1, 8, 8)
    torch.testing.assert_close(judge.features(x)[:1], judge.features(x[:1]))
    first, second = (torch.eye(2)[[i] * 6] for i in range(2))
    assert not torch.equal(judge(x, first), judge(x, second))


def test_norms_of_weights_become_one():
    torch.manual_seed(0)
    layer = spectral(torch.nn.Conv2d(6, 5, 3))
    layer.train()
    for _ in range(60):
        layer(torch.zeros(1, 6, 3, 3))
    found = torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2)
    torch.testing.assert_close(found, torch.tensor(1.0), rtol=1e-3, atol=0)
    layer.eval()
    layer.parametrizations.weight[0].direction *= 0.5  # as averaging may leave it
    half = torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2)
    torch.testing.assert_close(half, found)


def test_orthogonal_rows_do_not_overlap_whatever_their_length():
    layer = torch.nn.Linear(4, 3)
    torch.nn.init.orthogonal_(layer.weight, 5.0)
    assert float(overlap(layer).detach()) < 1e-6
    with torch.no_grad():
        layer.weight[0] = layer.weight[1]
    torch.testing.assert_close(overlap(layer).detach(), torch.tensor(2 * 25.0**2))


def test_attention_begins_as_the_identity_and_looks_everywhere():
    torch.manual_seed(0)
    layer, x = Attention(8), torch.randn(1, 8, 5, 7)
    torch.testing.assert_close(layer(x), x)
    with torch.no_grad():
        layer.strength.fill_(1.0)
    moved = x.clone()
    moved[0, :, 4, 6] += 3
    assert (layer(moved) - layer(x)).abs().sum(dim=1)[0, 0, 0] > 1e-6


def test_halves_are_means_and_odd_sizes_are_rounded_up():
    x = torch.arange(15.0).reshape(1, 1, 3, 5)
    expected = torch.tensor([[[[3.0, 5.0, 6.5], [10.5, 12.5, 14.0]]]])
    torch.testing.assert_close(halved(x), expected)
    assert halved(torch.ones(1, 1, 1, 1)).shape == (1, 1, 1, 1)


def test_the_generator_pays_for_overlap_and_the_discriminator_does_not():
    some, weights = images(), {}
    for weight in (0.0, 1.0):
        found = model(orthogonality=weight, budget="8 steps").fit(some)
        weights[weight] = overlap(found.network_.generator), overlap(found.network_.discriminator)
    assert weights[1.0][0] < 0.9 * weights[0.0][0]
    assert weights[1.0][1] > 0.9 * weights[0.0][1]
