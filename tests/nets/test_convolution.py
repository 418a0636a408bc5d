"""Convolutions over one to three axes of any size."""

from __future__ import annotations

import itertools

import pytest
import torch

from likely.nets.convolution import (
    ConvolutionalDecoder,
    ConvolutionalEncoder,
    stages,
    usual_widths,
)
from likely.nets.residual import ResidualBlock, ResidualDecoder, ResidualEncoder

SIZES = [
    *[(n,) for n in (1, 2, 3, 4, 5, 140)],
    *itertools.product((1, 2, 5), (3, 4, 28)),
    *[(1, 1, 1), (2, 3, 4), (5, 12, 13)],
]


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("channels", [1, 3])
def test_residual_blocks_give_back_the_shape_of_what_went_in(
    shape: tuple[int, ...], channels: int
) -> None:
    x = torch.rand(2, channels, *shape)
    codes = ResidualEncoder(shape, channels, 5, (4, 8, 8)).eval()(x)
    assert codes.shape == (2, 5)
    assert ResidualDecoder(shape, channels, 5, (4, 8, 8)).eval()(codes).shape == x.shape


def test_a_residual_block_adds_to_what_it_got() -> None:
    block = ResidualBlock(2, 3).eval()
    x = torch.rand(2, 3, 5, 5)
    torch.nn.init.zeros_(block.layers[-1].weight)
    torch.nn.init.zeros_(block.layers[-1].bias)
    assert torch.equal(block(x), x)


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("channels", [1, 3])
def test_what_comes_out_has_the_shape_of_what_went_in(
    shape: tuple[int, ...], channels: int
) -> None:
    encoder = ConvolutionalEncoder(shape, channels, 5, (4, 8, 8)).eval()
    decoder = ConvolutionalDecoder(shape, channels, 5, (4, 8, 8)).eval()
    x = torch.rand(2, channels, *shape)
    codes = encoder(x)
    assert codes.shape == (2, 5)
    assert torch.equal(codes, encoder.to_code(encoder.features(x)))
    assert decoder(codes).shape == x.shape


def test_every_place_of_the_input_reaches_the_code() -> None:
    encoder = ConvolutionalEncoder((7, 6), 1, 3, (4, 8)).eval()
    x = torch.rand(1, 1, 7, 6, requires_grad=True)
    encoder(x).abs().sum().backward()
    assert x.grad is not None
    assert (x.grad != 0).all()


def test_the_code_reaches_every_place_of_the_output() -> None:
    decoder = ConvolutionalDecoder((7, 6), 1, 3, (4, 8)).eval()
    found = decoder(torch.eye(3))
    assert (found.std(dim=0) > 0).all()


def test_stages_halve_and_stop_at_one_place() -> None:
    assert stages((5, 1), 6) == [(5, 1), (3, 1), (2, 1), (1, 1)]
    assert usual_widths((28, 28)) == (16, 32, 64)
    assert usual_widths((3,)) == (16,)
    assert usual_widths((100_000,)) == (16, 32, 64, 64, 64, 64)
