"""Features of images: the same each time, kept by a file, and sensitive to what goes wrong."""

from pathlib import Path

import numpy as np
import pytest
import torch

from likely import evaluation
from likely.core.errors import DamagedFile, DataError, ParameterError, UnsupportedFile
from likely.evaluation import FeatureSpace, frechet_distance, learn_features
from likely.nets.feature_network import damaged, turned


def bars(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images with a bright bar, upright or lying, and which it is."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 30, (n, 12, 12)).astype(np.uint8)
    lying = rng.integers(0, 2, n)
    for i, place in enumerate(rng.integers(1, 9, n)):
        where = (
            (i, slice(place, place + 3)) if lying[i] else (i, slice(None), slice(place, place + 3))
        )
        images[where] = 220
    return images, lying


@pytest.fixture(scope="module")
def space() -> FeatureSpace:
    images, lying = bars(400, 0)
    return learn_features(images, lying, width=16, budget="150 steps")


def test_features_are_standardised_and_alone_as_in_a_batch(space: FeatureSpace) -> None:
    images = bars(400, 0)[0]
    found = space(images)
    assert found.shape == (400, 16)
    assert found.mean(axis=0) == pytest.approx(np.zeros(16), abs=1e-4)
    assert found.std(axis=0) == pytest.approx(np.ones(16), abs=1e-4)
    assert space(images[7:8])[0] == pytest.approx(found[7], abs=1e-4)


def test_the_same_seed_gives_the_same_space_and_leaves_torch_alone() -> None:
    images = bars(60, 0)[0]
    before = torch.get_rng_state()
    first = learn_features(images, budget="5 steps", width=4)
    assert torch.equal(torch.get_rng_state(), before)
    again = learn_features(images, budget="5 steps", width=4)
    other = learn_features(images, budget="5 steps", width=4, seed=1)
    assert np.array_equal(first(images), again(images))
    assert not np.allclose(first(images), other(images))


def test_distances_see_noise_blur_mixtures_and_labels(space: FeatureSpace) -> None:
    real, lying = bars(400, 1)
    new = bars(400, 2)[0]
    floor = frechet_distance(real, new, space).distance
    x = torch.from_numpy(new[:, None] / 255.0)
    for kind in (1, 2, 3):
        with torch.random.fork_rng():
            torch.manual_seed(0)
            hurt = damaged(x, torch.full((len(x),), kind))
        made = (hurt[:, 0].numpy() * 255).astype(np.uint8)
        assert frechet_distance(real, made, space).distance > 3 * floor, kind
    assert frechet_distance(real, real[lying == 1], space).distance > 3 * floor


def test_damages_and_turns_are_what_they_say() -> None:
    x = torch.rand(8, 2, 6, 6)
    assert torch.equal(turned(x, torch.zeros(8, dtype=torch.int64)), x)
    assert torch.equal(damaged(x, torch.zeros(8, dtype=torch.int64)), x)
    for k in range(4):
        assert torch.equal(turned(x, torch.full((8,), k)), x.rot90(k, (-2, -1)))
    wide = torch.rand(4, 1, 3, 5)
    found = turned(wide, torch.arange(4))
    assert torch.equal(found[1], wide[1].flip(-1))
    assert torch.equal(found[2], wide[2].flip(-2))
    assert torch.equal(found[3], wide[3].flip(-2, -1))
    halves = damaged(x, torch.full((8,), 3))
    assert torch.equal(halves[:, :, 0], x[:, :, 0])
    assert torch.equal(halves[:, :, -1], x.roll(1, 0)[:, :, -1])


def test_a_file_gives_the_space_back(space: FeatureSpace, tmp_path: Path) -> None:
    path = tmp_path / "space.likely"
    space.save(path)
    images = bars(20, 3)[0]
    assert np.array_equal(FeatureSpace.load(path)(images), space(images))


def test_other_files_are_refused(space: FeatureSpace, tmp_path: Path) -> None:
    from likely.core.container import pack, unpack

    path = tmp_path / "space.likely"
    space.save(path)
    about, arrays = unpack(path)
    path.write_bytes(pack(about | {"kind": "KNN/1"}, arrays))
    with pytest.raises(UnsupportedFile, match="feature space"):
        FeatureSpace.load(path)
    path.write_bytes(pack(about, {k: v for k, v in arrays.items() if not k.endswith("bias")}))
    with pytest.raises(DamagedFile, match="do not fit"):
        FeatureSpace.load(path)
    path.write_bytes(pack(about | {"form": {"kind": "image"}}, arrays))
    with pytest.raises(DamagedFile, match="whole feature space"):
        FeatureSpace.load(path)


def test_bad_arguments_are_named() -> None:
    images = bars(30, 0)[0]
    with pytest.raises(DataError, match="20 images"):
        learn_features(images[:10])
    with pytest.raises(DataError, match="Give one each"):
        learn_features(images, [1, 2])
    with pytest.raises(ParameterError, match="width"):
        learn_features(images, width=0)
    with pytest.raises(AttributeError, match="no 'fid'"):
        _ = evaluation.fid
    assert "learn_features" in dir(evaluation)
