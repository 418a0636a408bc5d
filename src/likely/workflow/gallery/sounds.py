"""Drawn clips: pressure in the colour of its surprise, spectrogram, player."""

from __future__ import annotations

from likely.data.clips import Clips
from likely.workflow.gallery.drawn import Drawn
from likely.workflow.report.markup import Html, element, join, size
from likely.workflow.report.sounds import Heard

_BYTES = 850_000


def sound_section(drawn: Drawn) -> Html:
    """Return pictures of clips and their players, as many as fit."""
    samples, model = drawn.samples, drawn.learned.model
    assert isinstance(samples, Clips)
    heard = Heard(model, samples)
    parts, room = [], _BYTES
    for i, clip in enumerate(samples):
        title = element("h3", f"Clip {i + 1}: {len(clip) / samples.rate:.3g} s")
        part = element("div", title, heard.show(i))
        room -= size(part)
        if room < 0:
            break
        parts.append(part)
    said = [f"{samples.rate:,} values a second.", heard.how_drawn]
    if len(parts) < len(samples):
        said.append(f"The first {len(parts):,} of {len(samples):,} clips are shown.")
    return join(
        [element("p", " ".join(said), class_="which"), element("div", *parts, class_="several")]
    )
