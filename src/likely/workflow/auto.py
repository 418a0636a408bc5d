"""`method="auto"`: which model, and why, in words."""

from __future__ import annotations

from typing import Any

from likely.base.model import Model
from likely.core import catalogue
from likely.core.errors import ParameterError
from likely.core.params import parameters

_MIXED = (
    "Ensemble",
    {},
    "what most of nearest neighbours, wide neighbourhoods, isolation forest and Mahalanobis "
    "distance agree on, and an alarm for single columns",
    "no single assumption holds on all tables",
)
_NORMAL = (
    "KernelDensity",
    {"bandwidth": "neighbours"},
    "a density as sharp as the rows lie dense",
    "rows known to be clean can be trusted to the last one",
)
_LABELLED = (
    "FewLabels",
    {},
    "an unsupervised score that labels bend",
    "it does well with one labelled anomaly and with many",
)

_OTHERS = {
    "generate": (
        "SequentialTrees",
        {},
        "each column by a tree over those before it",
        "rows from such chains are hard to tell from real ones, and it learns within seconds",
    ),
    "timeline": (
        "SeasonalPanel",
        {},
        "windows of three lengths, usual shapes and single points, and where the clock tells half "
        "of the values the same given hour, weekday and season, of which the sure one prevails",
        "how long what is odd lasts is not known beforehand",
    ),
    "image": (
        "PaDiM",
        {},
        "features of a network that has seen a million photographs",
        "they tell more of what is odd in a picture than what can be learnt from its pixels alone",
    ),
    "series": (
        "ConvolutionalAutoencoder",
        {},
        "what cannot be restored from a short code",
        "it follows the shape of a signal wherever in it something happens",
    ),
    "video": (
        "ConvolutionalAutoencoder",
        {},
        "what cannot be restored from a short code",
        "it follows motion as well as looks",
    ),
    "text": (
        "GPT",
        {},
        "how probable each character, or word, is after those before it",
        "it can write such texts, too",
    ),
    "molecule": (
        "CharRNN",
        {},
        "how probable each symbol of a molecule is after those before it",
        "it can write such molecules, too",
    ),
    "audio": (
        "WaveNet",
        {},
        "how probable each value of the sound is after those before it",
        "it hears what no spectrogram shows, and can make such sounds, too",
    ),
}


def choose(
    method: str | Model,
    seed: int,
    settings: dict[str, Any],
    *,
    normal: bool = False,
    labelled: bool = False,
    kind: str = "table",
) -> tuple[Model, str]:
    """Return an unfitted model and a sentence that says what was chosen.

    Parameters
    ----------
    method : str or Model
        "auto", the name of a model, or a model of one's own.
    seed : int
        Seed of models that draw random numbers.
    settings : dict
        Parameters of a model chosen by name.
    normal : bool, default False
        Whether the rows are known to be clean.
    labelled : bool, default False
        Whether some rows are labelled as anomalies.
    kind : str, default "table"
        What the samples are: one of `likely.workflow.kinds.KINDS`, or "generate" for rows of a
        table that are to be drawn.
    """
    if isinstance(method, Model):
        if settings:
            raise ParameterError(
                f"Set {', '.join(settings)} on the {type(method).__name__} itself; parameters go "
                "with a method given by name."
            )
        return method, f"{type(method).__name__}, as given"
    name, why = str(method), ""
    if method == "auto":
        of_rows = _LABELLED if labelled else _NORMAL if normal else _MIXED
        name, preset, what, because = _OTHERS.get(kind, of_rows)
        settings = preset | settings
        why = f"auto chose {'an' if name[0] in 'AEIOU' else 'a'} {name} ({what}), because {because}"
    entry = catalogue.entry(name)
    owner = entry.load()
    known = [p.name for p in parameters(owner)]
    unknown = [name for name in settings if name not in known]
    if unknown:
        raise ParameterError(
            f"{entry.name} has no parameter named {', '.join(map(repr, unknown))}. "
            f"It has {', '.join(known)}."
        )
    if "seed" in known:
        settings = {"seed": seed, **settings}
    return owner(**settings), why if method == "auto" else f"{entry.name}, as asked"
