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

When to use it: many columns that overlap (sensors of one machine, pixels, survey answers), where
the question is which relation broke; as a fast baseline that is often hard to beat.

What goes wrong: relations that are curved, and clusters: one plane through two clouds fits neither
(take `GaussianMixture` or `KNN`). A direction in which training rows hardly vary is judged very
strictly, so minor components amplify noise that is new. Gross training rows turn components
towards themselves; `Mahalanobis(robust=True)` resists them.
"""
