"""The gallery's page: what drew the samples and how, and the samples."""

from __future__ import annotations

from importlib.metadata import version

from likely.data.schema import Schema
from likely.persistence.files import FORMAT
from likely.workflow.gallery.curves import series_section
from likely.workflow.gallery.drawn import Drawn
from likely.workflow.gallery.filters import filter_section
from likely.workflow.gallery.grid import image_section, video_section
from likely.workflow.gallery.rows import row_sections
from likely.workflow.gallery.sounds import sound_section
from likely.workflow.gallery.walks import (
    guidance_section,
    mixing_section,
    progress_section,
    walk_section,
)
from likely.workflow.gallery.writings import text_section
from likely.workflow.report.document import contents, document
from likely.workflow.report.markup import Html, element
from likely.workflow.report.sections import facts, form_in_words
from likely.workflow.report.words import count

_ONE_SECTION = {
    "image": image_section,
    "video": video_section,
    "series": series_section,
    "text": text_section,
    "molecule": text_section,
    "clip": sound_section,
}


def write_page(drawn: Drawn) -> str:
    """Return the gallery as one HTML document that needs nothing else."""
    learned = drawn.learned
    drawn_what = learned.worded(count(len(drawn), "row"))
    name = type(learned.model).__name__
    sections = _sections(drawn)
    return document(
        f"{drawn_what} drawn by {name} · likely",
        ("Skip to what was drawn", f"#{sections[0][0]}"),
        (
            _head(drawn, drawn_what, name),
            contents((f"#{place}", heading) for place, heading, _ in sections)
            if len(sections) > 1
            else None,
            *(
                element("section", element("h2", heading), content, id=place)
                for place, heading, content in sections
            ),
            _how(drawn, name),
        ),
    )


def _sections(drawn: Drawn) -> list[tuple[str, str, Html]]:
    kind = drawn.learned.unit
    if kind == "row":
        return row_sections(drawn)
    found = [("samples", drawn.learned.worded("The rows"), _ONE_SECTION[kind](drawn))]
    if kind == "image":
        further = (
            ("guidance", "More and less guided", guidance_section(drawn)),
            ("walk", "From one to another", walk_section(drawn)),
            ("mixed", "Two in one", mixing_section(drawn)),
            ("progress", "While it learnt", progress_section(drawn)),
            ("filters", "What units look for", filter_section(drawn)),
        )
        found += [(place, said, shown) for place, said, shown in further if shown is not None]
    return found


def _head(drawn: Drawn, what: str, name: str) -> Html:
    learned = drawn.learned
    known = [
        ("Model", name),
        *(
            [("Learnt from", learned.worded(count(learned.rows_learnt, "row")))]
            if learned.rows_learnt  # a model alone does not know
            else []
        ),
        ("Seed", "none: every time others" if drawn.seed is None else str(drawn.seed)),
        *((key.capitalize(), value) for key, value in drawn.settings.items()),
    ]
    odd = drawn.odd
    if odd is not None:
        known.append(
            (
                learned.worded("Odder than 19 in 20 ordinary rows"),
                f"{odd[0]:,} of {len(drawn):,}; {odd[1]:.3g} would be usual",
            )
        )
    lead = (
        "New samples from what was learnt, and none of them real."
        if learned.unit != "row"
        else "New rows from what was learnt, and none of them real."
    )
    return element(
        "header",
        element("h1", f"{what} drawn by {name}"),
        element("p", lead, class_="lead"),
        facts(known, "tiles"),
        id="drawn",
    )


def _how(drawn: Drawn, name: str) -> Html:
    """Return what is needed to draw the same again."""
    learned = drawn.learned
    about = (type(learned.model).__doc__ or "").strip().partition("\n")[0]
    schema = learned.model.schema_
    known = [
        ("Model", f"{name}: {about}" if about else name),
        ("The same again", element("code", _command(drawn))),
        ("Made by", f"likely {version('likely')}; its model files have the format "
         f"{'.'.join(map(str, FORMAT))}"),
    ]  # fmt: skip
    if not isinstance(schema, Schema):
        known.insert(1, ("Looked at as", form_in_words(schema)))
    return element("section", element("h2", "How they were drawn"), facts(known, "lines"), id="how")


def _command(drawn: Drawn) -> str:
    given = {"prompt": drawn.prompt, "seed": drawn.seed, **drawn.drawing}
    said = [
        f"{name}={value!r}" for name, value in given.items() if value is not None or name == "seed"
    ]
    return f"learned.gallery({', '.join(['path', f'n={len(drawn)}', *said])})"
