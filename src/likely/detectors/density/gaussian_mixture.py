"""Gaussian mixture."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np

from likely.base.capabilities import Density, Explainer, Sampler
from likely.base.state import Array
from likely.core.order import ascending
from likely.core.params import Interval
from likely.core.random import some_rows
from likely.core.threads import one_thread_a_product
from likely.detectors.density.mixture import Mixture, criterion, fit_mixture, improve, widened

CANDIDATES = (1, 2, 3, 5, 8)
"""Numbers of components that "auto" chooses among."""

_SEARCH_ROWS = 1_000
"""Rows that the number of components is chosen on: enough to tell clusters, and quick."""

_MOST_ROWS = 5_000
_LAST_STEPS = 10
_LEAST_ROWS_PER_TERM = 5
_PATIENCE = 2


class GaussianMixture(Density, Sampler, Explainer):
    r"""Mixture of Gaussians with full covariances (Dempster, Laird & Rubin, 1977), trimmed.

    p(x) is a weighted sum of Gaussians, fitted by expectation-maximisation. Every step leaves out
    the share `trim` of the rows that are least likely (Cuesta-Albertos et al., 2008), so that gross
    rows in the training data neither widen a component nor get one of their own. The score is
    log p(x); the contributions of a row sum to -log p(x).

    Parameters
    ----------
    n_components : int in [1, 100] or "auto", default "auto"
        How many Gaussians at most: those that end with less than 1 % of the rows are dropped.
        "auto" takes the best of 1, 2, 3, 5 and 8 by the Bayesian information criterion.
    n_starts : int in [1, 100], default 1
        From how many first guesses to climb; the one that is likeliest after a few steps goes on.
    trim : float in [0, 0.5], default 0.05
        Share of the training rows to leave out. Spreads are scaled back up, so that clean Gaussian
        rows give the true density. With 0 it is the plain method; with fewer than 10 rows too.
    seed : int in [0, inf), default 0
        Source of the first guesses.

    Notes
    -----
    Covariances are moved a little towards "uncorrelated" (`likely.core.covariance.regularise`), so
    fewer rows than columns are welcome. No component is narrower, in any column, than a tenth of
    the spread of all rows. A training row is not left out of its own density. Components are chosen
    and climb on 1,000 rows drawn at random, and are then improved on 5,000.

    **Intuition.** The rows come from a few clouds, each an ellipsoid; a row is odd if no cloud
    explains it.

    **Formula.** $p(x) = \sum_k \pi_k \, \mathcal N(x; \mu_k, \Sigma_k)$, where π_k is the share of
    cloud k, μ_k its centre and Σ_k its covariance, and $\mathcal N$ is the normal density. The
    score is log p(x).

    **When to use.** Columns of numbers that move together, when log p(x) in nats or new rows are
    wanted.

    **Where it fails.** Curved clouds need many components, and then a small group of anomalies gets
    one of its own; trimming is against that.

    **Cost.** Each step of learning is of order n K d² for n rows (at most 5,000), d columns and K
    components, and K d³ for the covariances; a row is judged in K d².

    Warnings
    --------
    A density is not a measure of oddness across columns of different nature: a column with spikes
    rewards rows on the spike with a large density. Categories enter as indicator features.

    References
    ----------
    Dempster, A., Laird, N. & Rubin, D. (1977). Maximum likelihood from incomplete data via the EM
    algorithm. JRSS B 39(1). https://doi.org/10.1111/j.2517-6161.1977.tb01600.x
    Cuesta-Albertos, J., Matran, C. & Mayo-Iscar, A. (2008). Trimming and likelihood: robust
    location and dispersion estimation in the elliptical model. Ann. Stat. 36(5).
    https://doi.org/10.1214/07-AOS541

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import GaussianMixture
    >>> rng = np.random.default_rng(0)
    >>> rows = np.vstack([rng.normal(-5, 1, (300, 2)), rng.normal(5, 1, (300, 2))])
    >>> model = GaussianMixture().fit(rows)
    >>> model.predict([[0.0, 0.0], [5.0, 5.0]])
    array([-1,  1])
    >>> model.sample(3, seed=0).shape
    (3, 2)
    """

    card = {"kinds": ["table"], "paper": "doi:10.1111/j.2517-6161.1977.tb01600.x"}
    fast = {"n_components": 2, "n_starts": 1}
    _state_spec = {
        "weights_": Array("component", low=0, high=1),
        "means_": Array("component", "width"),
        "whitenings_": Array("component", "width", "width"),
    }

    weights_: np.ndarray
    means_: np.ndarray
    whitenings_: np.ndarray

    def __init__(
        self,
        n_components: Annotated[int, Interval(1, 100)] | Literal["auto"] = "auto",
        n_starts: Annotated[int, Interval(1, 100)] = 1,
        trim: Annotated[float, Interval(0, 0.5)] = 0.05,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.n_components = n_components
        self.n_starts = n_starts
        self.trim = trim
        self.seed = seed

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        order = ascending(x)  # so that the order of the rows decides nothing
        some = x[order[some_rows(len(x), _MOST_ROWS, rng)]]
        searched = some[some_rows(len(some), _SEARCH_ROWS, rng)]
        with one_thread_a_product():  # thousands of small ones
            best = self._choose(searched, rng)
            if len(searched) < len(some):
                best = improve(best, some, self.trim, _LAST_STEPS)
        self.weights_, self.means_, self.whitenings_ = widened(best, self.trim)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return self._mixture().log_density(x)

    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        return self._mixture().log_density(x)

    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self._mixture().draw(n, rng)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        return self._mixture().shares(x)

    def _mixture(self) -> Mixture:
        return Mixture(self.weights_, self.means_, self.whitenings_)

    def _choose(self, x: np.ndarray, rng: np.random.Generator) -> Mixture:
        """Fit ever more components until the criterion has been worse twice in a row."""
        found: list[tuple[float, Mixture]] = []
        best = 0
        for k in self._candidates(*x.shape):
            mixture = fit_mixture(x, k, self.n_starts, self.trim, rng)
            found.append((criterion(mixture, x, self.trim), mixture))
            if found[-1][0] < found[best][0]:
                best = len(found) - 1
            if len(found) - 1 - best == _PATIENCE:
                break
        return found[best][1]

    def _candidates(self, rows: int, width: int) -> list[int]:
        """Numbers of components to try: each needs a few rows per column."""
        if self.n_components != "auto":
            return [min(int(self.n_components), rows)]
        most = max(1, rows // (_LEAST_ROWS_PER_TERM * (width + 1)))
        return [k for k in CANDIDATES if k <= most]
