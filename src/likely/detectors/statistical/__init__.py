r"""Statistical detection: assume a distribution for each column; far out in a tail is odd.

The oldest idea of the field and the cheapest: one pass over the data, nothing to tune, and every
finding is explained by the column it was found in.

$$z = \frac{x - m}{s} \qquad
G = \max_i \frac{|x_i - \bar x|}{s} > \frac{n-1}{\sqrt n}\sqrt{\frac{t^2}{n-2+t^2}} \qquad
O(x) = \sum_j \max\bigl(-\log F_j(x_j),\, -\log G_j(x_j)\bigr) \qquad
T(x) = \max_j -\log P\bigl(|X_j - m_j| \ge |x_j - m_j|\bigr)$$

Here x is a value, m the centre and s the spread of its column; $\bar x$ is the mean of n values, j
counts columns, and P is the chance in the tail that was fitted to column X_j.

- **z-score**: distance from the centre in spreads. The classic centre and spread (mean, standard
  deviation) are moved by the very values they should expose; the robust ones (median, median
  absolute deviation) are not.
- **Grubbs' test**: is the value farthest from the mean too far for a normal sample of this size?
  t is the upper α / 2n quantile of Student's distribution with n − 2 degrees of freedom. Made for
  one outlier: two hide each other by inflating s.
- **Generalised ESD**: Grubbs' statistic again and again, the farthest value set aside each time;
  the last step that is too far says how many outliers there are. It finds groups of outliers that
  hide one another.
- **ECOD**: no distribution is assumed; each column's own empirical distribution tells how rare a
  value at least this far out is (F_j and G_j: shares of the rows at most and at least x_j), and
  the columns' surprises are added up.
- **COPOD**: the same shares, but a column that is skewed counts with the tail on that side alone,
  or with the mean of both where that is more.
- **Marginal tails**: between the two. Each side of a column gets a tail of its own, $f(y) \propto
  e^{-(y / a)^b}$, whose form is learnt: b = 2 is Gaussian, b = 1 exponential. The outermost values
  are censored in the fit, so that gross ones cannot hide themselves; a row counts with its oddest
  column or with the sum over all.
- **HBOS**: a histogram for each column; a value is as odd as its bin is empty beside the fullest,
  −log of the quotient. The only one here that sees a value in a gap between two heaps.

When to use them: as the floor that every other method must beat, on wide tables, where an answer
must be explained in one sentence, and — Grubbs and ESD — on small samples of normal measurements
(from three values; ESD from about 15), where p-values from unseen rows would need hundreds. Those
two keep p-values of their own for the rows they were fitted on in `training_p_values_`;
`fit_test` returns them.

What goes wrong: columns are judged one by one, so a row whose values are each usual but do not go
together is missed (take `Mahalanobis`), and so, but by HBOS, is a value in the gap between two
clusters (take `KNN`). Significance tests on columns that are not normal call the long tail
outliers: with a skewed column test its logarithm. ECOD, COPOD and marginal tails follow skewed
columns, but a tail learnt from fewer than about a hundred values is half a guess. Columns that say
the same thing count twice in every sum.

Examples
--------
>>> import numpy as np
>>> from likely.detectors import ECOD, Grubbs
>>> lengths = [[9.9], [10.1], [10.0], [10.2], [9.8], [10.1], [10.0], [14.0]]
>>> bool(Grubbs().fit(lengths).training_p_values_[-1] < 1e-4)
True
>>> alike = np.random.default_rng(0).normal(size=(500, 1)) * [[1.0, 1.0]]
>>> ECOD().fit(alike).predict([[1.5, 1.5], [1.5, -1.5], [9.0, 9.0]])  # sees no pair
array([ 1,  1, -1])
"""
