r"""Distance-based detection: a row is odd if it is far from where the others are.

**k-NN** measures to the nearest others, so it follows any shape and finds rows between clusters.
**Mahalanobis** measures to the centre in units of the spread along each direction, so it sees
broken correlations.

$$d_k(x) = \frac1k \sum_{i=1}^k \lVert x - x_{(i)} \rVert \qquad
d_M(x) = \sqrt{(x-\mu)^\top \Sigma^{-1} (x-\mu)}$$

When to use: k-NN is the first choice where training rows are mostly clean and columns are
comparable (they are scaled robustly before); Mahalanobis where columns are numbers that move
together, above all with few rows.

What goes wrong: k-NN blurs in many noisy columns and is fooled by a tight group of more than k
anomalies. Mahalanobis assumes one elliptical cloud, so rows between two clusters look normal to
it; in its classic form a few gross rows inflate the spread and hide themselves and others
(masking), which is what the robust form is for. The robust form, in turn, calls a whole minority
cluster odd, as it believes the majority.
"""
