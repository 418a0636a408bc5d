"""Download public data that benchmarks read, each checked against its SHA-256.

    python benchmarks/fetch.py FOLDER              the files below
    python benchmarks/fetch.py FOLDER names        one of them

Then `LIKELY_DATA=FOLDER python benchmarks/shakespeare.py`. Only files that are as their source has
them stand here, packed by gzip without a time. Other data were cut, packed or joined first, and
cannot be checked this way; where they come from and what was done to them:

| in FOLDER | source on GitHub | what was done |
|---|---|---|
| tabular/NAME.npz | Minqi824/ADBench @ 3dac8221, adbench/datasets/Classical | rounded to float32; `cover` and other large ones are samples |
| tabular/backdoor.npz | GuansongPang/ADRepository-Anomaly-detection-datasets @ 3361dacc | the same |
| generative/mnist_20k_10k.npz | rasbt/mnist-pngs | 20,000 of the training images, all test images |
| generative/binarized_mnist_packbits.npz | mingzhang-yin/ARM-gradient | bits packed |
| generative/debd_binary_packbits.npz | arranger1044/DEBD | 11 tables, bits packed |
| generative/uci_small_float32.npz | treforevans/uci_datasets | 12 tables, float32 |
| generative/omniglot28_small.npz | brendenlake/omniglot | 28 pixels, duplicates out |
| generative/fsdd_8khz_int16.npz | Jakobovski/free-spoken-digit-dataset | 1,500 clips end to end |
"""  # noqa: E501 - rows of a table

from __future__ import annotations

import argparse
import gzip
import hashlib
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """A file, where it is from, and what it must be."""

    path: str
    url: str
    sha256: str


SOURCES = {
    "names": Source(
        "generative/names.txt.gz",
        "https://raw.githubusercontent.com/karpathy/makemore/master/names.txt",
        "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
    ),
    "shakespeare": Source(
        "generative/tiny_shakespeare.txt.gz",
        "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
        "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    ),
}


def main(asked: argparse.Namespace) -> int:
    """Download what was asked for; return 1 if a file is not what it must be."""
    code = 0
    for name in asked.names or SOURCES:
        wrong = fetch(SOURCES[name], asked.folder)
        print(f"{name}: {wrong or 'as it must be'}")
        code |= bool(wrong)
    return code


def fetch(source: Source, folder: Path) -> str:
    """Download one file, and say what is wrong with it; a file that is wrong is not kept."""
    with urllib.request.urlopen(source.url, timeout=60) as answer:
        content = answer.read()
    found = hashlib.sha256(content).hexdigest()
    if found != source.sha256:
        return f"{source.url} has SHA-256 {found}, where {source.sha256} is expected; not kept"
    path = folder / source.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content, mtime=0))
    return ""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Download public data that benchmarks read.")
    parser.add_argument("folder", type=Path, help="where to, LIKELY_DATA of the benchmarks")
    parser.add_argument("names", nargs="*", help="which; all by default")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(SOURCES):
        known = ", ".join(SOURCES)
        parser.error(f"no file is named {', '.join(sorted(unknown))}; there are {known}")
    sys.exit(main(asked))
