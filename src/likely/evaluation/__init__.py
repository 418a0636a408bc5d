"""How well a detector ranks and decides, with intervals; small and in plain numpy.

Everywhere here a label is 1 for an anomaly and 0 for a normal row, and **a higher score is odder**:
give `surprise`, or `-model.score_samples(X)`.

| question | function |
|---|---|
| does an anomaly score above a normal row? | `auroc` |
| how pure is the ranking from its top down, when anomalies are rare? | `auprc` |
| of the first k shown, how many are anomalies; how many of all? | `precision_at`, `recall_at` |
| was the promise kept? | `false_discovery_rate`, `false_positive_rate`, `power` |
| how sure is the number? | `bootstrap_interval` |
| which method is best over many data sets? | `mean_ranks` |
| does each number of a code stand for one cause? | `mutual_information_gap` |
| how many bits would a lossless code need? | `bits_per_dim` |
| how many normal rows are enough? | `learning_curve` |

AUROC does not depend on how rare anomalies are, and so flatters a detector whose first hundred
alarms are all false; AUPRC does not. Both look at the ranking only: they say nothing about whether
p-values are right.
"""

from likely.evaluation.bits import bits_per_dim
from likely.evaluation.comparison import mean_ranks
from likely.evaluation.decisions import false_discovery_rate, false_positive_rate, power
from likely.evaluation.disentanglement import mutual_information_gap
from likely.evaluation.intervals import bootstrap_interval
from likely.evaluation.learning_curve import LearningCurve, learning_curve
from likely.evaluation.ranking import auprc, auroc, precision_at, recall_at

__all__ = [
    "LearningCurve",
    "auprc",
    "auroc",
    "bits_per_dim",
    "bootstrap_interval",
    "false_discovery_rate",
    "false_positive_rate",
    "learning_curve",
    "mean_ranks",
    "mutual_information_gap",
    "power",
    "precision_at",
    "recall_at",
]
