import numpy as np
import pytest
import torch
from scipy.linalg import solve_triangular

from likely.core.covariance import whitening
from likely.core.errors import ParameterError
from likely.energy import EnergyModel
from likely.evaluation import auroc
from likely.nets.energy_layers import Convolutional, Principal
from likely.testing.shaped import clean, planted

QUICK = {"budget": "60 steps", "batch_size": 32, "annealing": 10, "draw_steps": 10}


def test_principal_directions_are_those_in_which_samples_vary() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(500, 2)) @ rng.normal(size=(2, 5)) + 0.01 * rng.normal(size=(500, 5))
    whitened = whitening(np.cov(rows.T))
    layers = Principal(5, 2, (4,))
    layers.settle(solve_triangular(whitened, np.eye(5)))
    found = layers.directions.numpy()
    np.testing.assert_allclose(found.T @ found, np.eye(2), atol=1e-4)
    along = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)[2][:2]
    seen = (rows - rows.mean(axis=0)) @ whitened @ found
    kept = (rows - rows.mean(axis=0)) @ along.T
    assert np.linalg.lstsq(kept, seen, rcond=None)[1].sum() < 1e-3 * len(rows)


def test_far_away_the_network_adds_the_same() -> None:
    torch.manual_seed(0)
    layers = Principal(3, 3, (8,))
    layers.settle(np.eye(3))
    with torch.no_grad():
        far = layers(torch.tensor([[50.0, 0.0, 0.0], [5000.0, 0.0, 0.0]]))
    assert torch.allclose(far[0], far[1])


def test_convolutions_see_pixels() -> None:
    back, centre = np.diag(np.arange(1.0, 13.0)), np.full(12, 0.5)
    layers = Convolutional((1, 4, 3), (2, 3), back, centre)
    diagonal = Convolutional((1, 4, 3), (2, 3), np.arange(1.0, 13.0), centre)
    diagonal.load_state_dict(layers.state_dict())
    u = torch.randn(5, 12)
    assert layers(u).shape == (5, 1)
    assert torch.allclose(layers(u), diagonal(u))
    moved = torch.eye(12)[3] / 4  # the fourth pixel by one
    plain = Convolutional((1, 4, 3), (2, 3), np.eye(12), centre)
    plain.load_state_dict(layers.state_dict())
    pixels = u @ torch.from_numpy(back).float()
    assert torch.allclose(layers(u + moved), plain(pixels + torch.eye(12)[3]), atol=1e-6)


@pytest.mark.parametrize("layers", ["dense", "convolutional"])
@pytest.mark.parametrize("oddness", ["energy", "blurred"])
def test_patches_are_found_in_images(layers: str, oddness: str) -> None:
    hidden = (16,) if layers == "dense" else (4, 8)
    model = EnergyModel(hidden=hidden, layers=layers, oddness=oddness, **QUICK)  # pyright: ignore
    model.fit(clean("image", 100))
    new, labels, _ = planted("image")
    assert auroc(labels, -model.score_samples(new)) > 0.95
    agrees = np.allclose(model.score_samples(new), model.log_prob(new) - model._log_volume())
    assert agrees == (oddness == "energy")


def test_tables_have_no_neighbours_and_no_noise() -> None:
    rows = np.random.default_rng(0).normal(size=(50, 3))
    with pytest.raises(ParameterError, match="'convolutional'"):
        EnergyModel(layers="convolutional").fit(rows)
    with pytest.raises(ParameterError, match="'blurred'"):
        EnergyModel(oddness="blurred", hidden=(4,), **QUICK).fit(rows)
