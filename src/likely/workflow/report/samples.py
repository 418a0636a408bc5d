"""The oddest images, series or videos as cards: how rare, one sentence, pictures, places."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from likely.base.capabilities import Explainer, Reconstructor
from likely.base.model import Model
from likely.data.shaped import Shaped
from likely.explanation import Explanation
from likely.explanation.places import find_regions
from likely.workflow.report.markup import Html
from likely.workflow.report.pictures import pictures
from likely.workflow.report.places import reasons_of
from likely.workflow.report.signals import signal

_PEAK = 0.995


class Drawn:
    """Draws the samples of a page with one scale of colours for all of them.

    Parameters
    ----------
    model : Model
        What the samples were judged by.
    samples : Shaped
        Those that have a card, oddest first.
    """

    beside = False
    listed = "their size and their light"
    terms = (
        (
            "Places and shares",
            "A place is a part of the sample in which what is odd is gathered; places are counted "
            "from 1, in the size that the model works in. The share is its part in the oddness of "
            "the whole. The colour has one scale for all pictures of this page.",
        ),
        (
            "As the model would have it",
            "What the model makes of the sample after squeezing it through what it learnt. Only "
            "models that restore samples show it; where it differs, the sample is unlike those "
            "learnt from.",
        ),
    )

    def __init__(self, model: Model, samples: Shaped) -> None:
        self.model = model
        self.samples = samples

    @cached_property
    def maps(self) -> list[np.ndarray]:
        """How odd every value of every sample is, (*axes, channel) each."""
        if not isinstance(self.model, Explainer):
            return []
        found = []
        for i in range(len(self.samples)):
            one = np.maximum(self.model.contributions(self.samples.take(slice(i, i + 1)))[0], 0.0)
            found.append(one[..., None] if self.model.schema_.flat else one)
        return found

    @cached_property
    def most(self) -> float:
        """What the strongest colour stands for."""
        peaks = [float(np.quantile(one.sum(axis=-1), _PEAK)) for one in self.maps]
        return max(peaks, default=0.0)

    def draw(self, place: int) -> Html:
        """Return the picture of one sample, by its place among those that have a card."""
        model = self.model
        form = model.schema_
        one = self.samples.take(slice(place, place + 1))
        sample = np.asarray(one.sample(0), dtype=np.float64)
        odd = self.maps[place] if self.maps else None
        regions = [] if odd is None else find_regions(odd.sum(axis=-1))
        restored = None
        if isinstance(model, Reconstructor):
            restored = np.asarray(model.reconstruct(one)[0], dtype=np.float64)
            restored = restored[..., None] if form.flat else restored
        if form.kind == "series":
            return signal(sample, odd, restored, regions)
        total = None if odd is None else odd.sum(axis=-1)
        if form.kind == "video":
            frame = 0 if total is None else int(total.sum(axis=(1, 2)).argmax())
            share = frame / max(form.shape[0] - 1, 1)
            sample = sample[round(share * (len(sample) - 1))]
            total = None if total is None else total[frame]
            restored = None if restored is None else restored[frame]
        return pictures(form, sample, total, self.most, restored, regions)

    def table(self, explanation: Explanation) -> Html | None:
        """Return the regions of one sample as a table; None if there are none."""
        return reasons_of(explanation, ("Place", "Share", "Here, on average", "Expected"))
