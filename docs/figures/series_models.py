"""Models of one series: what each sees in it, and what passes it by."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import numpy as np
from sklearn.metrics import roc_auc_score

from figures import courses, sequences
from figures.courses import Course
from figures.figure import Figure, need
from figures.maps import Made, called, short
from figures.svg import BLUE, GREEN, INK, ORANGE, Panel, picture
from likely.core.catalogue import make

_WIDTH = 520

# where it is at home: parameters, series, what it looks at
_IDEAS: dict[str, tuple[dict[str, Any], Callable[[], Course], str]] = {
    "Forecaster": ({}, courses.spike, "Each value is foretold from those before it."),
    "KMeansWindows": ({}, courses.still, "Windows are compared with a few usual ones."),
    "KShape": ({}, courses.faster, "Windows are compared with shapes that come again and again."),
    "LevelShift": ({"length": 48}, courses.step, "What comes before a step, and what after it."),
    "MatrixProfile": ({}, courses.still, "Each window is compared with the most similar one."),
    "Panel": ({}, courses.still, "Windows of three lengths, shapes and single points, pooled."),
    "PatchMemory": ({}, courses.still, "Embedded patches are compared with remembered ones."),
    "PolynomialTrend": ({}, courses.still, "Values are compared with a curve around them."),
    "Seasonal": ({}, courses.sunday, "A value is judged given its hour and weekday."),
    "SeasonalPanel": ({}, courses.sunday, "Windows, as they are and seasonally adjusted."),
    "SpectralResidual": ({}, courses.spike, "Where in time is what a spectrum usually lacks?"),
    "SubPCA": ({}, courses.faster, "Windows are taken apart into the shapes they are made of."),
    "Windowed": ({"length": 48}, courses.still, "A detector of rows sees windows as rows."),
}

# where it fails: parameters, series, what does better, why
_FAILURES: dict[str, tuple[dict[str, Any], Callable[[], Course], Made, str]] = {
    "Forecaster": (
        {},
        courses.shift,
        ("KMeansWindows", {}),
        "A new level is a surprise when it begins and when it ends; in between the forecast has "
        "got used to it.",
    ),
    "KMeansWindows": (
        {},
        courses.step,
        ("LevelShift", {"length": 48}),
        "It says which windows are unusual and not when something changed: a new level is odd "
        "for as long as it stays.",
    ),
    "KShape": (
        {},
        courses.larger,
        ("KMeansWindows", {}),
        "Shapes have no size: what is the same in large is as usual.",
    ),
    "LevelShift": (
        {"length": 48},
        courses.beats,
        ("MatrixProfile", {"length": 16}),
        "A beat that is turned round changes neither the level nor the variance.",
    ),
    "MatrixProfile": (
        {},
        courses.twins,
        ("SubPCA", {}),
        "What has been there once before has a nearest neighbour (twin freak).",
    ),
    "Panel": (
        {},
        courses.parted,
        ("KMeansWindows", {}),
        "Channels are judged one by one, and each is as usual where they part (only the first of "
        "the two is drawn).",
    ),
    "PatchMemory": (
        {},
        courses.larger,
        ("KMeansWindows", {}),
        "Embedded patches have no level and no size.",
    ),
    "PolynomialTrend": (
        {},
        courses.spike,
        ("SpectralResidual", {}),
        "Level and variance are those of a whole window, in which a single value is lost.",
    ),
    "Seasonal": (
        {},
        courses.moved,
        ("Panel", {}),
        "Where a clock was moved by six hours, every day is odd from then on, and what is "
        "really odd among them is no odder.",
    ),
    "SeasonalPanel": (
        {},
        courses.holiday,
        ("Seasonal", {"covariates": ("closed",)}),
        "Holidays are odd workdays to it, odder than one busy evening; a channel that tells of "
        "them is what helps.",
    ),
    "SpectralResidual": (
        {},
        courses.still,
        ("KMeansWindows", {}),
        "It is made for points: in the midst of a long odd stretch nothing stands out.",
    ),
    "SubPCA": (
        {"length": 16},
        courses.beats,
        ("MatrixProfile", {"length": 16}),
        "The shapes that build beats at any place of a window build a beat turned round, too.",
    ),
    "Windowed": (
        {"length": 2},
        courses.faster,
        ("Windowed", {"length": 48}),
        "Windows that are too short see values and no rhythm.",
    ),
}


def _idea(name: str) -> Figure:
    parameters, course, said = _IDEAS[name]
    made = (name, parameters)
    return _figure([made], course(), said, "idea")


def _failure(name: str) -> Figure:
    parameters, course, better, said = _FAILURES[name]
    return _figure([(name, parameters), better], course(), said, "failure")


def _figure(
    models: list[Made], course: Course, said: str, shows: Literal["idea", "failure"]
) -> Figure:
    steps = np.arange(len(course.judged))
    values = course.judged[:, 0]
    room = 0.08 * np.ptp(values)
    series = Panel(
        "judged; odd where shaded",
        (0, len(steps)),
        (values.min() - room, values.max() + room),
        _WIDTH,
        110,
    )
    series.band(course.odd.start, course.odd.stop)
    series.line(steps, values, INK, 1)
    panels, areas = [series], []
    for made, colour in zip(models, (ORANGE if shows == "failure" else BLUE, GREEN), strict=False):
        odd, area = _oddness(made, course)
        areas.append(area)
        top = float(odd.max())
        panel = Panel(
            f"oddness to {called(made)}: AUROC {area:.2f}",
            (0, len(steps)),
            (float(odd.min()), top + 0.05 * (top - float(odd.min())) + 1e-9),
            _WIDTH,
            80,
        )
        panel.band(course.odd.start, course.odd.stop)
        panel.line(steps, odd, colour, 1.3)
        panels.append(panel)
    return _told(models, course, said, shows, panels, areas)


def _told(
    models: list[Made],
    course: Course,
    said: str,
    shows: Literal["idea", "failure"],
    panels: list[Panel],
    areas: list[float],
) -> Figure:
    """Return the figure, if what it says was measured."""
    width = course.odd.stop - course.odd.start
    steps = f"{width} odd step{'s' if width > 1 else ''}"
    first = short(models[0])
    start = f"{said} {first} has learnt from {len(course.learnt):,} steps before these and tells "
    if shows == "idea":
        need(areas[0] > 0.85, f"{first} at home, with an AUROC above 0.85; it has {areas[0]:.2f}")
        rest = f"the {steps} from the others with an AUROC of {areas[0]:.2f}."
        alternative = f"A series with a shaded stretch, and how odd each step is to {first}."
    else:
        second = short(models[1])
        good = areas[0] < areas[1] - 0.08
        need(good, f"{first} ({areas[0]:.2f}) behind {second} ({areas[1]:.2f})")
        rest = (
            f"the {steps} from the others with an AUROC of {areas[0]:.2f}, {second} with "
            f"{areas[1]:.2f}."
        )
        alternative = (
            f"A series with a shaded stretch, and how odd each step is to {first} and to {second}."
        )
    return Figure(picture(panels, alternative, 1), start + rest, alternative, shows)


def _oddness(made: Made, course: Course) -> tuple[np.ndarray, float]:
    """Return how odd each judged step is, and the AUROC of the odd ones."""
    model = make(made[0], **made[1])
    if course.clock:
        learnt, judged = course.tables()
    else:
        learnt, judged = course.learnt, course.judged
    odd = -np.asarray(model.fit(learnt).score_samples(judged), float)
    labels = np.zeros(len(odd), int)
    labels[course.odd] = 1
    return odd, float(roc_auc_score(labels, odd))


DRAWN: dict[str, tuple[Callable[[], Figure], Callable[[], Figure]]] = {
    **{name: (partial(_idea, name), partial(_failure, name)) for name in _FAILURES},
    "RecurrentAutoencoder": (sequences.recurrent_idea, sequences.recurrent_failure),
}
