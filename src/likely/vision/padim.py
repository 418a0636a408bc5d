"""PaDiM: a Gaussian of pretrained features at every place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

import numpy as np

from likely.base.state import Array
from likely.core.params import Interval
from likely.core.threads import in_parallel
from likely.vision.feature_maps import Pictures
from likely.vision.patches import FAR, PatchModel

_RIDGE = 1e-2  # of the mean variance, added to every variance: PaDiM's own 0.01, free of units
_MOST_ALONG = 0.95  # of a direction that one picture may have given all places
_AT_ONCE = 16  # pictures whose moments are taken together


class PaDiM(PatchModel):
    r"""Mahalanobis distance of pretrained features at every place (Defard et al., 2021).

    EfficientNet-Lite0 turns a picture into features at every eighth pixel. Good pictures give each
    place a mean, and each neighbourhood a covariance, drawn half way towards that of all places.
    The oddness of a place is the squared Mahalanobis distance of its features; that of a picture is
    the mean over its oddest places. It suits objects that lie alike in all pictures.

    Parameters
    ----------
    size : int in [32, 4096], default 256
        Longer side of the picture that the network sees, in pixels; the shorter one keeps the
        aspect. Smaller pictures grow four times at most.
    layers : sequence of int, default (4, 10)
        Blocks of EfficientNet-Lite0 whose output is used, from 0 to 15 (stride 8 and 16).
    shrinkage : float in [0, 1], default 0.5
        How far each covariance is drawn towards the one of all places. 0 needs several hundred
        pictures.
    cells : int in [1, 64], default 16
        Neighbourhoods along each side that share a covariance.
    top : float in [0, 1], default 0.01
        Share of the places whose mean oddness is that of the picture; 0 takes the oddest one.
    smoothing : float in [0, 100], default 4.0
        Standard deviation of the Gaussian that smoothes the map of oddness, in pixels seen.
    detail : float in [0, 2], default 0.2
        Power of the pixels' own unusual contrast that sharpens maps; 0 leaves it out. Scores do not
        depend on it.
    region : array of bool, shape (height, width), optional
        Where places count, over the picture.
    tile : int in [128, 4096], optional
        Side of the tiles that a larger picture passes the network in, to save memory.
    backbone : torch.nn.Module, optional
        A network of one's own instead: from (batch, 3, height, width) in [0, 1] to maps of
        features. It is not saved with the model.
    device : {"auto", "cpu", "cuda"}, default "auto"
        Where the network runs.

    Attributes
    ----------
    weights_sha256_ : ndarray of uint8, shape (32,)
        Digest of the network's weights.

    Notes
    -----
    `training_scores_` judge each picture by all others, exactly but for the covariance of all
    places; so one fit calibrates. `partial_fit` adds good pictures: counts, means and scatter are
    sums, and the result is that of a fit to all of them.

    **Intuition.** Every place of a picture has its own usual features.

    **Formula.** $d_{ij}^2 = (f_{ij} - \mu_{ij})^\top \Sigma_{ij}^{-1} (f_{ij} - \mu_{ij})$, where
    f_ij are the features of place i, j by a pretrained network, μ_ij is their mean there and Σ_ij
    the covariance of the neighbourhood, drawn half way (`shrinkage`) towards that of all places.
    The map of d² is smoothed; a score is minus the mean over its oddest hundredth (`top`).

    **When to use.** Pictures taken from one view, all alike.

    **Where it fails.** Parts that turn or move.

    **Cost.** One pass of the network a picture, and c² a place for c features; a mean is kept for
    every place and c²/2 numbers for each of `cells` × `cells` neighbourhoods.

    References
    ----------
    Defard, T., Setkov, A., Loesch, A. & Audigier, R. (2021). PaDiM: a patch distribution modeling
    framework for anomaly detection and localization. ICPR workshops. arXiv:2011.08785.

    Examples
    --------
    >>> import numpy as np
    >>> from likely.vision import PaDiM
    >>> rng = np.random.default_rng(0)
    >>> good = rng.integers(90, 110, size=(40, 32, 32)).astype(np.uint8)
    >>> spoiled = good[:2].copy()
    >>> spoiled[1, 8:16, 8:16] = 200
    >>> PaDiM(size=64).fit(good[2:]).predict(spoiled)
    array([ 1, -1])
    """

    card = {"kinds": ["image"], "paper": "arXiv:2011.08785"}
    fast = {"size": 64}
    leaves_itself_out = True
    _state_spec = {
        **PatchModel._state_spec,
        "mean_": Array("row", "column", "feature", low=-FAR, high=FAR),
        "scatter_": Array("cell", "pair", dtype="float32", low=-FAR, high=FAR),
    }

    mean_: np.ndarray
    scatter_: np.ndarray

    def __init__(
        self,
        size: Annotated[int, Interval(32, 4096)] = 256,
        layers: Sequence[int] = (4, 10),
        shrinkage: Annotated[float, Interval(0, 1)] = 0.5,
        cells: Annotated[int, Interval(1, 64)] = 16,
        top: Annotated[float, Interval(0, 1)] = 0.01,
        smoothing: Annotated[float, Interval(0, 100)] = 4.0,
        detail: Annotated[float, Interval(0, 2)] = 0.2,
        region: Any = None,
        tile: Annotated[int, Interval(128, 4096)] | None = None,
        backbone: Any = None,
        device: Literal["auto", "cpu", "cuda"] = "auto",
    ) -> None:
        super().__init__(size, layers, top, smoothing, detail, region, tile, backbone, device)
        self.shrinkage = shrinkage
        self.cells = cells

    def _learn(self, pictures: Pictures, rng: np.random.Generator) -> None:
        self._add(self._maps(pictures, keep=True), None)

    def _learn_more(self, pictures: Pictures) -> None:
        self._add(self._maps(pictures), _unpacked(self.scatter_, self.mean_.shape[2]))

    def _add(self, maps: Iterator[np.ndarray], scatter: np.ndarray | None) -> None:
        """Add pictures to the running moments (Chan, Golub & LeVeque, 1979)."""
        cells, before = self._cells(), self.learnt_
        for chunk in _chunks(maps, _AT_ONCE):
            new = len(chunk)
            mean = chunk.mean(axis=0, dtype=np.float64)
            if scatter is None:
                width = chunk.shape[3]
                self.mean_ = np.zeros(chunk.shape[1:])
                scatter = np.zeros((len(cells), width, width))
            step = mean - self.mean_
            weight = np.sqrt(before * new / (before + new))
            inner = (chunk - mean).astype(np.float32)
            for cell, into in zip(cells, scatter, strict=True):
                apart = inner[:, *cell].reshape(-1, inner.shape[3])
                between = weight * step[cell].reshape(-1, inner.shape[3])
                into += apart.T @ apart + between.T @ between
            before += new
            self.mean_ = self.mean_ + step * (new / before)
        assert scatter is not None
        self.scatter_ = _packed(scatter)
        vars(self).pop("_whitening", None)

    def _oddness(self, maps: np.ndarray) -> np.ndarray:
        apart = maps - self.mean_.astype(np.float32)
        odd = np.empty(maps.shape[:3], dtype=np.float32)
        for cell, white in zip(self._cells(), self._whitened(), strict=True):
            part = apart[:, *cell] @ white
            odd[:, *cell] = np.einsum("brcw,brcw->brc", part, part)
        return odd

    def _score_training(self, x: Any) -> np.ndarray:
        whitening = self._whitened(left_out=1)
        found = []
        for maps in self._maps(x, keep=True):
            odd = self._left_out(maps, whitening)
            found.append(-self._most(self._smooth(odd)))
        return np.concatenate(found).astype(np.float64)

    def _left_out(self, maps: np.ndarray, whitening: list[np.ndarray]) -> np.ndarray:
        """Return the oddness of places of pictures learnt from, each judged without itself.

        Without picture i the mean moves so that differences from it grow n / (n - 1) times, and a
        cell's scatter loses n / (n - 1) times the products of its own differences R. With the
        inverse of the rest known (in `whitening`), Woodbury's identity gives that of what is left,
        A: distances are the diagonal of G (I - k G)^-1 with G = R' A^-1 R. What the covariance of
        all places loses, M, has too high a rank for that; its share in the direction q = A^-1 r of
        a difference r is divided out, r' A^-1 r / (1 - q' M q / r' A^-1 r).
        """
        n, total = self.learnt_, int(np.prod(self.grid_))
        if n < 3:
            return self._oddness(maps)
        apart = maps - self.mean_.astype(np.float32)
        flat = apart.reshape(len(apart), total, -1)
        lost = flat.transpose(0, 2, 1) @ flat  # (batch, width, width)
        lost *= self.shrinkage * n / (n - 1) ** 2 / total
        odd = np.empty(maps.shape[:3])
        for cell, white in zip(self._cells(), whitening, strict=True):
            part = apart[:, *cell] @ white
            shape = part.shape[:3]
            part = part.reshape(len(part), -1, part.shape[-1]).astype(np.float64)
            share = (1 - self.shrinkage) * n / (n - 1) ** 2 / part.shape[1]
            away = _without(part, share)
            square = np.einsum("bpw,bpw->bp", part, away)
            turned = away.astype(np.float32) @ white.T
            along = np.einsum("bpw,bpw->bp", turned @ lost, turned)
            along /= np.where(square > 0, square, 1.0)
            square /= 1 - np.minimum(along, _MOST_ALONG)
            odd[:, *cell] = square.reshape(shape) * (n / (n - 1)) ** 2
        return odd

    def _cells(self) -> list[tuple[slice, slice]]:
        """Return the rows and columns of each neighbourhood with a covariance of its own."""
        edges = [
            np.linspace(0, size, min(self.cells, size) + 1).round().astype(int)
            for size in map(int, self.grid_)
        ]
        return [
            (slice(top, bottom), slice(left, right))
            for top, bottom in zip(edges[0], edges[0][1:], strict=False)
            for left, right in zip(edges[1], edges[1][1:], strict=False)
        ]

    def _whitened(self, left_out: int = 0) -> list[np.ndarray]:
        """Return W of each cell, with W W' the inverse of its covariance, float32.

        Parameters
        ----------
        left_out : int, default 0
            Pictures fewer than learnt, over which the scatter is spread.
        """
        if not left_out and getattr(self, "_whitening", None) is not None:
            return self._whitening
        cells = self._cells()
        scatter = _unpacked(self.scatter_, self.mean_.shape[2])
        places = [self.mean_[cell][..., 0].size for cell in cells]
        number = max(self.learnt_ - left_out, 1)
        pooled = scatter.sum(axis=0) / (number * sum(places))
        ridge = _RIDGE * np.trace(pooled) / len(pooled)
        together = self.shrinkage * pooled + (ridge or 1.0) * np.eye(len(pooled))

        def invert(i: int) -> np.ndarray:
            own = scatter[i] / (number * places[i])
            lower = np.linalg.cholesky((1 - self.shrinkage) * own + together)
            return np.linalg.inv(lower).T.astype(np.float32)

        found = in_parallel(invert, range(len(cells)))
        if not left_out:
            self._whitening = found
        return found

    def _check_state(self) -> None:
        super()._check_state()
        rows, columns, width = self.mean_.shape
        if (rows, columns) != tuple(self.grid_):
            raise ValueError("its means do not lie on its grid")
        if self.scatter_.shape != (len(self._cells()), width * (width + 1) // 2):
            raise ValueError("its scatter is not that of its neighbourhoods")
        if not all(np.isfinite(white).all() for white in self._whitened()):
            raise ValueError("its scatter is none")
        del self._whitening  # found again when it is needed

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without what follows from it."""
        state: Any = super().__getstate__()
        return {k: v for k, v in state.items() if k != "_whitening"}


