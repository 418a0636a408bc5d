"""Sequential trees: each column by a decision tree over those before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np

from likely.autoregressive.column_order import orders, told
from likely.autoregressive.column_tree import ColumnTree
from likely.autoregressive.tree_growing import Columns, grow
from likely.autoregressive.trees_packed import STATE, check, pack, unpack
from likely.base.columnwise import Columnwise
from likely.base.state import Array
from likely.core.params import Interval
from likely.core.progress import track
from likely.core.random import generator, some_rows

_OTHERS = 24_576  # rows of its own that a model learns other orders from, at most
_JUDGED = 32_768  # rows of its own that it is judged by, at most
_ENOUGH = 2_500  # rows, for boosted trees to tell drawn ones from them
_CLEARLY = 0.005  # by so much of AUROC the other order must be better


class SequentialTrees(Columnwise):
    r"""Synthetic rows by a chain of decision trees (after Reiter, 2005), with a density.

    The first column is drawn from its own distribution, the second from the leaf of a tree over the
    first, and so on. Values that many rows share come out exactly, all others anywhere between
    their neighbours. Splits that rows could show by chance are undone, and leaves borrow from the
    nodes above them, so that single rows are not copied, and every row has a probability.

    Dates come first, then columns with few different values, or labels and then numbers with many,
    whichever rows are harder to tell from those learnt from. Where something is asked of later
    ones, these come first instead, by trees that are grown on rows drawn from the model itself.

    Parameters
    ----------
    min_rows_leaf : int in [1, 100000], default 10
        Rows in a leaf at least. More make less of details and of single rows.
    max_rows : int in [100, inf), default 100000
        Of more rows so many are drawn at random to grow the trees.
    order : {"auto", "coarse", "fine"}, default "auto"
        Behind dates, "coarse" draws columns with few different values first; "fine" draws labels
        first and then numbers, those with many different values before others. "auto" grows both
        chains where there are 2,500 rows or more, and keeps the fine one if boosted trees tell its
        rows from those learnt from with an AUROC that is lower by 0.005 or more.
    seed : int in [0, inf), default 0
        Of draws, of the choice of an order, and of splits that are as good as one another.

    Attributes
    ----------
    order_ : ndarray of int, shape (column,)
        In which order columns are drawn.

    Notes
    -----
    **Intuition.** Draw the first column, then each next from a tree that knows those before it.

    **Formula.** $p(x) = \prod_j p(x_j \mid \mathrm{leaf}_j(x_{<j}))$, where $x_{<j}$ are the
    columns before column j in `order_` and leaf_j is where tree j leads them; counts in a leaf
    borrow from the nodes above it.

    **When to use.** New rows of mixed columns without training a network; gaps to fill, and
    conditions on any columns.

    **Where it fails.** Smooth relations become steps, and weak ones that few rows show are pruned
    away; orders other than its own are learnt from rows that it drew itself.

    **Cost.** About n log n a tree for each column before it, over d columns n d² log n, and nearly
    as much again to choose how much leaves borrow; twice that where the order is chosen. A row is
    drawn by d walks. n is at most `max_rows`.

    References
    ----------
    Reiter, J. P. (2005). Using CART to generate partially synthetic public use microdata. Journal
    of Official Statistics 21, 441-462.
    Nowok, B., Raab, G. M. & Dibben, C. (2016). synthpop: Bespoke creation of synthetic data in R.
    Journal of Statistical Software 74(11). https://doi.org/10.18637/jss.v074.i11

    Examples
    --------
    >>> import numpy as np
    >>> from likely.autoregressive import SequentialTrees
    >>> rng = np.random.default_rng(0)
    >>> age = rng.integers(20, 60, size=1000)
    >>> rows = np.column_stack([age, 100 * age + rng.normal(size=1000)])
    >>> model = SequentialTrees().fit(rows)
    >>> drawn, probability = model.sample_where(100, {"column_1": (5000, None)}, seed=0)
    >>> bool((drawn[:, 0] >= 49).all()), 0.2 < probability < 0.3
    (True, True)
    """

    card = {"kinds": ["table"], "paper": "doi:10.18637/jss.v074.i11"}
    fast = {"max_rows": 1_000}
    expected_failures = {
        "density_integrates_to_one": "it is even in pieces finer than the grid of the law",
        "density_of_a_gaussian_is_near_its_entropy": "a tree follows a slope in steps",
    }
    _state_spec = Columnwise.state | STATE | {"order_": Array("column", dtype="int64", low=0)}

    order_: np.ndarray
    _chain: tuple[ColumnTree, ...] | None = None
    _others: dict[tuple[int, bytes], ColumnTree] | None = None  # of other orders
    _drawn: np.ndarray | None = None

    def __init__(
        self,
        min_rows_leaf: Annotated[int, Interval(1, 100_000)] = 10,
        max_rows: Annotated[int, Interval(100)] = 100_000,
        order: Literal["auto", "coarse", "fine"] = "auto",
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.min_rows_leaf = min_rows_leaf
        self.max_rows = max_rows
        self.order: Literal["auto", "coarse", "fine"] = order
        self.seed = seed

    def _learn(self, codes: np.ndarray, rng: np.random.Generator) -> None:
        rows = codes[some_rows(len(codes), self.max_rows, rng)]
        is_date = np.array([column.kind == "date" for column in self.schema_.used])
        coarse, fine = orders(self._sizes, self._is_label, is_date)
        if self.order == "fine":
            self._hold(fine, self._grown_in(fine, rows))
            return
        trees = self._grown_in(coarse, rows)
        self._hold(coarse, trees)
        if self.order == "coarse" or len(rows) < _ENOUGH or (coarse == fine).all():
            return
        told_coarse = self._told(rows)
        self._hold(fine, self._grown_in(fine, rows))
        if self._told(rows) > told_coarse - _CLEARLY:
            self._hold(coarse, trees)

    def _grown_in(self, order: np.ndarray, rows: np.ndarray) -> list[ColumnTree]:
        """Return a tree for each column over those before it."""
        given = np.zeros(len(order), dtype=bool)
        trees: dict[int, ColumnTree] = {}
        for j in track(order.tolist(), "Growing trees"):
            trees[j] = self._grown(rows, j, given)
            given[j] = True
        return [trees[j] for j in range(len(order))]

    def _hold(self, order: np.ndarray, trees: Sequence[ColumnTree]) -> None:
        """Draw with these trees in this order from now on."""
        self._chain = self._others = self._drawn = None
        self.order_ = order
        for name, array in pack(trees).items():
            setattr(self, name, array)

    def _told(self, rows: np.ndarray) -> float:
        """Return how well rows drawn from the chain are told from those learnt; 0.5 is ideal."""
        real = rows[some_rows(len(rows), _JUDGED, generator(self.seed))]
        drawn = self._codes(self._sample(len(real), generator(self.seed)))
        return told(real, drawn, self._is_label, self.seed)

    def _chances(
        self, column: int, codes: np.ndarray, known: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        return self._tree(column, known).chances(codes)

    def _order(self, first: Sequence[int] = ()) -> list[int]:
        own = self.order_.tolist()
        return [j for j in own if j in first] + [j for j in own if j not in first]

    @property
    def _sizes(self) -> np.ndarray:
        return np.array([len(pieces) for pieces in self._pieces])

    @property
    def _is_label(self) -> np.ndarray:
        return np.array([len(pieces.labels) > 0 for pieces in self._pieces])

    @property
    def _evens(self) -> list[np.ndarray]:
        """Which pieces of each column are intervals."""
        return [np.flatnonzero(pieces.volume != 0) for pieces in self._pieces]

    def _grown(
        self,
        codes: np.ndarray,
        column: int,
        given: np.ndarray,
        borrowing: tuple[float, float] | None = None,
    ) -> ColumnTree:
        least = min(self.min_rows_leaf, max(1, len(codes) // 20))
        about = Columns(codes, self._pieces)
        return grow(about, column, given, least=least, seed=self.seed, borrowing=borrowing)

    def _tree(self, column: int, known: np.ndarray) -> ColumnTree:
        """Return the tree of a column over others, grown on rows of its own if need be."""
        if self._chain is None:
            self._chain = unpack(self, self._sizes, self._evens)
        before = self.order_[: int(known.sum())]
        place = int(np.flatnonzero(self.order_ == column)[0])
        if place == len(before) and known[before].all():
            return self._chain[column]
        others = self._others = {} if self._others is None else self._others
        asked = (column, known.tobytes())
        if asked not in others:
            own = self._chain[column]  # what real rows held out say of borrowing holds here, too
            borrowing = (own.discount, own.strength)
            others[asked] = self._grown(self._own_rows(), column, known, borrowing)
        return others[asked]

    def _own_rows(self) -> np.ndarray:
        """Return rows drawn from the chain, as pieces."""
        if self._drawn is None:
            n = int(np.clip(4 * self.rows_learnt_, 1_000, _OTHERS))
            self._drawn = self._codes(self._sample(n, generator(self.seed)))
        return self._drawn

    def _check_state(self) -> None:
        super()._check_state()
        check(self, self._sizes, self._evens)
        if sorted(self.order_.tolist()) != list(range(len(self._sizes))):
            raise ValueError("the order of columns is none")
        del self._cut  # what is read off the state is no part of it
