from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from likely.autoencoders import Autoencoder, DenoisingAutoencoder
from likely.autoencoders.bottleneck import choose_latent, held_out_errors
from likely.autoencoders.manifold import Manifold, usual_square
from likely.autoencoders.reconstruction import Reconstruction
from likely.evaluation import auroc
from likely.nets.layers import Codec

QUICK: dict[str, Any] = {"budget": "200 steps", "hidden": (16,)}
MODELS: list[Callable[..., Reconstruction]] = [Autoencoder, DenoisingAutoencoder]


def plane(n: int, seed: int = 0) -> np.ndarray:
    """Rows of 6 columns near a plane."""
    rng = np.random.default_rng(seed)
    directions = np.random.default_rng(9).normal(size=(2, 6))
    return rng.normal(size=(n, 2)) @ directions + 0.05 * rng.normal(size=(n, 6))


def off_the_plane(n: int) -> np.ndarray:
    """Rows whose columns are ordinary each, and do not belong together."""
    return np.random.default_rng(1).permuted(plane(n, seed=2), axis=0)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("oddness", ["density", "error", "scaled", "likelihood"])
def test_broken_relations_are_found(model: Callable[..., Reconstruction], oddness: str) -> None:
    fitted = model(latent=2, oddness=oddness, **QUICK).fit(plane(400))
    rows = np.vstack([plane(100, seed=3), off_the_plane(100)])
    assert auroc(np.repeat([0, 1], 100), -fitted.score_samples(rows)) > 0.95


@pytest.mark.parametrize("oddness", ["density", "error", "scaled", "likelihood"])
@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_contributions_sum_to_oddness(oddness: str, loss: str) -> None:
    fitted = Autoencoder(latent=2, oddness=oddness, loss=loss, **QUICK).fit(plane(100))
    rows = np.vstack([plane(5, seed=3), off_the_plane(5), np.full((1, 6), 1e6)])
    total = fitted.contributions(rows).sum(axis=1)
    np.testing.assert_allclose(total, -fitted.score_samples(rows), rtol=1e-9)


def test_restored_rows_lie_on_the_plane_in_the_units_of_the_data() -> None:
    rows, new = plane(500) * 1000 + 7, plane(50, seed=3) * 1000 + 7
    fitted = Autoencoder(latent=2, **QUICK).fit(rows)
    restored = fitted.reconstruct(new)
    assert ((restored - new) ** 2).mean() < 0.02 * new.var()
    codes = fitted.encode(new)
    assert codes.shape == (50, 2)
    np.testing.assert_allclose(fitted.decode(codes), restored, rtol=1e-6)


def test_the_length_of_the_code_is_chosen_without_labels() -> None:
    assert Autoencoder(**QUICK).fit(plane(200)).latent_ == 2
    assert Autoencoder(latent=64, **QUICK).fit(plane(200)).latent_ == 5


def test_components_that_fit_noise_only_do_not_count() -> None:
    rng = np.random.default_rng(0)
    signal = rng.normal(size=(60, 3)) @ (5 * rng.normal(size=(3, 40)))
    errors = held_out_errors(signal + 0.1 * rng.normal(size=(60, 40)), rng)
    assert errors[0] == pytest.approx(1.0)
    assert errors[3] < 0.01
    assert choose_latent(signal, rng, 0.1) in (2, 3)
    assert choose_latent(np.zeros((60, 40)), rng, 0.1) == 1
    assert choose_latent(rng.normal(size=(5, 40)), rng, 0.1) == 2


def test_distances_off_and_along_the_surface() -> None:
    known = np.linspace(0, 9, 10)[:, None] * [1.0, 0.0]
    manifold = Manifold(known, np.array([1.0, usual_square(known)]))
    restored = np.array([[4.5, 0.0], [40.0, 0.0], [4.5, 0.0]])
    off, along, _, nearest = manifold.distances(restored, np.array([1.0, 1.0, 100.0]))
    assert off[0] == off[1] == pytest.approx(np.sqrt(1.1))
    assert off[2] == pytest.approx(np.sqrt(100.1))
    assert along[1] > 10 * along[0]
    assert along[2] == along[0]
    assert nearest[1].tolist() == [9, 8, 7, 6, 5]
    alone = manifold.distances(known, np.ones(10), leave_self_out=True)[3]
    assert not (alone == np.arange(10)[:, None]).any()


def test_what_is_restored_well_far_from_everything_known_is_odd() -> None:
    rows = plane(300)
    far = np.random.default_rng(9).normal(size=(2, 6)).sum(axis=0)[None] * 30  # on the plane
    wide = {kind: Autoencoder(latent=5, oddness=kind, **QUICK) for kind in ("density", "error")}
    share = {
        kind: (model.fit(rows).training_scores_ < model.score_samples(far)).mean()
        for kind, model in wide.items()
    }
    assert share["density"] == 0.0


