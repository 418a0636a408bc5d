"""Drawn texts, every character, or word, in the colour of its surprise."""

from __future__ import annotations

from likely.base.capabilities import TokenReader
from likely.data.texts import Texts
from likely.workflow.gallery.drawn import Drawn
from likely.workflow.report.markup import Html, element, join, size
from likely.workflow.report.texts import Written
from likely.workflow.report.words import count

_BYTES = 800_000
_SHORT = 60


def text_section(drawn: Drawn) -> Html:
    """Return one paragraph a text, as many as fit."""
    samples, model = drawn.samples, drawn.learned.model
    assert isinstance(samples, Texts)
    written = Written(model, samples)
    figures, room, unit = [], _BYTES, written.unit
    kind = drawn.learned.worded("rows")
    for i in range(len(samples)):
        words, left = written.words(i, begun=len(drawn.prompt or ""), ended=drawn.whole)
        bits = written.surprise[i][: None if drawn.whole else -1]
        mean = f", {bits.mean():.1f} bits a {unit}" if len(bits) else ""
        more = f"; the last {left:,} words are not shown" if left else ""
        length = count(len(written.surprise[i]) - 1, unit)
        said = f"{samples.kind.capitalize()} {i + 1}: {length}{mean}{more}"
        shown = (written.picture(i), words, element("figcaption", said))
        figure = element("figure", *shown, class_="text card")
        room -= size(figure)
        if room < 0:
            break
        figures.append(figure)
    notes = [written.how_coloured]
    if isinstance(model, TokenReader):
        notes.append(f"Usual are {model.usual_bits:.1f} bits a {unit} in {kind} held out.")
    notes.append(
        "¶ is the end." if drawn.whole else "The texts are broken off and do not end there."
    )
    if drawn.prompt:
        notes.append("Underlined: the prompt.")
    if len(figures) < len(samples):
        notes.append(f"The first {len(figures):,} of {len(samples):,} are shown.")
    short = max(map(len, samples)) <= _SHORT
    shown = element("div", *figures, class_="several" if short else None)
    return join([element("p", " ".join(notes), class_="which"), shown])
