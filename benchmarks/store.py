"""Results as small JSON files, with what is needed to repeat them."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import likely

FOLDER = Path(__file__).parent / "results"


def show(row: dict) -> None:
    """Print one row of a result as it comes."""
    print("  ".join(f"{name}: {value}" for name, value in row.items()), flush=True)


def save(name: str, rows: list[dict], arguments: str = "", **facts: object) -> None:
    """Write rows to benchmarks/results/NAME.json with command, versions and hardware."""
    result = {
        "command": f"python benchmarks/{name}.py {arguments}".strip(),
        "versions": {"likely": likely.__version__} | {p: version(p) for p in _packages()},
        "python": platform.python_version(),
        "hardware": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "threads": os.environ.get("OMP_NUM_THREADS", "all"),
            **_graphics(),
        },
        **facts,
        "rows": rows,
    }
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def load(name: str) -> list[dict]:
    """Return the rows of a stored result, none if there is none."""
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))["rows"] if path.exists() else []


def _packages() -> tuple[str, ...]:
    """Return the packages whose versions matter; torch is one if it was used."""
    return ("numpy", "scipy", "scikit-learn", *(["torch"] if "torch" in sys.modules else []))


def _graphics() -> dict[str, str]:
    """Return the name of the GPU, if one was used."""
    torch = sys.modules.get("torch")
    used = torch is not None and torch.cuda.is_available() and torch.cuda.is_initialized()
    return {"graphics": torch.cuda.get_device_name()} if used else {}


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
