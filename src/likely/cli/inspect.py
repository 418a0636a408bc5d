"""`likely inspect`: what is in a model file?"""

from __future__ import annotations

import rich_click as click

import likely
from likely.cli import options, output


@click.command("inspect")
@click.argument("file")
@options.as_json
def command(file: str, as_json: bool) -> None:
    """Say what is in a model file, without building the model."""
    found = likely.inspect(file)
    if as_json:
        output.print_json(found)
        return
    output.say(
        f"{found['path']}: {found['kind']}, {found['bytes']:,} bytes, format {found['format']}, "
        f"digest {found['digest']}."
    )
    output.bullets(f"{name}: {value}" for name, value in found["provenance"].items())
    for model in found["models"]:
        settings = ", ".join(f"{name}={value!r}" for name, value in model["params"].items())
        output.say(f"\n{model['class']}({settings})")
    ...
