"""What was learnt about series, images or video: one shape and one scale for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from likely.core.errors import DataError
from likely.data.features import robust_scale
from likely.data.image import at_depth
from likely.data.resize import resize
from likely.data.shaped import Shaped, ShapedKind

LIMIT = 1e6
"""Features end here, whatever the data hold."""

_LOOKED_AT = 256  # samples from which sizes and scales are learnt
_MOST_VALUES = 1_000_000
_BYTES = 255.0
_AT_ONCE = 1_000_000  # features


@dataclass(frozen=True)
class Form:
    """The shape and the scale that samples are brought to before a model sees them.

    Parameters
    ----------
    kind : {"series", "image", "video"}
        What a sample is.
    shape : tuple of int
        Sizes of the axes; samples of other sizes are resized, except series. Bytes among pictures
        of 16 bits, and the other way round, are brought to the depth learnt.
    channels : int
        How many channels a sample has; 1 if it has none of its own.
    centre, scale : tuple of float
        Per channel: features are (value - centre) / scale. Those of images and video lie in
        [0, 1], those of series have median 0 and a robust spread of 1.
    flat : bool
        Whether samples come without an axis of channels.
    whole : bool
        Whether all values are whole numbers.
    dtype : str
        Type of the numbers, such as "uint8".
    resized : bool
        Whether samples of several sizes were learnt from.
    """

    kind: ShapedKind
    shape: tuple[int, ...]
    channels: int
    centre: tuple[float, ...]
    scale: tuple[float, ...]
    flat: bool = True
    whole: bool = False
    dtype: str = "float64"
    resized: bool = False

    @classmethod
    def learn(cls, samples: Shaped, shape: Sequence[int] | None = None) -> Form:
        """Learn shape, channels and scale.

        Parameters
        ----------
        samples : Shaped
            Of one kind.
        shape : sequence of int, optional
            Sizes that the axes are brought to. Default: those of the samples, or their median.
        """
        step = max(1, len(samples) // _LOOKED_AT)
        seen = [samples.sample(i) for i in range(0, len(samples), step)]
        sizes = [sample.shape[:-1] for sample in seen]
        channels = max(sample.shape[-1] for sample in seen)
        resized = len(set(sizes)) > 1
        if resized and samples.kind == "series":
            lengths = sorted({size[0] for size in sizes})
            raise DataError(
                f"The series are {lengths[0]:,} to {lengths[-1]:,} steps long; a model needs one "
                "length. Cut them into windows of equal length."
            )
        if shape is None:
            shape = [int(np.median(axis)) for axis in zip(*sizes, strict=True)]
        types = {sample.dtype.str[1:] for sample in seen}
        dtype = np.result_type(*[sample.dtype for sample in seen])
        whole = dtype.kind in "biu"
        if samples.kind != "series":
            seen = [at_depth(sample, dtype.name) for sample in seen]
        centre, scale = _scales(samples.kind, seen, channels, bytes_only=types == {"u1"})
        return cls(
            samples.kind, tuple(int(size) for size in shape), channels,
            centre, scale, samples.flat, whole, dtype.name, resized,
        )  # fmt: skip

    @property
    def named(self) -> bool:
        """Whether features have names; those of samples with axes have places instead."""
        return False

    @property
    def columns(self) -> tuple[Any, ...]:
        """No columns: samples have axes."""
        return ()

    @property
    def full_shape(self) -> tuple[int, ...]:
        """Shape of the features of one sample: (channel, *axes)."""
        return (self.channels, *self.shape)

    @property
    def width(self) -> int:
        """How many features a sample has."""
        return int(np.prod(self.full_shape))

    @property
    def n_features(self) -> int:
        """How many numbers a sample has, as scikit-learn counts them."""
        return self.width

    @property
    def plain(self) -> bool:
        """Whether features are the user's numbers, shifted and scaled: nothing was resized."""
        return not self.resized

    @property
    def log_volume(self) -> float:
        """Nats to add to a log-density of features to have it in the user's own units."""
        return -float(np.log(self.scale).sum() * np.prod(self.shape))

    @property
    def levels(self) -> int:
        """How many values a channel can take where they are bytes; 0 for all others."""
        return 256 if self.dtype == "uint8" else 0

    def match(self, data: Any) -> Shaped:
        """Return new data as samples of the learnt kind, with the learnt channels.

        Raises
        ------
        DataError
            If they are of another kind or have other channels, or are series of another length.
        """
        from likely.data.samples import as_shaped  # it imports this module

        samples = as_shaped(data, self.kind)
        if samples.kind != self.kind:
            raise DataError(f"Found {samples.kind} samples; the model has learnt {self.kind}.")
        if isinstance(samples.parts, np.ndarray) and samples.parts.shape[1:] != self._given_shape:
            self._check(samples.sample(0), samples.name(0))
        return samples

    def features(self, samples: Shaped) -> np.ndarray:
        """Return what models see: float32, finite, of shape (n, channel, *axes)."""
        found = np.empty((len(samples), *self.full_shape), dtype=np.float32)
        parts = samples.parts
        if isinstance(parts, np.ndarray) and parts.shape[1:] == self._given_shape:
            step = max(1, _AT_ONCE // self.width)  # nothing to resize: many at a time
            for start in range(0, len(parts), step):
                some = parts[start : start + step].reshape(-1, *self.shape, self.channels)
                found[start : start + step] = self._scaled(self._deep(some))
            return found
        for i, sample in enumerate(samples):
            self._check(sample, samples.name(i))
            found[i] = self._scaled(resize(self._deep(sample), self.shape)[None])[0]
        return found

    def restore(self, features: np.ndarray) -> np.ndarray:
        """Return features as samples of the learnt form, in the user's units.

        Parameters
        ----------
        features : ndarray of shape (n, channel, *axes)
            As models make them.

        Returns
        -------
        ndarray of shape (n, *axes, channel)
            Without the last axis if the samples had none; whole numbers of the learnt type if
            they were.
        """
        values = np.moveaxis(np.asarray(features, dtype=np.float64), 1, -1)
        values = values * np.array(self.scale) + np.array(self.centre)
        if self.whole:
            limits = np.iinfo(self.dtype) if self.dtype != "bool" else np.iinfo(np.uint8)
            values = np.clip(np.rint(values), limits.min, limits.max).astype(self.dtype)
        return values[..., 0] if self.flat else values

    def arrange(self, by_feature: np.ndarray) -> np.ndarray:
        """Return numbers that belong to features in the axes of the samples.

        Parameters
        ----------
        by_feature : ndarray of shape (n, channel, *axes)
            One number a feature.

        Returns
        -------
        ndarray of shape (n, *axes, channel)
            Without the last axis if the samples had none.
        """
        values = np.moveaxis(by_feature, 1, -1)
        return values[..., 0] if self.flat else values

    def to_json(self) -> dict[str, Any]:
        """Return the form as plain JSON values."""
        stored = asdict(self)
        return {k: list(v) if isinstance(v, tuple) else v for k, v in stored.items()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Form:
        """Rebuild a form from `to_json`."""
        values: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in stored.items()
        }
        return cls(**values)

    def with_shape(self, shape: Sequence[int]) -> Form:
        """Return the form with other sizes of the axes."""
        changed = tuple(int(size) for size in shape)
        return replace(self, shape=changed, resized=self.resized or changed != self.shape)

    @property
    def _given_shape(self) -> tuple[int, ...]:
        return self.shape if self.flat else (*self.shape, self.channels)

    def _check(self, sample: np.ndarray, name: str) -> None:
        if sample.shape[-1] not in (1, self.channels):
            raise DataError(
                f"{name} has {sample.shape[-1]} channels; expected {self.channels}, as learnt."
            )
        if self.kind == "series" and sample.shape[0] != self.shape[0]:
            raise DataError(
                f"{name} has {sample.shape[0]:,} steps; it is expecting {self.shape[0]:,}, as "
                "learnt."
            )

    def _deep(self, values: np.ndarray) -> np.ndarray:
        """Return values of pictures in the depth learnt."""
        return values if self.kind == "series" else at_depth(values, self.dtype)

    def _scaled(self, values: np.ndarray) -> np.ndarray:
        """Return samples of the learnt shape, (n, *axes, channel), as features."""
        with np.errstate(over="ignore", invalid="ignore"):
            values = (values - np.array(self.centre)) / np.array(self.scale)
        values = np.nan_to_num(values, nan=0.0, posinf=LIMIT, neginf=-LIMIT)
        return np.moveaxis(np.clip(values, -LIMIT, LIMIT), -1, 1)


def _scales(
    kind: ShapedKind, seen: list[np.ndarray], channels: int, *, bytes_only: bool
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return centre and scale of each channel."""
    if bytes_only and kind != "series":
        return (0.0,) * channels, (_BYTES,) * channels
    centres, scales = [], []
    for channel in range(channels):
        parts = [s[..., min(channel, s.shape[-1] - 1)].ravel() for s in seen]
        step = max(1, sum(map(len, parts)) // _MOST_VALUES)
        values = np.concatenate([part[::step] for part in parts]).astype(np.float64)
        values = values[np.isfinite(values)]
        if not len(values):
            values = np.zeros(1)
        if kind == "series":
            centre, scale = robust_scale(values)
        else:
            centre, scale = float(values.min()), float(np.ptp(values)) or 1.0
        centres.append(centre)
        scales.append(scale)
    if kind != "series":  # one unit for all channels, so that colours stay what they are
        low = min(centres)
        high = max(c + s for c, s in zip(centres, scales, strict=True))
        return (low,) * channels, (high - low,) * channels
    return tuple(centres), tuple(scales)