def test_cross_entropy_restores_yes_and_no() -> None:
    rng = np.random.default_rng(0)
    rows = np.repeat(rng.integers(0, 2, size=(300, 2)), 3, axis=1).astype(float)
    model = Autoencoder(loss="bce", oddness="likelihood", latent=2, **QUICK).fit(rows)
    assert np.array_equal(np.rint(model.reconstruct(rows[:50])), rows[:50])
    broken = rows[:50].copy()
    broken[:, 0] = 1 - broken[:, 0]
    assert model.score_samples(broken).max() < model.score_samples(rows).min()
    assert model.contributions(broken).argmax(axis=1).tolist() == [0] * 50
    assert np.isfinite(model.score_samples(rows[:1] + 1e9)).all()


@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_images_are_laid_flat_and_put_back(loss: str) -> None:
    rng = np.random.default_rng(0)
    bars = np.zeros((120, 6, 5), dtype=np.uint8)
    bars[np.arange(120), rng.integers(0, 6, 120)] = 255
    model = Autoencoder(latent=6, loss=loss, **QUICK).fit(bars)
    assert model.reconstruct(bars[:3]).shape == (3, 6, 5)
    assert model.reconstruct(bars[:3]).dtype == np.uint8
    assert model.contributions(bars[:3]).shape == (3, 6, 5)
    assert model.score_samples(bars.transpose(0, 1, 2)[:, ::-1]).shape == (120,)
    odd = bars[:30].copy()
    odd[:, :, 2] = 255  # a bar across
    assert model.score_samples(odd).max() < np.median(model.score_samples(bars))


def test_series_have_one_length() -> None:
    t = np.linspace(0, 6, 24)
    rng = np.random.default_rng(0)
    waves = np.sin(t + rng.uniform(0, 6, size=(150, 1)))
    model = Autoencoder(kind="series", latent=2, **QUICK).fit(waves)
    flat = np.zeros((1, 24))
    assert model.score_samples(flat)[0] < np.quantile(model.training_scores_, 0.05)
    assert model.contributions(waves[:2]).shape == (2, 24)


def test_noise_is_for_training_only() -> None:
    model = DenoisingAutoencoder(latent=2, noise=1.0, masking=0.5, **QUICK).fit(plane(100))
    new = plane(20, seed=3)
    assert np.array_equal(model.score_samples(new), model.score_samples(new))
    alone = np.concatenate([model.score_samples(new[[i]]) for i in range(20)])
    np.testing.assert_allclose(alone, model.score_samples(new), rtol=1e-6)


def test_without_noise_it_is_the_vanilla_one() -> None:
    rows, new = plane(100), plane(20, seed=3)
    with torch.random.fork_rng():
        plain = Autoencoder(latent=2, budget="20 steps").fit(rows)
        none = DenoisingAutoencoder(latent=2, budget="20 steps", noise=0, masking=0).fit(rows)
    assert type(plain) is not type(none)
    assert plain.encode(new).shape == none.encode(new).shape


def ring(n: int, radius: float, seed: int) -> np.ndarray:
    """Rows of 6 columns near a ring in a plane."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi, n)
    flat = radius * np.column_stack([np.cos(angle), np.sin(angle)])
    return flat @ np.random.default_rng(9).normal(size=(2, 6)) + 0.05 * rng.normal(size=(n, 6))


def test_a_wide_code_copies_and_noise_or_density_cures_it() -> None:
    """Rows within the ring lie in its plane, so that a code of five numbers restores them."""
    wide: dict[str, Any] = {"latent": 5, "hidden": (32,), "budget": "400 steps"}
    rows = np.vstack([ring(100, 1.0, seed=3), ring(100, 0.4, seed=4)])

    def found(model: Reconstruction) -> float:
        return auroc(np.repeat([0, 1], 100), -model.score_samples(rows))

    learnt = ring(400, 1.0, seed=0)
    copying = Autoencoder(**wide).fit(learnt)
    assert found(copying) > 0.98
    assert found(copying.set_params(oddness="error")) < 0.88
    assert found(DenoisingAutoencoder(noise=0.5, oddness="error", **wide).fit(learnt)) > 0.97


def test_a_network_of_ones_own() -> None:
    codec = Codec(nn.Linear(6, 2), nn.Linear(2, 6))
    model = Autoencoder(network=codec, latent=2, budget="200 steps").fit(plane(200))
    assert model.encode(plane(5)).shape == (5, 2)
    assert model.network_ is not codec


def test_it_says_when_rows_are_too_few_or_have_nothing_in_common() -> None:
    noise = np.random.default_rng(0).normal(size=(90, 40))
    said = " ".join(Autoencoder(latent=39, budget="1500 steps").fit(noise).notes_)
    assert "More normal samples would help" in said
    assert Autoencoder(latent=2, **QUICK).fit(plane(500)).notes_ == ()


def test_a_budget_counts_steps() -> None:
    model = Autoencoder(latent=2, budget="37 steps").fit(plane(100))
    assert model.steps_ == 37
    assert model.budget_ == "37 steps"
