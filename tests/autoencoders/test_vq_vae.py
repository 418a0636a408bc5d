"""The codebook against k-means by hand, and what the model says of it."""

import numpy as np
import pytest
import torch

from likely.autoencoders import VQVAE
from likely.core.errors import DataError
from likely.nets import vector_quantiser
from likely.nets.vector_quantiser import VectorQuantiser

DECAY = vector_quantiser._DECAY


def quantiser(codes: np.ndarray, count: float = 10.0) -> VectorQuantiser:
    """Return a codebook that was used before, evenly."""
    found = VectorQuantiser(*codes.shape).double()
    found.codes.copy_(torch.from_numpy(codes))
    found.counts.fill_(count)
    found.sums.copy_(count * torch.from_numpy(codes))
    found.started.fill_(1)
    return found


def vectors(n: int = 60, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.repeat([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]], n // 3, axis=0) + rng.normal(size=(n, 2))


def nearest(z: np.ndarray, codes: np.ndarray) -> list[int]:
    return [min(range(len(codes)), key=lambda k: float(((one - codes[k]) ** 2).sum())) for one in z]


def test_nearest_codes_are_the_nearest() -> None:
    codes = np.random.default_rng(1).normal(size=(9, 2)) * 3
    found = quantiser(codes).assign(torch.from_numpy(vectors()))
    assert found.tolist() == nearest(vectors(), codes)


def test_one_step_is_a_step_of_k_means_with_a_memory() -> None:
    codes, z = np.array([[0.5, 0.5], [4.0, 1.0], [1.0, 4.0]]), vectors()
    book = quantiser(codes)
    book.learn(torch.from_numpy(z))
    labels = np.array(nearest(z, codes))
    for k, code in enumerate(codes):
        own = z[labels == k]
        count = DECAY * 10 + (1 - DECAY) * len(own)
        expected = (DECAY * 10 * code + (1 - DECAY) * own.sum(axis=0)) / count
        np.testing.assert_allclose(book.codes[k].numpy(), expected)


def test_without_a_memory_it_is_lloyds_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_quantiser, "_DECAY", 0.0)
    codes, z = np.array([[0.5, 0.5], [4.0, 1.0], [1.0, 4.0]]), vectors()
    book = quantiser(codes)
    book.learn(torch.from_numpy(z))
    labels = np.array(nearest(z, codes))
    means = np.array([z[labels == k].mean(axis=0) for k in range(3)])
    np.testing.assert_allclose(book.codes.numpy(), means)


def test_dead_codes_come_back_to_where_vectors_are() -> None:
    codes = np.vstack([[[0.0, 0.0]], np.full((7, 2), 1e3) + np.arange(7)[:, None]])
    book, z = quantiser(codes), torch.from_numpy(vectors())
    assert len(set(book.assign(z).tolist())) == 1
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for _ in range(600):
            book.learn(z)
    assert len(set(book.assign(z).tolist())) == 8
    assert float(book.codes.abs().max()) < 20


def test_the_first_batch_starts_the_codebook() -> None:
    book, z = VectorQuantiser(16, 2).double(), torch.from_numpy(vectors())
    with torch.random.fork_rng():
        torch.manual_seed(0)
        book.learn(z)
    assert int(book.started) == 1
    assert len(set(book.assign(z).tolist())) >= 8


def rows(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    corners = np.array([[0.0, 0.0, 0.0], [6.0, 0.0, 6.0], [0.0, 6.0, 6.0], [6.0, 6.0, 0.0]])
    return corners[rng.integers(0, 4, n)] + 0.3 * rng.normal(size=(n, 3))


@pytest.fixture(scope="module")
def model() -> VQVAE:
    settings = {"codes": 4, "positions": 1, "code_width": 4, "hidden": (16,)}
    return VQVAE(**settings, budget="300 steps", learning_rate=0.01).fit(rows(600, 0))


def test_four_clusters_take_four_codes_and_two_bits(model: VQVAE) -> None:
    assert model.in_use_ == 1.0
    assert model.perplexity_ == pytest.approx(4.0, abs=0.2)
    assert model.bits_ == pytest.approx(2.0, abs=0.1)
    np.testing.assert_allclose(np.exp(model.prior_).sum(axis=1), 1.0)
    away = np.abs(model.reconstruct(rows(100, 1)) - rows(100, 1))
    assert np.median(away) < 0.5


def test_codes_are_whole_numbers_that_decode_to_reconstructions(model: VQVAE) -> None:
    new = rows(20, 1)
    codes = model.encode(new)
    assert codes.shape == (20, 1)
    assert set(codes.ravel()) <= {0.0, 1.0, 2.0, 3.0}
    np.testing.assert_allclose(model.decode(codes), model.reconstruct(new))
    with pytest.raises(DataError, match="whole numbers from 0 to 3"):
        model.decode(codes + 0.5)
    with pytest.raises(DataError, match="whole numbers from 0 to 3"):
        model.decode(codes + 4)


def test_samples_fall_into_the_clusters(model: VQVAE) -> None:
    drawn = model.sample(400, seed=0)
    labels = nearest(drawn, np.array([[0.0, 0, 0], [6, 0, 6], [0, 6, 6], [6, 6, 0]]))
    assert min(np.bincount(labels, minlength=4)) > 60


def test_few_codes_in_use_are_told() -> None:
    twice = np.repeat([[0.0, 1.0], [1.0, 0.0]], 50, axis=0)
    model = VQVAE(codes=64, positions=1, hidden=(8,), budget="50 steps").fit(twice)
    assert model.in_use_ < 0.5
    assert any("of the codes are in use" in note for note in model.notes_)


def test_joint_oddness_adds_the_surprise_of_codes() -> None:
    settings = {"codes": 4, "positions": 1, "code_width": 4, "hidden": (16,)}
    many = np.vstack([rows(600, 0), rows(600, 2)])
    kept = many[(many[:, 0] < 3) | (np.arange(len(many)) < 150)]  # two corners are rarer
    model = VQVAE(**settings, oddness="joint", budget="300 steps", learning_rate=0.01).fit(kept)
    rare = model.score_samples([[6.0, 0.0, 6.0], [6.0, 6.0, 0.0]])
    usual = model.score_samples([[0.0, 0.0, 0.0], [0.0, 6.0, 6.0]])
    assert rare.mean() < usual.mean()
