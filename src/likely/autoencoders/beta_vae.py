"""The variational autoencoder with a heavier divergence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from likely.autoencoders.variational import Variational
from likely.core.params import Interval


class BetaVAE(Variational):
    r"""Variational autoencoder whose divergence weighs more, for codes that part causes (Higgins).

    It minimises the error of restoring plus `beta` times the divergence of a code from N(0, I). A
    code that costs more holds less, and where it must choose, its numbers tend to stand for one
    cause of variation each: place, size, direction. With `beta` of 1 it is the `VAE`. Below 1 it
    restores better and is a worse density. `log_prob` and `elbo` are those of the model that was
    learnt, with a weight of 1.

    Parameters
    ----------
    beta : float in (0, 10000], default 4.0
        Weight of the divergence.
    latent : int in [1, 4096] or None, default None
        Numbers in a code; usually 8 for tables, at most as many as features, and 32 for others.
    hidden : sequence of int or None, default None
        Sizes of the layers of the encoder, as of `VAE`.
    layers : {"auto", "dense", "convolutional", "residual"}, default "auto"
        Full connections, convolutions, or many convolutions in residual blocks, which learn most
        and take longest; "auto" convolves series and images of more than 1,024 numbers.
    likelihood : {"auto", "gaussian", "bernoulli", "logistic"}, default "auto"
        Distribution of a feature given its code, as of `VAE`.
    oddness : {"likelihood", "error", "joint"}, default "joint"
        Minus the bound on log p(x); squared errors in units of the usual error of every feature;
        or these together with how far the code lies from the usual codes (Mahalanobis distance).
    importance_samples : int in [1, 100000], default 50
        Codes tried for each sample. More tighten the bound, and cost as much more time.
    warm_up : float in [0, 1], default 0.1
        Share of the steps in which the weight of the divergence rises to its full value.
    kind : {"auto", "table", "series", "image"}, default "auto"
        What a sample is.
    epochs : int in [1, 1000000], default 200
        How often every sample is seen at most.
    batch_size : int in [1, 1000000], default 128
        Samples a step.
    learning_rate : float in (0, 1], default 0.004
        Largest step of Adam.
    budget : str, float or None, default "1000 steps"
        Limit of training, such as "20s" or "1200 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `likely.nets.gaussian_codec.GaussianCodec` of one's own; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights and batches.

    Attributes
    ----------
    divergences_ : ndarray of shape (latent,)
        Mean divergence of each number of a code from N(0, 1), in nats.

    Notes
    -----
    Whether numbers of a code stand for one cause each is measured, where the causes are known, by
    `likely.evaluation.mutual_information_gap`. Nothing in the data decides it: it comes with the
    choice of `beta`, of the network and of the seed (Locatello et al., 2019).

    **Intuition.** Press harder on the code, and its numbers stand for causes that vary by
    themselves.

    **Formula.** $L = -\mathrm{E}_q[\log p(x \mid z)] + \beta \, \mathrm{KL}(q(z \mid x) \,\Vert\,
    p(z))$ is made small, where z is the code, q the encoder's guess of it, p(x | z) the decoder,
    p(z) the normal prior, E_q a mean over codes drawn by q, KL the divergence, by how many nats q
    is off the prior, and β the pressure, which rises to its value during `warm_up`.

    **When to use.** Codes that are to be read or steered, one number at a time.

    **Where it fails.** Large β blurs the samples, switches numbers of the code off and costs
    likelihood; that causes part is not guaranteed.

    **Cost.** As `VAE`: one pass a step, and for a density as many passes of the decoder as
    `importance_samples`.

    References
    ----------
    Higgins, I. et al. (2017). beta-VAE: learning basic visual concepts with a constrained
    variational framework. ICLR. https://openreview.net/forum?id=Sy2fzU9gl
    Locatello, F. et al. (2019). Challenging common assumptions in the unsupervised learning of
    disentangled representations. ICML. https://arxiv.org/abs/1811.12359

    Examples
    --------
    >>> import numpy as np
    >>> from likely.autoencoders import VAE, BetaVAE
    >>> rows = np.random.default_rng(0).normal(size=(300, 2)) @ [[1.0, 2.0, 0.0], [0.0, 1.0, 1.0]]
    >>> light = VAE(budget="300 steps").fit(rows)
    >>> heavy = BetaVAE(beta=20, budget="300 steps").fit(rows)
    >>> bool(heavy.divergences_.sum() < light.divergences_.sum())
    True
    """

    card = {
        "kinds": ["table", "series", "image"],
        "paper": "https://openreview.net/forum?id=Sy2fzU9gl",
    }
    fast = {
        "budget": "200 steps",
        "hidden": (),
        "latent": 2,
        "batch_size": 32,
        "learning_rate": 0.02,
    }
    expected_failures = {
        "density_of_a_gaussian_is_near_its_entropy": "a heavier divergence costs likelihood: what "
        "the code is not allowed to say is taken for noise",
        "samples_pass_for_data": "causes that a heavier divergence leaves out of the code are "
        "drawn as independent noise",
    }

    def __init__(
        self,
        beta: Annotated[float, Interval(0, 10_000, open_low=True)] = 4.0,
        latent: Annotated[int, Interval(1, 4096)] | None = None,
        hidden: Sequence[int] | None = None,
        layers: Literal["auto", "dense", "convolutional", "residual"] = "auto",
        likelihood: Literal["auto", "gaussian", "bernoulli", "logistic"] = "auto",
        oddness: Literal["likelihood", "error", "joint"] = "joint",
        importance_samples: Annotated[int, Interval(1, 100_000)] = 50,
        warm_up: Annotated[float, Interval(0, 1)] = 0.1,
        kind: Literal["auto", "table", "series", "image"] = "auto",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 200,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 128,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.004,
        budget: str | float | None = "1000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        super().__init__(
            latent=latent,
            hidden=hidden,
            layers=layers,
            likelihood=likelihood,
            oddness=oddness,
            importance_samples=importance_samples,
            warm_up=warm_up,
            kind=kind,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            budget=budget,
            device=device,
            network=network,
            checkpoint=checkpoint,
            seed=seed,
        )
        self.beta = beta
