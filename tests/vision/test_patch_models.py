import numpy as np
import pytest
import torch

import likely
from likely.core.errors import DataError, ParameterError
from likely.data.shaped import from_arrays
from likely.persistence import load_model, save_model
from likely.vision import PaDiM, PatchCore
from likely.vision.coreset import greedy_k_centre
from likely.vision.feature_maps import Backbone, Pictures, digest_of, imagenet

MODELS = [PaDiM(size=64), PatchCore(size=64, max_patches=200)]


def pictures(n: int, seed: int = 0, side: int = 32) -> np.ndarray:
    """Grey bytes: a bright bar at a place that varies a little, and noise."""
    rng = np.random.default_rng(seed)
    drawn = rng.normal(90, 6, size=(n, side, side))
    for one in drawn:
        start = side // 4 + rng.integers(0, 3)
        one[:, start : start + side // 4] += 60
    return np.clip(drawn, 0, 255).astype(np.uint8)


def spoiled(n: int, seed: int = 1) -> np.ndarray:
    """Pictures with a dark block in the bar, at rows 20 to 25 and columns 9 to 14."""
    found = pictures(n, seed)
    found[:, 20:26, 9:15] = 20
    return found


class Filters(torch.nn.Module):
    """A small network of fixed random filters."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.first = torch.nn.Conv2d(3, 6, 5, 4, padding=2)
            self.second = torch.nn.Conv2d(6, 8, 3, 2, padding=1)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        first = torch.relu(self.first(x))
        return [first, torch.relu(self.second(first))]


def test_the_coreset_is_that_of_the_plain_algorithm():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(200, 5)).astype(np.float32)
    found = greedy_k_centre(points, 20, np.random.default_rng(1))
    first = int(np.random.default_rng(1).integers(200))
    expected = [first]
    for _ in range(19):
        away = np.linalg.norm(points[:, None] - points[expected][None], axis=2).min(axis=1)
        expected.append(int(away.argmax()))
    np.testing.assert_array_equal(found, expected)


def test_projected_distances_cover_about_as_well():
    points = np.random.default_rng(0).normal(size=(400, 150)).astype(np.float32)
    radius = [
        np.linalg.norm(points[:, None] - points[rows][None], axis=2).min(axis=1).max()
        for rows in (
            greedy_k_centre(points, 40, np.random.default_rng(0)),
            greedy_k_centre(points, 40, np.random.default_rng(0), projected=150),
        )
    ]
    assert radius[0] < 1.15 * radius[1]


def test_equal_points_are_taken_once_each_before_any_is_left_far():
    points = np.repeat(np.eye(3, dtype=np.float32), 10, axis=0)
    found = greedy_k_centre(points, 3, np.random.default_rng(0))
    assert len({int(i) // 10 for i in found}) == 3


def test_padim_is_the_mahalanobis_distance_of_the_paper_where_nothing_is_shared():
    learnt, new = pictures(12), pictures(3, seed=5)
    model = PaDiM(size=64, shrinkage=0.5, cells=64, top=0.0, smoothing=0.0, backbone=Filters())
    model.fit(learnt)
    maps = [
        np.concatenate(list(Pictures(model.schema_, model.schema_.match(x), (64, 64)).maps(
            Backbone(Filters().eval(), b"")
        )))
        for x in (learnt, new)
    ]  # fmt: skip
    apart = maps[0] - maps[0].mean(axis=0)
    every = np.einsum("nrci,nrcj->rcij", apart, apart) / len(learnt)
    pooled = every.mean(axis=(0, 1))
    ridge = 0.01 * np.trace(pooled) / len(pooled) * np.eye(len(pooled))
    inverse = np.linalg.inv(0.5 * every + 0.5 * pooled + ridge)
    away = maps[1] - maps[0].mean(axis=0)
    expected = np.einsum("nrci,rcij,nrcj->nrc", away, inverse, away).max(axis=(1, 2))
    np.testing.assert_allclose(-model.score_samples(new), expected, rtol=1e-3)


def test_padim_judges_each_picture_as_a_fit_without_it_would():
    learnt = pictures(40)
    found = PaDiM(size=64, backbone=Filters()).fit(learnt).training_scores_
    for i in (0, 7):
        without = PaDiM(size=64, backbone=Filters()).fit(np.delete(learnt, i, axis=0))
        assert found[i] == pytest.approx(without.score_samples(learnt[[i]])[0], rel=0.02)


def test_learning_on_equals_learning_at_once_for_padim():
    learnt = pictures(30)
    whole = PaDiM(size=64, backbone=Filters()).fit(learnt)
    parts = PaDiM(size=64, backbone=Filters()).fit(learnt[:11])
    parts.partial_fit(learnt[11:12]).partial_fit(learnt[12:])
    np.testing.assert_allclose(parts.mean_, whole.mean_, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(parts.scatter_, whole.scatter_, rtol=1e-3, atol=1e-3)
    new = spoiled(4)
    np.testing.assert_allclose(parts.score_samples(new), whole.score_samples(new), rtol=1e-3)
    np.testing.assert_allclose(parts.contributions(new), whole.contributions(new), rtol=1e-2)
    assert parts.learnt_ == 30
    assert parts.training_scores_.shape == (30,)


def test_patch_core_accepts_what_it_is_shown_and_stays_bounded():
    model = PatchCore(size=64, max_patches=150, backbone=Filters()).fit(pictures(20))
    before = model.score_samples(spoiled(1, seed=9))
    model.partial_fit(spoiled(6))
    assert len(model.bank_) == 150
    assert model.score_samples(spoiled(1, seed=9)) > 0.7 * before
    assert model.training_scores_.shape == (26,)


def test_partial_fit_of_a_new_model_is_fit():
    first, second = PaDiM(size=64, backbone=Filters()), PaDiM(size=64, backbone=Filters())
    learnt = pictures(10)
    a, b = first.fit(learnt), second.partial_fit(learnt)
    np.testing.assert_array_equal(a.score_samples(learnt), b.score_samples(learnt))


@pytest.mark.parametrize("model", MODELS, ids=["PaDiM", "PatchCore"])
def test_spoiled_places_are_found_and_shown(model):
    fitted = type(model)(**model.get_params()).fit(pictures(30))
    odd = spoiled(5)
    assert -fitted.score_samples(odd).max() > -fitted.score_samples(pictures(10, seed=7)).min()
    for one in fitted.contributions(odd):
        row, column = np.unravel_index(one.argmax(), one.shape)
        assert 18 <= row < 28
        assert 7 <= column < 17


@pytest.mark.parametrize("model", MODELS, ids=["PaDiM", "PatchCore"])
def test_outside_the_region_nothing_counts(model):
    region = np.ones((32, 32), dtype=bool)
    region[16:] = False
    fitted = type(model)(**{**model.get_params(), "region": region}).fit(pictures(20))
    odd, good = spoiled(3, seed=4), pictures(3, seed=4)
    np.testing.assert_allclose(fitted.score_samples(odd), fitted.score_samples(good), rtol=0.25)
    assert fitted.contributions(odd)[:, 24:].max() == 0
    with pytest.raises(ParameterError, match="region must be a mask"):
        type(model)(size=64, region=region[:5]).fit(pictures(4))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_channels_bytes_and_words_are_read(channels):
    model = PaDiM(size=64)
    grey = pictures(8)
    coloured = np.repeat(grey[..., None], channels, axis=3)
    model.fit(coloured)
    assert model.contributions(coloured[:2]).shape == coloured[:2].shape
    words = PaDiM(size=64).fit(coloured.astype(np.uint16) * 257)
    assert np.isfinite(words.score_samples(coloured[:2].astype(np.uint16) * 257)).all()


def test_grey_and_three_equal_channels_are_the_same_picture():
    grey = pictures(8)
    one = PaDiM(size=64).fit(grey).score_samples(grey)
    three = PaDiM(size=64).fit(np.repeat(grey[..., None], 3, axis=3))
    np.testing.assert_allclose(
        three.score_samples(np.repeat(grey[..., None], 3, axis=3)), one, rtol=1e-3
    )


def test_sizes_may_differ_and_the_aspect_is_kept():
    mixed = [pictures(1, seed=i, side=32 + 2 * (i % 3))[0] for i in range(8)]
    mixed = [one[:-8] for one in mixed]
    model = PaDiM(size=64).fit(mixed)
    assert model.schema_.shape == (26, 34)
    assert tuple(model.grid_) == (6, 8)
    assert model.contributions(mixed).shape == (8, 26, 34)


def test_pictures_are_looked_at_a_batch_at_a_time():
    looked: list[int] = []

    class Watched(list):
        def __getitem__(self, at):
            looked.append(0 if isinstance(at, slice) else int(at))
            return super().__getitem__(at)

    samples = from_arrays(list(pictures(40, side=36)) + list(pictures(1, side=32)))
    object.__setattr__(samples, "parts", Watched(samples.parts))
    model = PaDiM(size=256, backbone=Filters())
    shown = model._view(model._describe(samples), samples)
    looked.clear()
    next(shown.shown())
    assert len(looked) <= shown.batch < 40


def test_tiles_give_the_features_of_the_whole_away_from_edges():
    network, digest = imagenet((4, 10))
    picture = np.random.default_rng(0).random((1, 3, 320, 256)).astype(np.float32)
    whole = Backbone(network, digest).maps(picture)
    tiled = Backbone(network, digest, tile=128).maps(picture)
    assert tiled.shape == whole.shape
    same = np.abs(tiled - whole) <= 0.05 * np.abs(whole).max()
    assert same.mean() > 0.98


def test_a_file_holds_the_model_but_not_a_network_of_ones_own(tmp_path):
    learnt = pictures(8)
    model = PaDiM(size=64).fit(learnt)
    save_model(model, tmp_path / "m.likely")
    loaded = load_model(tmp_path / "m.likely")
    np.testing.assert_array_equal(loaded.score_samples(learnt), model.score_samples(learnt))
    assert (tmp_path / "m.likely").stat().st_size < 5_000_000
    own = PaDiM(size=64, backbone=Filters()).fit(learnt)
    with pytest.raises(likely.LikelyError, match="backbone"):
        save_model(own, tmp_path / "own.likely")


def test_other_weights_are_noticed():
    model = PaDiM(size=64, backbone=Filters()).fit(pictures(8))
    other = Filters()
    with torch.no_grad():
        other.first.bias.add_(0.1)
    assert digest_of(other) != digest_of(Filters())
    model.backbone, model._ready = other, None
    with pytest.raises(DataError, match="other weights"):
        model.score_samples(pictures(2))


def test_layers_that_do_not_exist_and_maps_that_are_none_are_told():
    with pytest.raises(ParameterError, match="layers must be blocks from 0 to 15"):
        PaDiM(size=64, layers=(3, 16)).fit(pictures(4))
    with pytest.raises(ParameterError, match="one map of features"):
        PaDiM(size=64, backbone=torch.nn.Flatten()).fit(pictures(4))


def test_a_network_of_ones_own_is_left_as_it_was():
    own = Filters().train()
    PaDiM(size=64, backbone=own).fit(pictures(4))
    assert own.training


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_device_that_is_not_there_is_told():
    with pytest.raises(ParameterError, match="torch finds none here"):
        PaDiM(size=64, device="cuda").fit(pictures(4))


def test_reweighting_lowers_scores_only():
    learnt, new = pictures(12), spoiled(4)
    plain = PatchCore(size=64, max_patches=100, backbone=Filters()).fit(learnt)
    weighted = PatchCore(size=64, max_patches=100, reweight=True, backbone=Filters()).fit(learnt)
    assert (weighted.score_samples(new) >= plain.score_samples(new)).all()


@pytest.mark.parametrize(
    "model",
    [
        PaDiM(size=64, backbone=Filters()),
        PatchCore(size=64, max_patches=100, backbone=Filters()),
    ],
    ids=["PaDiM", "PatchCore"],
)
def test_the_promise_holds_on_new_good_pictures(model):
    learned = likely.learn(pictures(150), method=model, normal=True)
    p = np.asarray(learned.p_values(pictures(300, seed=5)))
    assert 0.03 <= (p <= 0.1).mean() <= 0.2
    assert np.asarray(learned.p_values(spoiled(5))).max() <= 0.02
