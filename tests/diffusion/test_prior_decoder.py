"""A prior of embeddings, a decoder of images, and how well captions fit images."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from likely.core.errors import DamagedFile, DataError, ParameterError
from likely.detectors import KNN
from likely.diffusion import DDPM, PriorDecoder
from likely.nets.text_image import TextImage
from likely.persistence.models import model_state, restore_model


@pytest.fixture(scope="module")
def halves() -> tuple[np.ndarray, list[str]]:
    """Images of a black and a white half, and which is which."""
    rng = np.random.default_rng(0)
    sides = rng.integers(0, 2, (100, 2))
    images = np.repeat(200 * sides, 4, axis=1)[:, None].repeat(8, axis=1)
    names = ("black", "white")
    said = [f"{names[a]} beside {names[b]}" for a, b in sides]
    return (images + rng.integers(0, 50, images.shape)).astype(np.uint8), said


@pytest.fixture(scope="module")
def model(halves) -> PriorDecoder:
    """Learnt from these."""
    images, said = halves
    part = {"learning_rate": 0.005, "sampling_steps": 6}
    prior = DDPM(hidden=(16, 16), budget="160 steps", **part)
    decoder = DDPM(hidden=(8,), budget="100 steps", **part)
    settings = {"embedding": 8, "hidden": (8,), "budget": "60 steps", "learning_rate": 0.02}
    return PriorDecoder(prior, decoder, **settings).fit(images, condition=said)


def test_samples_show_what_captions_say(model):
    for said, sides in (("black beside white", [0, 1]), ("white beside black", [1, 0])):
        drawn = model.sample(20, seed=0, condition=said)
        assert drawn.shape == (20, 8, 8)
        assert drawn.dtype == np.uint8
        found = drawn.reshape(20, 8, 2, 4).mean(axis=(1, 3)) > 112
        assert (found == sides).all(axis=1).mean() >= 0.6


def test_captions_match_their_own_images_best(model, halves):
    images, said = halves[0][:40], halves[1][:40]
    swapped = [" beside ".join(reversed(one.split(" beside "))) for one in said]
    apart = np.array(said) != np.array(swapped)
    own, other = model.match(images, said), model.match(images, swapped)
    assert np.abs(np.r_[own, other]).max() <= 1 + 1e-6
    assert (own > other)[apart].mean() > 0.9
    assert (model.score_samples(images, said) > model.score_samples(images, swapped))[
        apart
    ].mean() > 0.9


def test_it_survives_a_file_and_parts_must_fit(model, halves):
    images, said = halves[0][:5], halves[1][:5]
    document, tensors = model_state(model)
    again = restore_model(document, tensors)
    np.testing.assert_array_equal(
        again.score_samples(images, said), model.score_samples(images, said)
    )
    with pytest.raises(DamagedFile):
        restore_model(document, tensors | {"usual_": np.zeros(3)})


def test_parts_that_cannot_be_are_refused(halves):
    with pytest.raises(ParameterError, match="prior is KNN"):
        PriorDecoder(prior=KNN(), hidden=(4,), budget="1 steps").fit(halves[0])


def test_pairs_of_which_the_same_is_said_do_not_count_against_one_another():
    torch.manual_seed(0)
    network = TextImage((4, 4), 1, 4, (4,), 2)
    x, said = torch.randn(4, 1, 4, 4), torch.tensor([[1.0, 0]] * 2 + [[0, 1.0]] * 2)
    network.eval()
    alone = network.loss(x[[0, 2]], said[[0, 2]])[0]
    vectors, texts = network.images(x), network.texts(said)
    sharp = network.sharpness.exp()
    torch.testing.assert_close(  # the first image: its caption, and the two others' other one
        torch.logsumexp(sharp * vectors[0] @ texts[[0, 2, 3]].T, 0) - sharp * vectors[0] @ texts[0],
        2 * network.loss(x, said)[0]
        - (
            torch.logsumexp(sharp * texts[0] @ vectors[[0, 2, 3]].T, 0)
            - sharp * texts[0] @ vectors[0]
        ),
    )
    assert alone > 0


def test_without_conditions_nothing_matches(halves):
    part = DDPM(hidden=(4,), budget="2 steps", sampling_steps=2, likelihood_steps=2)
    model = PriorDecoder(part, part, embedding=2, hidden=(4,), budget="2 steps")
    model.fit(halves[0][:40])
    assert model.sample(2, seed=0).shape == (2, 8, 8)
    with pytest.raises(DataError, match="without conditions"):
        model.match(halves[0][:2], halves[1][:2])
