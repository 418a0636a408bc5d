"""The heavier divergence: one class with the variational autoencoder, but for one number."""

import numpy as np
import pytest

from likely.autoencoders import VAE, BetaVAE

SETTINGS = {"hidden": (), "latent": 3, "batch_size": 64, "learning_rate": 0.02}


def rows(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 3)) * [3.0, 1.5, 1.0] @ rng.normal(size=(3, 6)) + rng.normal(
        size=(n, 6)
    )


def test_divergence_falls_as_beta_grows() -> None:
    found = []
    for beta in (0.5, 2.0, 8.0):
        model = BetaVAE(beta=beta, **SETTINGS, budget="250 steps").fit(rows(600, 0))
        found.append(float(model.divergences_.sum()))
    assert found == sorted(found, reverse=True)
    assert found[0] > 1.5 * found[-1]


def test_with_beta_of_one_it_is_the_vae() -> None:
    x, new = rows(300, 0), rows(50, 1)
    plain = VAE(**SETTINGS, budget="100 steps").fit(x)
    same = BetaVAE(beta=1.0, **SETTINGS, budget="100 steps").fit(x)
    assert plain.score_samples(new).tobytes() == same.score_samples(new).tobytes()
    assert plain.log_prob(new).tobytes() == same.log_prob(new).tobytes()


def test_beta_is_a_parameter_of_one_class_only() -> None:
    assert BetaVAE().get_params()["beta"] == 4.0
    assert "beta" not in VAE().get_params()
    assert set(BetaVAE().get_params()) - set(VAE().get_params()) == {"beta"}
    with pytest.raises(TypeError):
        VAE(beta=2.0)  # pyright: ignore[reportCallIssue]
