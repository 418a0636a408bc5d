"""A text as the report shows it: the stronger a colour, the more surprising what it is behind."""

from __future__ import annotations

from functools import cached_property
from itertools import groupby

import numpy as np

from likely.base.capabilities import TokenReader
from likely.base.model import Model
from likely.data.texts import Texts
from likely.explanation import Explanation
from likely.explanation.passages import Passage, Unit, passages, unit_bits, unit_of
from likely.workflow.report.markup import Html, element, join
from likely.workflow.report.molecules import picture
from likely.workflow.report.places import reasons_of
from likely.workflow.report.words import bits as in_bits

STRONGEST = 12.0
"""Bits that the strongest colour stands for."""

_LEVELS = 8
_LONGEST = 3_000
_END = "¶"
_HEADS = {"character": "Word", "word": "Word", "symbol": "Symbol"}


class Written:
    """Shows the texts of a page with one scale of colours for all of them.

    Parameters
    ----------
    model : Model
        What the texts were judged by.
    samples : Texts
        Those that have a card, oddest first.
    """

    beside = False
    listed = "what they say and how long they are"

    def __init__(self, model: Model, samples: Texts) -> None:
        self.model = model
        self.samples = samples
        self.unit: Unit = unit_of(model)

    @property
    def terms(self) -> tuple[tuple[str, str], ...]:
        """Terms that the page explains."""
        each = "word" if self.unit == "character" else self.unit
        usual = "as many characters take" if self.unit == "character" else f"a {each} takes"
        said = (
            f"How surprising a {each} is behind what stands before it in the same text: with every "
            f"bit it is half as probable. Usual is what {usual} on average. The share is the "
            f"{each}'s part in what is beyond the usual."
        )
        return ((f"Bits of {each}s", said),)

    @property
    def how_coloured(self) -> str:
        """What the colours say."""
        return (
            f"The stronger the colour, the more surprising a {self.unit} is behind those before "
            f"it: no colour is none, the strongest {STRONGEST:.0f} bits or more."
        )

    @cached_property
    def surprise(self) -> list[np.ndarray]:
        """Bits of every character, or word, of every text, and of its end."""
        if not isinstance(self.model, TokenReader):
            return [np.zeros(len(text) + 1) for text in self.samples]
        return unit_bits(self.model, self.samples)

    def draw(self, place: int) -> Html:
        """Return one text, by its place among those that have a card."""
        written, left = self.words(place)
        note = f" The text goes on; {left:,} words are not shown." if left else ""
        caption = f"{self.how_coloured} {_END} is the end.{note}"
        shown = (self.picture(place), written, element("figcaption", caption))
        return element("figure", *shown, class_="text")

    def picture(self, place: int) -> Html | None:
        """Return the picture of a molecule, its atoms coloured as their symbols are."""
        if self.samples.kind != "molecule":
            return None
        text = self.samples.sample(place)
        as_written = self.unit == "symbol" and self.model.schema_.spelled(text) == text
        bits = self.surprise[place][:-1].tolist() if as_written else None
        return picture(text, bits, STRONGEST)

    def words(self, place: int, *, begun: int = 0, ended: bool = True) -> tuple[Html, int]:
        """Return one text in colours, and how many of its words are not shown.

        Parameters
        ----------
        place : int
            Which text.
        begun : int, default 0
            So many characters were given, and are marked as such.
        ended : bool, default True
            Whether the text ends there, and was not only broken off.
        """
        bits = self.surprise[place]
        text = self.model.schema_.spelled(self.samples.sample(place))
        parts = passages(text, bits, 0.0, self.unit)[: None if ended else -1]
        shown = [part for part in parts if part.start < _LONGEST or not part.text]
        words = [(part.start < begun, _word(part, self._shades(part, bits))) for part in shown]
        given = [word for early, word in words if early]
        written = [word for early, word in words if not early]
        mark = element("span", *given, class_="given") if given else None
        return element("p", mark, *written, class_="written"), len(parts) - len(shown)

    def _shades(self, part: Passage, bits: np.ndarray) -> np.ndarray:
        """Return the bits that each character of a passage is coloured by; of a word, all its."""
        size = max(len(part.text), 1)
        if self.unit != "character":
            return np.full(size, part.bits)
        return bits[part.token : part.token + size]

    def table(self, explanation: Explanation) -> Html | None:
        """Return the words of one text that surprise most as a table; None if there are none."""
        return reasons_of(
            explanation, (_HEADS[self.unit], "Share", "Surprise", "Usual for its length")
        )


def _word(part: Passage, bits: np.ndarray) -> Html:
    """Return a word whose characters are coloured, neighbours of one shade together."""
    text = part.text or _END
    levels = np.clip(np.rint(bits / STRONGEST * _LEVELS), 0, _LEVELS).astype(int)
    runs = []
    for level, pairs in groupby(zip(levels, text, strict=True), key=lambda pair: pair[0]):
        lines = "".join(char for _, char in pairs).split("\n")
        said = join(lines, "\n")  # its lines are shown as such
        shade = f"background:color-mix(in srgb,var(--odd) {level * 9}%,transparent)"
        runs.append(element("span", said, style=shade) if level else said)
    if text.isspace() or not levels.any():
        return join(runs)
    return element("span", *runs, title=in_bits(part.bits))
