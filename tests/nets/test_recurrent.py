"""Recurrent encoder and decoder."""

from __future__ import annotations

import pytest
import torch

from likely.nets.recurrent import RecurrentDecoder, RecurrentEncoder


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize(
    ("steps", "channels", "layers", "stride"), [(1, 1, 1, 1), (9, 3, 2, 1), (10, 2, 1, 4)]
)
def test_what_comes_out_has_the_shape_of_what_went_in(
    cell: str, steps: int, channels: int, layers: int, stride: int
) -> None:
    encoder = RecurrentEncoder(channels, 4, 6, cell, layers, stride)
    decoder = RecurrentDecoder(steps, channels, 4, 6, cell, layers, stride)
    x = torch.rand(2, channels, steps)
    states = encoder.features(x)
    assert states.shape == (2, 6, -(-steps // stride))
    assert torch.equal(encoder(x), encoder.to_code(states))
    assert decoder(encoder(x)).shape == x.shape


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_the_code_knows_the_whole_series(cell: str) -> None:
    encoder = RecurrentEncoder(1, 4, 6, cell, 1, 2)
    x = torch.rand(1, 1, 9, requires_grad=True)
    encoder(x).abs().sum().backward()
    assert x.grad is not None
    assert (x.grad != 0).all()


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_series_is_said_backwards_from_the_code_alone(cell: str) -> None:
    """The last step is said first, so it depends on the code only by one step of the cell."""
    torch.manual_seed(0)
    decoder = RecurrentDecoder(5, 1, 3, 4, cell, 1, 1)
    shorter = RecurrentDecoder(5, 1, 3, 4, cell, 1, 1)
    shorter.load_state_dict(decoder.state_dict())
    shorter.places, shorter.length = decoder.places[:2], 2
    z = torch.rand(2, 3)
    torch.testing.assert_close(shorter(z), decoder(z)[..., -2:])
