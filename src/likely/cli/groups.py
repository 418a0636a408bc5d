"""Groups of options that several commands share; a command gets each group as one dictionary."""

from __future__ import annotations

import rich_click as click

from likely.cli.gathering import Command, Decorator, gathered
from likely.cli.parsing import names, settings

_COLUMNS: dict[str, Decorator] = {
    "columns": click.option(
        "--columns", multiple=True, callback=names, metavar="A,B", help="Look at these only."
    ),
    "ignore": click.option(
        "--ignore", multiple=True, callback=names, metavar="A,B", help="Leave these columns out."
    ),
    "seed": click.option(
        "--seed",
        type=click.IntRange(min=0),
        default=0,
        metavar="N",
        help="The same seed gives the same result.",
    ),
}
LEARNING: dict[str, Decorator] = {
    "method": click.option(
        "--method", default="auto", metavar="NAME", help="A model from `likely methods`."
    ),
    "params": click.option(
        "--set",
        "params",
        multiple=True,
        callback=settings,
        metavar="NAME=VALUE",
        help="A parameter of the method, lists as JSON; repeatable.",
    ),
    "kind": click.option(
        "--kind",
        type=click.Choice(
            ["table", "timeline", "series", "image", "video", "text", "molecule", "audio"]
        ),
        help="What DATA are, where a folder or the axes of an array leave it open.",
    ),
    "labels": click.option(
        "--labels",
        metavar="COLUMN",
        help="The column that holds 1 for a known anomaly, 0 for an ordinary row, or nothing.",
    ),
    "time": click.option(
        "--time", metavar="COLUMN", help="The column that is the clock, if there are several."
    ),
    "context": click.option(
        "--context",
        multiple=True,
        callback=names,
        metavar="A,B",
        help="Judge the other columns given these.",
    ),
    "group": click.option(
        "--group",
        metavar="COLUMN",
        help="Rows with one value of it belong together: groups are judged, or series where their "
        "clocks are even.",
    ),
    **_COLUMNS,
}
_PROMISE: dict[str, Decorator] = {
    "fdr": click.option(
        "--fdr",
        type=float,
        metavar="SHARE",
        help="At most this share of the findings is false; 0.1 by default.",
    ),
    "fpr": click.option(
        "--fpr",
        type=float,
        metavar="SHARE",
        help="At most this share of the ordinary rows is reported.",
    ),
    "top": click.option("--top", type=int, metavar="N", help="Report this many rows, the oddest."),
    "alerts": click.option(
        "--alerts", metavar="N/UNIT", help="At most so many false alarms, such as 1/day."
    ),
}


def learning(command: Command) -> Command:
    """Add the options that say how to learn, as `learning`."""
    return gathered(command, "learning", LEARNING)


def promise(command: Command) -> Command:
    """Add the options that say what is promised, as `promise`."""
    return gathered(command, "promise", _PROMISE)


def choice_of_generator(command: Command) -> Command:
    """Add the options that say what learns from data to draw more of them, as `generator`."""
    chosen = {"method": LEARNING["method"], "params": LEARNING["params"]}
    chosen |= {name: _COLUMNS[name] for name in ("columns", "ignore")}
    return gathered(command, "generator", chosen)


def choice_of_columns(command: Command) -> Command:
    """Add the options that say which columns count, and the seed, as `choice`."""
    return gathered(command, "choice", _COLUMNS)
