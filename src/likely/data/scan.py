"""Medical scans in files (DICOM), read by pydicom as pictures.

| in the file | becomes |
|---|---|
| computed tomography | (height, width) of float32, in Hounsfield units: stored values rescaled as the file says |
| any other grey scan | (height, width) of uint16, as a viewer shows it: rescaled, seen through the file's window, bones bright |
| colour | (height, width, 3) of uint8 |

Without a window the values that the file can hold stand for black to white. Where low values are to
be shown bright (MONOCHROME1), they are turned round. Tomography keeps its units, because these are
the same on every machine; the window of a viewer would hide what lies outside it.

A file of several frames is a film or a volume and no picture. Nothing about the person is read.
"""  # noqa: E501 - rows of a table

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from likely.core.errors import DataError, MissingDependency
from likely.data.image import Header, at_depth

SUFFIXES = (".dcm", ".dicom", ".dic")
"""Endings of the files that are scans; a file without an ending that says "DICM" is one, too."""

MOST_PIXELS = 1 << 27
"""A file that claims to hold more is refused, as files do that are made to fill all memory."""

_PREAMBLE, _MAGIC = 128, b"DICM"
_WHITE = 65_535
_GREY = ("MONOCHROME1", "MONOCHROME2")


def is_scan(path: Path) -> bool:
    """Whether a file is a scan: by its ending, or by its first bytes if it has none."""
    if path.suffix:
        return path.suffix.lower() in SUFFIXES
    try:
        with path.open("rb") as file:
            return file.read(_PREAMBLE + len(_MAGIC))[_PREAMBLE:] == _MAGIC
    except OSError:
        return False


def read_header(path: Path) -> Header:
    """Return what the head of a scan says; the pixels are not read.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    DataError
        If it is no scan of one frame that can be read.
    MissingDependency
        If pydicom is not installed.
    """
    with _opened(path, pixels=False) as scan:
        grey = scan.PhotometricInterpretation in _GREY
        dtype = "uint8" if not grey else "float32" if _is_tomography(scan) else "uint16"
        return Header(int(scan.Rows), int(scan.Columns), 1 if grey else 3, dtype)


def read_scan(path: Path, depth: str = "") -> np.ndarray:
    """Return a scan.

    Parameters
    ----------
    path : Path
        The file.
    depth : {"", "uint8", "uint16"}, default ""
        Bring whole numbers to this type, black to black and white to white.

    Returns
    -------
    ndarray of shape (height, width) or (height, width, 3)
        As the table above says.

    Raises
    ------
    DataError
        If the file is damaged, is no scan of one frame, or is compressed in a way that the
        installed packages cannot read.
    MissingDependency
        If pydicom is not installed.
    """
    with _opened(path, pixels=True) as scan:
        from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut, convert_color_space

        stored = scan.pixel_array
        colours = scan.PhotometricInterpretation
        if colours not in _GREY:
            if colours.startswith("YBR"):
                stored = convert_color_space(stored, colours, "RGB")
            return at_depth(np.ascontiguousarray(stored, dtype=np.uint8), depth)
        values = np.asarray(apply_modality_lut(stored, scan), dtype=np.float64)
        if _is_tomography(scan):
            return values.astype(np.float32)
        shown = np.asarray(apply_voi_lut(values, scan), dtype=np.float64)
        black, white = _range(scan, shown)
        grey = np.clip((shown - black) / (white - black), 0, 1)
        if colours == "MONOCHROME1":
            grey = 1 - grey
        return at_depth(np.rint(grey * _WHITE).astype(np.uint16), depth)


def _is_tomography(scan: Any) -> bool:
    return scan.get("Modality") == "CT" and "RescaleSlope" in scan


def _range(scan: Any, shown: np.ndarray) -> tuple[float, float]:
    """Return the values that are black and white."""
    bits = int(scan.BitsStored)
    signed = bool(scan.PixelRepresentation)
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    slope, intercept = float(scan.get("RescaleSlope", 1)), float(scan.get("RescaleIntercept", 0))
    ends = sorted((low * slope + intercept, high * slope + intercept))
    if "ModalityLUTSequence" in scan or "VOILUTSequence" in scan:  # tables of values of their own
        ends = [min(0.0, float(shown.min())), max(1.0, float(shown.max()))]
    return ends[0], ends[1]


@contextmanager
def _opened(path: Path, *, pixels: bool) -> Iterator[Any]:
    """Yield an open scan; whatever goes wrong with it becomes an error that names the file."""
    if importlib.util.find_spec("pydicom") is None:
        raise MissingDependency("scans", "pydicom", "medical")
    import pydicom

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # oddities that do not keep a scan from being read
        try:
            scan = pydicom.dcmread(path, stop_before_pixels=not pixels, force=True)
            _check(scan, path)
            yield scan
        except (DataError, MemoryError):
            raise
        except FileNotFoundError as error:
            raise DataError(f"There is no file {path}. Check the path.") from error
        except Exception as error:  # damaged bytes fail in any way that a parser can
            raise DataError(_trouble(path, error)) from error


def _check(scan: Any, path: Path) -> None:
    """Refuse what is no picture of one frame."""
    needed = ("Rows", "Columns", "PhotometricInterpretation", "BitsStored", "PixelRepresentation")
    lost = [name for name in needed if name not in scan]
    if lost:
        raise DataError(
            f"{path} is no scan with a picture: it does not say {', '.join(lost)}. Take it out."
        )
    frames = int(scan.get("NumberOfFrames", 1) or 1)
    if frames > 1:
        raise DataError(
            f"{path} has {frames:,} frames: it is a film or a volume, not a picture. Save every "
            "frame as a picture, or all as an array (.npy), and say what it is by kind=."
        )
    if int(scan.Rows) * int(scan.Columns) > MOST_PIXELS:
        raise DataError(
            f"{path} claims to hold {int(scan.Rows):,} x {int(scan.Columns):,} pixels, more than "
            f"the {MOST_PIXELS:,} that are read. Cut it into tiles."
        )
    if scan.PhotometricInterpretation == "PALETTE COLOR":
        raise DataError(f"{path} holds colours of a palette. Save it as RGB or as PNG.")


def _trouble(path: Path, error: Exception) -> str:
    line = (str(error).splitlines() or [type(error).__name__])[0][:200]
    if isinstance(error, RuntimeError) and "compress" in line.lower():  # or a kind of it
        return (
            f"{path} is compressed in a way that the installed packages cannot read ({line}). "
            'Install "pylibjpeg[all]", or save the scan uncompressed.'
        )
    return (
        f"{path} cannot be read as a scan ({line}). Check that the file is complete, or take it "
        "out."
    )
