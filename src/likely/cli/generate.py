"""`likely generate`: new samples from a model file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

import likely
from likely.cli import drawn, groups, options, output, printing
from likely.cli.conditions import conditions
from likely.cli.writing import new_path

_SHOWN = 20


@click.command("generate")
@click.argument("file", metavar="MODEL|DATA")
@click.option(
    "-n",
    "count",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many; 1 by default, and more on a page.",
)
@click.option(
    "--where",
    multiple=True,
    callback=conditions,
    metavar="COLUMN=WHAT",
    help="What a column of rows holds, or what samples are given that were learnt so: a value, "
    "LOW..HIGH (either may be left out), A,B for one of several, or nothing for missing; "
    "repeatable, and all of them hold.",
)
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="RULE",
    help="What every row keeps across columns, such as 'end >= start'; names with spaces in "
    "backquotes; repeatable.",
)
@click.option(
    "--prompt",
    metavar="TEXT",
    help="How texts begin; or what samples are to show, such as 'a boot above a bag'.",
)
@click.option(
    "--guidance",
    type=click.FloatRange(min=0),
    metavar="G",
    help="How strongly the prompt steers what is shown; 1 is as learnt.",
)
@click.option(
    "--length",
    "n_tokens",
    type=click.IntRange(min=0),
    metavar="N",
    help="Continue texts by so many characters or words (200 by default behind a prompt); the most "
    "values of a clip.",
)
@click.option(
    "--temperature",
    type=click.FloatRange(min=0),
    metavar="T",
    help="Below 1: likelier characters, or levels of sound, come more often than learnt.",
)
@click.option(
    "--top-k",
    type=click.IntRange(min=1),
    metavar="K",
    help="Only the K likeliest characters may come.",
)
@click.option(
    "--top-p",
    type=click.FloatRange(min=0, max=1, min_open=True),
    metavar="P",
    help="Only the likeliest characters that together have this probability may come.",
)
@groups.choice_of_generator
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Draws other samples.")
@click.option(
    "-o",
    "--output",
    "path",
    callback=new_path,
    metavar="FILE",
    help="Write to .txt (texts), .csv, .parquet or .jsonl (rows), .npy (arrays), .wav (one clip), "
    ".png (a grid of images), .gif (a walk from each image to the next), .html (a page that shows "
    "them), or a new folder, as out/ (images, clips).",
)
@options.as_json
@options.quiet
def command(
    file: str,
    count: int | None,
    where: dict[str, Any],
    rules: tuple[str, ...],
    prompt: str | None,
    generator: dict[str, Any],
    seed: int,
    path: Path | None,
    as_json: bool,
    quiet: bool,
    **drawing: Any,
) -> None:
    """Draw new samples from the model file MODEL: more of what it has learnt.

    Or of a file of DATA, from which a model that generates is learnt first; `likely learn --aim
    generate` keeps it for the next time.
    """
    learned, learnt = drawn.learned(file, generator, seed)
    drawn.check(learned, path, count or 1)
    given = {name: value for name, value in drawing.items() if value is not None}
    if learned.unit == "clip" and "n_tokens" in given:
        given["n_values"] = given.pop("n_tokens")
    written, samples = [], None
    notes = [
        *learnt,
        *(
            f"The word {word!r} was never learnt and says nothing."
            for word in drawn.unknown_words(learned, prompt)
        ),
    ]
    probable, said = drawn.about_conditions(learned, where, rules, seed)
    notes += said
    if path is not None and drawn.is_gallery(path):
        if where or rules:
            raise click.UsageError("--where and --rule go with rows in a file, not with a page.")
        written = [str(learned.gallery(path, count, prompt=prompt, seed=seed, **given))]
    else:
        samples = learned.generate(
            count or 1, where=where, rules=rules, prompt=prompt, seed=seed, **given
        )
        samples = _as_table(samples) if learned.unit == "row" else samples
        if path is not None:
            written = [str(one) for one in drawn.write(learned, samples, path)]
    if as_json:
        shown = None
        if samples is not None and learned.unit in ("text", "molecule", "row"):
            shown = _plain(samples)
        document = {"likely": likely.__version__, "samples": shown, "notes": notes}
        document |= {} if probable is None else {"probability": probable}
        output.print_json(document | {"written": written})
    elif not quiet:
        if path is None:
            _print(samples)
        elif samples is None:
            output.say(f"Drawn by {type(learned.model).__name__} with the seed {seed}.")
        printing.print_notes(notes)
        printing.print_written(written if len(written) < _SHOWN else [str(path)])


def _as_table(samples: Any) -> Any:
    """Return rows as a pyarrow table, also those without names."""
    import numpy as np  # deferred: `--help` loads none of these
    import pyarrow as pa

    if not isinstance(samples, np.ndarray):
        return drawn.as_arrow(samples)
    return pa.table({f"column_{j}": values for j, values in enumerate(samples.T)})


def _plain(samples: Any) -> list[Any]:
    """Return texts or rows as values that JSON knows."""
    if isinstance(samples, list):
        return samples
    rows = samples.to_pylist()
    return [
        {k: v if isinstance(v, (int, float, str)) or v is None else str(v) for k, v in row.items()}
        for row in rows
    ]


def _print(samples: Any) -> None:
    """Print texts one after the other, or the first rows of a table."""
    if isinstance(samples, list):
        for i, text in enumerate(samples):
            if i:
                output.say("-" * 8)
            for line in text.split("\n"):
                output.say(line)
        return
    rows = [[str(cell) for cell in row.values()] for row in samples.slice(0, _SHOWN).to_pylist()]
    output.table([(name, "left") for name in samples.column_names], rows)
    if len(samples) > _SHOWN:
        output.say(f"{len(samples) - _SHOWN:,} more; -o rows.csv writes all.")
