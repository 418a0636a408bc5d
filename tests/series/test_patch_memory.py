"""Patches are cut inside their stretch, embedded by shape, and judged by what is remembered."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from likely.nets.patches import PatchNetwork
from likely.nets.rng import seeded
from likely.series import PatchMemory
from likely.series.patch_pairs import RADIUS, Patches

QUICK = {"length": 16, "memory": 0.1, "widths": (8, 8), "batch_size": 16, "budget": "10 steps"}
WAVE = np.sin(2 * np.pi * np.arange(600) / 24) + 0.05 * np.random.default_rng(0).normal(size=600)


@pytest.fixture
def patches() -> Patches:
    stretches = [np.arange(20.0), np.arange(3.0), np.arange(100.0, 112.0)]
    columns = [np.column_stack([one, -one]).astype(np.float32) for one in stretches]
    return Patches(columns, 5, torch.device("cpu"))


def test_patches_are_cut_inside_their_stretch(patches: Patches) -> None:
    assert patches.starts.tolist() == [*range(16), *range(20, 28)]  # the short one has none
    cut = patches.at(torch.tensor([15, 20]))
    assert cut[0, 0].tolist() == [15, 16, 17, 18, 19]
    assert cut[1].tolist() == [[100, 101, 102, 103, 104], [-100, -101, -102, -103, -104]]


def test_what_is_alike_is_near_and_of_the_same_stretch(patches: Patches) -> None:
    starts = torch.from_numpy(patches.starts).repeat(50)
    with seeded(0):
        alike = patches.alike(starts)
    away = (alike - starts).abs()
    assert away.max() == RADIUS
    assert set(away.tolist()) == {0, 1, 2}  # 0: at an end
    assert ((alike < 16) == (starts < 16)).all()
    assert alike.max() == 27
    before, there = patches.before(torch.tensor([4, 5, 24, 25]))
    assert there.tolist() == [False, True, False, True]
    assert before[there].tolist() == [0, 20]


def test_embeddings_see_shape_and_not_level_or_size() -> None:
    with seeded(0):
        network = PatchNetwork(2, (8, 4)).eval()
        patch = torch.randn(3, 2, 32)
    with torch.no_grad():
        found, moved = network(patch), network(1000 * patch + 70.0)
    assert found.shape == (3, 4)
    torch.testing.assert_close(found.norm(dim=1), torch.ones(3))
    torch.testing.assert_close(moved, found, rtol=1e-3, atol=1e-3)


def test_the_loss_is_that_of_triplets_and_of_the_pretext() -> None:
    model = PatchMemory(**QUICK).fit(WAVE[:, None])
    assert len(model.history_) > 0

    class Course:
        done = 0.0

    z = WAVE[:, None].astype(np.float32)
    model._patches, model._course = Patches([z], 16, torch.device("cpu")), Course()
    batch = torch.tensor([3, 100, 300, 500])
    with seeded(1), torch.no_grad():
        both = model._loss(batch)
        Course.done = 0.5
    with seeded(1), torch.no_grad():
        triplets = model._loss(batch)
        torch.manual_seed(1)
        near = model._patches.alike(batch)
        network, cut = model.network_, model._patches.at
        first = network.projected(network.embedded(cut(batch)))
        second = network.projected(network.embedded(cut(near)))
        embedded = network.embedded(cut(batch))
        previous = network.embedded(cut(batch[1:] - 16))  # the first has none
    for i in range(4):
        cosines = [float(first[i] @ other) for other in second]
        assert float(triplets[i]) == pytest.approx(
            max(0.0, min(cosines) - cosines[i] + 0.5), abs=1e-5
        )
    follow = network.following(previous, embedded[1:])
    others = network.following(embedded[[3, 0, 1, 2]], embedded)
    pretext = torch.log1p(others.exp())
    pretext[1:] += torch.log1p((-follow).exp())
    torch.testing.assert_close(both - triplets, pretext.detach(), rtol=1e-4, atol=1e-4)


def test_scores_are_mean_distances_to_the_nearest_in_memory() -> None:
    model = PatchMemory(n_neighbors=2, **QUICK).fit(WAVE[:300, None])
    odd = WAVE[300:, None].copy()
    z = ((odd - model.mean_) / model.spread_).astype(np.float32)
    with torch.no_grad():
        cut = torch.from_numpy(np.stack([z[i : i + 16].T for i in range(285)]))
        found = model.network_(cut).double().numpy()
    far = 0.5 * ((found[:, None] - model.memory_) ** 2).sum(axis=2)  # 1 - cos, if of length 1
    by_patch = np.sort(far, axis=1)[:, :2].mean(axis=1)
    expected = [by_patch[max(0, t - 15) : t + 1].mean() for t in range(300)]
    np.testing.assert_allclose(-model.score_samples(odd), expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("kind", ["still", "frequency", "noise"])
def test_other_shapes_are_the_oddest(kind: str) -> None:
    odd, event = WAVE.copy(), slice(400, 424)
    other = {
        "still": np.zeros(24),
        "frequency": np.sin(2 * np.pi * np.arange(24) / 6),
        "noise": np.random.default_rng(1).normal(size=24),
    }
    odd[event] = other[kind]
    scores = PatchMemory(**QUICK).fit(WAVE[:300, None]).score_samples(odd[:, None])
    assert 385 < scores.argmin() < 440


def test_few_odd_patches_are_not_remembered() -> None:
    spoilt = WAVE.copy()
    spoilt[400:420] = 0.0
    scores = PatchMemory(**QUICK).fit(spoilt[:, None]).score_samples(spoilt[:, None])
    assert 385 < scores.argmin() < 435
