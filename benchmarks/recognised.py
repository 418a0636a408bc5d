"""A classifier of images that knows nothing of generators, to ask what their images show."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

BATCH, RATE = 64, 0.002


class Judge:
    """A small network of convolutions, learnt from real images and their labels.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width) or (n, height, width, 3)
        Real ones.
    labels : ndarray of int, shape (n,)
        From 0 on.
    epochs : int, default 8
        How often each is seen.
    seed : int, default 0
        Of weights and batches.
    """

    def __init__(
        self, images: np.ndarray, labels: np.ndarray, epochs: int = 8, seed: int = 0
    ) -> None:
        x, y = _tensor(images), torch.from_numpy(labels.astype(np.int64))
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.network = nn.Sequential(
                *_stage(x.shape[1], 32),
                *_stage(32, 64),
                nn.Flatten(),
                nn.Dropout(0.3),
                nn.LazyLinear(128),
                nn.ReLU(),
                nn.Linear(128, int(y.max()) + 1),
            )
            self.network(x[:2])
            optimiser = torch.optim.Adam(self.network.parameters(), RATE)
            plan = torch.optim.lr_scheduler.OneCycleLR(
                optimiser, RATE, total_steps=epochs * (len(x) // BATCH)
            )
            for _ in range(epochs):
                order = torch.randperm(len(x))
                for some in order[: len(x) // BATCH * BATCH].split(BATCH):
                    optimiser.zero_grad()
                    cross_entropy(self.network(x[some]), y[some]).backward()
                    optimiser.step()
                    plan.step()
        self.network.eval()

    def classes(self, images: np.ndarray) -> np.ndarray:
        """Return the class of each image, shape (n,)."""
        with torch.inference_mode():
            parts = [self.network(part).argmax(dim=1) for part in _tensor(images).split(1000)]
        return torch.cat(parts).numpy()


def _stage(before: int, after: int) -> list[nn.Module]:
    return [
        nn.Conv2d(before, after, 3, padding=1),
        nn.BatchNorm2d(after),
        nn.ReLU(),
        nn.MaxPool2d(2),
    ]


def _tensor(images: np.ndarray) -> torch.Tensor:
    x = torch.from_numpy(np.ascontiguousarray(images)).float() / 255
    return x[:, None] if x.ndim == 3 else x.permute(0, 3, 1, 2)
