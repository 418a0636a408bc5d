"""A network that is given any columns of a row and says what the others are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likely.base.columnwise import Columnwise
from likely.base.state import Weights
from likely.core.params import Interval
from likely.data.pieces import MISSING, UNSEEN
from likely.nets.any_set import AnySetNetwork
from likely.nets.deep_model import DeepModel
from likely.nets.train import Group

_IN_ORDER = 0.7  # of the rows trained on: what is known of them is a beginning of the order
_NEXT = 0.5  # of the weight of such a row: on the next column
_SLOW = (0.02, 0.3)  # bounds of the pace of weights that belong to one piece
_SLOW_ROWS = 80_000  # rows: between the bounds the pace is a share of so many
_GAPS_UNKNOWN = 0.5  # of the other rows: what is missing counts as not known


class AnyOrder(Columnwise, DeepModel):
    r"""Autoregressive network on mixed columns in any order (Uria, Murray & Larochelle, 2014).

    A row with some of its columns hidden goes in, and out come the chances of all that is hidden:
    one network is all conditionals at once. Multiplied in any order of the columns they are a
    density of rows. New rows are drawn column by column, what is asked of a column first; what is
    missing is drawn, or expected, given all that is known, whichever columns these are.

    Numbers are seen as pieces of the line (`likely.data.pieces`), so that values that many rows
    share come out exactly, and chances can have any shape.

    Parameters
    ----------
    width : int in [1, 100000], default 256
        Numbers between the layers.
    blocks : int in [0, 100], default 2
        How many layers add to what they are given.
    dropout : float in [0, 1), default 0.0
        Share of the inner numbers that is left out at random in training.
    epochs : int in [1, 1000000], default 100
        How often every row is seen at most.
    batch_size : int in [1, 1000000], default 256
        Rows a step.
    learning_rate : float in (0, 1], default 0.005
        Largest step of Adam.
    budget : str, float or None, default "3000 steps"
        Limit of training, such as "20s" or "1200 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `likely.nets.any_set.AnySetNetwork` of one's own, or one like it; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights, batches and what is hidden.

    Notes
    -----
    In seven of ten rows trained on, the columns that are known are the first ones of the order in
    which rows are judged and drawn: columns with few different values first. In the others they are
    any, as many as chance says, and the loss is an estimate of minus the log-likelihood in a random
    order, without bias. `log_prob` is that of the one order, and exact. Weights that belong to one
    piece of a column learn the slower the fewer rows there are, so that few rows are not learnt by
    heart.

    A missing value is a value like others, which can be known, foretold and drawn. In half of the
    rows in which any columns are known, one that is among them counts as not known instead, and
    nothing is asked of it. So the network has seen what `impute` gives it: what is known of a row.

    **Intuition.** Cover any columns of a row and guess them from the others.

    **Formula.** $\log p(x) = \sum_i \log p(x_{o_i} \mid x_{o_{<i}})$, where o is an order of the
    columns. Any would do; `log_prob` takes the one in which columns with few different values come
    first.

    **When to use.** Mixed columns, gaps to fill and conditions on any columns.

    **Where it fails.** One network for all orders knows each a little less well than one made for
    it, so `log_prob` depends on the order; within a piece of the line density is even.

    **Cost.** One pass a step to learn; a density, or a row drawn, takes one pass a column.

    References
    ----------
    Uria, B., Murray, I. & Larochelle, H. (2014). A deep and tractable density estimator. ICML.
    https://arxiv.org/abs/1310.1757 (arXiv:1310.1757)
    Hoogeboom, E., Gritsenko, A. A., Bastings, J., Poole, B., van den Berg, R. & Salimans, T.
    (2022). Autoregressive diffusion models. ICLR. https://arxiv.org/abs/2110.02037

    Examples
    --------
    >>> import numpy as np
    >>> from likely.autoregressive import AnyOrder
    >>> rng = np.random.default_rng(0)
    >>> rooms = rng.integers(1, 6, size=1000)
    >>> rows = np.column_stack([rooms, 100 * rooms + rng.normal(size=1000)])
    >>> model = AnyOrder(width=64, budget="150 steps").fit(rows)
    >>> found = model.impute([[3.0, np.nan], [np.nan, 200.0]])
    >>> bool(abs(found - [[3, 300], [2, 200]]).max() < 5)
    True
    """

    card = {"kinds": ["table"], "paper": "arXiv:1310.1757"}
    fast = {
        "width": 64,
        "blocks": 1,
        "batch_size": 128,
        "learning_rate": 0.008,
        "budget": "90 steps",
    }
    any_set = True
    _state_spec = {**Columnwise.state, "network_": Weights()}

    piece_start_: np.ndarray
    network_: Any

    def __init__(
        self,
        width: Annotated[int, Interval(1, 100_000)] = 256,
        blocks: Annotated[int, Interval(0, 100)] = 2,
        dropout: Annotated[float, Interval(0, 1, open_high=True)] = 0.0,
        epochs: Annotated[int, Interval(1, 1_000_000)] = 100,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 256,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.005,
        budget: str | float | None = "3000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.width = width
        self.blocks = blocks
        self.dropout = dropout
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    # -- learning ----------------------------------------------------------------------------------

    def _learn(self, codes: np.ndarray, rng: np.random.Generator) -> None:
        by_column = zip(codes.T, self._sizes, strict=True)
        self._counts = [np.bincount(column, minlength=size) for column, size in by_column]
        DeepModel._fit(self, codes, rng)  # that of `Columnwise` called this
        del self._counts

    def _loss(self, batch: Tensor) -> Tensor:
        codes = batch.long()
        known, weight = self._hidden(codes)
        found = self.network_(self._marked(codes, known))
        total = torch.zeros(len(codes), device=codes.device)
        for j in range(codes.shape[1]):
            rows = weight[:, j].nonzero()[:, 0]
            logits = self.network_.logits(found[rows], j)
            nats = F.cross_entropy(logits.float(), codes[rows, j], reduction="none")
            total = total.index_add(0, rows, weight[rows, j] * nats)
        return total

    def _hidden(self, codes: Tensor) -> tuple[Tensor, Tensor]:
        """Return what is known of rows, and what each prediction weighs, (batch, column) each.

        With k columns known, k even over 0 to columns - 1, all that are hidden are asked for at
        once: the mean over orders in which they could go on. In the order of judging, the next one
        has half of the weight.
        """
        n, d = codes.shape

        def chance(*shape: int) -> Tensor:
            return torch.rand(shape, device=codes.device)

        own = torch.tensor(self._order(), device=codes.device).argsort()
        in_order = chance(n, 1) < _IN_ORDER
        place = torch.where(in_order, own, chance(n, d).argsort(dim=1))
        begun = torch.randint(d, (n, 1), device=codes.device)
        known = place < begun
        weight = 1 + in_order * _NEXT * ((d - begun) * (place == begun) - 1.0)
        weight = torch.where(known | (codes == UNSEEN), 0.0, weight * d / (d - begun))
        gap = (codes == MISSING) & (chance(n, 1) < _GAPS_UNKNOWN) & ~in_order
        return known & ~gap, weight

    def _marked(self, codes: Tensor, known: Tensor) -> Tensor:
        """Return pieces, and a number above them for what is not known."""
        above = torch.tensor(self._sizes, device=codes.device)
        return torch.where(known & (codes != UNSEEN), codes, above)

    # -- judging and drawing -----------------------------------------------------------------------

    def _order(self, first: Sequence[int] = ()) -> list[int]:
        own = np.argsort(self._sizes, kind="stable").tolist()
        return [j for j in own if j in first] + [j for j in own if j not in first]

    def _chances(
        self, column: int, codes: np.ndarray, known: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        given = np.where(known & (codes != UNSEEN), codes, self._sizes)
        distinct, which = _distinct(given)
        return self._apply(distinct, lambda batch: self._softmax(batch, column), codes=True), which

    def _softmax(self, batch: Tensor, column: int) -> Tensor:
        found = self.network_(batch.long())
        return torch.softmax(self.network_.logits(found, column), dim=1)

    # -- the network -------------------------------------------------------------------------------

    @property
    def _sizes(self) -> list[int]:
        return np.diff(self.piece_start_).tolist()

    def _network(self, schema: Any) -> nn.Module:
        return AnySetNetwork(self._sizes, self.width, self.blocks, self.dropout)

    def _settle(self, network: Any, data: Tensor) -> None:
        is_number = [len(pieces.labels) == 0 for pieces in self._pieces]
        network.settle(self._counts, is_number, [pieces.volume for pieces in self._pieces])

    def _groups(self, network: Any) -> Sequence[Group] | None:
        if not isinstance(network, AnySetNetwork):
            return None
        of_pieces = network.of_pieces()
        known = {id(weight) for weight in of_pieces}
        others = [weight for weight in network.parameters() if id(weight) not in known]
        pace = float(np.clip(self.rows_learnt_ / _SLOW_ROWS, *_SLOW))
        return [Group(others), Group(of_pieces, rate=pace)]

    def _tensor(self, x: np.ndarray) -> Tensor:
        return torch.from_numpy(x.astype(np.int32))


def _distinct(given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows that differ, (m, columns), and which of them each row is, (n,)."""
    factors = np.random.default_rng(0).integers(2**62, size=given.shape[1]) * 2 + 1
    mixed = given @ factors  # modulo 2**64: no two rows share it but by a miracle
    _, first, which = np.unique(mixed, return_index=True, return_inverse=True)
    return given[first], which
