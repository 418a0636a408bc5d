"""Between drawn images and before them: ways, mixtures, other guidance, what came first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from likely.base.capabilities import can
from likely.core.latent import path_between
from likely.workflow.gallery.drawn import Drawn
from likely.workflow.gallery.grid import as_bytes, strip_of
from likely.workflow.generate import draw, is_asked
from likely.workflow.report.markup import Html, element, join
from likely.workflow.report.words import count

_WAYS, _STEPS, _MIXED = 4, 8, 6
_GUIDANCE = (1.0, 1.5, 2.0, 3.0, 5.0)
_GREY = 128


def has_codes(model: Any) -> bool:
    """Whether the samples of a model stand for points that one can walk between."""
    drawn = can(model, "codes") or (can(model, "encode") and can(model, "sample"))
    return drawn and model.between


def codes_of(model: Any, n: int, seed: int | None) -> np.ndarray:
    """Return the codes of n new images, (n, ...)."""
    if can(model, "codes"):
        return model.codes(n, seed)
    return model.encode(model.sample(n, seed))


def round_trip(model: Any, codes: np.ndarray, steps: int) -> np.ndarray:
    """Return images in so many steps from each code to the next, and from the last to the first."""
    ways = path_between(codes, np.roll(codes, -1, axis=0), steps + 1)[:, :-1]
    return np.asarray(model.decode(ways.reshape(-1, *codes.shape[1:])))


def walk_section(drawn: Drawn) -> Html | None:
    """Return images on the way from one code to another; None for models without such codes."""
    model: Any = drawn.learned.model
    if is_asked(model) or not has_codes(model):
        return None
    codes = codes_of(model, 2 * _WAYS, drawn.seed)
    ways = path_between(codes[:_WAYS], codes[_WAYS:], _STEPS)
    images = np.asarray(model.decode(ways.reshape(-1, *codes.shape[1:])))
    strips = [
        strip_of(_shades(drawn, images[i * _STEPS : (i + 1) * _STEPS]), f"way {i + 1}")
        for i in range(_WAYS)
    ]
    said = "In equal steps from one code to another. Where all of them look real, it is no list of "
    said += "images that was learnt, but what they have in common."
    return join([element("p", said, class_="which"), element("div", *strips)])


def guidance_section(drawn: Drawn) -> Html | None:
    """Return images of one seed under more and more guidance; None where nothing guides."""
    learned = drawn.learned
    if not (is_asked(learned.model) and hasattr(learned.model, "guidance")):
        return None
    strips = []
    for guidance in _GUIDANCE:
        some: Any = draw(
            learned, _MIXED, prompt=drawn.prompt, seed=drawn.seed, drawing={"guidance": guidance}
        )
        images = _shades(drawn, [some.sample(i) for i in range(len(some))])
        said = element("figcaption", f"Guidance {guidance:g}")
        strips.append(element("figure", strip_of(images, f"guidance {guidance:g}"), said))
    said = f"The same seed ({_seeds(drawn)}), asked more and more strongly for {drawn.prompt!r}. "
    said += "At 1 samples are as varied as those learnt; beyond, more like what was asked for."
    return join([element("p", said, class_="which"), element("div", *strips, class_="several")])


def _seeds(drawn: Drawn) -> str:
    return "drawn anew" if drawn.seed is None else str(drawn.seed)


def mixing_section(drawn: Drawn) -> Html | None:
    """Return images mixed of the coarse styles of some and the fine ones of others."""
    model: Any = drawn.learned.model
    if not (can(model, "mix") and can(model, "codes")):
        return None
    codes = model.codes(2 * _MIXED, drawn.seed)
    coarse, fine = codes[:_MIXED], codes[_MIXED:]
    above, beside = (_shades(drawn, np.asarray(model.decode(some))) for some in (coarse, fine))
    strips = [strip_of([np.full_like(above[0], _GREY), *above], "coarse styles")]
    for i, one in enumerate(beside):
        mixed = np.asarray(model.mix(coarse, np.repeat(fine[i : i + 1], _MIXED, axis=0)))
        strips.append(strip_of([one, *_shades(drawn, mixed)], f"fine styles {i + 1}"))
    said = "Every image has the coarse styles of the one above it, and the fine ones of the one at "
    said += "the left."
    return join([element("p", said, class_="which"), element("div", *strips)])


def progress_section(drawn: Drawn) -> Html | None:
    """Return what the same codes stood for while the model learnt; None if it was not just fitted.

    Files do not keep it.
    """
    looks = getattr(drawn.learned.model, "progress_samples_", [])
    if not looks:
        return None
    strips = [
        element(
            "figure",
            strip_of(_shades(drawn, images), f"step {steps:,}"),
            element("figcaption", f"After {count(steps, 'step')}"),
        )
        for steps, images in looks
    ]
    said = "Images of the same codes, by the weights of that time; the last ones by their average."
    return join([element("p", said, class_="which"), element("div", *strips)])


def _shades(drawn: Drawn, images: Any) -> Sequence[np.ndarray]:
    return [as_bytes(drawn.learned.model.schema_, image) for image in images]
