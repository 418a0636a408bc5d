"""The events of a series as cards, as pictures of all channels, and as a table."""

from __future__ import annotations

import numpy as np

from likely.explanation import Explanation
from likely.workflow.over_time.event import Event
from likely.workflow.over_time.findings import EventFindings
from likely.workflow.over_time.one_series import OneSeries
from likely.workflow.report.courses import course_picture
from likely.workflow.report.markup import Html, cell, element, join, size
from likely.workflow.report.places import reasons_of
from likely.workflow.report.svg import figure
from likely.workflow.report.words import p_value

MOST_CHANNELS = 12
MOST_SERIES = 12
_LEAST_CHANNELS = 2
_IN_CARD = 2
_AROUND = 3  # times its length that is drawn on each side of an event
_LEAST = 40  # steps
_CHANNELS = 6
_CELL = 40


class Timed:
    """Draws the events of a page.

    Parameters
    ----------
    found : EventFindings
        What the page is about.
    """

    beside = False
    listed = "their kind and their channels"
    terms = (
        (
            "Kinds of events",
            "A point is a value out of its range. A contextual event has values that are usual, "
            "but not then. A level shift does not come back. All else that leaves its usual "
            "course is a collective event.",
        ),
        (
            "Usual course and shares",
            "The green band holds nine usual values in ten: around the median of the same phase "
            "in neighbouring cycles, or of the steps around where there is no rhythm, whichever "
            "comes nearer. A share is a channel's part in what is odd; it did not thereby cause "
            "anything.",
        ),
    )

    def __init__(self, found: EventFindings) -> None:
        self.found = found

    def draw(self, place: int) -> Html:
        """Return the channels of one event, by its place among those shown, oddest first."""
        event = self.found.shown[place]
        one, run = self.found.series_of(event), event.steps
        length = max(_AROUND * (run.stop - run.start), _LEAST)
        seen = slice(max(0, run.start - length), min(len(one.moments), run.stop + length))
        names = [column.name for column in one.moments.channels]
        drawn = [
            names.index(reason.column)
            for reason in event.explanation.reasons[:_IN_CARD]
            if reason.column in event.channels
        ]
        pictures = [
            course_picture(one.moments, j, one.narrator.course(j), [run], seen) for j in drawn
        ]
        caption = "Line: the values. Green: what is usual then. Shaded: the event."
        return element("div", figure(join(pictures), caption), class_="over-time")

    def table(self, explanation: Explanation) -> Html | None:
        """Return the channels of an event as a table."""
        shown = Explanation(explanation.reasons[:_CHANNELS], None, explanation.sentence)
        return reasons_of(shown, ("Channel", "Share", "Here", "Expected"))

    def channels(self) -> Html:
        """Return channels over the whole time, of each series with events; the odder ones."""
        drawn = self.found.series_shown[:MOST_SERIES]
        room = max(_LEAST_CHANNELS, MOST_CHANNELS // len(drawn))
        parts = [self._channels_of(one, room) for one in drawn]
        left = len(self.found.series_shown) - len(drawn)
        if left:
            what = "1 other series has" if left == 1 else f"{left:,} other series have"
            parts.append(element("p", f"{what} events that are not as odd, and no picture here."))
        return join(parts)

    def _channels_of(self, one: OneSeries, room: int) -> Html:
        """Return the channels of a series over the whole time, those with most of what is odd."""
        names = [column.name for column in one.moments.channels]
        blame = np.zeros(len(names))
        for event in self.found.shown:
            for reason in event.explanation.reasons if event.entity == one.entity else ():
                blame[names.index(reason.column)] += reason.share
        chosen = np.argsort(-blame, kind="stable")[:room]
        whole = slice(0, len(one.moments))
        events = [event for event in self.found.events if event.entity == one.entity]
        runs = [event.steps for event in events]
        links = [f"#row-{event.peak + 1}" for event in events]
        pictures = [
            course_picture(one.moments, j, one.narrator.course(j), runs, whole, link=links)
            for j in sorted(chosen.tolist())
        ]
        caption = (
            "Lowest and highest values of each stretch, and in green what is usual then. Shaded: "
            "events, which lead to their cards."
        )
        if len(names) > len(pictures):
            caption += (
                f" Shown are the {len(pictures)} channels, of {len(names)}, with most of what is "
                "odd."
            )
        title = element("h3", one.title) if one.title else None
        return element("div", title, figure(join(pictures), caption), class_="over-time")

    def listing(self, budget: int) -> tuple[Html, int]:
        """Return the events as a table that sorts by any column, and how many it has."""
        heads = (
            ("From", False), ("To", False), ("Lasts", False), ("Kind", False),
            ("Direction", False), ("Channels", False), ("Surprise (bits)", True),
            ("p-value", True),
        )  # fmt: skip
        lines: list[Html] = []
        for event in self.found.shown:
            line = self._line(event)
            budget -= size(line)
            if budget < 0:
                break
            lines.append(line)
        if self._group:
            heads = ((self._group, False), *heads)
        titles = [
            element(
                "th",
                element("button", name, type="button"),
                scope="col",
                class_="number" if numeric else None,
            )
            for name, numeric in heads
        ]
        table = element(
            "table",
            element("caption", "Events, oddest first", class_="hidden"),
            element("thead", element("tr", *titles)),
            element("tbody", join(lines, "\n")),
            class_="sortable",
        )
        scroll = element(
            "div", table, class_="scroll tall", tabindex=0, role="region", aria_label="Events"
        )
        return join([scroll, element("p", role="status", class_="hidden", id="sorted")]), len(lines)

    @property
    def _group(self) -> str:
        """The column that tells series apart; "" if there is only one."""
        entities = self.found.learned.entities
        return "" if entities is None else entities.name

    def _line(self, event: Event) -> Html:
        surprise = -event.log_p / np.log(2)
        link = element("a", event.start, href=f"#row-{event.peak + 1}")
        texts = (event.end, event.lasts, event.kind, event.direction, ", ".join(event.channels))
        return element(
            "tr",
            element("td", cell(event.entity, _CELL)) if self._group else None,
            element("th", link, scope="row"),
            *(element("td", cell(text, _CELL)) for text in texts),
            element("td", f"{surprise:,.1f}", data_value=f"{surprise:.9g}", class_="n"),
            element("td", p_value(event.log_p), data_value=f"{event.log_p:.9g}", class_="n"),
        )
