"""A clip of sound as the report shows it: pressure, surprise and spectrogram, and a player."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from likely.base.capabilities import TokenReader
from likely.base.model import Model
from likely.data.clips import Clips
from likely.explanation import Explanation
from likely.explanation.moments import find_moments, smooth
from likely.workflow.report.markup import Html, element, size
from likely.workflow.report.places import reasons_of
from likely.workflow.report.svg import figure
from likely.workflow.report.wave import player
from likely.workflow.report.waves import STRONGEST, Wave, draw_wave

ROOM = 420_000
"""Bytes that all players of a page may take."""

_LONGEST = 30.0  # seconds that are drawn of a clip


class Heard:
    """Draws the clips of a page with one scale for all of them.

    Parameters
    ----------
    model : Model
        What the clips were judged by.
    samples : Clips
        Those that have a card, oddest first.
    """

    beside = True
    listed = "how long they are, in seconds, and how loud, in decibels below full power"
    terms = (
        (
            "Bits a value",
            "How surprising the pressure is at each moment, behind what was heard before: with "
            "every bit it is half as probable. Shown are means over 20 ms. 8 bits are as many as "
            "noise takes of which nothing can be foretold. The share is a moment's part in what is "
            "beyond the usual.",
        ),
        (
            "Spectrogram",
            "How loud each frequency is at each moment; the stronger the colour, the louder, down "
            "to 60 decibels below the loudest of the clip.",
        ),
    )

    def __init__(self, model: Model, samples: Clips) -> None:
        self.model = model
        self.samples = samples

    @cached_property
    def surprise(self) -> list[np.ndarray]:
        """Bits of every value of every clip, and of its end; empty if the model has none."""
        if not isinstance(self.model, TokenReader):
            return []
        return list(self.model.bits(self.samples))

    @cached_property
    def players(self) -> list[Html | None]:
        """A player of each clip, as long as there is room for its sound."""
        room, found = ROOM, []
        for clip in self.samples:
            one = player(clip / self.model.schema_.peak, self.samples.rate, room)
            room -= size(one) if one else 0
            found.append(one)
        return found

    def draw(self, place: int) -> Html:
        """Return the pictures of one clip and its player, by its place among those with a card."""
        rate, bits = self.samples.rate, self.surprise
        stretches = []
        if bits and isinstance(self.model, TokenReader):
            moments = find_moments(bits[place], self.model.usual_bits, rate)
            stretches = [(one.start, one.stop) for one in moments if one.start < one.stop]
        marked = " Shaded: where it is odd." if stretches else ""
        return self.show(place, f"{self.how_drawn}{marked}", stretches)

    def show(
        self, place: int, caption: str = "", stretches: Sequence[tuple[int, int]] = ()
    ) -> Html:
        """Return the pictures of one clip and its player.

        Parameters
        ----------
        place : int
            Which clip.
        caption : str, default ""
            What to say below.
        stretches : sequence of (int, int)
            Stretches of values to mark.
        """
        clip, rate = np.asarray(self.samples.sample(place), np.float64), self.samples.rate
        if not len(clip):
            return element("figure", element("figcaption", "The clip is empty."))
        shown, heard = clip[: round(_LONGEST * rate)], self.players[place]
        notes = [caption] if caption else []
        if len(shown) < len(clip):
            notes.append(f"The first {_LONGEST:.0f} s are shown.")
        if heard is None:
            notes.append("The sound itself is left out to keep this page small.")
        inside = tuple((a, min(b, len(shown))) for a, b in stretches if a < len(shown))
        wave = Wave(shown, None, 0.0, inside)
        if self.surprise and isinstance(self.model, TokenReader):
            bits = smooth(self.surprise[place][:-1], rate)[: len(shown)]
            wave = replace(wave, bits=bits, usual=self.model.usual_bits)
        return element("div", figure(draw_wave(wave, rate), " ".join(notes)), heard, class_="clip")

    def table(self, explanation: Explanation) -> Html | None:
        """Return the moments of one clip that are least usual as a table; None without any."""
        return reasons_of(explanation, ("Moment", "Share", "Surprise", "Usual"))

    @property
    def how_drawn(self) -> str:
        """What the pictures show, in words."""
        if not self.surprise:
            return "Pressure over time, and its spectrogram."
        return (
            "Pressure, surprise and spectrogram over time. The stronger the colour, the more "
            f"surprising: none up to the usual, the strongest {STRONGEST:.0f} bits a value or "
            "more. Dashed: usual."
        )
