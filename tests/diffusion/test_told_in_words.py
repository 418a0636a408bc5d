"""Diffusion models that are told captions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from likely.core.errors import DamagedFile, DataError
from likely.diffusion import DDPM
from likely.nets.information import information
from likely.nets.text_reader import CrossAttention, TextReader
from likely.nets.u_net import UNet
from likely.persistence.models import model_state, restore_model


@pytest.fixture(scope="module")
def plane() -> tuple[np.ndarray, list[str]]:
    """Points left or right, and above or below; one of the four captions is never learnt."""
    rng = np.random.default_rng(0)
    sides = rng.integers(0, 2, (400, 2))
    sides = sides[sides.sum(axis=1) < 2]
    rows = 8.0 * sides + rng.normal(size=(len(sides), 2))
    said = [f"{('left', 'right')[a]} and {('below', 'above')[b]}" for a, b in sides]
    return rows, said


@pytest.fixture(scope="module")
def model(plane: tuple[np.ndarray, list[str]]) -> DDPM:
    """Learnt from points and what is said about them."""
    rows, said = plane
    settings = {"hidden": (16, 16), "budget": "100 steps", "learning_rate": 0.01}
    return DDPM(**settings, sampling_steps=10, likelihood_steps=4).fit(rows, condition=said)


def test_samples_are_where_their_captions_say(model):
    drawn = {said: model.sample(50, seed=0, condition=said) for said in (
        "left and below", "right and below", "left and above"
    )}  # fmt: skip
    assert (drawn["right and below"].mean(axis=0) > [6, -2]).all()
    assert (drawn["left and above"].mean(axis=0) > [-2, 6]).all()
    assert (drawn["left and below"].mean(axis=0) < [2, 2]).all()


def test_samples_are_likelier_given_their_own_captions(model, plane):
    rows, said = plane[0][:100], plane[1][:100]
    other = ["left and above" if "right" in one else "right and below" for one in said]
    assert (model.log_prob(rows, said) > model.log_prob(rows, other)).mean() > 0.95


def test_guidance_zero_hears_nothing(model):
    model = restore_model(*model_state(model)).set_params(guidance=0.0)
    one, two = (model.sample(5, seed=1, condition=said) for said in ("left and above", "right"))
    np.testing.assert_allclose(one, two)


def test_a_caption_is_asked_for_and_checked(model):
    for wrong, words in (
        (None, "condition="),
        ("zebra zoo", "zebra"),
        (7, "text"),
        ([7.0], "text"),
    ):
        with pytest.raises(DataError, match=words):
            model.sample(1, condition=wrong)
    with pytest.raises(DataError, match="2 captions for 3"):
        model.sample(3, condition=["left and above"] * 2)
    model.sample(2, condition=["left and zebra", None])


def test_captions_survive_a_file_and_their_words_are_checked(model, plane):
    document, tensors = model_state(model)
    again = restore_model(document, tensors)
    assert again.condition_ == model.condition_
    np.testing.assert_array_equal(
        again.score_samples(*map(lambda part: part[:5], plane)),
        model.score_samples(*map(lambda part: part[:5], plane)),
    )
    fewer = document["condition"] | {"words": document["condition"]["words"][1:]}
    with pytest.raises(DamagedFile):
        restore_model(document | {"condition": fewer}, tensors)


def test_a_caption_is_not_the_schema_of_samples(model):
    document, tensors = model_state(model)
    with pytest.raises(DamagedFile):
        restore_model(document | {"schema": document["condition"]}, tensors)


def test_what_is_read_depends_on_order_and_not_on_room_behind():
    torch.manual_seed(0)
    reader = TextReader(5, 4, 16)
    said = torch.tensor([[1, 2, 3, 0, 1], [3, 2, 1, 0, 1], [0, 0, 0, 0, 0.0]])
    read = reader(said)
    assert (read.whole[0] - read.whole[1]).abs().max() > 1e-3
    shorter = TextReader(5, 3, 16)
    shorter.load_state_dict(reader.state_dict() | {"places": reader.places[:4]})
    torch.testing.assert_close(shorter(said[:, [0, 1, 2, 4]]).whole, read.whole)
    torch.testing.assert_close(reader(reader.nothing(1, said)).whole[0], read.whole[2])


def test_maps_attend_to_words_that_are_there():
    torch.manual_seed(0)
    reader, attention = TextReader(5, 4, 16), CrossAttention(8, 16, 2)
    x, read = torch.randn(1, 8, 3, 3), reader(torch.tensor([[1.0, 2, 0, 0, 1]]))
    torch.testing.assert_close(attention(x, read), x)  # until it has learnt
    torch.nn.init.normal_(attention.back.weight)
    found = attention(x, read)
    hidden = read._replace(states=read.states + 9 * ~read.there[..., None])
    torch.testing.assert_close(attention(x, hidden), found)
    assert (found - x).abs().max() > 0.01


def test_a_u_net_hears_nothing_where_nothing_is_told():
    torch.manual_seed(0)
    network = UNet((8, 8), 1, 1, (8, 16), 1, 0, TextReader(5, 4, 16))
    for zero in (network.end, network.reading.back):
        torch.nn.init.normal_(zero.weight)
    x, level = torch.randn(2, 1, 8, 8), torch.zeros(2)
    silent, told = network(x, level), network(x, level, torch.tensor([[1.0, 2, 0, 0, 1]] * 2))
    torch.testing.assert_close(network(x, level, torch.zeros(2, 5)), silent)
    assert silent.shape == x.shape
    assert (told - silent).abs().max() > 1e-4


def test_captions_match_their_own_samples_best(model, plane):
    rows, said = plane[0][:100], plane[1][:100]
    other = ["left and above" if "right" in one else "right and below" for one in said]
    own = model.match(rows, said)
    assert own.mean() > 0.3
    assert (model.match(rows, other) < 0).mean() > 0.95


def test_information_is_that_of_the_best_denoiser():
    x = torch.tensor([[1.0], [-1.0]], dtype=torch.float64)
    noise = torch.randn((8, 4000, 1), generator=torch.Generator().manual_seed(0)).double()
    found = information(
        lambda seen, level: torch.sign(x),
        lambda seen, level: torch.tanh(seen / level**2),
        x,
        noise,
    )
    np.testing.assert_allclose(found, np.log(2), rtol=0.05)  # which of two, equally likely
