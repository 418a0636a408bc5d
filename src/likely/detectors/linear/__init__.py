r"""Linear detection: rows lie near a plane of few dimensions; far off it, or far out on it, is odd.

Columns that are measured on one thing go together: a handful of directions, the principal
components, carry nearly all that varies. They are the eigenvectors v of the correlation matrix,
and their eigenvalues λ are the variances along them. A row z (columns centred and scaled) is
judged by its coordinates on them:

$$d^2(z) = \sum_{k \in K} \frac{(v_k^\top z)^2}{\lambda_k}$$

- **Major components**, those of the largest variance, find rows that are extreme in the way in
  which rows differ anyway: very large in everything that goes with size.
- **Minor components**, the rest, find rows that break a relation which all others keep: each value
  usual, together impossible. Without the division by λ they give the squared reconstruction error
  of the major ones.
- **All of them** give the Mahalanobis distance.

**One-class SVM** draws a plane too, but in the space of a kernel, where it parts most rows from
the origin:

$$f(x) = \sum_i \alpha_i \, e^{-\gamma \lVert x - x_i \rVert^2} - \rho, \qquad
0 \le \alpha_i \le \tfrac{1}{\nu n}, \quad \sum_i \alpha_i = 1$$

Here x_i are the n learnt rows, α_i their weights, most of them 0, γ says how narrow the kernel is,
and ρ where the plane lies. In the space of the rows that is a closed surface of any shape around
the places where most rows are. ν is the share of training rows that may lie outside.

When to use it: many columns that overlap (sensors of one machine, pixels, survey answers), where
the question is which relation broke; as a fast baseline that is often hard to beat. The one-class
SVM is for rows of any shape, and does best where they are known to be normal.

What goes wrong: relations that are curved, and clusters: one plane through two clouds fits neither
(take `GaussianMixture` or `KNN`). A direction in which training rows hardly vary is judged very
strictly, so minor components amplify noise that is new. Gross training rows turn components
towards themselves; `Mahalanobis(robust=True)` resists them. The one-class SVM has one width of the
kernel for all places and columns, and with a small ν it draws its surface around the anomalies
among the training rows as well; its scores level off far away from all rows.

Examples
--------
>>> import numpy as np
>>> from likely.detectors import PCA, OneClassSVM
>>> rng = np.random.default_rng(0)
>>> angle = rng.uniform(0, 2 * np.pi, 300)
>>> ring = np.column_stack([np.cos(angle), np.sin(angle)]) + 0.05 * rng.normal(size=(300, 2))
>>> OneClassSVM(gamma=4.0).fit(ring).predict([[1.0, 0.0], [0.0, 0.0]])
array([ 1, -1])
>>> PCA().fit(ring).predict([[1.0, 0.0], [0.0, 0.0]])  # a plane has no hole
array([1, 1])
"""