def _chunks(maps: Iterator[np.ndarray], size: int) -> Iterator[np.ndarray]:
    """Yield maps joined to at least `size` pictures; the last chunk may have fewer."""
    waiting: list[np.ndarray] = []
    for part in maps:
        waiting.append(part)
        if sum(map(len, waiting)) >= size:
            yield np.concatenate(waiting)
            waiting = []
    if waiting:
        yield np.concatenate(waiting)


def _without(part: np.ndarray, share: float) -> np.ndarray:
    """Return (I - share Z Z')^-1 z for every row z of each picture's Z', (batch, place, width)."""
    places, width = part.shape[1:]
    turned = part.transpose(0, 2, 1)
    if places <= width:
        return np.linalg.solve(np.eye(places) - share * part @ turned, part)
    return np.linalg.solve(np.eye(width) - share * turned @ part, turned).transpose(0, 2, 1)


def _packed(symmetric: np.ndarray) -> np.ndarray:
    """Return the upper triangles of matrices, (matrix, pair), float32."""
    return symmetric[:, *np.triu_indices(symmetric.shape[1])].astype(np.float32)


def _unpacked(packed: np.ndarray, width: int) -> np.ndarray:
    """Return symmetric matrices from their upper triangles, (matrix, width, width), float64."""
    found = np.zeros((len(packed), width, width))
    rows, columns = np.triu_indices(width)
    found[:, rows, columns] = found[:, columns, rows] = packed
    return found
