"""Where generated samples go: which files there are for which kind, and writing them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click
from click import get_current_context

import likely
from likely.cli.gathering import given
from likely.cli.parsing import readable
from likely.cli.writing import ENDINGS, write_table

PAGES = (".html", ".htm")
"""Endings of a page that shows samples."""

_ENDINGS = {
    "text": (".txt",),
    "molecule": (".smi", ".txt"),
    "row": ENDINGS,
    "clip": (".wav",),
    "image": (".npy", ".png", ".gif"),
}
_IN_FOLDERS = ("image", "clip")


def learned(file: str, generator: dict[str, Any], seed: int) -> tuple[likely.Learned, list[str]]:
    """Return what a model file holds, or what is learnt of a file of data, and notes on that."""
    params = generator.pop("params")
    if _is_model(file):
        said = given(get_current_context(), (*generator, "params"))
        if said:
            raise click.UsageError(
                f"{', '.join(said)} cannot go with a model file: it holds what was learnt."
            )
        return likely.load(file).as_generator(), []
    with readable(file) as path:
        found = likely.learn(path, aim="generate", seed=seed, **generator, **params)
    return found.as_generator(), list(found.notes)


def _is_model(file: str) -> bool:
    """Whether a path names a model, and no data; what is not there was meant to be one."""
    from likely.core.container import is_container  # deferred: `--help` loads no numpy

    path = Path(file)
    if file == "-" or path.is_dir():
        return file != "-" and (path / "model_index.json").is_file()
    return not path.exists() or path.suffix == ".likely" or is_container(path)


def about_conditions(
    learned: likely.Learned, where: dict[str, Any], rules: tuple[str, ...], seed: int
) -> tuple[float | None, list[str]]:
    """Return how probable conditions are, and notes on them and on rules that the data break."""
    said, probable = list(learned.broken_rules(rules)) if rules else [], None
    if where:
        from likely.workflow.conditions import in_words  # deferred, as above
        from likely.workflow.told import conditions_of

        if conditions_of(learned.drawing_model) is not None:
            return None, ["Samples were drawn given what was asked; see whether it was obtained."]
        probable = learned.probability(where, seed)
        said = [f"The conditions hold for {in_words(probable)}.", *said]
    return probable, said


def as_arrow(samples: Any) -> Any:
    """Return rows of any dataframe library as a pyarrow table."""
    import narwhals.stable.v2 as nw

    return nw.from_native(samples, eager_only=True).to_arrow()


def is_gallery(path: Path | None) -> bool:
    """Whether a file is one that shows samples instead of holding them."""
    return path is not None and path.suffix.lower() in (*PAGES, ".png", ".gif")


def unknown_words(learned: likely.Learned, prompt: str | None) -> tuple[str, ...]:
    """Return the words of a prompt that a model that reads captions never learnt."""
    from likely.workflow.generate import unknown_words  # deferred: `--help` loads no numpy

    return unknown_words(learned.model, prompt)


def check(learned: likely.Learned, path: Path | None, count: int) -> None:
    """Raise `UsageError` unless samples of this kind can go there."""
    unit, rows = learned.unit, learned.worded("Rows")
    if path is None:
        if unit in ("text", "molecule", "row"):
            return
        example = {"clip": "FILE.wav", "image": "FILE.png"}.get(unit, "FILE.npy")
        raise click.UsageError(f"{rows} go to a file: name it with -o {example}.")
    if path.suffix == "" or path.is_dir():
        if unit not in _IN_FOLDERS:
            raise click.UsageError(f"{rows} go to one file, not to a folder; {_may_end(unit)}.")
        return
    if path.suffix.lower() not in (*_ENDINGS.get(unit, (".npy",)), *PAGES):
        folder = ", or to a folder, as out/" if unit in _IN_FOLDERS else ""
        raise click.UsageError(
            f"{rows} go to files that end in {_endings(unit)}{folder}; {path} does not."
        )
    if path.suffix.lower() == ".wav" and count > 1:
        raise click.UsageError(
            f"A wav file holds one clip. Name a folder for {count:,} of them, as -o clips/."
        )


def write(learned: likely.Learned, samples: Any, path: Path) -> list[Path]:
    """Write samples in the format that the path's ending names, and return the files."""
    import numpy as np  # deferred: `--help` loads none of these

    from likely.workflow.gallery.files import write_files
    from likely.workflow.report.wave import as_wav

    ending = path.suffix.lower()
    if ending == "":
        return write_files(learned, samples, path)
    if ending == ".wav":
        path.write_bytes(as_wav(samples[0], learned.model.schema_.rate))
    elif learned.unit in ("text", "molecule"):
        path.write_text("".join(f"{text}\n" for text in samples), encoding="utf-8")
    elif learned.unit == "row":
        write_table(samples, path)
    else:
        np.save(path, samples, allow_pickle=False)
    return [path]


def _may_end(unit: str) -> str:
    return f"it ends in {_endings(unit)}"


def _endings(unit: str) -> str:
    return " or ".join((*_ENDINGS.get(unit, (".npy",)), ".html"))
