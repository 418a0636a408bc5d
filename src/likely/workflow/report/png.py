"""Small pictures as PNG (ISO 15948), to stand inside the page."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

_COLOURS = {1: 0, 3: 2, 4: 6}  # channels of a pixel, and PNG's number for them


def as_png(pixels: np.ndarray, about: str = "") -> bytes:
    """Return an image as the bytes of a PNG file.

    Parameters
    ----------
    pixels : ndarray of uint8 or uint16, shape (height, width, 1, 3 or 4)
        Grey, red-green-blue, or the latter with opacity.
    about : str, default ""
        What the file says of itself: Latin letters, for programs that show a description.
    """
    height, width, channels = pixels.shape
    depth = 8 * pixels.itemsize
    head = struct.pack(">IIBBBBB", width, height, depth, _COLOURS[channels], 0, 0, 0)
    values = pixels.astype(pixels.dtype.newbyteorder(">")).view(np.uint8).reshape(height, -1)
    # every line says how it was filtered: 2, as the difference to the line above
    above = np.zeros_like(values)
    above[1:] = values[:-1]
    lines = np.full((height, 1 + values.shape[1]), 2, dtype=np.uint8)
    lines[:, 1:] = values - above
    said = b"Description\0" + about.encode("latin-1", "replace")
    parts = [
        (b"IHDR", head),
        *([(b"tEXt", said)] if about else []),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in parts)


def as_data(pixels: np.ndarray) -> str:
    """Return an image as an address that holds it."""
    return f"data:image/png;base64,{base64.b64encode(as_png(pixels)).decode('ascii')}"


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)
