"""Short series, each a sample, and what a recurrent network restores of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from figures.figure import Figure, need
from figures.svg import INK, ORANGE, Panel, picture
from likely.core.catalogue import make
from likely.testing.shaped import clean, planted

_BUDGET = "150 steps"


def recurrent_idea() -> Figure:
    """Draw a series that is restored, and one that cannot be."""
    model = _learnt({})
    samples, labels, _ = planted("series", 60)
    area = float(roc_auc_score(labels, -model.score_samples(samples)))
    need(area > 0.85, f"an AUROC above 0.85; it is {area:.2f}")
    restored = np.asarray(model.reconstruct(samples), float)
    shown = [int(np.flatnonzero(labels == side)[0]) for side in (0, 1)]
    panels = [
        _panel(title, samples[k], restored[k])
        for title, k in zip(("ordinary", "odd"), shown, strict=True)
    ]
    alternative = "Two series and what is restored of them: the odd stretch of one is not."
    caption = (
        "A series is read step by step into a short code, and written anew from it. What was not "
        "learnt cannot be written: odd series are told from ordinary ones with an AUROC of "
        f"{area:.2f}. Lines are what was given, dashes what RecurrentAutoencoder restores."
    )
    return Figure(picture(panels, alternative), caption, alternative, "idea")


def recurrent_failure() -> Figure:
    """Draw what is left of a series where the code is too short."""
    samples = clean("series", 60, seed=3)
    panels, errors = [], []
    for latent in (1, 16):
        restored = np.asarray(_learnt({"latent": latent}).reconstruct(samples), float)
        errors.append(float(np.sqrt(np.mean((restored[..., 0] - samples[..., 0]) ** 2))))
        panels.append(_panel(f"latent={latent}", samples[0], restored[0]))
    need(errors[0] > 1.3 * errors[1], f"a short code restoring worse ({errors})")
    alternative = "The same series restored from a code of one number, and of sixteen."
    caption = (
        "All of a series has to go through one code, and what does not fit in is forgotten. With a "
        f"code of one number ordinary series are restored with an error of {errors[0]:.2f} (root "
        f"of the mean square, in units of the channel), with sixteen numbers of {errors[1]:.2f}."
    )
    return Figure(picture(panels, alternative), caption, alternative, "failure")


def _learnt(parameters: dict[str, Any]) -> Any:
    model = make("RecurrentAutoencoder", budget=_BUDGET, hidden=32, **parameters)
    return model.fit(clean("series", 200))


def _panel(title: str, given: np.ndarray, restored: np.ndarray) -> Panel:
    steps = np.arange(len(given))
    both = np.concatenate([given[:, 0], restored[:, 0]])
    panel = Panel(title, (0, len(given) - 1), (both.min() - 0.3, both.max() + 0.3))
    panel.line(steps, given[:, 0], INK, 1.5)
    panel.line(steps, restored[:, 0], ORANGE, 2, dashed=True)
    panel.key(("given", INK), ("restored", ORANGE))
    return panel
