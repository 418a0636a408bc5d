"""Why a sample with axes is unlikely: where in it, how much of it, and what was expected there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import label, uniform_filter

from likely.base.capabilities import Explainer, Reconstructor
from likely.base.model import Model
from likely.data.form import Form
from likely.data.shaped import AXES, Shaped
from likely.data.table import write_number
from likely.explanation.reasons import Explanation, Reason

_SMOOTHED = 0.05
"""Maps are smoothed over this share of an axis, and at least three places of a longer one, before
regions are looked for: one place may differ by chance."""

_LONGER = 12
_OF_PEAK = 0.4
_MOST_REGIONS = 5
_LEAST_SHARE = 0.02
_ALL_OVER = 0.6  # of a sample: a region as large as this says nothing about the place
_UNITS = {"time": "step", "height": "row", "width": "column"}


@dataclass(frozen=True)
class Region:
    """A part of a sample in which oddness is gathered.

    Parameters
    ----------
    bounds : tuple of (int, int)
        First place and the one behind the last, along every axis.
    share : float in [0, 1]
        Its part in the sample's oddness.
    """

    bounds: tuple[tuple[int, int], ...]
    share: float

    @property
    def slices(self) -> tuple[slice, ...]:
        """The region as an index."""
        return tuple(slice(low, high) for low, high in self.bounds)


def explain_places(model: Model, samples: Shaped) -> list[Explanation]:
    """Say why samples are unlikely: the regions in which they differ, the oddest first.

    Parameters
    ----------
    model : Model
        Fitted to samples of this kind.
    samples : Shaped of n samples
        The samples.

    Returns
    -------
    list of Explanation, length n
        A reason is a region. Its value and what is expected are means over it, in the user's
        units, if the model can reconstruct; otherwise empty.
    """
    form = model.schema_
    if not isinstance(model, Explainer):
        nothing = f"{type(model).__name__} does not say where its samples are odd."
        return [Explanation((), None, nothing) for _ in range(len(samples))]
    found = []
    for i in range(len(samples)):  # one by one: maps of many large pictures would not fit
        one = samples.take(slice(i, i + 1))
        regions = find_regions(odd_map(model, one)[0])
        means = _means(model, form, one, regions)
        reasons = tuple(
            Reason(_name(form, region), region.share, *_written(pair))
            for region, pair in zip(regions, means, strict=True)
        )
        found.append(Explanation(reasons, None, _sentence(form, regions, reasons)))
    return found


def odd_map(model: Explainer, samples: Shaped) -> np.ndarray:
    """Return how much every place adds to the oddness of samples, channels together, (n, *axes)."""
    maps = np.maximum(model.contributions(samples), 0.0)
    return maps if model.schema_.flat else maps.sum(axis=-1)


def find_regions(odd: np.ndarray) -> list[Region]:
    """Return the regions in which a map is high, the one with the largest part first.

    Parameters
    ----------
    odd : ndarray of shape (*axes)
        Not negative.
    """
    total = float(odd.sum())
    if not total > 0:
        return []
    reach = [max(3 if size >= _LONGER else 1, round(_SMOOTHED * size)) for size in odd.shape]
    smooth = uniform_filter(odd, reach)
    joined, count = label(smooth >= _OF_PEAK * smooth.max(), np.ones((3,) * odd.ndim))
    shares = np.bincount(joined.ravel(), odd.ravel(), minlength=count + 1)[1:] / total
    regions = []
    for place in np.argsort(-shares, kind="stable")[:_MOST_REGIONS]:
        if shares[place] < _LEAST_SHARE and regions:
            break
        inside = np.nonzero(joined == place + 1)
        bounds = tuple((int(axis.min()), int(axis.max()) + 1) for axis in inside)
        regions.append(Region(bounds, float(shares[place])))
    return regions


def _means(
    model: Model, form: Form, one: Shaped, regions: Sequence[Region]
) -> list[tuple[float, float] | None]:
    """Return the mean of a sample and of its reconstruction over every region."""
    if not isinstance(model, Reconstructor):
        return [None] * len(regions)
    sample, expected = form.restore(form.features(one))[0], model.reconstruct(one)[0]
    return [
        (float(sample[region.slices].mean()), float(expected[region.slices].mean()))
        for region in regions
    ]


def _written(pair: tuple[float, float] | None) -> tuple[str, str, str, str]:
    if pair is None:
        return "", "", "", ""
    value, expected = map(write_number, pair)
    return value, expected, expected, expected


def _name(form: Form, region: Region) -> str:
    """Return where a region is, counted from 1, such as "rows 3 to 9, columns 1 to 4"."""
    parts = []
    for axis, (low, high) in zip(AXES[form.kind], region.bounds, strict=True):
        unit = _UNITS[axis]
        parts.append(f"{unit} {high}" if high == low + 1 else f"{unit}s {low + 1} to {high}")
    return ", ".join(parts)


def _sentence(form: Form, regions: Sequence[Region], reasons: Sequence[Reason]) -> str:
    if not regions:
        return f"No part of the {form.kind} stands out."
    first, reason = regions[0], reasons[0]
    size = np.prod([high - low for low, high in first.bounds]) / np.prod(form.shape)
    if size > _ALL_OVER:
        return f"The {form.kind} is odd all over: no place stands out."
    text = (
        f"{_percent(first.share).capitalize()} of what is odd lies in {reason.column} "
        f"({_percent(float(size))} of the {form.kind})"
    )
    if reason.value:
        text += f": {reason.value} on average where {reason.expected} is expected"
    others = len(regions) - 1
    if others:
        text += f"; {others} other {'place stands' if others == 1 else 'places stand'} out"
    return f"{text}."


def _percent(share: float) -> str:
    return "less than 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")
