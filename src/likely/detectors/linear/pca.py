"""Principal component analysis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np

from likely.base.capabilities import Explainer
from likely.base.state import Array
from likely.core.covariance import regularise
from likely.core.params import Interval

_REACH = 100.0
"""Training values beyond so many robust spreads count as lying there: none turns a plane alone."""

_BLOCK_CELLS = 1_000_000
"""Moments are summed over blocks of about this many values, so that memory stays bounded."""


class PCA(Explainer):
    r"""Distance to the centre along principal components (Shyu et al., 2003).

    Components are the eigenvectors of the correlation matrix of robustly scaled columns. With y_k
    the coordinate of a row on component k and l_k its variance, the score is minus

        d = sqrt(sum over k of y_k^2 / l_k),

    over all components, over the major ones (rows that are extreme in the way in which rows differ
    anyway) or over the minor ones (rows that break a relation which other rows keep).

    Parameters
    ----------
    components : {"all", "major", "minor"}, default "all"
        "major" takes the fewest leading components that hold `share` of the variance, at least
        one; "minor" takes the others, at least one; "all" is the Mahalanobis distance.
    share : float in (0, 1], default 0.9
        Share of the variance that the major components hold; not used with "all".
    weighted : bool, default True
        Whether coordinates are divided by their standard deviations. False gives plain lengths:
        with "minor" the reconstruction error of the major components, with "all" the length of
        the standardised row.

    Attributes
    ----------
    centre_ : ndarray of shape (width,)
        Mean of the features.
    variances_ : ndarray of shape (component,)
        Variance along each component used, in units of one standardised column, largest first.
    projection_ : ndarray of shape (width, component)
        Takes centred features to coordinates of which the length is d.

    Notes
    -----
    Correlations are moved a little towards "uncorrelated", as far as there are few rows per column
    (`likely.core.covariance.regularise`): fewer rows than columns, equal columns and constant ones
    are all right. Values beyond 100 robust spreads count as 100 in means and correlations.

    The contribution of column j is z_j (P P' z)_j / d, with z the centred row and P the projection;
    contributions add up to d. One can be negative: the value lies on the side that the other
    columns lead one to expect.

    **Intuition.** Columns that go together leave few directions free; a row that breaks the
    relation is off the plane.

    **Formula.** $d^2(x) = \sum_{k \in K} (v_k^\top z)^2 / \lambda_k$, where z is the standardised
    row, v_k and λ_k are direction and variance of component k, and K are the components that count.
    The score is −d(x); with `weighted=False` nothing is divided by λ_k.

    **When to use.** Many columns that overlap: sensors of one machine, survey answers.

    **Where it fails.** Curved relations and clusters; a direction that hardly varied when learnt is
    judged very strictly.

    **Cost.** Of order n d² + d³ to learn; d² to judge a row.

    Warnings
    --------
    It sees one plane. Rows between two clusters are near its centre, and look normal.

    References
    ----------
    Shyu, M.-L., Chen, S.-C., Sarinnapakorn, K. & Chang, L. (2003). A novel anomaly detection scheme
    based on principal component classifier. IEEE Foundations and New Directions of Data Mining
    Workshop, 172-179. https://apps.dtic.mil/sti/citations/ADA465712

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import PCA
    >>> rng = np.random.default_rng(0)
    >>> size = rng.normal(size=(300, 1))
    >>> rows = size + 0.1 * rng.normal(size=(300, 3))  # three columns that tell the same
    >>> PCA(components="minor").fit(rows).predict([[2.0, 2.0, 2.0], [1.0, 1.0, -1.0]])
    array([ 1, -1])
    """

    card = {"kinds": ["table"], "paper": "https://apps.dtic.mil/sti/citations/ADA465712"}
    _state_spec = {
        "centre_": Array("width"),
        "variances_": Array("component", low=0.0),
        "projection_": Array("width", "component"),
    }

    centre_: np.ndarray
    variances_: np.ndarray
    projection_: np.ndarray

    def __init__(
        self,
        components: Literal["all", "major", "minor"] = "all",
        share: Annotated[float, Interval(0, 1, open_low=True)] = 0.9,
        weighted: bool = True,
    ) -> None:
        self.components = components
        self.share = share
        self.weighted = weighted

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self.centre_, covariance = _moments(x)
        covariance = regularise(covariance, len(x))
        spread = np.sqrt(np.diag(covariance))
        ascending, vectors = np.linalg.eigh(covariance / spread / spread[:, None])
        used = self._used(ascending[::-1])
        self.variances_ = ascending[::-1][used]
        vectors = vectors[:, ::-1][:, used]  # (width, component)
        lengths = np.sqrt(self.variances_) if self.weighted else 1.0
        self.projection_ = vectors / spread[:, None] / lengths

    def _used(self, variances: np.ndarray) -> slice:
        """Return which components count, given all variances, largest first."""
        if self.components == "all":
            return slice(None)
        held = np.cumsum(variances) / variances.sum()
        major = 1 + int(np.sum(held[:-1] < self.share))
        if self.components == "major":
            return slice(major)
        return slice(min(major, len(variances) - 1), None)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -_lengths((x - self.centre_) @ self.projection_)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        centred = x - self.centre_
        coordinates = centred @ self.projection_  # (n, component)
        distances = _lengths(coordinates)[:, None]
        shares = centred * (coordinates @ self.projection_.T)  # (n, width)
        return shares / np.where(distances > 0, distances, 1.0)


def _moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance of features of which gross values are drawn in to the reach."""
    first = np.clip(x[0], -_REACH, _REACH)  # a constant column minus it is exactly zero
    width = x.shape[1]
    mean, covariance = np.zeros(width), np.zeros((width, width))
    for block in _shifted(x, first):
        mean += block.sum(axis=0) / len(x)
    for block in _shifted(x, first + mean):
        covariance += block.T @ block / len(x)
    return first + mean, covariance


def _shifted(x: np.ndarray, shift: np.ndarray) -> Iterator[np.ndarray]:
    step = max(1, _BLOCK_CELLS // x.shape[1])
    for start in range(0, len(x), step):
        yield np.clip(x[start : start + step], -_REACH, _REACH) - shift


def _lengths(rows: np.ndarray) -> np.ndarray:
    return np.sqrt(np.einsum("ij,ij->i", rows, rows))
