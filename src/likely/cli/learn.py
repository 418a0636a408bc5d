"""`likely learn`: a model file from data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

import likely
from likely.cli import groups, options, output, printing
from likely.cli.parsing import readable
from likely.cli.writing import output_path


@click.command("learn")
@click.argument("data")
@click.option(
    "-o",
    "--output",
    "file",
    required=True,
    callback=output_path,
    metavar="FILE",
    help="Where the model goes, such as m.likely.",
)
@click.option(
    "--aim",
    type=click.Choice(["detect", "generate", "both"]),
    default="detect",
    help="What for: to judge new rows (the default), to generate rows and fill gaps, or both.",
)
@click.option("--normal", is_flag=True, help="The rows are known to be clean: learn from all.")
@click.option("--no-rows", is_flag=True, help="Keep no row of DATA in the file.")
@groups.learning
@options.as_json
@options.quiet
def command(
    data: str,
    file: Path,
    aim: str,
    normal: bool,
    no_rows: bool,
    learning: dict[str, Any],
    as_json: bool,
    quiet: bool,
) -> None:
    """Learn what is likely in DATA, and keep it in a model file.

    `likely detect NEW --model m.likely` then judges new rows by it; with `--aim generate`,
    `likely generate m.likely` draws rows, and `likely impute NEW --model m.likely` fills gaps.
    """
    from likely.data.shaped import AXES  # deferred: `--help` loads no numpy

    params = learning.pop("params")
    with readable(data) as path:
        learned = likely.learn(path, aim=aim, normal=normal, **learning, **params)
    learned.save(file, rows=not no_rows)
    columns = [column.name for column in learned.columns if column.used]
    aside = {column.name: column.set_aside for column in learned.columns if not column.used}
    form = learned.model.schema_ if learned.unit in AXES else None
    if as_json:
        output.print_json(
            {
                "likely": likely.__version__,
                "model": type(learned.model).__name__,
                "rows": learned.rows_learnt,
                "kind": learned.unit,
                "columns": columns,
                "set_aside": aside,
                "notes": list(learned.notes),
                "written": [str(file)],
            }
        )
    elif not quiet:
        what = f"and {len(columns)} columns"
        if learned.unit in ("text", "molecule", "clip"):
            what = f"({learned.model.schema_.in_words})"
        if form is not None:
            what = f"({printing.size(form.kind, form.shape, form.channels)})"
        output.say(
            learned.worded(f"Learnt {learned.rows_learnt:,} rows {what} ")
            + f"with {type(learned.model).__name__}."
        )
        printing.print_notes(learned.notes)
        printing.print_written([str(file)])
