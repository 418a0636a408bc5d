"""Pictures in files (PNG, JPEG, TIFF, BMP, WebP), read by Pillow.

| in the file | becomes |
|---|---|
| grey of 1 or 8 bits, palettes of greys | (height, width) of uint8; 1 bit is 0 and 255 |
| grey of 16 bits, whole numbers of 32 bits, floats | (height, width) of uint16, int32, float32 |
| colour, also CMYK and other colour spaces; palettes of colours | (height, width, 3) of uint8 |
| transparency | gone: the picture is laid on white, as a viewer shows it |
| pages of one size, all grey, of a TIFF | (height, width, page): pages are channels |

A picture is turned as its EXIF data say. Pillow reads colour of 16 bits as 8. Of an animation the
first picture counts.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from likely.core.errors import DataError, MissingDependency

SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".bmp", ".webp")
"""Endings of the files that are pictures."""

MOST_PAGES = 64
"""A file with more pages is a film or a volume, not a picture with channels."""

_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "DIB", "WEBP")
_GREY = {"1": "uint8", "L": "uint8", "I;16": "uint16", "I": "int32", "F": "float32"}
_PREMULTIPLIED = {"La": "LA", "RGBa": "RGBA"}
_WIDE = 257  # 255 times this is 65,535
_UNSPECIFIED = 0
_EXTRA_SAMPLES, _SAMPLES_PER_PIXEL, _ORIENTATION = 338, 277, 274  # tags of TIFF and EXIF
_ON_ITS_SIDE = 5  # orientations from here on exchange width and height


@dataclass(frozen=True)
class Header:
    """What the head of a picture's file says.

    Parameters
    ----------
    height, width : int
        Pixels, the picture turned as its EXIF data say.
    channels : int
        1 for grey.
    dtype : str
        Type of the numbers: "uint8", "uint16", "int32" or "float32".
    narrowed : bool
        Whether the file holds 16 bits a channel, of which 8 are read.
    """

    height: int
    width: int
    channels: int
    dtype: str
    narrowed: bool = False


def read_header(path: Path) -> Header:
    """Return what the head of a picture's file says; the pixels are not read.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    DataError
        If it is no picture that can be read.
    MissingDependency
        If Pillow is not installed.
    """
    with _opened(path) as image:
        width, height = image.size
        wide = bool(image.tile) and ";16" in str(image.tile[0])
        at_once = image.format != "PNG" or "exif" in image.info  # or else all is read to find it
        if at_once and image.getexif().get(_ORIENTATION, 1) >= _ON_ITS_SIDE:
            width, height = height, width
        channels = _pages(image, path) if _is_grey(image) else 3
        dtype = _GREY.get(_plain(image.mode), "uint8")
        return Header(height, width, channels, dtype, wide and dtype == "uint8")


def read_image(path: Path, depth: str = "") -> np.ndarray:
    """Return a picture.

    Parameters
    ----------
    path : Path
        The file.
    depth : {"", "uint8", "uint16"}, default ""
        Bring whole numbers of 8 or 16 bits to this type, black to black and white to white.
        Otherwise they stay what they are.

    Returns
    -------
    ndarray of shape (height, width) or (height, width, channel)
        As the table above says.

    Raises
    ------
    DataError
        If the file is damaged, is no picture, or holds more pixels than a safe file does.
    MissingDependency
        If Pillow is not installed.
    """
    with _opened(path) as image:
        pages = _pages(image, path) if _is_grey(image) else 1
        layers = []
        for page in range(pages):
            if pages > 1:
                image.seek(page)
            layers.append(_pixels(image))
        found = layers[0] if pages == 1 else np.stack(layers, axis=-1)
    return at_depth(found, depth)


def at_depth(picture: np.ndarray, depth: str) -> np.ndarray:
    """Return a picture of 8 or 16 bits with another number of bits; others as they are.

    Parameters
    ----------
    picture : ndarray
        Of any type.
    depth : str
        "uint8" or "uint16"; anything else changes nothing.
    """
    if depth == "uint8" and picture.dtype == np.uint16:
        return ((picture.astype(np.uint32) + _WIDE // 2) // _WIDE).astype(np.uint8)
    if depth == "uint16" and picture.dtype == np.uint8:
        return picture.astype(np.uint16) * np.uint16(_WIDE)
    return picture


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Yield an open picture; whatever goes wrong with it becomes an error that names the file."""
    if importlib.util.find_spec("PIL") is None:
        raise MissingDependency("images", "Pillow", "images")
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # oddities that do not keep a picture from being read
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(path, formats=_FORMATS) as image:
                _check_channels(image, path)
                yield image
        except (DataError, MemoryError):
            raise
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise _too_large(path) from error
        except FileNotFoundError as error:
            raise DataError(f"There is no file {path}. Check the path.") from error
        except Exception as error:  # damaged bytes fail in any way that a parser can
            raise DataError(
                f"{path} cannot be read as an image ({_first_line(error)}). Check that the file is "
                "complete, or take it out."
            ) from error


