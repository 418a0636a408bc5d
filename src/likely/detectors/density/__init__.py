r"""Density-based detection: a row is odd where rows are rare.

**Local outlier factor** asks whether a row lies in a sparser place than its own neighbours do. So
the same gap is odd beside a tight cluster and normal inside a wide one, which no global threshold
on a distance can say. **Gaussian mixture** writes the density itself, as a few ellipsoids; it
gives log p(x) in nats and draws new rows. **Kernel density** puts a small Gaussian of width h on
every training row, and so takes any shape; it is a density and a sampler too.

$$\mathrm{LOF}(x) = \frac1k \sum_{o \in N_k(x)} \frac{\mathrm{lrd}(o)}{\mathrm{lrd}(x)}
\qquad p(x) = \sum_k \pi_k \, \mathcal N(x; \mu_k, \Sigma_k)
\qquad p(x) = \frac1n \sum_i \mathcal N(x; x_i, h^2 I)$$

Here N_k(x) are the k nearest rows to x and lrd, the local density, is one over the mean distance to
them, none counted as nearer than their own neighbours are; $\mathcal N$ is the normal density, π_k,
μ_k and Σ_k are share, centre and covariance of ellipsoid k, and x_i the n rows learnt, with I the
unit matrix.

When to use: LOF for clean training rows in clusters of different density; the mixture where
columns are numbers that move together and a real density is wanted; kernels for shapes that no few
ellipsoids fit, in few columns and with many rows.

What goes wrong: LOF breaks down when anomalies are among the training rows and stand together,
and its numbers say nothing across data sets. A mixture with many components gives a small group
of anomalies a component of its own; it is trimmed here for that reason, and counts components by
an information criterion. Kernels of one width are too wide for a tight cluster and too narrow for
a loose one, and a group of anomalies makes a place of its own dense. All of them blur in many
noisy columns. In other libraries a larger score is odder; here `score_samples` is larger for
likelier rows everywhere.

Examples
--------
>>> import numpy as np
>>> from likely.detectors import KNN, LOF
>>> rng = np.random.default_rng(0)
>>> rows = np.vstack([rng.normal(0, 0.1, (200, 2)), rng.normal(8, 2.0, (200, 2))])
>>> LOF().fit(rows).predict([[1.0, 1.0], [9.0, 9.0]])
array([-1,  1])
>>> KNN().fit(rows).predict([[1.0, 1.0], [9.0, 9.0]])  # the same gap is usual over there
array([1, 1])
"""
