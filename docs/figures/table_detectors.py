"""Detectors of tables: on which toy each is at home, on which it fails, and what does better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from figures import columns, labelled, maps, strips, toys
from figures.figure import Figure
from figures.toys import Toy


@dataclass(frozen=True)
class _Place:
    """A toy, what it shows, the parameters there, and for a failure what does better."""

    toy: Callable[[], Toy]
    said: str
    parameters: dict[str, Any] = field(default_factory=dict)
    better: tuple[str, dict[str, Any]] = ("KNN", {})


_IDEAS = {
    "ZScore": _Place(toys.far, "The distance of each column from its centre, in spreads."),
    "HBOS": _Place(toys.far, "How empty the histogram of each column is, summed over columns."),
    "ECOD": _Place(toys.far, "How far out in its tail each value lies, summed over columns."),
    "COPOD": _Place(toys.far, "How surprising a value is on the side to which its column leans."),
    "MarginalTails": _Place(toys.far, "The surprise of a value in the fitted tail of its column."),
    "KNN": _Place(toys.ring, "The distance to the nearest rows follows any shape."),
    "Mahalanobis": _Place(toys.related, "The distance to the centre, in spreads along each way."),
    "CBLOF": _Place(
        toys.gang, "The distance to the nearest large group; a small one is odd.", {"n_clusters": 2}
    ),
    "LOF": _Place(toys.densities, "How much sparser it is here than around the neighbours."),
    "GaussianMixture": _Place(toys.groups, "A few ellipses whose densities add up."),
    "KernelDensity": _Place(toys.curve, "A small Gaussian on every row, all of one width."),
    "IsolationForest": _Place(toys.lone, "A row that few random cuts part from all others is odd."),
    "PCA": _Place(toys.related, "How far a row lies off the line near which others lie."),
    "OneClassSVM": _Place(
        toys.ring, "A closed line of any shape around where most rows are.", {"gamma": 5.0}
    ),
    "Ensemble": _Place(toys.related, "Several detectors vote, each in bits of surprise."),
    "DTE": _Place(toys.curve, "For how long a row must have diffused to get to where it is."),
}

_FAILURES = {
    "ZScore": _Place(
        toys.related,
        "Each column alone is usual where their relation is broken.",
        better=("Mahalanobis", {}),
    ),
    "HBOS": _Place(
        toys.pairs, "An odd combination of ordinary values fills no empty place of a histogram."
    ),
    "ECOD": _Place(toys.ring, "What lies in the middle of every column lies in no tail."),
    "COPOD": _Place(
        toys.pairs,
        "Tails of columns know nothing of combinations.",
        better=("GaussianMixture", {}),
    ),
    "MarginalTails": _Place(
        toys.related,
        "One column's tail says nothing on whether two columns fit together.",
        better=("PCA", {}),
    ),
    "KNN": _Place(
        toys.densities,
        "One scale of distance for all: beside a tight group a row is odd at a distance that is "
        "usual in a wide one.",
        better=("LOF", {}),
    ),
    "Mahalanobis": _Place(toys.ring, "One ellipse has its likeliest place where no row is."),
    "CBLOF": _Place(
        toys.stripes,
        "Groups are taken for round: centres of long ones count what lies between as near.",
        {"n_clusters": 2},
    ),
    "LOF": _Place(
        toys.gang,
        "A tight group of more anomalies than there are neighbours is dense where it is, so its "
        "rows are as likely as any.",
        better=("CBLOF", {"n_clusters": 2}),
    ),
    "GaussianMixture": _Place(
        toys.groups,
        "With too few parts an ellipse spans what lies between groups.",
        {"n_components": 2},
        ("GaussianMixture", {}),
    ),
    "IsolationForest": _Place(
        toys.wave,
        "Cuts along the axes see boxes, and what lies between the waves lies in the box.",
        {"ndim": 1},
    ),
    "PCA": _Place(toys.curve, "A curved relation has no line that rows lie along."),
    "OneClassSVM": _Place(
        toys.ring,
        "There is one width of the kernel, and the default follows the spread of all rows: too "
        "wide a kernel fills what is hollow.",
        better=("OneClassSVM", {"gamma": 5.0}),
    ),
    "Ensemble": _Place(
        toys.pairs,
        "Members that share a blind spot share it together: all three judge columns one by one.",
        {"members": ("ZScore", "ECOD", "HBOS"), "alarms": ()},
        ("Ensemble", {"members": ("KNN", "LOF", "GaussianMixture"), "alarms": ()}),
    ),
}


def _idea(name: str) -> Figure:
    place = _IDEAS[name]
    return maps.idea((name, place.parameters), place.toy(), place.said)


def _failure(name: str) -> Figure:
    place = _FAILURES[name]
    return maps.failure((name, place.parameters), place.better, place.toy(), place.said)


DRAWN: dict[str, tuple[Callable[[], Figure], Callable[[], Figure]]] = {
    **{name: (partial(_idea, name), partial(_failure, name)) for name in _FAILURES},
    "KernelDensity": (partial(_idea, "KernelDensity"), columns.kernel_density),
    "DTE": (partial(_idea, "DTE"), columns.dte),
    "Grubbs": (strips.grubbs_idea, strips.grubbs_failure),
    "GeneralizedESD": (strips.esd_idea, strips.esd_failure),
    "FewLabels": (labelled.few_idea, labelled.few_failure),
    "Supervised": (labelled.supervised_idea, labelled.supervised_failure),
    "Contextual": (labelled.contextual_idea, labelled.contextual_failure),
    "Collective": (labelled.collective_idea, labelled.collective_failure),
}
