"""The cascade: small images of what captions say, then large ones of these."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from likely.core.errors import DamagedFile, DataError, ParameterError
from likely.detectors import KNN
from likely.diffusion import DDPM, TextCascade
from likely.nets.enlarging import enlarge, shrink
from likely.persistence.models import model_state, restore_model


@pytest.fixture(scope="module")
def halves() -> tuple[np.ndarray, list[str]]:
    """Images of a black and a white half, and which is which."""
    rng = np.random.default_rng(0)
    sides = rng.integers(0, 2, (120, 2))
    images = np.repeat(200 * sides, 4, axis=1)[:, None].repeat(8, axis=1)
    names = ("black", "white")
    said = [f"{names[a]} beside {names[b]}" for a, b in sides]
    return (images + rng.integers(0, 50, images.shape)).astype(np.uint8), said


@pytest.fixture(scope="module")
def model(halves) -> TextCascade:
    """Learnt from these."""
    images, said = halves
    base = DDPM(hidden=(16, 16), budget="160 steps", learning_rate=0.004, sampling_steps=8)
    cascade = TextCascade(
        base=base, hidden=(8, 8), budget="60 steps", learning_rate=0.01, sampling_steps=6
    )
    return cascade.fit(images, condition=said)


def _sides(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), 8, 2, 4).mean(axis=(1, 3)) > 112


def test_samples_show_what_captions_say(model):
    for said, sides in (("black beside white", [0, 1]), ("white beside black", [1, 0])):
        drawn = model.sample(20, seed=0, condition=said)
        assert drawn.shape == (20, 8, 8)
        assert drawn.dtype == np.uint8
        assert (_sides(drawn) == sides).all(axis=1).mean() >= 0.6


def test_small_images_are_enlarged_to_what_they_show(model, halves):
    images, said = halves[0][:20], halves[1][:20]
    small = images.reshape(20, 4, 2, 4, 2).mean(axis=(2, 4)).astype(np.uint8)
    large = model.enlarge(small, seed=0, condition=said)
    assert large.shape == (20, 8, 8)
    assert (_sides(large) == _sides(images)).mean() > 0.9
    np.testing.assert_array_equal(large, model.enlarge(small, seed=0, condition=said))
    with pytest.raises(DataError, match="4 x 4 pixels"):
        model.enlarge(images, condition=said)


def test_captions_match_their_own_images_best(model, halves):
    images, said = halves[0][:30], halves[1][:30]
    swapped = [" beside ".join(reversed(one.split(" beside "))) for one in said]
    apart = np.array(said) != np.array(swapped)
    assert (model.match(images, said) > model.match(images, swapped))[apart].mean() > 0.8


def test_images_are_odd_that_do_not_follow_from_their_small_ones(model, halves):
    images, said = halves[0][:40], halves[1][:40]
    board = (np.indices((8, 8)).sum(axis=0) % 2 * 90 - 45).astype(int)  # invisible when small
    chequered = np.clip(images.astype(int) + board, 0, 255).astype(np.uint8)
    assert model.score_samples(chequered, said).max() < np.median(model.score_samples(images, said))


def test_it_survives_a_file_and_parts_must_fit(model, halves):
    images, said = halves[0][:5], halves[1][:5]
    document, tensors = model_state(model)
    again = restore_model(document, tensors)
    np.testing.assert_array_equal(
        again.score_samples(images, said), model.score_samples(images, said)
    )
    with pytest.raises(DamagedFile):
        restore_model(document, tensors | {"usual_": np.zeros(2)})


def test_parts_that_cannot_be_are_refused(halves):
    images, _ = halves
    with pytest.raises(ParameterError, match="a DDPM"):
        TextCascade(base=KNN()).fit(images)


def test_sizes_that_times_does_not_divide_are_cut():
    x = torch.arange(15.0).reshape(1, 1, 3, 5)
    small = shrink(x, 2)
    torch.testing.assert_close(small[0, 0], torch.tensor([[3.0, 5, 6.5], [10.5, 12.5, 14]]))
    assert enlarge(small, 2, (3, 5)).shape == x.shape
