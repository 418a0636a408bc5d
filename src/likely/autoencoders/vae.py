"""The variational autoencoder."""

from __future__ import annotations

from likely.autoencoders.variational import Variational


class VAE(Variational):
    r"""Autoencoder that is a density: codes are Gaussian, and log p(x) is bounded (Kingma, 2014).

    A code z ~ N(0, I) is decoded to a distribution p(x | z) of every feature. An encoder proposes
    q(z | x), the codes that may belong to a sample, and both learn to raise the evidence lower
    bound

        log p(x) >= E_q [log p(x | z)] - KL(q(z | x) || N(0, I)).

    `log_prob` is the tighter importance-weighted bound, `elbo` the plain one. Numbers of a code
    that do not pay for their divergence are switched off by themselves, so a code that is too long
    does no harm; training says so if all of them are.

    Parameters
    ----------
    latent : int in [1, 4096] or None, default None
        Numbers in a code; usually 8 for tables, at most as many as features, and 32 for others.
    hidden : sequence of int or None, default None
        Sizes of the layers of the encoder, which those of the decoder mirror: usually (128, 64) for
        tables and (512, 512) for others. With convolutions the channels behind each stage, which
        halves the axes, usually (32, 64); with residual blocks the channels at each size, from that
        of the samples on, usually (32, 64, 64).
    layers : {"auto", "dense", "convolutional", "residual"}, default "auto"
        Full connections, convolutions, or many convolutions in residual blocks, which learn most
        and take longest; "auto" convolves series and images of more than 1,024 numbers.
    likelihood : {"auto", "gaussian", "bernoulli", "logistic"}, default "auto"
        Distribution of a feature given its code: Gaussian with a spread learnt for each feature;
        Bernoulli, for series and images of 0 and 1; discretised logistic, for images of bytes.
        "auto" takes the one that suits the data.
    oddness : {"likelihood", "error", "joint"}, default "joint"
        Minus the bound on log p(x); squared errors in units of the usual error of every feature;
        or these together with how far the code lies from the usual codes (Mahalanobis distance).
    importance_samples : int in [1, 100000], default 50
        Codes tried for each sample. More tighten the bound, and cost as much more time.
    warm_up : float in [0, 1], default 0.1
        Share of the steps in which the weight of the divergence rises to its full value, so that
        numbers of the code are not switched off before the decoder has learnt to use them.
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
        Mean divergence of each number of a code from N(0, 1), in nats: how much it says about a
        sample. Below 0.01 it is not in use.

    Notes
    -----
    `log_prob` and `elbo` are in nats. Numbers are densities in the user's own units; values 0 and 1
    and bytes are probabilities, so -log_prob / (D log 2) is bits a dimension. Both use the same
    noise for every sample and at every call, so they are repeatable; only on average over noise
    are they below log p(x).

    The contribution of a feature is the surprise of its value given the codes that may belong to
    the sample. What the code itself adds belongs to no feature and is shared equally.

    **Intuition.** A code is a cloud, not a point, so that any point near by decodes to something
    likely.

    **Formula.** $\log p(x) \ge \mathrm{E}_q[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \,\Vert\,
    p(z))$, where z is the code, q the encoder's guess of it, p(x | z) the decoder, p(z) the normal
    prior, E_q a mean over codes drawn by q and KL the divergence, by how many nats q is off the
    prior.

    **When to use.** A density, codes and new samples from one model.

    **Where it fails.** Drawn pictures are blurred and noisy: the decoder averages what a code
    leaves open, and every pixel is drawn by itself.

    **Cost.** One pass a step, and a sample is judged by one or two; for a density as many passes of
    the decoder as `importance_samples`.

    References
    ----------
    Kingma, D. P. & Welling, M. (2014). Auto-encoding variational Bayes. ICLR.
    https://arxiv.org/abs/1312.6114 (arXiv:1312.6114)
    Burda, Y., Grosse, R. & Salakhutdinov, R. (2016). Importance weighted autoencoders. ICLR.
    https://arxiv.org/abs/1509.00519

    Examples
    --------
    >>> import numpy as np
    >>> from likely.autoencoders import VAE
    >>> t = np.random.default_rng(0).normal(size=(300, 1))
    >>> model = VAE(latent=1, budget="600 steps").fit(np.hstack([t, 2 * t, -t]))
    >>> model.predict([[1.0, 2.0, -1.0], [1.0, -9.0, 9.0]])
    array([ 1, -1])
    >>> model.sample(5, seed=0).shape
    (5, 3)
    """

    card = {"kinds": ["table", "series", "image"], "paper": "arXiv:1312.6114"}
    fast = {
        "budget": "200 steps",
        "hidden": (),
        "latent": 2,
        "batch_size": 32,
        "learning_rate": 0.02,
    }
