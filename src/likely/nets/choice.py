"""Drawing a token from logits: temperature, the likeliest few, the nucleus."""

from __future__ import annotations

import torch
from torch import Tensor


def choose_token(
    logits: Tensor,
    chance: Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> Tensor:
    """Return tokens at uniform chances.

    Parameters
    ----------
    logits : Tensor of shape (batch, token)
        Unnormalised log-probabilities.
    chance : Tensor of shape (batch,)
        In [0, 1).
    temperature : float in [0, inf), default 1.0
        Logits are divided by it; with 0 the likeliest token is taken.
    top_k : int, optional
        Only so many of the likeliest tokens may come.
    top_p : float in (0, 1], optional
        Only the fewest tokens that together have this probability may come (the nucleus, Holtzman
        et al., 2020).

    Returns
    -------
    Tensor of int64, shape (batch,)
    """
    if temperature == 0:
        return logits.argmax(dim=-1)
    shares = torch.softmax(logits.float() / temperature, dim=-1)
    shares, order = shares.sort(dim=-1, descending=True, stable=True)
    if top_k is not None:
        shares[:, top_k:] = 0
    if top_p is not None:
        before = shares.cumsum(dim=-1) - shares
        shares = torch.where(before < top_p, shares, 0)  # the likeliest has nothing before it
    reached = shares.cumsum(dim=-1)
    place = (reached <= chance[:, None].to(reached) * reached[:, -1:]).sum(dim=-1, keepdim=True)
    return order.gather(1, place.clamp(max=shares.shape[1] - 1))[:, 0]
