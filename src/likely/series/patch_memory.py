"""Distance of embedded patches to those in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view
from torch import Tensor, nn
from torch.nn import functional

from likely.base.over_time import OverTime
from likely.base.state import Array, Weights
from likely.core.k_means import k_means
from likely.core.neighbours import nearest
from likely.core.params import Interval
from likely.core.random import some_rows
from likely.data.timeline import Stretch
from likely.nets.deep_model import DeepModel
from likely.nets.patches import PatchNetwork
from likely.series.channels import ChannelScale, fit_channel_scale, in_spreads
from likely.series.patch_pairs import Patches
from likely.series.windows import fitting_length, mean_over_cover, window_starts

_MARGIN = 0.5  # of cosines: by so much the farthest patch should be less alike than a near one
_PRETEXT = 0.1  # of training: so long the pretext counts, less and less
_MOST_PATCHES = 20_000  # trained on
_MOST_CLUSTERED = 4_000  # patches that the memory is made of
_HOPS = 16  # so many patches hold a step
_FARTHEST = 20.0  # spreads: values farther out are drawn in
_AT_ONCE = 512  # patches


class PatchMemory(OverTime, DeepModel):
    r"""Patches of a series, embedded by a small network, beside those it remembers (PaAno).

    The network learns from the series alone. Of three patches, one that begins a step or two beside
    the first must be embedded nearer to it than the one of the batch that is farthest, by a margin;
    in the first tenth of training it also learns to tell whether two patches follow one another.
    Memory is the centres of clusters of embedded patches, which the farthest patches do not move. A
    patch is as odd as half its mean squared distance to the nearest of memory, about one minus a
    cosine, and a moment as the mean over patches that hold it.

    Each channel of a patch is brought to its own mean and spread, so shapes count and levels do
    not. Channels of two values, such as switches, are not judged.

    Parameters
    ----------
    length : int in [4, 10000], default 64
        Steps a patch; at most half of those that are learnt from.
    memory : float in (0, 1], default 0.05
        Centres to remember, as a share of the patches looked at, of which there are 4,000 at most.
        Much larger, and memory holds odd patches, too, if there are any.
    n_neighbors : int in [1, 1000], default 3
        To how many of the nearest in memory the distance counts.
    widths : sequence of int, default (32, 64, 64, 64)
        Channels behind each layer of convolutions; the last is the size of an embedding.
    epochs : int in [1, 1000000], default 20
        How often every patch is seen at most.
    batch_size : int in [2, 1000000], default 64
        Patches a step, each with one that is alike and, at first, the one before it.
    learning_rate : float in (0, 1], default 0.0001
        Largest step of Adam.
    budget : str, float or None, default "100 steps"
        Limit of training, such as "20s" or "1200 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `likely.nets.patches.PatchNetwork` of one's own, or one like it; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights, batches and memory.

    Attributes
    ----------
    memory_ : ndarray of shape (centre, embedding)
        What is remembered.

    Notes
    -----
    Sizes are smaller than the paper's, whose network has four times as many channels and batches of
    512, so that a processor needs seconds. `memory` was chosen on labelled series ("others" of
    `benchmarks/tsb_ad.py`) that are not among the official ones of TSB-AD.

    **Intuition.** A network learns which patches are near one another in time; what is like nothing
    remembered is odd.

    **Formula.** $O(w) = \frac1k \sum_{i=1}^k \frac12 \lVert f(w) - m_i \rVert^2$, where f(w) is the
    embedding of patch w, of length 1, and the m_i are the k nearest centres in memory: about one
    minus a cosine each. The score is minus the mean O of the patches that hold a moment.

    **When to use.** Shapes that recur.

    **Where it fails.** Embedded patches have no level and no size.

    **Cost.** Training of a small network, 100 steps by default; then 16 patches a length of the
    series are embedded, and compared with at most 200 centres by default.

    References
    ----------
    Park, J. & Kang, S. (2026). PaAno: patch-based representation learning for time-series anomaly
    detection. ICLR. https://arxiv.org/abs/2602.01359 (arXiv:2602.01359)

    Examples
    --------
    >>> import numpy as np
    >>> from likely.series import PatchMemory
    >>> wave = np.sin(np.arange(900) / 5)
    >>> model = PatchMemory(budget="20 steps").fit(wave[:600, None])
    >>> wave[700:720] = 0.0
    >>> bool(680 < model.score_samples(wave[:, None]).argmin() < 740)
    True
    """

    card = {"kinds": ["timeline"], "paper": "arXiv:2602.01359"}
    fast = {"length": 24, "memory": 0.2, "widths": (8, 8), "batch_size": 16, "budget": "10 steps"}
    min_rows = 8
    _state_spec = {
        **OverTime.state,
        "judged_": Array("judged", dtype="int64", low=0),
        "mean_": Array("judged"),
        "spread_": Array("judged", low=0),
        "length_": Array(dtype="int64", low=1),
        "memory_": Array("centre", "embedding"),
        "network_": Weights(),
    }

    judged_: np.ndarray
    mean_: np.ndarray
    spread_: np.ndarray
    length_: int
    memory_: np.ndarray

    def __init__(
        self,
        length: Annotated[int, Interval(4, 10_000)] = 64,
        memory: Annotated[float, Interval(0, 1, open_low=True)] = 0.05,
        n_neighbors: Annotated[int, Interval(1, 1000)] = 3,
        widths: Sequence[int] = (32, 64, 64, 64),
        epochs: Annotated[int, Interval(1, 1_000_000)] = 20,
        batch_size: Annotated[int, Interval(2, 1_000_000)] = 64,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.0001,
        budget: str | float | None = "100 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.length = length
        self.memory = memory
        self.n_neighbors = n_neighbors
        self.widths = widths
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    @property
    def longest_window(self) -> int:
        """How many steps a stretch should have to be learnt from: two patches."""
        return 2 * self.length

    @property
    def least_steps_(self) -> int:
        """How many steps a stretch must have: those of a patch."""
        return int(self.length_)

    @property
    def stride_(self) -> int:
        """A stretch may be cut at multiples of so many steps: patches start there."""
        return max(1, int(self.length_) // _HOPS)

    # -- learning ----------------------------------------------------------------------------------

    def _learn(self, stretches: list[Stretch], rng: np.random.Generator) -> None:
        scale = fit_channel_scale(np.concatenate([stretch.values for stretch in stretches]))
        self.judged_, self.mean_, self.spread_ = scale
        z = [self._drawn_in(stretch) for stretch in stretches]
        self.length_ = fitting_length(self.length, max(map(len, z)))
        self._patches = Patches(z, self.length_, self._device())
        starts = self._patches.starts
        chosen = torch.from_numpy(starts[some_rows(len(starts), _MOST_PATCHES, rng)])
        self._train(chosen, None, rng)
        looked_at = starts[:: self.stride_]
        looked_at = looked_at[some_rows(len(looked_at), _MOST_CLUSTERED, rng)]
        parts = torch.from_numpy(looked_at).to(self._patches.values.device).split(_AT_ONCE)
        cut = (self._patches.at(part).cpu().numpy() for part in parts)
        known = np.concatenate([self._apply(patches, self.network_) for patches in cut])
        del self._patches
        middle = known.mean(axis=0)
        centres = max(self.n_neighbors, round(self.memory * len(known)))
        self.memory_ = k_means(known - middle, centres, rng)[0] + middle

    def _loss(self, batch: Tensor) -> Tensor:
        network, n = self.network_, len(batch)
        before, there = self._patches.before(batch)
        share = max(0.0, 1 - self._course.done / _PRETEXT)  # of the pretext
        starts = [batch, self._patches.alike(batch), *([before] if share else [])]
        embedded = network.embedded(self._patches.at(torch.cat(starts)))
        first, near = network.projected(embedded[: 2 * n]).split(n)
        alike = first @ near.T  # (batch, batch)
        loss = functional.relu(alike.min(dim=1).values - alike.diagonal() + _MARGIN)
        if share:
            patches, previous = embedded[:n], embedded[2 * n :]
            follow = network.following(previous, patches)
            others = network.following(patches.roll(1, dims=0), patches)
            pretext = there * functional.softplus(-follow) + functional.softplus(others)
            loss = loss + share * pretext
        return loss

    # -- judging -----------------------------------------------------------------------------------

    def _oddness(self, stretch: Stretch) -> np.ndarray:
        z = self._drawn_in(stretch)
        starts, embedded = self._embedded(z)
        far = nearest(embedded, self.memory_, min(self.n_neighbors, len(self.memory_)))[0]
        apart = (far**2).mean(axis=1) / 2  # about one minus a cosine: directions have length 1
        return mean_over_cover(apart, starts, int(self.length_), len(z))

    def _embedded(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return where patches of a stretch start, and their directions, (patch, embedding)."""
        starts = window_starts(len(z), int(self.length_), self.stride_)
        views = sliding_window_view(z, int(self.length_), axis=0)  # (place, channel, time)
        parts = [starts[i : i + _AT_ONCE] for i in range(0, len(starts), _AT_ONCE)]
        return starts, np.concatenate([self._apply(views[some], self.network_) for some in parts])

    def _drawn_in(self, stretch: Stretch) -> np.ndarray:
        """Return the judged channels in spreads, far values drawn in, (time, judged), float32."""
        scale = ChannelScale(self.judged_, self.mean_, self.spread_)
        z = in_spreads(stretch.values, scale)
        return np.clip(z, -_FARTHEST, _FARTHEST).astype(np.float32)

    # -- the network -------------------------------------------------------------------------------

    def _network(self, schema: Any) -> nn.Module:
        return PatchNetwork(len(self.judged_), self.widths)

    def _to_scoring(self, network: nn.Module) -> nn.Module:
        return network  # float32, as of samples with axes

    def _tensor(self, x: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(x))

    def _checkpoint(self, data: Tensor) -> Any:
        return super()._checkpoint(self._patches.values.cpu())  # starts alone tell no two apart

    def _check_state(self) -> None:
        numbers = [c.kind in ("number", "boolean") for c in self.schema_.used]
        sound = (
            len(self.judged_) > 0
            and (np.diff(self.judged_) > 0).all()
            and self.judged_[-1] < sum(numbers)
            and (self.spread_ > 0).all()
            and 2 <= self.length_ <= self.length
            and len(self.memory_) > 0
            and self.memory_.shape[1] == self.widths[-1]
        )
        if not sound:
            raise ValueError("channels, patches and memory do not fit together")
