"""Classical anomaly detectors: each a stand-in for p(x) that needs no training loop.

| branch | an odd row is | members |
|---|---|---|
| statistical | far out in a column | z-score, Grubbs, ESD, ECOD, COPOD, HBOS, marginal tails |
| distance | far from its neighbours, or from the centre in spreads | k-NN, Mahalanobis, CBLOF |
| density | where rows are rare, or rarer than around it | LOF, Gaussian mixture, kernel density |
| linear | far off the plane near which rows lie, or far out on it | PCA, one-class SVM |
| isolation | cut off by few random splits | isolation forest |
| ensemble | odd to several of these, averaged as surprise | Ensemble |
| supervised | like rows that were labelled as anomalies | FewLabels, Supervised |

Those of the last branch learn from labels. Every other detector learns from whatever rows it is
given: from all of them (unsupervised), or from rows known to be normal (semi-supervised).
`score_samples` is higher for likelier rows in all of them.
"""

from __future__ import annotations

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("detectors")
