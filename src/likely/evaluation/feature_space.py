"""A space of features of images in which generators are compared, learnt by a small network."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import torch
from torch import Tensor

from likely.core.atomic import write_atomic
from likely.core.container import pack, unpack
from likely.core.errors import DamagedFile, DataError, ParameterError, UnsupportedFile
from likely.core.random import generator, some_rows
from likely.data.form import Form
from likely.data.samples import as_shaped
from likely.nets.budget import read_budget
from likely.nets.feature_network import FeatureNetwork
from likely.nets.rng import seeded
from likely.nets.train import train

_KIND = "feature space/1"
_MOST = 20_000  # images learnt from
_HELD_OUT = 0.1
_AT_ONCE = 500
_LEAST_SPREAD = 1e-6


class FeatureSpace:
    """Features of images, each with mean 0 and spread 1 over the images learnt from.

    Called with images it gives their features, shape (n, width), float64. `learn_features` makes
    one; it stays as it is, so that all that is compared in it can be compared with one another.

    Parameters
    ----------
    form : Form
        What images look like.
    network : FeatureNetwork
        Trained.
    centre, spread : ndarray of shape (width,)
        Of the features of the images learnt from.

    Attributes
    ----------
    width : int
        How many features an image has.
    """

    def __init__(
        self, form: Form, network: FeatureNetwork, centre: np.ndarray, spread: np.ndarray
    ) -> None:
        self.form, self.network = form, network.eval()
        self.centre, self.spread = centre, spread
        self.width = len(centre)

    def __call__(self, images: Any) -> np.ndarray:
        """Return features of images, shape (n, width).

        Parameters
        ----------
        images : array, list of arrays, or path
            Images; those of another size are resized.
        """
        x = self.form.features(self.form.match(images))
        return (_encoded(self.network, x) - self.centre) / self.spread

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the space to a file: numbers and plain JSON, as in a `.likely` file.

        Parameters
        ----------
        path : str or path
            Where to.

        Raises
        ------
        PersistenceError
            If it cannot be written.
        """
        weights = {f"network.{k}": v.numpy() for k, v in self.network.state_dict().items()}
        classes = _classes(self.network)
        about = {"kind": _KIND, "form": self.form.to_json(), "classes": classes}
        arrays = {"centre": self.centre, "spread": self.spread, **weights}
        write_atomic(path, pack(about, arrays))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> FeatureSpace:
        """Read a space from a file; no code in it is run.

        Parameters
        ----------
        path : str or path
            Where `save` wrote it.

        Raises
        ------
        UnsupportedFile
            If it is a file of another kind.
        DamagedFile
            If it is not what was written.
        """
        about, arrays = unpack(path)
        if about.get("kind") != _KIND:
            raise UnsupportedFile(
                f"{os.fspath(path)} is no {_KIND!r}; `FeatureSpace.save` writes one."
            )
        given = {
            k.removeprefix("network."): v for k, v in arrays.items() if k.startswith("network.")
        }
        try:
            form = Form.from_json(about["form"])
            size = (form.shape, form.channels, len(arrays["centre"]), int(about["classes"]))
            with torch.device("meta"):  # sizes only: a file cannot ask for all the memory
                expected = FeatureNetwork(*size).state_dict()
            if {k: tuple(v.shape) for k, v in expected.items()} != {
                k: v.shape for k, v in given.items()
            }:
                raise ValueError("the weights do not fit the network")
            network = FeatureNetwork(*size)
            network.load_state_dict({k: torch.from_numpy(np.array(v)) for k, v in given.items()})
            return cls(form, network, np.array(arrays["centre"]), np.array(arrays["spread"]))
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise DamagedFile(
                f"{os.fspath(path)} holds no whole feature space: {error}."
            ) from error


