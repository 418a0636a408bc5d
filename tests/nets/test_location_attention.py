"""Attention along a text."""

import torch

from likely.nets.location_attention import LocationAttention, off_diagonal


def test_weights_sum_to_one_over_the_letters_there_are() -> None:
    torch.manual_seed(0)
    attention = LocationAttention(6, 5, 4)
    there = torch.tensor([[True] * 7, [True] * 3 + [False] * 4])
    keys = attention.keys(torch.randn(2, 7, 6))
    weights = attention(torch.randn(2, 5), keys, there, torch.zeros(2, 2, 7))
    assert torch.allclose(weights.sum(dim=1), torch.ones(2))
    assert (weights[1, 3:] == 0).all()
    assert (weights[0] > 0).all()


def test_reading_evenly_is_on_the_line_and_backwards_is_off() -> None:
    along = torch.eye(10)[None]
    letters = steps = torch.tensor([10])
    assert off_diagonal(along, letters, steps) < 1e-6
    assert off_diagonal(along.flip(2), letters, steps) > 0.5


def test_what_is_behind_a_clip_does_not_count() -> None:
    weights = torch.eye(10)[None]
    longer = torch.cat([weights, torch.eye(10)[None].flip(2)], dim=1)
    ten = torch.tensor([10])
    assert torch.allclose(off_diagonal(longer, ten, ten), off_diagonal(weights, ten, ten))
