"""Distance-based detection: a row is odd if it is far from where the others are.

**k-NN** measures to the nearest others, so it follows any shape and finds rows between clusters; it blurs in
many noisy columns and is fooled by a tight group of more than k anomalies. **Mahalanobis** measures to the
centre in units of the spread along each direction, so it sees broken correlations; it assumes one elliptical
cloud, and a few gross rows spoil its spread unless it is robust.

$$d_k(x) = \\frac1k \\sum_{i=1}^k \\lVert x - x_{(i)} \\rVert \\qquad
d_M(x) = \\sqrt{(x-\\mu)^\\top \\Sigma^{-1} (x-\\mu)}$$
"""
