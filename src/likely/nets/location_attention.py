"""Attention that knows where it was: from letter to letter along a text."""

from __future__ import annotations

import torch
from torch import Tensor, nn

_FILTERS, _REACH = 16, 7  # of the look at where attention was: as many letters to either side


class LocationAttention(nn.Module):
    """Where to look in a text, by its letters, what is being said, and where it looked before.

    Chorowski, J. et al. (2015). Attention-based models for speech recognition.
    https://arxiv.org/abs/1506.07503

    Parameters
    ----------
    memory, asking, width : int
        Features of a letter, of what asks, and of the comparison of both.
    """

    def __init__(self, memory: int, asking: int, width: int) -> None:
        super().__init__()
        self.keys = nn.Linear(memory, width)
        self.query = nn.Linear(asking, width, bias=False)
        self.places = nn.Conv1d(2, _FILTERS, 2 * _REACH + 1, padding=_REACH, bias=False)
        self.placed = nn.Linear(_FILTERS, width, bias=False)
        self.energy = nn.Linear(width, 1, bias=False)

    def forward(self, asking: Tensor, keys: Tensor, there: Tensor, seen: Tensor) -> Tensor:
        """Return weights of letters, (batch, letter), which sum to 1.

        Parameters
        ----------
        asking : Tensor of shape (batch, asking)
            What asks.
        keys : Tensor of shape (batch, letter, width)
            As `keys` makes them of letters.
        there : Tensor of bool, shape (batch, letter)
            Which letters there are.
        seen : Tensor of shape (batch, 2, letter)
            The weights before, and the sum of all so far.
        """
        placed = self.placed(self.places(seen).transpose(1, 2))  # (batch, letter, width)
        energy = self.energy(torch.tanh(keys + self.query(asking)[:, None] + placed))[..., 0]
        return energy.masked_fill(~there, -torch.inf).softmax(dim=1)


def off_diagonal(weights: Tensor, letters: Tensor, steps: Tensor, width: float = 0.3) -> Tensor:
    """Return how far attention is from going evenly through the text, (batch,), 0 to 1.

    Guided attention: texts are spoken from the first letter to the last (Tachibana, Uenoyama &
    Aihara, 2018, https://arxiv.org/abs/1710.08969).

    Parameters
    ----------
    weights : Tensor of shape (batch, step, letter)
        Of attention.
    letters, steps : Tensor of shape (batch,)
        How many there are of each sample.
    width : float, default 0.3
        How far off still counts little, as a share of the text.
    """
    step = torch.arange(weights.shape[1], device=weights.device)
    letter = torch.arange(weights.shape[2], device=weights.device)
    along = (step + 0.5) / steps[:, None]  # (batch, step)
    place = (letter + 0.5) / letters[:, None]
    off = 1 - torch.exp(-((along[:, :, None] - place[:, None]) ** 2) / (2 * width**2))
    there = step < steps[:, None]
    return ((weights * off).sum(dim=2) * there).sum(dim=1) / steps
