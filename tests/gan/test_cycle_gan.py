"""CycleGAN: what it translates, what it refuses, and what its losses are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from likely.base.model import NotFittedError
from likely.core.errors import DataError
from likely.gan import CycleGAN
from likely.nets.adversarial import contest, persuasion
from likely.nets.translation import Generators, InstanceNorm, PatchDiscriminators, Pool
from likely.persistence import load_model, save_model

SETS = ["light"] * 30 + ["dark"] * 30


def model(**settings) -> CycleGAN:
    return CycleGAN(**{**CycleGAN.fast, "budget": "4 steps", **settings})


def images(size: tuple[int, ...] = (5, 9)) -> np.ndarray:
    """Return 30 light and 30 dark noisy images, bytes."""
    rng = np.random.default_rng(0)
    light = rng.integers(180, 256, size=(30, *size))
    return np.concatenate([light, 255 - light]).astype(np.uint8)


@pytest.fixture(scope="module")
def fitted() -> CycleGAN:
    return model().fit(images(), condition=SETS)


@pytest.mark.parametrize("sharing", ["none", "encoder"])
@pytest.mark.parametrize("size", [(5, 9), (1, 1), (2, 7, 3)])
def test_translations_have_the_form_of_the_data(sharing, size):
    some = images(size)
    found = model(sharing=sharing, budget="2 steps").fit(some, condition=SETS)
    made = found.translate(some[:4], "dark", "light")
    assert made.shape == (4, *size)
    assert made.dtype == np.uint8


def test_light_images_become_dark_and_back():
    some = images((6, 6))
    found = model(learning_rate=0.02, budget="25 steps", cycle=1.0, identity=1.0)
    found.fit(some, condition=SETS)
    assert found.translate(some[:30], "dark", "light").mean() < 80
    assert found.translate(some[30:], "light", "dark").mean() > 170


def test_images_of_the_set_asked_for_stay_as_they_are(fitted):
    some = images()
    made = fitted.translate(some, "dark", SETS)
    np.testing.assert_array_equal(made[30:], some[30:])
    assert (made[:30] != some[:30]).any(axis=(1, 2)).all()
    np.testing.assert_array_equal(made[:30], fitted.translate(some[:30], "dark", "light"))


def test_the_same_seed_translates_alike(fitted):
    again = model().fit(images(), condition=SETS)
    some = images()[:5]
    np.testing.assert_array_equal(
        again.translate(some, "dark", "light"), fitted.translate(some, "dark", "light")
    )


def test_cycle_error_is_what_it_says(fitted):
    some = images()
    found = fitted.cycle_error(some, SETS)
    assert found.shape == (60,)
    assert ((found > 0) & (found < 1)).all()
    x = torch.from_numpy(some[:30, None].astype(np.float32) / 255)
    light, dark = (fitted.condition_.used[0].labels.index(name) for name in ("light", "dark"))
    with torch.no_grad():
        generator = fitted.network_.generator
        expected = (generator(generator(x, dark), light) - x).abs().mean(dim=(1, 2, 3))
    np.testing.assert_allclose(found[:30], expected, rtol=1e-3)


def test_errors_name_what_is_wrong(fitted):
    some = images()
    with pytest.raises(DataError, match=r"'blue'.*'dark', 'light'"):
        fitted.translate(some, "blue", SETS)
    with pytest.raises(DataError, match="needs them here"):
        fitted.translate(some, "dark", None)
    with pytest.raises(DataError, match="never learnt"):
        fitted.translate(some[:2], "dark", ["light", "blue"])
    with pytest.raises(DataError, match="does not say which set"):
        fitted.translate(some[:2], "dark", ["light", None])
    with pytest.raises(NotFittedError):
        model().translate(some, "dark", SETS)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (["a", "b", "c"] * 20, "two labels"),
        (["a"] * 60, "two labels"),
        ({"a": ["u", "v"] * 30, "b": ["u", "v"] * 30}, "one column"),
        (np.linspace(0, 1, 60), "number"),
        (["a", "b", None] * 20, "does not say which set"),
    ],
)
def test_other_conditions_than_two_sets_are_refused(condition, words):
    with pytest.raises(DataError, match=words):
        model().fit(images(), condition=condition)


def test_without_sets_there_is_nothing_to_translate():
    alone = model(budget="2 steps").fit(images())
    assert any("nothing to translate" in note for note in alone.notes_)
    for ask in (
        lambda: alone.translate(images(), "a", None),
        lambda: alone.cycle_error(images(), None),
    ):
        with pytest.raises(DataError, match="fitted to one set"):
            ask()


def test_a_file_translates_as_the_model_did(fitted, tmp_path: Path):
    save_model(fitted, tmp_path / "m.likely")
    again, some = load_model(tmp_path / "m.likely"), images()[:5]
    np.testing.assert_array_equal(
        again.translate(some, "dark", "light"), fitted.translate(some, "dark", "light")
    )
    np.testing.assert_array_equal(
        again.score_samples(some, "light"), fitted.score_samples(some, "light")
    )


def test_a_score_is_given_the_set(fitted):
    some = images()[:10]
    own, other = fitted.score_samples(some, "light"), fitted.score_samples(some, "dark")
    assert (own > other).all()


@pytest.mark.parametrize("off", ["cycle", "identity", "adversarial"])
def test_losses_can_be_left_out(off):
    some = images()
    losses = [
        model(budget="1 steps", **{off: weight}).fit(some, condition=SETS).history_[0]["loss"]
        for weight in (0.0, 1.0, 2.0)
    ]
    assert losses[0] < losses[1] < losses[2]
    np.testing.assert_allclose(losses[2] - losses[1], losses[1] - losses[0], rtol=1e-4)


def test_a_shared_encoder_is_one():
    shape, widths = (1, 5, 9), (4, 8)
    apart, shared = (Generators(2, shape, widths, 3, shared=one) for one in (False, True))
    assert (len(apart.encoders), len(shared.encoders), len(shared.decoders)) == (2, 1, 2)
    x = torch.rand(3, *shape)
    assert not torch.equal(shared(x, 0), shared(x, 1))
    assert shared(x, 0).shape == x.shape


def test_features_do_not_depend_on_the_batch():
    judge, x = PatchDiscriminators(2, (3, 8, 8), (4, 8)), torch.rand(6, 3, 8, 8)
    torch.testing.assert_close(judge.features(x)[:1], judge.features(x[:1]))
    assert judge.features(x).shape == (6, 2 * 8 * 4)


def test_instance_norm_is_that_of_torch():
    x = torch.randn(2, 3, 6, 6)
    expected = torch.nn.functional.instance_norm(x, eps=1e-3)
    torch.testing.assert_close(InstanceNorm(3)(x), expected)


def test_a_pool_exchanges_half_of_the_translations():
    torch.manual_seed(0)
    pool = Pool(2, (1, 1, 1), 50)
    first = torch.full((60, 1, 1, 1), 0.2)
    seen = pool.exchanged(first, 0)
    assert (seen == 0.2).all()  # there was nothing else, or the same in bytes: 51 of 255
    assert (pool.images[0] == 51).all()
    assert (pool.images[1] == 0).all()  # of the other set
    assert pool.filled.tolist() == [50, 0]
    seen = pool.exchanged(torch.full((40, 1, 1, 1), 0.6), 0)
    old = int((seen == 0.2).sum())
    assert old + int((seen == 0.6).sum()) == 40
    assert 10 <= old <= 30
    assert int((pool.images[0] == 153).sum()) == old  # each took the place of the one shown


def test_a_pool_hands_back_what_it_was_given_first():
    pool, made = Pool(1, (1, 2, 2), 3), torch.rand(2, 1, 2, 2, requires_grad=True)
    seen = pool.exchanged(made, 0)
    assert torch.equal(seen, made)
    assert not seen.requires_grad


def test_without_a_pool_there_is_none():
    alone = model(pool=0, budget="2 steps").fit(images(), condition=SETS)
    assert alone.network_.pool is None


def test_least_squares_pull_to_one_and_zero():
    x = torch.tensor([1.0, 0.0])
    torch.testing.assert_close(contest("least squares", x, x), torch.tensor([1.0, 1.0]))
    torch.testing.assert_close(persuasion("least squares", x), torch.tensor([0.0, 1.0]))


def test_a_collapse_is_reported():
    found = model(budget="3 steps").fit(images((8, 8)), condition=SETS)
    text = " ".join(found.notes_)
    assert "is lost there and back" in text
