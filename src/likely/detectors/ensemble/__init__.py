r"""Ensembles: several detectors as one.

No single assumption holds on all data: neighbours miss groups of anomalies, ellipses miss what
lies between clusters, columns taken one by one miss broken correlations. An ensemble asks
several. Raw scores cannot be compared, since they have no common unit; so each member's score is
first turned into a surprise, minus the logarithm of the share of training rows that score as odd,
with the distribution frozen at training time (never ranks within the rows being judged, which
would let rows change one another's score).

$$L_j(x) = -\log \hat P_j\bigl(S_j \ge s_j(x)\bigr)$$

Here s_j is the oddness of the row to member j and S_j that of training rows. The mean of the L_j
lets one member that is wrong about the table drown the others; the middle one does not, so the
verdict is a vote. What a vote cannot see is a row that only one member is made to see. Such
members are asked apart, as alarms, and joined with the verdict as probabilities (a weighted
harmonic mean, which stays valid however the parts depend on one another, up to a small factor).
Distances to neighbours fall off like a power and are taken in logarithms.

When to use: where nothing is known about the data, which is why `method="auto"` takes it; and for
explanations that do not hang on one assumption. It costs as much as its members together.

What goes wrong: members that share a blind spot share it together. Every alarm costs some of the
verdict's sharpness: a loud one puts its own few rows on top.

Examples
--------
>>> import numpy as np
>>> from likely.detectors import ECOD, Ensemble
>>> alike = np.random.default_rng(0).normal(size=(500, 1)) * [[1.0, 1.0]]
>>> alike += 0.1 * np.random.default_rng(1).normal(size=(500, 2))
>>> broken = [[1.5, -1.5]]
>>> ECOD().fit(alike).predict(broken)
array([1])
>>> Ensemble(members=("ECOD", "KNN", "Mahalanobis")).fit(alike).predict(broken)
array([-1])
"""
