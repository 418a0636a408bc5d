"""Download public data that benchmarks read, each checked before it is kept.

    python benchmarks/fetch.py FOLDER                   all that can be checked, about 70 MB
    python benchmarks/fetch.py FOLDER names cardio      two of them
    python benchmarks/fetch.py --list                   all data, and how to get the others

Then `LIKELY_DATA=FOLDER python benchmarks/shakespeare.py`. `sources.csv` has a line for each:

- Where it is published, at a fixed commit or record where there is one.
- `check`: the checksum of the published file, where it is known (SHA-256; the MD5 that the
  publisher states; the beginning of the name that git gives to the file). What differs is not kept.
- `holds`: SHA-256 of what the benchmarks read, computed from the very data that the stored results
  were measured with (`published.py` makes the one of the other). What holds anything else is not
  kept either.
- `kind` "named": the source is only named, because data were cut, drawn, joined or made smaller on
  the way here. `how` says what was done; figures measured with what you make of it may differ a
  little from the stored ones.

Where it was written there was no network, so not every line could be tried. The wheel of MOSES came
from a mirror and became what it must. The files of adult_train and adult_test were written anew
from what had become of them, and have the length of the published ones. Four series of NAB were
made again with their published windows. Of all others only what they must hold was at hand.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
import tempfile
import urllib.request
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import published

NAMED = "named"


@dataclass(frozen=True)
class Source:
    """A file that benchmarks read: where it is from, and what it must be.

    Parameters
    ----------
    name, path : str
        As asked for, and where it stands in the folder.
    url : str
        One address, or several with spaces between them, in the order in which `kind` takes them.
    kind : str
        How the published file becomes what is read, a function of `published`; or "named".
    check : str
        Of the first address: "sha256:", "md5:" or "git:" and hexadecimal digits; empty if unknown.
    holds : str
        "sha256:" and the digest of what the file must hold.
    how : str
        What to do with a source that is only named.
    """

    name: str
    path: str
    url: str
    kind: str
    check: str
    holds: str
    how: str


def sources() -> dict[str, Source]:
    """Return all sources by name."""
    with (Path(__file__).parent / "sources.csv").open(encoding="utf-8", newline="") as file:
        return {line["name"]: Source(**line) for line in csv.DictReader(file)}


def main(asked: argparse.Namespace) -> int:
    """Download what was asked for; return 1 if a file is not what it must be."""
    known = sources()
    code = 0
    for name in asked.names or [name for name, one in known.items() if one.kind != NAMED]:
        wrong = fetch(known[name], asked.folder)
        print(f"{name}: {wrong or 'as it must be'}")
        code |= bool(wrong)
    return code


def fetch(source: Source, folder: Path) -> str:
    """Download one source, and say what is wrong with it; what is wrong is not kept."""
    if source.kind == NAMED:
        return f"get {source.path} from {source.url} yourself: {source.how}"
    addresses = source.url.split()
    try:
        parts = [_content(address) for address in addresses]
    except OSError as error:
        return f"{source.url} cannot be read ({error}); try again, or look for it elsewhere"
    if source.check and not agrees(parts[0], source.check):
        return f"{addresses[0]} is not the file with {source.check}; not kept"
    path = folder / source.path
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as beside:
        made = Path(beside) / path.name
        published.KINDS[source.kind](parts, made)
        found = f"sha256:{published.digest(made)}"
        if found != source.holds:
            return f"{source.path} would hold {found}, where {source.holds} is expected; not kept"
        made.replace(path)
    return ""


def agrees(content: bytes, check: str) -> bool:
    """Return whether a file has a checksum; of a name of git, the beginning is enough."""
    kind, _, digits = check.partition(":")
    if kind == "git":
        whole = b"blob %d\0" % len(content) + content
        return hashlib.sha1(whole, usedforsecurity=False).hexdigest().startswith(digits)
    return hashlib.new(kind, content, usedforsecurity=False).hexdigest() == digits


def listing() -> str:
    """Return a line for each source: where it stands, and how it is checked or obtained."""
    lines = []
    for one in sources().values():
        checked = one.check.partition(":")[0] or "what it holds"
        how = f"named only: {one.url}: {one.how}" if one.kind == NAMED else f"checked by {checked}"
        lines.append(f"{one.name}  {one.path}  {how}")
    return "\n".join(lines)


@cache
def _content(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return answer.read()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Download public data that benchmarks read.")
    parser.add_argument("folder", type=Path, nargs="?", help="where to, LIKELY_DATA of benchmarks")
    parser.add_argument("names", nargs="*", help="which; by default all that can be checked")
    parser.add_argument(
        "--list", action="store_true", help="say what there is, and download nothing"
    )
    asked = parser.parse_args()
    if asked.list:
        print(listing())
        sys.exit(0)
    if asked.folder is None:
        parser.error("say a folder, or --list")
    if unknown := set(asked.names) - set(sources()):
        parser.error(f"no source is named {', '.join(sorted(unknown))}; --list names all")
    sys.exit(main(asked))
