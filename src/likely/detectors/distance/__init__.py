r"""Distance-based detection: a row is odd if it is far from where the others are.

**k-NN** measures to the nearest others, so it follows any shape and finds rows between clusters.
**Mahalanobis** measures to the centre in units of the spread along each direction, so it sees
broken correlations. **CBLOF** measures to the centre of the nearest large cluster, so a small
cluster is odd however tight it is.

$$d_k(x) = \frac1k \sum_{i=1}^k \lVert x - x_{(i)} \rVert \qquad
d_M(x) = \sqrt{(x-\mu)^\top \Sigma^{-1} (x-\mu)} \qquad
d_C(x) = \min_{c \text{ large}} \lVert x - \mu_c \rVert$$

Here $x_{(i)}$ is the i-th nearest learnt row and k how many count, μ and Σ are centre and
covariance of the rows, and μ_c is the centre of cluster c.

When to use: k-NN is the first choice where training rows are mostly clean and columns are
comparable (they are scaled robustly before); Mahalanobis where columns are numbers that move
together, above all with few rows; CBLOF where anomalies come in groups, or where there are very
many rows to judge, as it keeps a handful of centres and no row.

What goes wrong: k-NN blurs in many noisy columns and is fooled by a tight group of more than k
anomalies. Mahalanobis assumes one elliptical cloud, so rows between two clusters look normal to
it; in its classic form a few gross rows inflate the spread and hide themselves and others
(masking), which is what the robust form is for. The robust form, in turn, calls a whole minority
cluster odd, as it believes the majority. CBLOF takes clusters for round, and needs a number of
them: with too few, centres stand between clusters; with many, a group of anomalies may become one
of the large ones.

Examples
--------
>>> import numpy as np
>>> from likely.detectors import KNN, Mahalanobis
>>> rng = np.random.default_rng(0)
>>> two = np.vstack([rng.normal(-5, 1, (200, 2)), rng.normal(5, 1, (200, 2))])
>>> KNN().fit(two).predict([[5.0, 5.0], [0.0, 0.0]])
array([ 1, -1])
>>> Mahalanobis().fit(two).predict([[5.0, 5.0], [0.0, 0.0], [5.0, -5.0]])  # one cloud
array([ 1,  1, -1])
"""
