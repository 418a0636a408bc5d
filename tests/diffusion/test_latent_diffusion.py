"""Latent diffusion: codes of an autoencoder, drawn as captions say."""

from __future__ import annotations

import numpy as np
import pytest

from likely.autoencoders import VAE, VQVAE
from likely.core.errors import DamagedFile, ParameterError
from likely.detectors import KNN
from likely.diffusion import DDPM, FlowMatching, LatentDiffusion
from likely.persistence.models import model_state, restore_model

DENOISER = {"hidden": (16, 16), "sampling_steps": 10, "learning_rate": 0.01}


@pytest.fixture(scope="module")
def halves() -> tuple[np.ndarray, list[str]]:
    """Images of a black and a white half, and which is which."""
    rng = np.random.default_rng(0)
    sides = rng.integers(0, 2, (200, 2))
    images = np.repeat(200 * sides, 4, axis=1)[:, None].repeat(8, axis=1)
    names = ("black", "white")
    said = [f"{names[a]} beside {names[b]}" for a, b in sides]
    return (images + rng.integers(0, 50, images.shape)).astype(np.uint8), said


@pytest.fixture(scope="module", params=["VAE", "VQVAE"])
def model(request, halves) -> LatentDiffusion:
    """Learnt with codes that are a row of numbers, and with codes that have places."""
    images, said = halves
    parts = {
        "VAE": (VAE(**VAE.fast), DDPM(**DENOISER, budget="100 steps")),
        "VQVAE": (
            VQVAE(hidden=(8,), codes=8, code_width=2, budget="60 steps", learning_rate=0.02),
            FlowMatching(**DENOISER, budget="100 steps"),
        ),
    }
    return LatentDiffusion(*parts[request.param]).fit(images, condition=said)


def test_samples_show_what_captions_say(model):
    for said, sides in (("black beside white", [0, 1]), ("white beside black", [1, 0])):
        drawn = model.sample(20, seed=0, condition=said)
        assert drawn.shape == (20, 8, 8)
        assert drawn.dtype == np.uint8
        found = drawn.reshape(20, 8, 2, 4).mean(axis=(1, 3)) > 112
        assert (found == sides).all(axis=1).mean() >= 0.6


def test_captions_match_their_own_images_best(model, halves):
    images, said = halves[0][:60], halves[1][:60]
    swapped = [" beside ".join(reversed(one.split(" beside "))) for one in said]
    own, other = model.match(images, said), model.match(images, swapped)
    apart = np.array(said) != np.array(swapped)
    assert (own > other)[apart].mean() > 0.8


def test_noise_is_odd_in_both_ways(model, halves):
    images, said = halves[0][:40], halves[1][:40]
    noise = np.random.default_rng(1).integers(0, 256, (40, 8, 8)).astype(np.uint8)
    assert model.score_samples(noise, said).max() < np.median(model.score_samples(images, said))


def test_codes_come_back_as_images(model, halves):
    images, said = halves[0][:10], halves[1][:10]
    codes = model.encode(images, said)
    again = model.decode(codes.reshape(codes.shape), said)
    assert np.abs(again.astype(float) - images).mean() < 50


def test_it_survives_a_file_and_parts_must_fit(model, halves):
    images, said = halves[0][:5], halves[1][:5]
    document, tensors = model_state(model)
    again = restore_model(document, tensors)
    np.testing.assert_array_equal(
        again.score_samples(images, said), model.score_samples(images, said)
    )
    asked = {"seed": 0, "condition": said[0]}
    np.testing.assert_array_equal(again.sample(2, **asked), model.sample(2, **asked))
    less = {name: array for name, array in tensors.items() if name != "usual_"}
    with pytest.raises(DamagedFile):
        restore_model(document, less | {"usual_": np.zeros(2)})


def test_a_fitted_autoencoder_stays_as_it_is(halves):
    images, _ = halves
    fitted = VAE(**VAE.fast | {"budget": "20 steps"}).fit(images)
    before = fitted.encode(images[:5])
    model = LatentDiffusion(fitted, DDPM(**DENOISER, budget="5 steps")).fit(images[:100])
    np.testing.assert_array_equal(model.encode(images[:5]), before)
    assert model.autoencoder_[0] is not fitted
    assert model.schema_ == fitted.schema_


def test_parts_that_cannot_be_are_refused(halves):
    images, _ = halves
    for parts, words in (
        ({"autoencoder": KNN()}, "no codes"),
        ({"diffusion": KNN(), "autoencoder": VAE(**VAE.fast | {"budget": "5 steps"})}, "a DDPM"),
    ):
        with pytest.raises(ParameterError, match=words):
            LatentDiffusion(**parts).fit(images)
