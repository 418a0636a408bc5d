"""CTGAN and TVAE (Xu, Skoularidou, Cuesta-Infante & Veeramachaneni, 2019), to compare with.

Written from the paper: mode-specific normalisation, conditional vectors, training by sampling, a
Wasserstein critic with a gradient penalty that sees ten rows at once. Sizes are the published
ones. https://arxiv.org/abs/1907.00503
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import BayesianGaussianMixture
from sklearn.utils._testing import ignore_warnings
from torch import Tensor, nn

BATCH, EPOCHS, NOISE, PACKED = 500, 300, 128, 10
_MODES, _LEAST_WEIGHT, _MIXTURE_ROWS = 10, 0.005, 20_000
_GUMBEL, _PENALTY = 0.2, 10.0


class Trained(NamedTuple):
    """How far training came."""

    draw: Callable[[int], pd.DataFrame]
    epochs: int
    seconds: float
    planned: int | None = None  # epochs, if time may have ended training before them


class Layout:
    """Rows as the networks see them: a number is its place in a mode, and which mode."""

    def __init__(self, frame: pd.DataFrame, seed: int) -> None:
        self.frame = frame
        self.modes: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        self.labels: dict[str, pd.Index] = {}
        self.spans: list[tuple[str, int, int]] = []  # ("tanh" or "softmax" or "label", from, to)
        place = 0
        for name in frame.columns:
            if pd.api.types.is_numeric_dtype(frame[name].dtype):
                self.modes[name] = _mixture(frame[name].to_numpy(np.float64), seed)
                self.spans.append(("tanh", place, place + 1))
                width, kind, place = len(self.modes[name][0]), "softmax", place + 1
            else:
                self.labels[name] = pd.Index(frame[name].astype("object").unique())
                width, kind = len(self.labels[name]), "label"
            self.spans.append((kind, place, place + width))
            place += width
        self.width = place

    def encode(self, rng: np.random.Generator) -> np.ndarray:
        """Return the rows, (n, width); the mode of a number is drawn."""
        parts = []
        for name in self.frame.columns:
            if name in self.labels:
                places = self.labels[name].get_indexer(self.frame[name].astype("object"))
                parts.append(np.eye(len(self.labels[name]))[places])
                continue
            means, spreads, weights = self.modes[name]
            away = (self.frame[name].to_numpy(np.float64)[:, None] - means) / spreads
            nats = np.log(weights) - np.log(spreads) - away**2 / 2
            mode = (nats + rng.gumbel(size=nats.shape)).argmax(axis=1)
            inside = np.clip(away[np.arange(len(mode)), mode] / 4, -0.99, 0.99)
            parts += [inside[:, None], np.eye(len(means))[mode]]
        return np.concatenate(parts, axis=1).astype(np.float32)

    def decode(self, rows: np.ndarray) -> pd.DataFrame:
        """Return rows of the table."""
        columns: dict[str, Any] = {}
        place = 0
        for name in self.frame.columns:
            if name in self.labels:
                width = len(self.labels[name])
                found = rows[:, place : place + width].argmax(axis=1)
                columns[name] = pd.Series(self.labels[name].to_numpy()[found])
            else:
                means, spreads, _ = self.modes[name]
                width = 1 + len(means)
                mode = rows[:, place + 1 : place + width].argmax(axis=1)
                columns[name] = np.clip(rows[:, place], -1, 1) * 4 * spreads[mode] + means[mode]
                if pd.api.types.is_integer_dtype(self.frame[name].dtype):
                    columns[name] = np.rint(columns[name])
            place += width
        return pd.DataFrame(columns).astype(self.frame.dtypes.to_dict())


def ctgan(frame: pd.DataFrame, seed: int, most_seconds: float) -> Trained:
    """Train a CTGAN for the published 300 epochs, or until so much processor time is spent."""
    start = process_time()
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    layout = Layout(frame, seed)
    rows = torch.from_numpy(layout.encode(rng))
    asked = _Conditions(layout, rows.numpy(), rng)
    generator = _Generator(NOISE + asked.width, layout.width)
    critic = _critic(PACKED * (layout.width + asked.width))
    of_generator = torch.optim.Adam(
        generator.parameters(), 2e-4, betas=(0.5, 0.9), weight_decay=1e-6
    )
    of_critic = torch.optim.Adam(critic.parameters(), 2e-4, betas=(0.5, 0.9), weight_decay=1e-6)

    def made(told: Tensor) -> tuple[Tensor, Tensor]:
        raw = generator(torch.cat([torch.randn(len(told), NOISE), told], dim=1))
        return raw, _activated(raw, layout.spans)

    def judged(x: Tensor, told: Tensor) -> Tensor:
        return critic(torch.cat([x, told], dim=1).reshape(len(x) // PACKED, -1))

    epoch = 0
    while epoch < EPOCHS and process_time() - start < most_seconds:
        for _ in range(len(rows) // BATCH):
            told, _, _, which = asked.draw(BATCH)
            with torch.no_grad():
                fake = made(told)[1]
            mixed = rng.permutation(BATCH)
            real = rows[which[mixed]]
            loss = judged(fake, told).mean() - judged(real, told[mixed]).mean()
            at = torch.rand(BATCH // PACKED, 1, 1)
            one = torch.cat([real, told[mixed]], dim=1).reshape(BATCH // PACKED, PACKED, -1)
            two = torch.cat([fake, told], dim=1).reshape(BATCH // PACKED, PACKED, -1)
            between = (at * one + (1 - at) * two).flatten(1).requires_grad_()
            slope = torch.autograd.grad(critic(between).sum(), between, create_graph=True)[0]
            loss = loss + _PENALTY * ((slope.norm(dim=1) - 1) ** 2).mean()
            of_critic.zero_grad()
            loss.backward()
            of_critic.step()
            told, span, label, _ = asked.draw(BATCH)
            raw, fake = made(told)
            loss = -judged(fake, told).mean() + asked.missed(raw, span, label)
            of_generator.zero_grad()
            loss.backward()
            of_generator.step()
        epoch += 1

    @torch.no_grad()
    def draw(n: int) -> pd.DataFrame:
        generator.eval()
        torch.manual_seed(seed)
        parts = [made(asked.marginal(BATCH))[1].numpy() for _ in range(-(-n // BATCH))]
        return layout.decode(np.concatenate(parts)[:n])

    return Trained(draw, epoch, process_time() - start, EPOCHS)


def tvae(frame: pd.DataFrame, seed: int, most_seconds: float) -> Trained:
    """Train a TVAE for the published 300 epochs, or until so much processor time is spent."""
    start = process_time()
    torch.manual_seed(seed)
    layout = Layout(frame, seed)
    rows = torch.from_numpy(layout.encode(np.random.default_rng(seed)))
    encoder = nn.Sequential(*_dense(layout.width, 128), *_dense(128, 128), nn.Linear(128, 256))
    decoder = nn.Sequential(*_dense(128, 128), *_dense(128, 128), nn.Linear(128, layout.width))
    spread = nn.Parameter(torch.full((layout.width,), 0.1))
    weights = [*encoder.parameters(), *decoder.parameters(), spread]
    optimiser = torch.optim.Adam(weights, 1e-3, weight_decay=1e-5)
    epoch = 0
    while epoch < EPOCHS and process_time() - start < most_seconds:
        for batch in torch.randperm(len(rows))[: len(rows) // BATCH * BATCH].split(BATCH):
            x = rows[batch]
            mean, log_variance = encoder(x).chunk(2, dim=1)
            code = mean + torch.randn_like(mean) * (log_variance / 2).exp()
            raw, loss = decoder(code), torch.zeros(())
            for kind, low, high in layout.spans:
                if kind == "tanh":
                    away = (x[:, low] - torch.tanh(raw[:, low])) / spread[low]
                    loss = loss + (away**2 / 2).sum() + len(x) * spread[low].log()
                else:
                    target = x[:, low:high].argmax(dim=1)
                    loss = loss + F.cross_entropy(raw[:, low:high], target, reduction="sum")
            apart = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum()
            optimiser.zero_grad()
            ((2 * loss + apart) / len(x)).backward()  # reconstruction counts twice, as published
            optimiser.step()
            with torch.no_grad():
                spread.clamp_(0.01, 1.0)
        epoch += 1

    @torch.no_grad()
    def draw(n: int) -> pd.DataFrame:
        torch.manual_seed(seed)
        raw = decoder(torch.randn(n, 128))
        for kind, low, high in layout.spans:
            if kind == "tanh":
                noise = spread[low] * torch.randn(n, 1)
                raw[:, low:high] = torch.tanh(raw[:, low:high]) + noise
        return layout.decode(raw.numpy())

    return Trained(draw, epoch, process_time() - start, EPOCHS)


class _Conditions:
    """Conditional vectors: one label of one column, rare labels about as often as common ones."""

    def __init__(self, layout: Layout, rows: np.ndarray, rng: np.random.Generator) -> None:
        self.spans = [(low, high) for kind, low, high in layout.spans if kind == "label"]
        self.starts = np.cumsum([0, *(high - low for low, high in self.spans)])
        self.width = int(self.starts[-1])
        labels = [rows[:, low:high].argmax(axis=1) for low, high in self.spans]
        self.rows = [one.argsort(kind="stable") for one in labels]  # those of a label together
        counts = self.counts = [np.bincount(one) for one in labels]
        self.often = [count / count.sum() for count in counts]
        logs = [np.log(count + 1) for count in counts]
        self.even = [one / one.sum() for one in logs]
        self.rng = rng

    def draw(self, n: int) -> tuple[Tensor, np.ndarray, np.ndarray, np.ndarray]:
        """Return vectors, their columns and labels, and a row for each that has the label."""
        return self._drawn(n, self.even)

    def marginal(self, n: int) -> Tensor:
        """Return vectors in which labels come as often as in the rows."""
        return self._drawn(n, self.often)[0]

    def _drawn(
        self, n: int, chances: list[np.ndarray]
    ) -> tuple[Tensor, np.ndarray, np.ndarray, np.ndarray]:
        span = self.rng.integers(len(self.spans), size=n)
        label, which = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
        for j, chance in enumerate(chances):
            here = np.flatnonzero(span == j)
            label[here] = self.rng.choice(len(chance), size=len(here), p=chance)
            count = self.counts[j]
            place = (np.cumsum(count) - count)[label[here]]
            which[here] = self.rows[j][place + self.rng.integers(count[label[here]])]
        told = torch.zeros(n, self.width)
        told[np.arange(n), self.starts[span] + label] = 1.0
        return told, span, label, which

    def missed(self, raw: Tensor, span: np.ndarray, label: np.ndarray) -> Tensor:
        """Return the cross-entropy of what was asked."""
        total = torch.zeros(())
        for j, (low, high) in enumerate(self.spans):
            here = np.flatnonzero(span == j)
            target = torch.from_numpy(label[here])
            total = total + F.cross_entropy(raw[here, low:high], target, reduction="sum")
        return total / len(raw)


class _Generator(nn.Module):
    """Two layers, each put beside what it was given."""

    def __init__(self, given: int, width: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Linear(given + 256 * i, 256), nn.BatchNorm1d(256), nn.ReLU())
            for i in range(2)
        )
        self.last = nn.Linear(given + 512, width)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = torch.cat([layer(x), x], dim=1)
        return self.last(x)


def _critic(width: int) -> nn.Module:
    layers = []
    for given in (width, 256):
        layers += [nn.Linear(given, 256), nn.LeakyReLU(0.2), nn.Dropout(0.5)]
    return nn.Sequential(*layers, nn.Linear(256, 1))


def _dense(given: int, width: int) -> tuple[nn.Module, nn.Module]:
    return nn.Linear(given, width), nn.ReLU()


def _activated(raw: Tensor, spans: list[tuple[str, int, int]]) -> Tensor:
    parts = [
        torch.tanh(raw[:, low:high])
        if kind == "tanh"
        else F.gumbel_softmax(raw[:, low:high], tau=_GUMBEL)
        for kind, low, high in spans
    ]
    return torch.cat(parts, dim=1)


@ignore_warnings(category=ConvergenceWarning)
def _mixture(values: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return means, spreads and weights of the modes of a column."""
    rng = np.random.default_rng(seed)
    some = rng.choice(values, min(len(values), _MIXTURE_ROWS), replace=False)[:, None]
    fitted = BayesianGaussianMixture(
        n_components=_MODES, weight_concentration_prior=0.001, random_state=seed
    ).fit(some)
    kept = fitted.weights_ > _LEAST_WEIGHT
    spreads = np.sqrt(fitted.covariances_[:, 0, 0])
    return fitted.means_[kept, 0], spreads[kept], fitted.weights_[kept]
