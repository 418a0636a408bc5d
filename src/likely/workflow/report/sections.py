"""The sections of the page in words: the verdict, what was learnt, how to read it."""

from __future__ import annotations

from collections.abc import Sequence

from likely.calibration.decisions import alarms_in_words
from likely.data.alphabet import Alphabet
from likely.data.column import Column, plural
from likely.data.form import Form
from likely.data.schema import Schema
from likely.data.shaped import AXES
from likely.data.sound import Sound
from likely.workflow.report.markup import Html, cell, element, join, shorten
from likely.workflow.report.surprise import cut_at
from likely.workflow.report.view import View
from likely.workflow.report.words import bits, count, one_in

_OF_ROWS = (
    (
        "Share and usual",
        "The share is a column's part in making the row odd; all shares of a row add up to "
        "100 %. Usual is the range of nine likely rows in ten whose other columns are as in "
        "this row. A column that differs did not thereby cause anything.",
    ),
    (
        "Nearest likely row",
        "The most similar of the likely rows that were kept. ≠ marks a value that differs: "
        "numbers and dates by more than their interquartile range, everything else at all.",
    ),
)

_NAMES = 60
_NOTES = 30
_NOTE = 400


def verdict(view: View) -> Html:
    """Return the title, the verdict and the promise with what it rests on."""
    found, decision = view.found, view.found.decision
    cut, oddest = cut_at(view), float(view.surprise.max())
    rare = "" if decision.ranking_only else f" ({one_in(oddest)})"
    known = [
        (found.learned.worded("Rows judged"), f"{len(found):,}"),
        ("Findings", "none: ranking only" if decision.ranking_only else f"{found.count:,}"),
        ("Reported from", "no cut" if cut is None else f"{bits(cut)} of surprise"),
        (found.learned.worded("The oddest row has"), f"{bits(oddest)}{rare}"),
    ]
    short, _, rest = found.summary().partition("; ")
    return element(
        "header",
        element("h1", shorten(short, _NOTE)),
        element("p", shorten(rest[:1].upper() + rest[1:], _NOTE), class_="lead") if rest else None,
        facts(known, "tiles"),
        id="verdict",
    )


def learnt(view: View) -> Html:
    """Return what was learnt: rows, columns, model, notes."""
    learned = view.found.learned
    aside = [column for column in learned.columns if column.set_aside]
    model = type(learned.model)
    about = (model.__doc__ or "").strip().partition("\n")[0]
    known = [
        ("Learnt from", learned.worded(count(learned.rows_learnt, "row"))),
        ("Compared with", count(learned.reference.n, f"reference {learned.compared}")),
        ("Model", f"{model.__name__}: {about}" if about else model.__name__),
    ]
    notes = list(dict.fromkeys(view.found.notes))
    form = learned.model.schema_
    if not isinstance(form, Schema):
        known.append(("Looked at as", form_in_words(form)))
    return element(
        "section",
        element("h2", "What was learnt"),
        facts(known, "lines"),
        *(_looked_at(view) if isinstance(form, Schema) else ()),
        element("h3", f"Columns set aside ({len(aside):,})") if aside else None,
        _names(aside) if aside else None,
        element("h3", "Notes") if notes else None,
        _notes(notes) if notes else None,
        id="learnt",
    )


def _looked_at(view: View) -> tuple[Html, Html]:
    heading = element("h3", f"Columns looked at ({len(view.table.columns):,})")
    return heading, _names(view.table.columns)


def form_in_words(form: Form | Alphabet | Sound) -> str:
    """Return what samples are brought to, such as "28 x 28 pixels, 1 channel"."""
    if isinstance(form, (Alphabet, Sound)):
        return form.in_words
    sizes = dict(zip(AXES[form.kind], form.shape, strict=True))
    parts = []
    if "time" in sizes:
        parts.append(count(sizes["time"], "step" if form.kind == "series" else "frame"))
    if "width" in sizes:
        parts.append(f"{sizes['width']:,} x {sizes['height']:,} pixels")
    return ", ".join([*parts, count(form.channels, "channel")])


def how_to_read(view: View) -> Html:
    """Return a short explanation of surprise, p-value, promise and reasons."""
    n = view.found.learned.reference.n
    references = count(n, f"reference {view.found.learned.compared}")
    terms = [
        (
            "Surprise",
            "How rare a row is, in bits: 10 bits is 1 in 1,024, and with every further bit a row "
            "is half as common. 0 to 3 bits are everyday.",
        ),
        (
            "p-value",
            "The same as a share: of ordinary rows, so many are at least as odd as this one. "
            "Surprise is −log2 of it.",
        ),
        (
            "Beyond counting",
            f"{references} can show rarities up to about 1 in {n:,}. Anything rarer was "
            "extrapolated from how the odd end falls off, so read it as “very rare”.",
        ),
        ("What the promise means", _meaning(view)),
        (
            "What it does not mean",
            "Odd is not wrong: an unlikely row may be true, and a wrong one may look ordinary. A "
            "promise holds on average over many tables, not for each single finding, and does not "
            "say that everything odd was found.",
        ),
        *(_OF_ROWS if view.drawn is None else view.drawn.terms),
    ]
    worded = [(name, view.worded(text)) for name, text in terms]
    return element(
        "section", element("h2", "How to read this"), facts(worded, "terms"), id="reading"
    )


def _meaning(view: View) -> str:
    decision = view.found.decision
    if decision.ranking_only:
        return (
            "None is given here. The order of the rows is meant; their surprise is an "
            "orientation, and no row is reported as a finding."
        )
    return {
        "fdr": f"Of the rows reported, about {100 * decision.value:.3g} % or fewer are false "
        "alarms on average: ordinary rows that look odd by chance.",
        "fpr": f"Of the ordinary rows, about {100 * decision.value:.3g} % or fewer are reported. "
        "How many of the findings these are depends on how many odd rows there are.",
        "top": "None but the number: the oddest rows are reported, however ordinary they may be.",
        "alerts": f"Ordinary rows cause at most {alarms_in_words(decision.value)} on average.",
    }[decision.name]


def facts(pairs: Sequence[tuple[str, str]], class_: str) -> Html:
    """Return terms with what is to say of each; `class_` is "tiles", "lines" or "terms"."""
    boxes = [element("div", element("dt", term), element("dd", text)) for term, text in pairs]
    return element("dl", *boxes, class_=class_)


def _names(columns: Sequence[Column]) -> Html:
    items = [
        element("li", cell(column.name, 40), element("small", column.set_aside or plural(column)))
        for column in columns[:_NAMES]
    ]
    if len(columns) > _NAMES:
        items.append(element("li", f"and {len(columns) - _NAMES:,} more"))
    return element("ul", *items, class_="names")


def _notes(notes: list[str]) -> Html:
    items = [element("li", shorten(note, _NOTE)) for note in notes[:_NOTES]]
    if len(notes) > _NOTES:
        items.append(element("li", f"and {len(notes) - _NOTES:,} more notes"))
    return element("ul", join(items))
