"""Scans in DICOM files, written on the spot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

from likely.autoencoders import Autoencoder
from likely.core.errors import DataError, MissingDependency
from likely.data.samples import as_shaped
from likely.data.scan import is_scan, read_header, read_scan

PIXELS = np.arange(12, dtype=np.uint16).reshape(3, 4) * 5_000


def write(
    path: Path, pixels: np.ndarray = PIXELS, colours: str = "MONOCHROME2", **said: Any
) -> Path:
    about = FileMetaDataset()
    about.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    about.MediaStorageSOPInstanceUID = generate_uid()
    about.TransferSyntaxUID = ExplicitVRLittleEndian
    scan = FileDataset(str(path), {}, file_meta=about, preamble=b"\0" * 128)
    scan.set_pixel_data(pixels, colours, 8 * pixels.dtype.itemsize)
    for name, value in said.items():
        setattr(scan, name, value)
    scan.save_as(path, enforce_file_format=True)
    return path


def test_grey_stays_what_it_is_where_the_file_says_no_more(tmp_path: Path) -> None:
    path = write(tmp_path / "chest.dcm", Modality="DX")
    head = read_header(path)
    assert (head.height, head.width, head.channels, head.dtype) == (3, 4, 1, "uint16")
    np.testing.assert_array_equal(read_scan(path), PIXELS)
    assert read_scan(path, "uint8").max() == round(55_000 / 257)


def test_tomography_is_in_its_own_units(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", Modality="CT", RescaleSlope=2, RescaleIntercept=-1024)
    assert read_header(path).dtype == "float32"
    np.testing.assert_array_equal(read_scan(path), PIXELS * 2.0 - 1024)


def test_a_window_is_looked_through_and_bones_are_bright(tmp_path: Path) -> None:
    window = {"Modality": "DX", "WindowCenter": 20_000, "WindowWidth": 20_000}
    seen = read_scan(write(tmp_path / "a.dcm", **window))
    turned = read_scan(write(tmp_path / "b.dcm", colours="MONOCHROME1", **window))
    assert seen[0].tolist()[:3] == [0, 0, 0]
    assert (seen[1, 2:] == 65_535).all()
    assert 0.49 < seen[1, 0] / 65_535 < 0.51
    np.testing.assert_allclose(seen.astype(int) + turned, 65_535, atol=1)


def test_colours_are_bytes(tmp_path: Path) -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    path = write(tmp_path / "a.dcm", pixels, "RGB")
    assert read_header(path).channels == 3
    np.testing.assert_array_equal(read_scan(path), pixels)


def test_a_folder_of_scans_is_judged_like_pictures(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for i in range(12):
        write(tmp_path / f"{i:02}.dcm", rng.integers(0, 4_000, (8, 8), dtype=np.uint16))
    (tmp_path / "IM0001").write_bytes((tmp_path / "00.dcm").read_bytes())  # as archives name them
    (tmp_path / "notes").write_text("none")
    Image.fromarray(rng.integers(0, 255, (8, 8), dtype=np.uint8)).save(tmp_path / "x.png")
    samples = as_shaped(tmp_path)
    assert (samples.kind, len(samples)) == ("image", 14)
    assert any("1 of 14 images has 8 bits, brought to 16" in note for note in samples.notes)
    np.testing.assert_array_equal(samples.sample(samples.names.index("IM0001")), samples.sample(0))
    model = Autoencoder(budget="20 steps").fit(tmp_path)
    assert np.isfinite(model.score_samples(tmp_path)).all()


def test_what_cannot_be_read_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = write(tmp_path / "film.dcm", np.zeros((5, 3, 4), np.uint16))
    with pytest.raises(DataError, match="5 frames: it is a film or a volume"):
        read_header(film)
    whole = write(tmp_path / "half.dcm").read_bytes()
    (tmp_path / "half.dcm").write_bytes(whole[:-6])
    with pytest.raises(DataError, match=r"half\.dcm cannot be read as a scan"):
        read_scan(tmp_path / "half.dcm")
    (tmp_path / "text.dcm").write_text("a letter and not a scan")
    with pytest.raises(DataError, match=r"text\.dcm"):
        read_header(tmp_path / "text.dcm")
    with pytest.raises(DataError, match="no file"):
        read_scan(tmp_path / "none.dcm")
    assert not is_scan(tmp_path / "none")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingDependency, match=r"likely\[medical\]"):
        read_header(film)
