"""Classifiers of images that know nothing of generators, to ask what their images show.

`classes_by` classifies in a space of features that is learnt anyway, for images like those that it
was learnt from. `Judge` is a network of its own: for images that no space is learnt from, such as
coloured digits, and where as much as possible has to be recognised.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn.functional import cross_entropy

BATCH, RATE = 64, 0.002


def classes_by(
    space: Any, images: np.ndarray, labels: np.ndarray, *, scaled: bool = True
) -> Callable[[np.ndarray], np.ndarray]:
    """Return what tells the classes of images, by logistic regression on features of real ones.

    Parameters
    ----------
    space : callable
        From images to features, as of `likely.evaluation.learn_features`.
    images, labels : ndarray
        Real ones to learn from.
    scaled : bool, default True
        Whether features have mean 0 and spread 1 first. Without, it is the classifier that
        style_mixing.py was measured with.
    """
    if scaled:
        judge: Any = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
    else:
        judge = LogisticRegression(max_iter=2000)
    judge.fit(space(images), labels)
    return lambda some: judge.predict(space(some))


class Judge:
    """A small network of convolutions, learnt from real images and their labels.

    No logistic regression on learnt features as `classes_by`: it needs no space, and is right about
    89 % of test images of Fashion-MNIST where that is right about 88 %.

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