def _pixels(image: Any) -> np.ndarray:
    """Return the present page as an array."""
    from PIL import Image, ImageOps

    grey = _is_grey(image)
    image = ImageOps.exif_transpose(image)
    if _plain(image.mode) not in _GREY:
        if image.has_transparency_data:
            image = image.convert(_PREMULTIPLIED.get(image.mode, image.mode)).convert("RGBA")
            white = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(white, image)
        image = image.convert("RGB")
    elif image.mode == "1":
        image = image.convert("L")
    found = np.asarray(image)
    if grey and found.ndim == 3:  # three times the same
        found = found[..., 0]
    return np.ascontiguousarray(found, dtype=found.dtype.newbyteorder("="))


def _is_grey(image: Any) -> bool:
    if image.mode in ("P", "PA"):
        colours = np.asarray(image.getpalette("RGB")).reshape(-1, 3)
        return bool((colours == colours[:, :1]).all())
    return _plain(image.mode) in _GREY or image.mode in ("LA", "La")


def _plain(mode: str) -> str:
    """Return a mode of Pillow without the order of its bytes."""
    return "I;16" if mode.startswith("I;16") else mode


def _pages(image: Any, path: Path) -> int:
    """Return how many pages of an open picture are channels."""
    from PIL import Image

    if image.format != "TIFF":
        return 1  # further pictures of an animation or a phone are no channels
    pages = image.n_frames
    if pages > MOST_PAGES:
        raise DataError(
            f"{path} has {pages:,} pages; a picture has at most {MOST_PAGES}, which are its "
            "channels. Save a film or a volume as an array (.npy) and say what it is by kind=."
        )
    if pages * image.width * image.height > (Image.MAX_IMAGE_PIXELS or np.inf):
        raise _too_large(path)
    first, alike = (image.size, image.mode), True
    for page in range(1, pages):
        image.seek(page)
        alike = alike and (image.size, image.mode) == first
    image.seek(0)
    return pages if alike else 1


def _check_channels(image: Any, path: Path) -> None:
    """Refuse a TIFF with channels that Pillow would pass over in silence."""
    tags = getattr(image, "tag_v2", {})
    if _UNSPECIFIED in tags.get(_EXTRA_SAMPLES, ()):
        raise DataError(
            f"{path} has {tags[_SAMPLES_PER_PIXEL]} channels, and not all of them can be read from "
            "such a TIFF. Save every channel as a page of its own, or the picture as an array of "
            "shape (height, width, channel) with numpy.save."
        )


def _too_large(path: Path) -> DataError:
    from PIL import Image

    most = Image.MAX_IMAGE_PIXELS or 0
    return DataError(
        f"{path} claims to hold more than {most / 1e6:,.0f} million pixels, as files do that are "
        "made to fill all memory. If you trust it, set PIL.Image.MAX_IMAGE_PIXELS to more; or cut "
        "it into tiles."
    )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
