"""The state of a training run in a file, so that a run that was killed goes on as if it had not.

The file has the form of all of likely's files: a JSON document and named arrays, with a digest; no
code. It is replaced at once or not at all.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from likely.core.atomic import write_atomic
from likely.core.container import pack, unpack
from likely.core.errors import DamagedFile, DataError

if TYPE_CHECKING:
    from likely.nets.train import _Run

_NUMBERS = ("factor", "best_loss", "looks", "failures", "place", "spent", "begun")


def write_checkpoint(run: _Run, path: Path, belongs_to: str) -> None:
    """Write everything that the next step of a run depends on.

    Parameters
    ----------
    run : _Run
        The run.
    path : Path
        Where to.
    belongs_to : str
        Names model, settings and data.
    """
    arrays: dict[str, Tensor] = {"order": run.order, "random": torch.get_rng_state()}
    for name, state in (("network", run.network.state_dict()), ("average", run.average)):
        arrays |= {f"{name}.{key}": value for key, value in state.items()}
    arrays |= {f"best.{key}": value for key, value in run.best.items()}
    for i, state in run.optimiser.state_dict()["state"].items():
        arrays |= {f"optimiser.{i}.{key}": value for key, value in state.items()}
    if run.device.type == "cuda":
        arrays["random_cuda"] = torch.cuda.get_rng_state(run.device)
    document = {
        "checkpoint": 1,
        "belongs_to": belongs_to,
        "numbers": {name: _plain(getattr(run, name)) for name in _NUMBERS},
        "running": [float(loss) for loss in run.running],
        "steps": run.course.steps,
        "planned": run.course.planned,
        "notes": run.course.notes,
        "history": [{k: _plain(v) for k, v in look.items()} for look in run.course.history],
    }
    write_atomic(path, pack(document, {k: v.cpu().numpy() for k, v in arrays.items()}))


def read_checkpoint(run: _Run, path: Path, belongs_to: str) -> None:
    """Take up a run where its file left off; without a file, the run starts from the beginning.

    Raises
    ------
    DataError
        If the file belongs to another model, other settings or other data.
    DamagedFile
        If its bytes are not those that were written.
    """
    if not path.exists():
        return
    document, arrays = unpack(path)
    if document.get("checkpoint") != 1 or document.get("belongs_to") != belongs_to:
        raise DataError(
            f"{path} is the checkpoint of another model, of other settings or of other data. Name "
            "another file, or remove this one to start anew."
        )
    try:
        _take_up(run, document, {k: torch.from_numpy(np.array(v)) for k, v in arrays.items()})
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise DamagedFile(f"{path} does not hold the state of this run ({error}).") from error


def _take_up(run: _Run, document: dict[str, Any], arrays: dict[str, Tensor]) -> None:
    def below(prefix: str) -> dict[str, Tensor]:
        cut = len(prefix)
        return {k[cut:]: v for k, v in arrays.items() if k.startswith(prefix)}

    run.network.load_state_dict(below("network."))
    run.average = {k: v.to(run.device) for k, v in below("average.").items()}
    run.best = {k: v.to(run.device) for k, v in below("best.").items()}
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in below("optimiser.").items():
        i, _, name = key.partition(".")
        state.setdefault(int(i), {})[name] = value
    groups = run.optimiser.state_dict()["param_groups"]
    run.optimiser.load_state_dict({"state": state, "param_groups": groups})
    run.order = arrays["order"].to(run.data.device)
    for name in _NUMBERS:
        value = document["numbers"][name]
        setattr(run, name, math.inf if value is None else value)
    run.running = [torch.tensor(loss, device=run.device) for loss in document["running"]]
    run.course.steps, run.course.planned = document["steps"], document["planned"]
    run.course.notes = list(document["notes"])
    run.course.history = [
        {k: math.nan if v is None else v for k, v in look.items()} for look in document["history"]
    ]
    torch.set_rng_state(arrays["random"])
    if run.device.type == "cuda":
        torch.cuda.set_rng_state(arrays["random_cuda"], run.device)


def _plain(value: float) -> float | None:
    """Return a number as JSON can hold it."""
    return value if math.isfinite(value) else None
