"""The page as a whole: the figures, the columns, the pairs, what gives the rows away, privacy."""

from __future__ import annotations

import numpy as np

from likely.evaluation import Measure, SyntheticReport
from likely.workflow.gallery.beside import Beside
from likely.workflow.gallery.columns import column_picture
from likely.workflow.judgement.nearness import nearness_section
from likely.workflow.judgement.told import told_section
from likely.workflow.judgement.trends import trends_section
from likely.workflow.report.document import contents, document
from likely.workflow.report.markup import Html, element, join, shorten, size
from likely.workflow.report.sections import facts
from likely.workflow.report.words import count

_COLUMNS = 40
_COLUMN_BYTES = 500_000
_NOTES = 20
_NOTE = 300

_TERMS = (
    (
        "Real",
        "The same figure of real rows held out, in the same numbers: what a perfect generator has. "
        "Columns or pairs that differ less are no merit, as they follow the training rows more "
        "closely than new rows would.",
    ),
    (
        "AUROC",
        "How often boosted trees take a synthetic row for more synthetic than a real one: 0.5 is "
        "guessing, 1 is always. They see every value as it is, and are judged on rows that they "
        "did not learn from.",
    ),
    (
        "Columns differ",
        "Of numbers the largest gap between shares at or below a value, of categories the share "
        "that would have to move; the mean over columns.",
    ),
    (
        "Pairs differ",
        "Of two columns of numbers half the difference of correlations, else the share of what "
        "comes together that would have to move; the mean over pairs.",
    ),
    (
        "Density and covered",
        "Around each real row lies a ball to its fifth neighbour. Density: how full of synthetic "
        "rows the balls are. Covered: how many hold one. Real rows have about 1 and 97 %.",
    ),
    (
        "Nearer to training",
        "Of as many training as held-out rows, which one is closest? 50 % if nothing was "
        "memorised.",
    ),
)


def write_page(report: SyntheticReport) -> str:
    """Return the page as one HTML document that needs nothing else."""
    made, learnt, apart = report.rows
    title = f"{count(made, 'synthetic row')} judged"
    sections = [
        ("figures", "All figures", _figures(report)),
        ("columns", "Columns", _columns(report)),
        ("pairs", "Pairs of columns", trends_section(report.synthetic.trends, report.real.trends)),
        ("told", "What gives them away",
         told_section(report.synthetic.give_aways, report.synthetic.strange, _told(report))),
        ("near", "Privacy", nearness_section(report.synthetic.privacy, report.passes())),
        ("reading", "How to read this", facts(_TERMS, "terms")),
    ]  # fmt: skip
    return document(
        f"{title} · likely",
        ("Skip to the figures", "#figures"),
        (
            _head(report, title, f"{count(learnt, 'training row')} and {apart:,} held out"),
            contents((f"#{place}", name) for place, name, _ in sections),
            *(
                element("section", element("h2", name), content, id=place)
                for place, name, content in sections
            ),
        ),
    )


def _head(report: SyntheticReport, title: str, beside: str) -> Html:
    made, real = report.synthetic, report.real
    privacy = made.privacy
    known = [
        ("Trees tell them from real rows",
         f"{made.told_from_holdout.auroc:.3f} (real {real.told_from_holdout.auroc:.3f})"),
        ("Columns differ", f"{made.shapes.error:.2%} (real {real.shapes.error:.2%})"),
        ("Pairs of columns differ", f"{made.trends.error:.2%} (real {real.trends.error:.2%})"),
        ("Copies of training rows", f"{privacy.copies:.2%} (real {privacy.copies_real:.2%})"),
    ]  # fmt: skip
    if report.transfer is not None:
        found = report.transfer
        predicted = f"Predicting {shorten(found.target, 30)} ({found.metric})"
        known.append((predicted, f"{found.synthetic:.3f} (real {found.real:.3f})"))
    return element(
        "header",
        element("h1", title),
        element("p", f"Beside {beside}; every figure stands beside that of real rows.",
                class_="lead"),
        facts(known, "tiles"),
        id="verdict",
    )  # fmt: skip


def _told(report: SyntheticReport) -> str:
    told, real = report.synthetic.told_from_holdout, report.real.told_from_holdout
    low, high = told.auroc_interval
    return (
        f"Boosted trees that see all columns tell synthetic rows from real ones held out with "
        f"AUROC {told.auroc:.3f} ({low:.3f} to {high:.3f}), and real from real with "
        f"{real.auroc:.3f}; 0.5 is guessing."
    )


def _figures(report: SyntheticReport) -> Html:
    heads = (("Measure", None), ("Synthetic", "n"), ("95 % interval", "n"), ("Real", "n"),
             ("Unit", None), ("Ideal", None))  # fmt: skip
    table = element(
        "table",
        element("caption", "All figures", class_="hidden"),
        element(
            "thead",
            element("tr", *(element("th", name, scope="col", class_=c) for name, c in heads)),
        ),
        element("tbody", *map(_line, report.measures)),
        class_="plain",
    )
    notes = [element("li", shorten(note, _NOTE)) for note in report.notes[:_NOTES]]
    parts = [
        element("p", str(report.transfer)) if report.transfer is not None else None,
        element("div", table, class_="scroll", tabindex=0, role="region", aria_label="Figures"),
        element("h3", "Notes") if notes else None,
        element("ul", *notes) if notes else None,
    ]
    return join(parts)


def _line(measure: Measure) -> Html:
    return element(
        "tr",
        element("th", measure.name, scope="row"),
        element("td", measure.write(measure.synthetic), class_="n"),
        element("td", measure.interval, class_="n"),
        element("td", measure.write(measure.real), class_="n"),
        element("td", measure.unit),
        element("td", measure.ideal),
    )


def _columns(report: SyntheticReport) -> Html:
    shapes, real = report.synthetic.shapes, report.real.shapes
    order = np.argsort(shapes.similarity, kind="stable")[:_COLUMNS]
    pictures: list[Html] = []
    room = _COLUMN_BYTES
    for j in order.tolist():
        column = report.learnt.columns[j]
        drawn, kept = report.made.matrix[:, j], report.learnt.matrix[:, j]
        made = column_picture(Beside(column, drawn, None, kept))
        room -= size(made)
        if room < 0:
            break
        pictures.append(made)
    name, most = shapes.worst(1)[0]
    j = shapes.names.index(name)
    says = [
        element("span", class_="key"), " training rows (learnt), ",
        element("span", class_="key new"), " synthetic rows (drawn). ",
        f"Columns differ by {shapes.error:.2%} on average, real rows by {real.error:.2%}; "
        f"{shorten(name, 40)} most, by {most:.2%} (real rows {1 - real.similarity[j]:.2%}). ",
        "The most different first. ",
        f"Shown are {len(pictures)} of {len(shapes.names):,} columns."
        if len(pictures) < len(shapes.names) else None,
    ]  # fmt: skip
    return join([element("p", *says, class_="which"), element("div", *pictures, class_="several")])
