"""How well detectors rank and decide, and how good generators and densities are, with intervals.

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
| how many bits would a lossless code need? | `bits_per_dim`, `bits_per_character` |
| how many normal rows are enough? | `learning_curve` |

AUROC does not depend on how rare anomalies are, and so flatters a detector whose first hundred
alarms are all false; AUPRC does not. Both look at the ranking only: they say nothing about whether
p-values are right.

Of scores of series, where anomalies are events and an alarm beside one is nearly right:

| question | function |
|---|---|
| how pure is the ranking of points, borders of events counted in part? | `vus_pr`, `range_auc_pr` |
| the same of ROC curves, which flatter where events are rare | `vus_roc`, `range_auc_roc` |
| how wide are these borders? | `window_of` |
| how many events were found, how late, and how many alarms were false? | `event_detection` |
| does the oddest point lie at the one event? | `ucr_score` |
| are events found early, at few false alarms, as the Numenta benchmark counts? | `nab_score` |
| how near are alarms to events, and events to alarms? | `affiliation` |
| what would a paper that adjusts points report? | `point_adjusted_f1_misleading` |
| what does chance get? | `beside_chance` |
| which runs of labels are events? | `events_of` |

Chance gets much in most of them, the more the longer events are: a random score gets a VUS-ROC of
0.75, an affiliation F1 of 0.66 and a point-adjusted F1 of 0.61, but a VUS-PR of 0.14, where 5 % of
5,000 points are anomalous in ten events. Never give one of these figures without that of chance.

Of generators and densities:

| question | function |
|---|---|
| can a classifier tell generated from real samples? | `two_sample_test` |
| do samples look real, and do they cover all that is real? | `prdc` |
| do distributions differ at all? | `mean_discrepancy` |
| how far apart are their means and covariances? | `frechet_distance` |
| in which space of images is that asked? | `learn_features` |
| are samples copies of what was learnt from? | `memorisation` |
| are the densities of real samples as high as those of the model's own? | `density_calibration` |

Of synthetic tables, every figure beside that of real rows held out:

| question | function |
|---|---|
| all of it at once, with a gate | `judge_synthetic` |
| is every column distributed as the real one? | `column_shapes` |
| do every two columns go together as the real ones? | `pair_trends` |
| can trees tell synthetic from real rows, seeing all? | `two_sample_test` with `space="codes"` |
| which columns, which two together, give the rows away? | `give_aways` |
| is a model that learns from them right about real rows? | `transfer` |
| are they copies, and do they tell who was learnt from? | `privacy` |
| do they have values that no real row has the like of? | `strange_values` |

No single number will do. Samples of a narrow generator look real (precision 1) and leave most out
(coverage low); copies of the training rows are perfect in all but `memorisation`. Give real samples
that the generator has not learnt from, as many as generated ones, and put beside each figure that
of real against real samples: it is the best that any generator can have, and it is not 0 or 1.

All take `space=`: "scaled" (columns over their spread, pixels over their range, as the real samples
say), "given" (numbers as they are), or a function that gives a row of numbers for each sample, such
as the one that `learn_features` learns from images. Compare figures in one and the same space only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from likely.evaluation.affiliation import Affiliation, affiliation
from likely.evaluation.bits import bits_per_character, bits_per_dim
from likely.evaluation.chance import BesideChance, beside_chance
from likely.evaluation.column_shapes import ColumnShapes, column_shapes
from likely.evaluation.comparison import mean_ranks
from likely.evaluation.coverage import Coverage, prdc
from likely.evaluation.decisions import false_discovery_rate, false_positive_rate, power
from likely.evaluation.density_calibration import DensityCalibration, density_calibration
from likely.evaluation.disentanglement import mutual_information_gap
from likely.evaluation.event_detection import EventDetection, event_detection
from likely.evaluation.frechet import Frechet, frechet_distance
from likely.evaluation.give_aways import GiveAways, give_aways
from likely.evaluation.intervals import bootstrap_interval, wilson_interval
from likely.evaluation.learning_curve import LearningCurve, learning_curve
from likely.evaluation.mean_discrepancy import MeanDiscrepancy, mean_discrepancy
from likely.evaluation.memorisation import Memorisation, memorisation
from likely.evaluation.nab_score import nab_score
from likely.evaluation.pair_trends import PairTrends, pair_trends
from likely.evaluation.point_adjustment import point_adjusted_f1_misleading
from likely.evaluation.privacy import Privacy, privacy
from likely.evaluation.ranking import auprc, auroc, precision_at, recall_at
from likely.evaluation.runs import events_of
from likely.evaluation.series_window import window_of
from likely.evaluation.strange_values import StrangeValues, strange_values
from likely.evaluation.synthetic import judge_synthetic
from likely.evaluation.synthetic_report import Gate, Judged, Measure, SyntheticReport
from likely.evaluation.transfer import Transfer, transfer
from likely.evaluation.two_sample import TwoSample, two_sample_test
from likely.evaluation.ucr_score import ucr_score
from likely.evaluation.vus import range_auc_pr, range_auc_roc, vus_pr, vus_roc

if TYPE_CHECKING:
    from likely.evaluation.feature_space import FeatureSpace as FeatureSpace
    from likely.evaluation.feature_space import learn_features as learn_features

__all__ = [
    "Affiliation",
    "BesideChance",
    "ColumnShapes",
    "Coverage",
    "DensityCalibration",
    "EventDetection",
    "FeatureSpace",
    "Frechet",
    "Gate",
    "GiveAways",
    "Judged",
    "LearningCurve",
    "MeanDiscrepancy",
    "Measure",
    "Memorisation",
    "PairTrends",
    "Privacy",
    "StrangeValues",
    "SyntheticReport",
    "Transfer",
    "TwoSample",
    "affiliation",
    "auprc",
    "auroc",
    "beside_chance",
    "bits_per_character",
    "bits_per_dim",
    "bootstrap_interval",
    "column_shapes",
    "density_calibration",
    "event_detection",
    "events_of",
    "false_discovery_rate",
    "false_positive_rate",
    "frechet_distance",
    "give_aways",
    "judge_synthetic",
    "learn_features",
    "learning_curve",
    "mean_discrepancy",
    "mean_ranks",
    "memorisation",
    "mutual_information_gap",
    "nab_score",
    "pair_trends",
    "point_adjusted_f1_misleading",
    "power",
    "prdc",
    "precision_at",
    "privacy",
    "range_auc_pr",
    "range_auc_roc",
    "recall_at",
    "strange_values",
    "transfer",
    "two_sample_test",
    "ucr_score",
    "vus_pr",
    "vus_roc",
    "wilson_interval",
    "window_of",
]

_LAZY = ("FeatureSpace", "learn_features")  # they need torch


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"likely.evaluation has no {name!r}")
    from likely.evaluation import feature_space

    return getattr(feature_space, name)


def __dir__() -> list[str]:
    return __all__
