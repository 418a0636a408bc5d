"""GAN, DCGAN and WGAN: what is learnt, and what is said of it."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from likely.core.errors import DataError, ParameterError
from likely.data.frames import as_table
from likely.gan import DCGAN, GAN, WGAN
from likely.nets.adversarial import Game
from likely.nets.players import ConvolutionalDiscriminator, DenseDiscriminator
from likely.testing.shaped import clean


@pytest.fixture(scope="module")
def two() -> np.ndarray:
    """Rows of two groups that do not touch."""
    rng = np.random.default_rng(0)
    return np.where(rng.random((600, 1)) < 0.5, -4.0, 4.0) + 0.3 * rng.normal(size=(600, 2))


def test_wgan_learns_both_groups_and_what_lies_between(two: np.ndarray) -> None:
    model = WGAN(hidden=(64, 64), learning_rate=0.002, budget="400 steps").fit(two)
    made = np.asarray(model.sample(500, seed=0))
    assert 0.3 < (made[:, 0] > 0).mean() < 0.7
    between = (np.abs(made) < 2).any(axis=1).mean()
    assert between < 0.2  # of the normal distribution that it begins as, 0.4


def test_collapse_is_told() -> None:
    images = np.random.default_rng(0).integers(0, 256, (200, 6, 6)).astype(np.uint8)
    model = GAN(hidden=(16,), learning_rate=1.0, augmentation="off", budget="60 steps").fit(images)
    assert any(note.startswith("Mode collapse") for note in model.notes_), model.notes_


class Drawer(nn.Module):
    """A generator that has learnt so many of four kinds, and learns nothing more."""

    def __init__(self, samples: Tensor, kinds: int) -> None:
        super().__init__()
        self.samples, self.kinds = samples, kinds
        self.idle = nn.Parameter(torch.zeros(1))

    def forward(self, codes: Tensor, given: Tensor | None = None) -> Tensor:
        among = self.samples[torch.arange(len(self.samples)) % 4 < self.kinds]
        place = (codes[:, 0] * 1e4).long() % len(among)
        return among[place].to(codes) + 0 * self.idle


def squares() -> np.ndarray:
    """Return noisy images, each with one of its quarters bright."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 90, (400, 8, 8))
    for kind in range(4):
        top, left = 4 * (kind // 2), 4 * (kind % 2)
        images[kind::4, top : top + 4, left : left + 4] += 150
    return images.astype(np.uint8)


@pytest.mark.parametrize(("kinds", "told"), [(4, False), (3, True), (2, True)])
def test_images_that_are_left_out_are_told(kinds: int, told: bool) -> None:
    images = squares()
    drawer = Drawer(torch.from_numpy(images[:, None] / 255.0), kinds)
    game = Game(drawer, ConvolutionalDiscriminator((1, 8, 8), 0, (8, 16)), 2)
    model = DCGAN(network=game, budget="30 steps", augmentation="off").fit(images)
    notes = [note for note in model.notes_ if note.startswith("Mode collapse")]
    assert bool(notes) == told
    if told:
        share = float(notes[0].split("%")[0].split()[-1]) / 100
        assert share == pytest.approx(1 - kinds / 4, abs=0.1)
        assert "as the discriminator sees it" in notes[0]


@pytest.mark.parametrize(("kinds", "told"), [(4, False), (3, True)])
def test_groups_of_rows_that_are_left_out_are_told(kinds: int, told: bool) -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(400, 2))
    rows[:, 0] += 20 * (np.arange(400) % 4)
    model = GAN(hidden=(8,), budget="1 steps")
    seen = model.fit(rows)._tensor(model.schema_.features(model.schema_.match(as_table(rows))))
    model.set_params(network=Game(Drawer(seen, kinds), DenseDiscriminator((2,), 0, (8,)), 2))
    notes = [note for note in model.fit(rows).notes_ if note.startswith("Mode collapse")]
    assert bool(notes) == told
    if told:
        assert "augmentation" not in notes[0]  # which is for images


def test_a_discriminator_that_tells_all_is_told() -> None:
    images = (255 * (np.random.default_rng(0).random((200, 6, 6)) < 0.5)).astype(np.uint8)
    settings = {"learning_rate": 1e-5, "discriminator_rate": 100.0, "budget": "300 steps"}
    model = GAN(hidden=(32,), augmentation="off", **settings).fit(images)
    assert any(note.startswith("The discriminator tells") for note in model.notes_), model.notes_


def test_a_good_run_has_no_notes() -> None:
    rows = np.random.default_rng(0).normal(size=(600, 3))
    assert GAN(budget="100 steps", learning_rate=0.0002).fit(rows).notes_ == ()


def test_clipped_critics_have_small_weights(two: np.ndarray) -> None:
    model = WGAN(hidden=(8,), limit="clipping", budget="40 steps").fit(two)
    weights = model._weights("network_")
    sizes = [np.abs(w).max() for name, w in weights.items() if name.startswith("discriminator")]
    assert max(sizes) < 0.15


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (GAN(augmentation="on"), "augmentation"),
        (WGAN(layers="convolutional"), "images only"),
    ],
)
def test_what_is_for_images_only(model: Any, words: str, two: np.ndarray) -> None:
    with pytest.raises(ParameterError, match=words):
        model.fit(two)


def test_codes_of_another_length_are_refused() -> None:
    model = DCGAN(**DCGAN.fast).fit(clean("image"))
    assert model.decode(np.zeros((3, 4))).shape == (3, *clean("image").shape[1:])
    with pytest.raises(DataError, match=r"\(n, 4\)"):
        model.decode(np.zeros((3, 5)))


def test_samples_are_what_codes_stand_for() -> None:
    model = GAN(**GAN.fast).fit(np.random.default_rng(0).normal(size=(100, 2)))
    codes = np.random.default_rng(7).normal(size=(5, 4))
    np.testing.assert_allclose(model.sample(5, seed=7), model.decode(codes))


def test_the_same_codes_are_looked_at_while_it_learns() -> None:
    model = DCGAN(**DCGAN.fast).fit(clean("image"))
    steps = [step for step, _ in model.progress_samples_]
    assert steps == [1, 2, 4, 12, 40]
    codes = np.random.default_rng(model.seed).normal(size=(8, 4))
    np.testing.assert_array_equal(model.progress_samples_[-1][1], model.decode(codes))
    apart = [np.abs(made - model.decode(codes) * 1.0).mean() for _, made in model.progress_samples_]
    assert apart[0] > apart[3] > apart[4] == 0


def test_looking_does_not_change_what_is_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = DCGAN(**DCGAN.fast).fit(clean("image")).sample(3, seed=0)
    monkeypatch.setattr("likely.nets.progress.Progress.look", lambda *given: None)
    np.testing.assert_array_equal(DCGAN(**DCGAN.fast).fit(clean("image")).sample(3, seed=0), seen)


def test_rows_are_not_looked_at() -> None:
    assert (
        GAN(**GAN.fast).fit(np.random.default_rng(0).normal(size=(99, 2))).progress_samples_ == []
    )