def learn_features(
    images: Any,
    labels: Any = None,
    *,
    width: int = 64,
    budget: str | float | None = "600 steps",
    batch_size: int = 64,
    seed: int = 0,
) -> FeatureSpace:
    """Learn a space of features of images, in which distances say more than those of pixels.

    A small convolutional network learns which way up an image is and what was done to it (noise,
    blur, halves of two images), and its labels if there are any; see `likely.nets.feature_network`.
    The features are those from which it tells. Labels alone would not do: what makes a shirt a
    shirt does not tell whether it is sharp.

    Parameters
    ----------
    images : array, list of arrays, or path
        At least 20 real images; learn from those that the generators learn from, and compare
        others. Of more than 20,000 so many are drawn.
    labels : array of shape (n,), optional
        What each image shows.
    width : int in [1, 4096], default 64
        Features of an image.
    budget : str, float or None, default "600 steps"
        Limit of training. Only steps give the same space on every machine.
    batch_size : int in [2, 100000], default 64
        Images a step.
    seed : int in [0, inf), default 0
        Of weights, batches and tasks. The same seed, images and number of threads give the same
        space.

    Returns
    -------
    FeatureSpace

    Raises
    ------
    DataError
        If there are fewer than 20 images, or not one label for each.
    ParameterError
        If an argument is out of range.

    References
    ----------
    Gidaris, S., Singh, P. & Komodakis, N. (2018). Unsupervised representation learning by
    predicting image rotations. ICLR. https://arxiv.org/abs/1803.07728
    Kynkäänniemi, T., Karras, T., Aittala, M., Aila, T. & Lehtinen, J. (2023). The role of ImageNet
    classes in Fréchet inception distance. ICLR. https://arxiv.org/abs/2203.06026

    Examples
    --------
    >>> import numpy as np
    >>> from likely.evaluation import learn_features
    >>> images = np.random.default_rng(0).integers(0, 256, (60, 8, 8)).astype(np.uint8)
    >>> space = learn_features(images, budget="5 steps", width=8)
    >>> space(images[:3]).shape
    (3, 8)
    """
    if not 1 <= width <= 4096 or not 2 <= batch_size <= 100_000:
        raise ParameterError(
            "width must be in [1, 4096] and batch_size in [2, 100000]. Got "
            f"{width!r} and {batch_size!r}."
        )
    samples = as_shaped(images, "image")
    if len(samples) < 20:
        raise DataError(f"Features are learnt from at least 20 images. Found {len(samples)}.")
    values, numbers = _numbered(labels, len(samples))
    rng = generator(seed)
    rows = rng.permutation(some_rows(len(samples), _MOST, rng))
    form = Form.learn(samples)
    x = torch.from_numpy(form.features(samples.take(rows)))  # (n, channel, height, width)
    targets = None if numbers is None else torch.from_numpy(numbers[rows])
    with seeded(seed):
        network = FeatureNetwork(form.shape, form.channels, width, values)
        apart = max(2, int(_HELD_OUT * len(x)))

        def loss(batch: Tensor) -> Tensor:  # batches are positions: labels come along
            return network.loss(x[batch], None if targets is None else targets[batch])

        train(
            network,
            loss,
            torch.arange(apart, len(x)),
            what="Learning features",
            epochs=20,
            batch_size=batch_size,
            learning_rate=2e-3,
            budget=read_budget(budget),
            held_out=torch.arange(apart),
        )
    code = _encoded(network.eval(), x.numpy())
    return FeatureSpace(
        form, network, code.mean(axis=0), np.maximum(code.std(axis=0), _LEAST_SPREAD)
    )


def _numbered(labels: Any, n: int) -> tuple[int, np.ndarray | None]:
    """Return how many labels there are, and each image's as a number."""
    if labels is None:
        return 0, None
    given = np.asarray(labels)
    if given.shape != (n,):
        raise DataError(f"Found {n} images and labels of the shape {given.shape}. Give one each.")
    values, numbers = np.unique(given, return_inverse=True)
    return len(values), numbers.astype(np.int64)


def _encoded(network: FeatureNetwork, x: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        parts = [network(torch.from_numpy(x[i : i + _AT_ONCE])) for i in range(0, len(x), _AT_ONCE)]
    return torch.cat(parts).double().numpy()


def _classes(network: FeatureNetwork) -> int:
    if "label" not in network.heads:
        return 0
    return [weight for name, weight in network.heads["label"].named_parameters()][-1].shape[0]
