"""The picture of one clip: pressure over time, surprise, and a spectrogram, on one axis of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likely.data.resize import resize
from likely.workflow.report.axis import Axis
from likely.workflow.report.markup import Html, element, join
from likely.workflow.report.png import as_data
from likely.workflow.report.svg import RIGHT, foot, picture, text

STRONGEST = 8.0
"""Bits a value that the strongest colour stands for: 256 levels of which none is likelier."""

_START = 44
_COLUMNS = 306
_LEVELS = 8
_WAVE, _BITS, _TONES = (26, 90), (122, 170), (202, 282)  # where the three lie, from top to bottom
_FRAME = 0.032  # seconds of a spectrum
_FLOOR = 60.0  # decibels below the loudest
_PIXELS = (64, 204)
_SOUND = (72, 118, 168)


@dataclass(frozen=True)
class Wave:
    """What is drawn of a clip.

    Parameters
    ----------
    values : ndarray of shape (time,)
        Pressure; at least one value.
    bits : ndarray of shape (time,) or None
        Surprise of every value, smoothed; None if it is not known.
    usual : float
        Usual surprise of a value.
    stretches : tuple of (int, int)
        Where it is odd: first value, and the one behind the last.
    """

    values: np.ndarray
    bits: np.ndarray | None
    usual: float
    stretches: tuple[tuple[int, int], ...]


def draw_wave(wave: Wave, rate: int) -> Html:
    """Draw a clip of so many values a second."""
    time = Axis(0.0, len(wave.values) / rate, _START, RIGHT)
    shift = 0 if wave.bits is not None else _BITS[0] - _TONES[0]
    tones = (_TONES[0] + shift, _TONES[1] + shift)
    bands = [_band(time, (a / rate, b / rate), _WAVE[0], tones[0] - 26) for a, b in wave.stretches]
    length = f"{len(wave.values) / rate:.2f} s"
    return picture(
        tones[1] + 34,
        f"Pressure and spectrogram of a clip of {length}",
        join(bands),
        text(4, _WAVE[0] - 14, "pressure ↑", class_="name"),
        _pressure(wave),
        None if wave.bits is None else _surprise(wave.bits, wave.usual),
        text(4, tones[0] - 11, "frequency, kHz ↑", class_="name"),
        _tones(wave.values, rate, tones),
        foot(time, tones[1], 6),
        text(RIGHT, tones[1] + 31, "time, s →", "end", "name"),
    )


def _pressure(wave: Wave) -> Html:
    """Return the lowest and the highest pressure of every column, in the colour of surprise."""
    most = float(np.abs(wave.values).max()) or 1.0
    up = Axis(-most, most, _WAVE[1], _WAVE[0])
    starts, lefts = _columns(len(wave.values))
    low = np.minimum.reduceat(wave.values, starts)
    high = np.maximum.reduceat(wave.values, starts)
    low[1:], high[1:] = (  # neighbouring columns touch
        np.minimum(low[1:], high[:-1]),
        np.maximum(high[1:], low[:-1]),
    )
    levels = np.zeros(len(starts), dtype=int)
    if wave.bits is not None:
        mean = np.add.reduceat(wave.bits, starts) / np.diff(np.append(starts, len(wave.values)))
        beyond = (mean - wave.usual) / max(STRONGEST - wave.usual, 1.0)
        levels = np.clip(np.rint(beyond * _LEVELS), 0, _LEVELS).astype(int)
    paths, wide = [], (RIGHT - _START) / len(starts)
    for level in np.unique(levels):
        path = "".join(
            f"M{x + wide / 2:.1f} {up.place(a) + 0.4:.1f}V{up.place(b) - 0.4:.1f}"
            for x, a, b, own in zip(lefts, low, high, levels, strict=True)
            if own == level
        )
        shade = f"stroke:color-mix(in srgb,var(--odd) {100 * level // _LEVELS}%,var(--bar))"
        paths.append(
            element(
                "path",
                d=path,
                class_="wave",
                stroke_width=f"{max(1.1, wide):.1f}",
                style=shade if level else None,
            )
        )
    ends = [text(_START - 5, y + 4, label, "end") for y, label in
            ((_WAVE[0], f"{most:.2g}"), ((_WAVE[0] + _WAVE[1]) / 2, "0"))]  # fmt: skip
    return join([*ends, *paths])


def _surprise(bits: np.ndarray, usual: float) -> Html:
    """Return the line of smoothed bits, with what is usual."""
    up = Axis(0.0, max(STRONGEST, float(bits.max()), usual), _BITS[1], _BITS[0])
    starts, lefts = _columns(len(bits))
    mean = np.add.reduceat(bits, starts) / np.diff(np.append(starts, len(bits)))
    line = "L".join(f"{x:g} {up.place(b):g}" for x, b in zip(lefts, mean, strict=True))
    y = up.place(usual)
    return join(
        [
            text(4, _BITS[0] - 12, "bits a value ↑", class_="name"),
            element("path", d=f"M{_START} {_BITS[1]}H{RIGHT}", class_="grid"),
            *(text(_START - 5, up.place(v) + 4, f"{v:g}", "end") for v in (0.0, round(up.high))),
            element("path", d=f"M{_START} {y:g}H{RIGHT}", class_="expected"),
            element("path", d=f"M{line}", class_="line"),
        ]
    )


def _tones(values: np.ndarray, rate: int, span: tuple[int, int]) -> Html:
    """Return the spectrogram as a picture in the picture, with its axis of frequencies."""
    up = Axis(0.0, rate / 2_000, span[1], span[0])
    image = element(
        "image", href=as_data(spectrogram(values, rate)), x=_START, y=span[0],
        width=RIGHT - _START, height=span[1] - span[0], preserveAspectRatio="none",
    )  # fmt: skip
    ticks = [text(_START - 5, up.place(v) + 4, label, "end") for v, label in up.ticks(3)]
    return join([image, *ticks])


def spectrogram(values: np.ndarray, rate: int) -> np.ndarray:
    """Return how loud each frequency is at each moment, as one colour of more or less opacity.

    Parameters
    ----------
    values : ndarray of shape (time,)
        Pressure.
    rate : int
        Values a second.

    Returns
    -------
    ndarray of uint8, shape (64, 204, 4)
        The highest frequency, half the rate, is on top.
    """
    frame = max(8, round(_FRAME * rate))
    padded = np.pad(values, (frame // 2, frame))
    step = max(1, len(values) // (2 * _PIXELS[1]))
    frames = np.lib.stride_tricks.sliding_window_view(padded, frame)[: len(values) : step]
    power = np.abs(np.fft.rfft(frames * np.hanning(frame), axis=1)) ** 2  # (frame, frequency)
    small = resize(power.T[::-1, :, None], _PIXELS)[..., 0]
    loudest = float(small.max())
    share = np.zeros_like(small)
    if loudest > 0:
        share = 1 + 10 * np.log10(np.maximum(small / loudest, 1e-12)) / _FLOOR
    opacity = np.rint(np.clip(share, 0, 1) * 15) * 17
    colour = np.broadcast_to(np.array(_SOUND), (*_PIXELS, 3))
    return np.concatenate([colour, opacity[..., None]], axis=-1).astype(np.uint8)


def _columns(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where each column of a picture begins in the clip, and where it is drawn."""
    starts = np.unique(np.linspace(0, n, min(n, _COLUMNS), endpoint=False).astype(np.int64))
    return starts, np.round(_START + starts / n * (RIGHT - _START), 1)


def _band(time: Axis, span: tuple[float, float], top: float, base: float) -> Html:
    left, right = time.place(span[0]), max(time.place(span[1]), time.place(span[0]) + 2)
    return element("path", d=f"M{left:g} {top}H{right:g}V{base}H{left:g}z", class_="odd")
