"""What PaDiM and PatchCore share: from pictures to features, from odd places to a score."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any, ClassVar

import numpy as np
from scipy import ndimage

from likely.base.capabilities import Explainer, Online
from likely.base.state import Array
from likely.core.errors import DataError, ParameterError
from likely.data.form import Form
from likely.data.resize import resize
from likely.nets.device import find_device
from likely.nets.efficientnet import PACKAGE, stride
from likely.vision.detail import STRIDE, contrasts, sharpened, unusual
from likely.vision.feature_maps import Backbone, Pictures, digest_of, imagenet

FAR = 1e15
"""No number of a fitted model is larger; squares of larger ones leave float32."""

_MOST_GROWTH = 4  # a small picture is shown at most so many times as large
_MULTIPLE = 16  # pixels; the stride of the coarser of the usual maps


class PatchModel(Explainer, Online, ABC):
    """A model of the features at the places of a picture.

    To write one: `_learn`, `_learn_more` and `_oddness`, and in `__init__` the parameters of this
    class, which its own keeps.
    """

    additive: ClassVar[bool] = False
    precision: ClassVar[float] = 1e-4  # networks see pictures in float32
    _state_spec = {
        "weights_sha256_": Array(32, dtype="uint8"),
        "grid_": Array(2, dtype="int64", low=1),
        "learnt_": Array(dtype="int64", low=1),
        "contrast_mean_": Array("fine_row", "fine_column"),
        "contrast_scatter_": Array("fine_row", "fine_column", low=0.0),
    }

    average: int = 1  # places that features are averaged over

    weights_sha256_: np.ndarray
    grid_: np.ndarray
    learnt_: int
    contrast_mean_: np.ndarray
    contrast_scatter_: np.ndarray

    def __init__(
        self,
        size: int,
        layers: Sequence[int],
        top: float,
        smoothing: float,
        detail: float,
        region: Any,
        tile: int | None,
        backbone: Any,
        device: str,
    ) -> None:
        self.size = size
        self.layers = layers
        self.top = top
        self.smoothing = smoothing
        self.detail = detail
        self.region = region
        self.tile = tile
        self.backbone = backbone
        self.device = device

    @abstractmethod
    def _learn(self, pictures: Pictures, rng: np.random.Generator) -> None:
        """Learn from the features of pictures (`self._maps(pictures)`)."""

    @abstractmethod
    def _learn_more(self, pictures: Pictures) -> None:
        """Learn from further ones."""

    @abstractmethod
    def _oddness(self, maps: np.ndarray) -> np.ndarray:
        """Return how odd each place is, (batch, rows, columns), from maps with a width behind."""

    def _describe(self, samples: Any) -> Form:
        form = Form.learn(samples)
        self._check_parts(form)
        return form

    def _view(self, schema: Any, samples: Any) -> Any:
        size = self._shown_size(schema)
        hidden = None if self.region is None else ~self._inside(size)
        return Pictures(schema, samples, size, hidden)

    def _fit(self, x: Any, rng: np.random.Generator) -> None:
        self._ready = self._open()
        self.weights_sha256_ = np.frombuffer(self._ready.digest, dtype=np.uint8).copy()
        first = self._ready.maps(x.show(0)[:1])
        self.grid_ = np.array(first.shape[1:3])
        self.learnt_ = 0
        self.contrast_mean_ = self.contrast_scatter_ = np.zeros(())
        self._learn(x, rng)
        self._count(x)

    def _update(self, x: Any) -> None:
        self._learn_more(x)
        self._count(x)

    def _score(self, x: Any) -> np.ndarray:
        found = [-self._most(self._smooth(self._oddness(maps))) for maps in self._maps(x)]
        return np.concatenate(found).astype(np.float64)

    def _contributions(self, x: Any) -> np.ndarray:
        form = self.schema_
        found = np.empty((len(x), *form.full_shape), dtype=np.float32)
        variance = self.contrast_scatter_ / self.learnt_
        done = 0
        for maps, shown in zip(self._maps(x), x.shown(), strict=True):
            odd = self._smooth(self._oddness(maps)) * self._inside()
            fine = unusual(contrasts(shown), self.contrast_mean_, variance)
            for one, detail in zip(odd, fine, strict=True):
                found[done] = sharpened(one, detail, self.detail, form.shape) / form.channels
                done += 1
        return found

    def _count(self, pictures: Pictures) -> None:
        """Add pictures to the running moments of contrasts, and to the number learnt from."""
        for shown in pictures.shown():
            fine = contrasts(shown)
            new, mean = len(fine), fine.mean(axis=0)
            step = mean - self.contrast_mean_
            total = self.learnt_ + new
            apart = ((fine - mean) ** 2).sum(axis=0)
            between = step**2 * (self.learnt_ * new / total)
            self.contrast_scatter_ = self.contrast_scatter_ + apart + between
            self.contrast_mean_ = self.contrast_mean_ + step * (new / total)
            self.learnt_ = total

    def _maps(self, pictures: Pictures, *, keep: bool = False) -> Iterator[np.ndarray]:
        """Yield the features of pictures, a batch at a time."""
        return pictures.maps(self._backbone(), keep=keep)

    def _smooth(self, odd: np.ndarray) -> np.ndarray:
        """Return maps of oddness smoothed over places, (batch, rows, columns)."""
        step = max(self._shown_size(self.schema_)) / odd.shape[np.argmax(odd.shape[1:]) + 1]
        width = (0, self.smoothing / step, self.smoothing / step)
        if self.smoothing == 0:
            return odd
        if self.region is None:
            return ndimage.gaussian_filter(odd, width, mode="nearest")
        weight = np.where(self._inside(), 1.0, 1e-9)[None].astype(odd.dtype)
        share = ndimage.gaussian_filter(weight, width, mode="nearest")
        return ndimage.gaussian_filter(odd * weight, width, mode="nearest") / share

    def _most(self, odd: np.ndarray) -> np.ndarray:
        """Return the mean of the oddest places of every map, shape (batch,)."""
        inside = odd[:, self._inside()]
        many = max(1, round(self.top * inside.shape[1]))
        return np.partition(inside, inside.shape[1] - many, axis=1)[:, -many:].mean(axis=1)

    def _inside(self, size: tuple[int, int] | None = None) -> np.ndarray:
        """Return which places count, bool, (rows, columns), on the grid or another size."""
        rows, columns = (int(side) for side in (self.grid_ if size is None else size))
        if self.region is None:
            return np.ones((rows, columns), dtype=bool)
        mask = np.asarray(self.region, dtype=np.float64)
        share = resize(mask[..., None], (rows, columns))[..., 0]
        return share >= min(0.5, share.max())  # a region finer than the places still has some

    def _shown_size(self, form: Form) -> tuple[int, int]:
        """Return height and width that the network sees: the longer side is `size` at most."""
        longer = max(form.shape)
        target = min(self.size, _MOST_GROWTH * longer)
        height, width = (
            max(2, round(side * target / longer / _MULTIPLE)) * _MULTIPLE for side in form.shape
        )
        return height, width

    def _check_parts(self, form: Form) -> None:
        if self.region is not None:
            mask = np.asarray(self.region)
            if mask.shape != form.shape or not np.isin(mask, (0, 1)).all() or not mask.any():
                raise ParameterError(
                    f"{type(self).__name__}: region must be a mask of True and False of the shape "
                    f"{form.shape} of the pictures, with a True in it. Got the shape {mask.shape}."
                )
        if not self.layers or not all(
            isinstance(one, (int, np.integer)) and 0 <= one <= 15 for one in self.layers
        ):
            raise ParameterError(
                f"{type(self).__name__}: layers must be blocks from 0 to 15. Got {self.layers!r}."
            )

    def _backbone(self) -> Backbone:
        """Return the network, opened once; it must be the one that the model learnt with."""
        if getattr(self, "_ready", None) is None:
            ready = self._open()
            if ready.digest != self.weights_sha256_.tobytes():
                raise DataError(
                    f"This {type(self).__name__} has learnt with other weights of its backbone "
                    f"(SHA-256 {self.weights_sha256_.tobytes().hex()[:12]}...; found "
                    f"{ready.digest.hex()[:12]}...). Set `backbone` to the network it learnt with."
                )
            self._ready = ready
        return self._ready

    def _open(self) -> Backbone:
        device = str(find_device(self.device, self))
        if self.backbone is None:
            network, digest = imagenet(self.layers)
        else:
            network, digest = copy.deepcopy(self.backbone), digest_of(self.backbone)
        if self.backbone is None and device != "cpu":
            network = copy.deepcopy(network)  # the one on the CPU is shared
        network = network.to(device).eval()
        return Backbone(network, digest, self.tile, self.average, device)

    def _check_state(self) -> None:
        shown = self._shown_size(self.schema_)
        if self.backbone is None:
            finest = stride(min(self.layers))
            if tuple(self.grid_) != tuple(-(-side // finest) for side in shown):
                raise ValueError("its grid is not that of its layers")
            if find_spec(PACKAGE) and imagenet(self.layers)[1] != self.weights_sha256_.tobytes():
                raise ValueError("it has learnt with other weights of EfficientNet-Lite0")
        if self.contrast_mean_.shape != tuple(side // STRIDE for side in shown):
            raise ValueError("its contrasts are not those of its pictures")

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without the opened network, which is found again."""
        state: Any = super().__getstate__()
        return {k: v for k, v in state.items() if k != "_ready"}
