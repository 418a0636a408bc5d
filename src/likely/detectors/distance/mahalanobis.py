"""Mahalanobis distance."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from likely.base.capabilities import Explainer
from likely.base.state import Array
from likely.core.covariance import regularise, whitening
from likely.core.params import Interval
from likely.core.robust_covariance import minimum_covariance_determinant
from likely.core.spreads import distance_spreads
from likely.core.threads import one_thread_a_product


class Mahalanobis(Explainer):
    r"""Distance to the centre in units of the spread (Mahalanobis, 1936; Hubert et al., 2012).

    d(x) = sqrt((x - m)' P (x - m)) with centre m and P the inverse covariance: it measures each
    direction by how much rows vary along it, so a broken correlation is as odd as a far value. The
    score is -d.

    The robust form takes centre and covariance from the most concentrated `support` of the rows
    (minimum covariance determinant, found from deterministic starts) and then from all rows that
    this fit calls normal. Up to 1 - `support` gross rows, however gross, do not move it. The
    classic form takes mean and covariance of all rows.

    Parameters
    ----------
    robust : bool, default True
        Whether a minority of gross training rows is kept from setting the spread. Classic is
        enough, and a little sharper, where training rows are known to be clean.
    support : float in [0.5, 1], default 0.75
        Share of the rows that the robust form must fit; 0.5 resists the most.
    seed : int in [0, inf), default 0
        Which rows the robust search looks at when there are more than 10 000.

    Notes
    -----
    Covariances are moved a little towards a ball, as far as there are few rows per column
    (`likely.core.covariance.regularise`), in columns that are scaled to a like spread
    (`likely.core.spreads`): fewer rows than columns, equal columns and constant ones are all right.
    A constant column counts as if one row stood one unit apart.

    The contribution of column j is (x - m)_j (P (x - m))_j / d; contributions add up to d. One can
    be negative: the value lies on the side that the other columns lead one to expect, so the row
    would be odder still with that column at its centre.

    **Intuition.** Distance in units of the spread along each direction: far along a wide direction
    is fine, a little off a narrow one is not.

    **Formula.** $d_M(x) = \sqrt{(x-\mu)^\top \Sigma^{-1} (x-\mu)}$, where μ is the centre and Σ the
    covariance, of the most central rows if `robust`. The score is −d_M(x).

    **When to use.** Columns of numbers that move together, above all with few rows.

    **Where it fails.** It assumes one elliptical cloud: rows between two clusters look normal, and
    the robust form calls a whole minority odd.

    **Cost.** Of order n d² + d³ to learn, and if `robust` up to a hundred times that on at most
    10,000 rows; d² to judge a row.

    Warnings
    --------
    It sees one elliptical cloud. Rows between two clusters are at its centre, and look normal.

    References
    ----------
    Mahalanobis, P. C. (1936). On the generalised distance in statistics. Proc. Nat. Inst. Sci.
    India 2(1).
    Hubert, M., Rousseeuw, P. & Verdonck, T. (2012). A deterministic algorithm for robust location
    and scatter. J. Comput. Graph. Stat. 21(3). https://doi.org/10.1080/10618600.2012.672100

    Examples
    --------
    >>> import numpy as np
    >>> from likely.detectors import Mahalanobis
    >>> rng = np.random.default_rng(0)
    >>> first = rng.normal(size=300)
    >>> rows = np.column_stack([first, first + 0.1 * rng.normal(size=300)])
    >>> Mahalanobis().fit(rows).predict([[1.5, 1.5], [1.5, -1.5]])
    array([ 1, -1])
    """

    card = {"kinds": ["table"], "paper": "doi:10.1080/10618600.2012.672100"}
    _state_spec = {"centre_": Array("width"), "whitening_": Array("width", "width")}

    centre_: np.ndarray
    whitening_: np.ndarray

    def __init__(
        self,
        robust: bool = True,
        support: Annotated[float, Interval(0.5, 1)] = 0.75,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.robust = robust
        self.support = support
        self.seed = seed

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        spreads = distance_spreads(x)
        scaled = x / spreads
        if self.robust:
            with one_thread_a_product():  # hundreds of small ones
                centre, covariance = minimum_covariance_determinant(
                    scaled, rng, self.support, self.schema_.steps / spreads
                )
        else:
            centre = scaled.mean(axis=0)
            centred = scaled - centre
            covariance = regularise(centred.T @ centred / len(x), len(x), ball=True)
        self.centre_ = centre * spreads
        self.whitening_ = whitening(covariance) / spreads[:, None]

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -_lengths((x - self.centre_) @ self.whitening_)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        centred = x - self.centre_
        white = centred @ self.whitening_
        distances = _lengths(white)[:, None]
        shares = centred * (white @ self.whitening_.T)
        return shares / np.where(distances > 0, distances, 1.0)


def _lengths(rows: np.ndarray) -> np.ndarray:
    return np.sqrt(np.einsum("ij,ij->i", rows, rows))
