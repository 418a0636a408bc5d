"""The command line: `likely detect`, `learn`, `generate`, `judge` and what helps them.

One file a command: parse, call the library, print. People get text fitted to their terminal,
machines one JSON document with `--json`; both say the same. Results go to stdout, progress and
errors to stderr. `--help` loads nothing but the standard library and rich-click.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | an error that likely did not expect, or a file that cannot be written |
| 2 | the command or a parameter is wrong |
| 3 | the data cannot be read or used |
| 4 | the model file cannot be read or used |
| 5 | an optional package is missing |
| 10 | something was found, with `--fail-on-findings` |
| 11 | synthetic rows do not pass, with `likely judge --max-copies` |
| 130 | stopped by Ctrl-C |
"""

from __future__ import annotations

import rich_click as click

from likely import __version__
from likely.cli import (
    compare,
    detect,
    explain,
    generate,
    impute,
    inspect,
    judge,
    learn,
    methods,
    watch,
)
from likely.cli.application import Application

_EPILOG = """\
Exit codes: 0 done · 1 unexpected error · 2 wrong command or parameter · 3 data cannot be read or
used · 4 model file cannot be read or used · 5 optional package missing · 10 something was found,
with --fail-on-findings · 11 synthetic rows do not pass, with judge --max-copies · 130 stopped by
Ctrl-C.

Data: csv, tsv, txt (also .gz), parquet, feather, arrow, xlsx, xls, ods, npy, npz, jsonl;
`-` reads CSV from standard input. Or a folder of images (png, jpg, tif, bmp, webp, dcm), of sounds
(wav), of arrays (npy) or of texts (txt, md, log), one a file. Lines of a text file are texts.
"""


@click.group(
    cls=Application, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="likely")
def application() -> None:
    """Learn what is likely in your data, find what isn't, and generate more of what is.

    Try: likely detect payments.csv --report report.html
    """


for _module in (
    detect,
    watch,
    learn,
    generate,
    judge,
    impute,
    explain,
    compare,
    methods,
    inspect,
):
    application.add_command(_module.command)


def main() -> None:
    """Run the command line and exit with its code."""
    application(prog_name="likely")
