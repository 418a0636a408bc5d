"""What holds for every test: no network; and what several tests need: a way to write workbooks."""

import os
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np  # before the line below: its own threads stay as they are
import pytest

from likely.base.capabilities import Explainer, Reconstructor

os.environ.setdefault("OMP_NUM_THREADS", "1")
"""Small networks on two workers gain nothing from threads of their own, and lose much."""


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a test that reaches for the network fail at once, wherever it runs."""

    def refuse(_: socket.socket, address: object) -> None:
        raise AssertionError(f"A test tried to connect to {address!r}; tests need no network.")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="session")
def mean_sample() -> type[Reconstructor]:
    """Return the simplest model of samples with axes."""
    return _MeanSample


class _MeanSample(Reconstructor, Explainer):
    """Distance to the mean sample."""

    card = {"kinds": ["series", "image", "video"], "paper": ""}

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self.mean_ = x.mean(axis=0)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._contributions(x).reshape(len(x), -1).sum(axis=1)

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        return (x - self.mean_) ** 2

    def _reconstruct(self, x: np.ndarray) -> np.ndarray:
        return np.broadcast_to(self.mean_, x.shape)


@pytest.fixture(scope="session")
def write_workbook() -> Callable[[Path, list[list[object]]], None]:
    """Return a function that writes rows to an .xlsx file."""
    return _write_workbook


def _write_workbook(path: Path, rows: list[list[object]]) -> None:
    """Write rows as the smallest workbook that is one (ECMA-376)."""
    cells = "".join(
        "<row>"
        + "".join(
            f"<c><v>{cell}</v></c>"
            if not isinstance(cell, str)
            else f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
            for cell in row
        )
        + "</row>"
        for row in rows
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets>'
        '<sheet name="one" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{links}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData>'
        "</worksheet>",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
