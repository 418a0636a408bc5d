"""Which device networks run on."""

from __future__ import annotations

import torch

from likely.core.errors import ParameterError


def find_device(asked: str, owner: object) -> torch.device:
    """Return the device asked for; "auto" is a GPU if there is one.

    Parameters
    ----------
    asked : {"auto", "cpu", "cuda", "mps"}
        As in the parameters of models.
    owner : object
        The model that asks, for the message.

    Raises
    ------
    ParameterError
        If it is a GPU that torch does not find.
    """
    there = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
    if asked == "auto":
        return torch.device("cuda" if there["cuda"]() else "cpu")
    if asked in there and not there[asked]():
        raise ParameterError(
            f"{type(owner).__name__}: device is {asked!r}, and torch finds none here. Use 'auto' "
            "or 'cpu'."
        )
    return torch.device(asked)
