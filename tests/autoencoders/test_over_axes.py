"""Autoencoders of convolutions and of recurrent cells, on samples with axes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from likely.autoencoders import ConvolutionalAutoencoder, RecurrentAutoencoder
from likely.core.errors import DataError, ParameterError, PersistenceError
from likely.evaluation import auroc
from likely.nets.layers import Codec
from likely.persistence import save_model
from likely.testing.shaped import clean, planted

CASES = [
    (ConvolutionalAutoencoder, "series", {}),
    (ConvolutionalAutoencoder, "image", {}),
    (ConvolutionalAutoencoder, "video", {}),
    (RecurrentAutoencoder, "series", {"cell": "lstm"}),
    (RecurrentAutoencoder, "series", {"cell": "gru"}),
]


def quick(owner: Any, **settings: Any) -> Any:
    return owner(**{**owner.fast, **settings})


@pytest.mark.parametrize(("owner", "kind", "settings"), CASES)
def test_every_oddness_finds_what_was_planted(owner: Any, kind: str, settings: Any) -> None:
    model = quick(owner, **settings).fit(clean(kind))
    new, labels, _ = planted(kind)
    for oddness in ("density", "scaled", "error"):
        model.set_params(oddness=oddness)
        assert auroc(labels, -model.score_samples(new)) >= 0.95
        total = model.contributions(new).reshape(len(new), -1).sum(axis=1)
        np.testing.assert_allclose(total, -model.score_samples(new), rtol=1e-4)


@pytest.mark.parametrize(("owner", "kind", "settings"), CASES)
def test_training_restores_better_than_the_mean(owner: Any, kind: str, settings: Any) -> None:
    samples, new = clean(kind, 200), clean(kind, 30, seed=1)
    model = quick(owner, budget="250 steps", **settings).fit(samples)
    spread = ((new - samples.mean(axis=0)) ** 2).mean(axis=0)
    left = ((model.reconstruct(new).astype(float) - new) ** 2).mean(axis=0)
    ordinary = spread > np.median(spread)
    assert (left / spread)[ordinary].mean() < 0.5


def test_oddness_in_features_sees_what_is_restored_too_well() -> None:
    """A wide code restores everything; that a sample is unlike those learnt still shows."""
    rng = np.random.default_rng(0)
    t = np.linspace(0, 12, 64)

    def waves(n: int, pitch: float) -> np.ndarray:
        made = np.sin(pitch * t + rng.uniform(0, 6, size=(n, 1)))
        return made + rng.normal(0, 0.05, size=(n, 64))

    model = ConvolutionalAutoencoder(latent=63, noise=0.0, budget="300 steps", seed=1)
    model.fit(waves(300, 1.0))
    new, labels = np.vstack([waves(60, 1.0), waves(60, 1.25)]), np.repeat([0, 1], 60)
    found = {
        oddness: auroc(labels, -model.set_params(oddness=oddness).score_samples(new))
        for oddness in ("density", "error")
    }
    assert found["density"] >= 0.97
    assert found["density"] > found["error"] - 0.01


def test_noise_is_of_training_only() -> None:
    model = quick(ConvolutionalAutoencoder, noise=1.0).fit(clean("image"))
    new = clean("image", 4, seed=1)
    assert model.score_samples(new).tobytes() == model.score_samples(new).tobytes()
    without = quick(ConvolutionalAutoencoder, noise=0.0).fit(clean("image"))
    assert not np.array_equal(without.score_samples(new), model.score_samples(new))


def test_images_and_clips_are_restored_within_their_range() -> None:
    for kind in ("image", "video"):
        samples = clean(kind)
        model = quick(ConvolutionalAutoencoder, budget="30 steps").fit(samples)
        odd = planted(kind)[0]
        found = model.reconstruct(odd)
        low, high = model.schema_.centre[0], model.schema_.centre[0] + model.schema_.scale[0]
        assert found.min() >= low - 1e-6
        assert found.max() <= high + 1e-6


def test_the_kind_can_be_said() -> None:
    ambiguous = np.random.default_rng(0).normal(size=(40, 24, 3))
    assert quick(ConvolutionalAutoencoder).fit(ambiguous).schema_.kind == "series"
    model = quick(ConvolutionalAutoencoder, kind="image").fit(ambiguous)
    assert model.schema_.full_shape == (1, 24, 3)


def test_a_recurrent_network_takes_series_only() -> None:
    with pytest.raises(DataError, match="expected"):
        quick(RecurrentAutoencoder).fit(np.zeros((10, 3, 4, 5)))


def test_one_sample_a_step_is_refused_where_batches_are_normalised() -> None:
    with pytest.raises(ParameterError, match="batch_size"):
        quick(ConvolutionalAutoencoder, batch_size=1).fit(clean("image"))


def test_a_network_of_ones_own_needs_an_encoder_and_a_decoder_only(tmp_path: Any) -> None:
    torch.manual_seed(0)
    own = Codec(
        nn.Sequential(nn.Flatten(), nn.Linear(400, 6)),
        nn.Sequential(nn.Linear(6, 400), nn.Unflatten(1, (1, 20, 20))),
    )
    model = quick(ConvolutionalAutoencoder, network=own).fit(clean("image"))
    new, labels, _ = planted("image")
    assert auroc(labels, -model.score_samples(new)) >= 0.95
    assert model.encode(new).shape == (40, 6)
    with pytest.raises(PersistenceError):
        save_model(model, tmp_path / "m.likely")
