"""The main job on real data: write a CSV file, find what is unlikely in it, say why.

The data are the 569 tumours of the Breast Cancer Wisconsin (Diagnostic) set that scikit-learn
bundles (Wolberg, Mangasarian, Street & Street, 1993; CC BY 4.0): thirty measurements of cell nuclei
each, and the diagnosis. `make demo` runs this file.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from sklearn.datasets import load_breast_cancer

FOLDER = Path("demo")
COMMAND = (
    "likely",
    "detect",
    "demo/tumours.csv",
    "--report",
    "demo/report.html",
    "-o",
    "demo/findings.csv",
)


def main() -> int:
    """Write the data, run the command that a user would type, and return its exit code."""
    write_tumours(FOLDER)
    sys.stdout.write(f"$ {' '.join(COMMAND)}\n")
    sys.stdout.flush()
    status = subprocess.run([installed(COMMAND[0]), *COMMAND[1:]], env=wide_enough()).returncode
    if status == 0:
        sys.stdout.write(f"\nOpen the report: {(FOLDER / 'report.html').resolve().as_uri()}\n")
    return status


def write_tumours(folder: Path) -> Path:
    """Write the tumours as a CSV file with names of columns, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tumours.csv"
    bundled = load_breast_cancer()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["diagnosis", *bundled.feature_names])
        for kind, values in zip(bundled.target, bundled.data, strict=True):
            writer.writerow([bundled.target_names[kind], *values.tolist()])
    return path


def installed(command: str) -> str:
    """Return the path of a command that was installed beside this Python."""
    return str(Path(sysconfig.get_path("scripts")) / command)


def wide_enough() -> dict[str, str]:
    """Return the environment, with a width for the output where no terminal gives one."""
    return {**({} if sys.stdout.isatty() else {"COLUMNS": "100"}), **os.environ}


if __name__ == "__main__":
    sys.exit(main())
