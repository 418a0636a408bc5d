"""What hidden units look for, as small pictures."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.base.capabilities import can
from likely.workflow.gallery.drawn import Drawn
from likely.workflow.gallery.grid import strip_of
from likely.workflow.report.markup import Html, element, join

_MOST, _ACROSS = 64, 16


def filter_section(drawn: Drawn) -> Html | None:
    """Return the filters that weigh most; None for models without such units."""
    model: Any = drawn.learned.model
    if not can(model, "filters"):
        return None
    filters = model.filters()
    sizes = np.abs(filters).reshape(len(filters), -1).max(axis=1)
    chosen = np.argsort(-sizes, kind="stable")[:_MOST]
    strips = [
        strip_of([_shades(filters[i], sizes[i]) for i in chosen[k : k + _ACROSS]], "filters")
        for k in range(0, len(chosen), _ACROSS)
    ]
    said = f"What {len(chosen)} of {len(filters):,} hidden units look for: light where they want "
    said += "more, dark where they want less, grey where they do not mind."
    return join([element("p", said, class_="which"), element("div", *strips)])


def _shades(weights: np.ndarray, size: float) -> np.ndarray:
    """Return weights as shades around grey, (height, width, 1) bytes."""
    values = weights if weights.ndim == 2 else weights.mean(axis=-1)
    return np.rint(127.5 + 127.5 * values / max(size, 1e-12)).astype(np.uint8)[..., None]
