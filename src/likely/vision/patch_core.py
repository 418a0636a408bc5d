"""PatchCore: a memory of pretrained features of good pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from scipy import ndimage

from likely.base.state import Array
from likely.core.covariance import whitening
from likely.core.params import Interval
from likely.core.random import generator, some_rows
from likely.vision.coreset import greedy_k_centre
from likely.vision.feature_maps import Pictures
from likely.vision.patches import FAR, PatchModel

_CANDIDATES = 60_000  # places that the memory is chosen from
_NEIGHBOURS = 9  # of the nearest patch, for its density
_PAIRS = 4_000_000  # distances compared at once
_RIDGE = 1e-2  # of the mean variance, added to every variance before whitening


class PatchCore(PatchModel):
    r"""Distance to the nearest remembered patch of a good picture (Roth et al., 2022).

    EfficientNet-Lite0 turns a picture into features at every eighth pixel. A greedy choice of
    features of good pictures is remembered; the oddness of a place is the distance to the nearest
    of them, wherever it was seen, in units of what is usual at its place. It suits textures, and
    objects that lie anyhow.

    Parameters
    ----------
    size : int in [32, 4096], default 256
        Longer side of the picture that the network sees, in pixels; the shorter one keeps the
        aspect. Smaller pictures grow four times at most.
    layers : sequence of int, default (4, 10)
        Blocks of EfficientNet-Lite0 whose output is used, from 0 to 15 (stride 8 and 16).
    max_patches : int in [1, 1000000], default 2000
        Patches remembered at most.
    whiten : bool, default True
        Whether distances are those of features without correlation and of equal spread.
    average : {1, 3, 5, 7, 9}, default 1
        Side of the neighbourhood that features are averaged over, in places. The paper has 3, which
        blurs defects of a few pixels.
    relative : bool, default True
        Whether the distance of a place is divided by the mean one that good pictures have there.
    reweight : bool, default False
        Whether the oddest place counts less where remembered patches are dense, as in the paper.
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
    seed : int in [0, inf), default 0
        Which places of many are candidates, and the random projection of the greedy choice.

    Attributes
    ----------
    bank_ : ndarray of float32, shape (patches, features)
        What is remembered.
    weights_sha256_ : ndarray of uint8, shape (32,)
        Digest of the network's weights.

    Notes
    -----
    `training_scores_` compare each picture with what was remembered of the others. `partial_fit`
    adds places of further pictures to the memory and chooses anew if there are too many; what
    whitens them stays.

    Memory does not grow with the number of pictures: the memory is chosen from at most 60,000
    places, the same number of each picture.

    **Intuition.** Remember patches of good pictures; a patch far from all of them is a defect.

    **Formula.** $s(p) = \min_{m \in M} \lVert W (f_p - m) \rVert / u_p$, where f_p are the features
    of place p by a pretrained network, M is the thinned-out memory, W whitens features and u_p is
    the usual distance at p. The map of s is smoothed; a score is minus the mean over its oddest
    hundredth (`top`).

    **When to use.** Defects in pictures of parts and surfaces.

    **Where it fails.** What the pretrained features do not see; a wrong number or order of parts,
    when each patch is usual.

    **Cost.** One pass of the network a picture, and places times `max_patches` distances; to learn,
    also `max_patches` times at most 60,000 for the greedy choice.

    References
    ----------
    Roth, K., Pemula, L., Zepeda, J., Schölkopf, B., Brox, T. & Gehler, P. (2022). Towards total
    recall in industrial anomaly detection. CVPR. arXiv:2106.08265.

    Examples
    --------
    >>> import numpy as np
    >>> from likely.vision import PatchCore
    >>> rng = np.random.default_rng(0)
    >>> good = rng.integers(90, 110, size=(60, 32, 32)).astype(np.uint8)
    >>> spoiled = good[:2].copy()
    >>> spoiled[1, 8:16, 8:16] = 200
    >>> PatchCore(size=64).fit(good[2:]).predict(spoiled)
    array([ 1, -1])
    """

    card = {"kinds": ["image"], "paper": "arXiv:2106.08265"}
    fast = {"size": 64, "max_patches": 200}
    _state_spec = {
        **PatchModel._state_spec,
        "bank_": Array("patch", "part", dtype="float32", low=-FAR, high=FAR, rows=True),
        "centre_": Array("feature", low=-FAR, high=FAR),
        "whitening_": Array("feature", "part", low=-FAR, high=FAR),
        "usual_": Array("row", "column", low=0.0, high=FAR),
    }

    bank_: np.ndarray
    centre_: np.ndarray
    whitening_: np.ndarray
    usual_: np.ndarray

    def __init__(
        self,
        size: Annotated[int, Interval(32, 4096)] = 256,
        layers: Sequence[int] = (4, 10),
        max_patches: Annotated[int, Interval(1, 1_000_000)] = 2000,
        whiten: bool = True,
        average: Literal[1, 3, 5, 7, 9] = 1,
        relative: bool = True,
        reweight: bool = False,
        top: Annotated[float, Interval(0, 1)] = 0.01,
        smoothing: Annotated[float, Interval(0, 100)] = 4.0,
        detail: Annotated[float, Interval(0, 2)] = 0.2,
        region: Any = None,
        tile: Annotated[int, Interval(128, 4096)] | None = None,
        backbone: Any = None,
        device: Literal["auto", "cpu", "cuda"] = "auto",
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        super().__init__(size, layers, top, smoothing, detail, region, tile, backbone, device)
        self.max_patches = max_patches
        self.whiten = whiten
        self.average = average
        self.relative = relative
        self.reweight = reweight
        self.seed = seed

    def _learn(self, pictures: Pictures, rng: np.random.Generator) -> None:
        points, owner = self._candidates(pictures, rng, keep=True)
        width = points.shape[1]
        self.centre_ = points.mean(axis=0, dtype=np.float64)
        self.whitening_ = np.eye(width)
        if self.whiten:
            apart = points - self.centre_
            covariance = apart.T @ apart / len(points)
            ridge = _RIDGE * np.trace(covariance) / width
            self.whitening_ = whitening(covariance + (ridge or 1.0) * np.eye(width))
        points = self._white(points)
        taken = greedy_k_centre(points, self.max_patches, rng)
        self.bank_ = points[taken]
        distances, weights = self._left_out(pictures, owner[taken])
        self.usual_ = distances.mean(axis=0, dtype=np.float64)
        self._apart = distances * weights[:, None, None]

    def _learn_more(self, pictures: Pictures) -> None:
        odd = [self._distances(maps)[0] for maps in self._maps(pictures, keep=True)]
        new = np.concatenate(odd).mean(axis=0, dtype=np.float64)
        share = len(pictures) / (self.learnt_ + len(pictures))
        self.usual_ = self.usual_ + share * (new - self.usual_)
        rng = generator(self.seed)
        points, _ = self._candidates(pictures, rng, keep=True)
        points = np.concatenate([self.bank_, self._white(points)])
        self.bank_ = points[greedy_k_centre(points, self.max_patches, rng)]

    def _candidates(
        self, pictures: Pictures, rng: np.random.Generator, *, keep: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return features of places of all pictures, (n, width), and the picture of each."""
        most = max(1, _CANDIDATES // len(pictures))
        inside = np.flatnonzero(self._inside())
        points = []
        for maps in self._maps(pictures, keep=keep):
            for one in maps.reshape(len(maps), -1, maps.shape[3]):
                points.append(one[inside[some_rows(len(inside), most, rng)]])
        owner = np.repeat(np.arange(len(points)), [len(part) for part in points])
        return np.concatenate(points), owner

    def _oddness(self, maps: np.ndarray) -> np.ndarray:
        odd, nearest = self._distances(maps)
        if self.reweight:
            flat = self._white(maps.reshape(-1, maps.shape[3]))
            odd = odd * self._weights_of(flat, odd, nearest)[:, None, None]
        return self._relative(odd)

    def _distances(
        self, maps: np.ndarray, squares: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the distance of each place to the memory, and which patch is the nearest."""
        flat = self._white(maps.reshape(-1, maps.shape[3]))
        squares = _squares(self.bank_) if squares is None else squares
        odd, nearest = _nearest(flat, self.bank_, squares)
        return odd.reshape(maps.shape[:3]), nearest

    def _relative(self, odd: np.ndarray) -> np.ndarray:
        if not self.relative:
            return odd
        usual = ndimage.gaussian_filter(self.usual_, 1.0, mode="nearest")
        return odd / np.maximum(usual, 1e-6 + 1e-3 * usual.mean()).astype(np.float32)

    def _left_out(self, pictures: Pictures, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return distances of pictures learnt from to what was remembered of the others.

        And what each picture's oddness is multiplied with.
        """
        squares, found, weights = _squares(self.bank_), [], []
        for maps in self._maps(pictures, keep=True):
            for one in maps:
                without = np.where(owner == len(found), np.inf, squares).astype(np.float32)
                if not np.isfinite(without).any():  # all that is remembered is of one picture
                    without = squares
                odd, nearest = self._distances(one[None], without)
                found.append(odd[0])
                if self.reweight:
                    flat = self._white(one.reshape(-1, one.shape[2]))
                    weights.append(self._weights_of(flat, odd, nearest)[0])
        return np.array(found), np.array(weights or np.ones(len(found)), dtype=np.float32)

    def _score_training(self, x: Any) -> np.ndarray:
        found = -self._most(self._smooth(self._relative(self._apart)))
        del self._apart
        return found.astype(np.float64)

    def _check_state(self) -> None:
        super()._check_state()
        if self.usual_.shape != tuple(self.grid_):
            raise ValueError("what is usual does not lie on its grid")

    def _white(self, points: np.ndarray) -> np.ndarray:
        centred = points - self.centre_.astype(np.float32)
        return centred @ self.whitening_.astype(np.float32)

    def _weights_of(self, flat: np.ndarray, odd: np.ndarray, nearest: np.ndarray) -> np.ndarray:
        """Return what the oddness of each picture is multiplied with, shape (batch,).

        1 - exp(d) / sum exp(d_j), with d the distance of the oddest place to its nearest patch and
        d_j those to that patch's own neighbours.
        """
        by_picture = odd.reshape(len(odd), -1)
        places = by_picture.argmax(axis=1) + np.arange(len(odd)) * by_picture.shape[1]
        found = np.ones(len(odd), dtype=np.float32)
        for i, place in enumerate(places):
            centre = self.bank_[nearest[place]]
            around = np.argsort(_lengths(self.bank_ - centre))[:_NEIGHBOURS]
            away = _lengths(self.bank_[around] - flat[place])
            shares = np.exp(away - away.max())
            if len(around) > 1:
                found[i] = 1 - np.exp(by_picture[i].max() - away.max()) / shares.sum()
        return np.clip(found, 0.0, 1.0)


def _nearest(
    points: np.ndarray, bank: np.ndarray, squares: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the distance of every point to the nearest of a bank, and which one that is.

    Products of matrices find it; its distance is then measured as a difference, so that it does not
    depend on what else is asked for.
    """
    nearest = np.empty(len(points), dtype=np.int64)
    step = max(1, _PAIRS // len(bank))
    for start in range(0, len(points), step):
        part = points[start : start + step]
        nearest[start : start + step] = (squares - 2 * part @ bank.T).argmin(axis=1)
    return _lengths(points - bank[nearest]), nearest


def _squares(rows: np.ndarray) -> np.ndarray:
    return np.einsum("ij,ij->i", rows, rows)


def _lengths(rows: np.ndarray) -> np.ndarray:
    return np.sqrt(_squares(rows))
