r"""Diffusion: noise is added step by step, and a network learns to undo it.

Every sample x is mixed with noise, x + s e, at levels s from nearly nothing to nearly noise alone,
and a network learns what it was:

$$ \min_D \; \mathbb E_{x, e, s} \; w(s) \, \lVert D(x + s e, s) - x \rVert^2,
\qquad \nabla_x \log p_s(x) = \frac{D(x, s) - x}{s^2} $$

Here e is normal noise, E a mean over samples, noise and levels, w(s) how much a level counts, D the
network and p_s the density of what is mixed at level s. The best D is the mean of all samples that
x + s e may come from, and it says in which direction samples are denser: the score. Whoever has it
at every level has the whole distribution. New samples begin as noise and are led to where the data
are, in many small steps; none of them is hard to learn, which is why training is as steady as that
of any regression.

| class | mixes | for | what it is for |
|---|---|---|---|
| `DDPM` | along a circle, in a thousand levels | tables, series, images | drawing, completing, codes, a likelihood, oddness |
| `FlowMatching` | along straight lines | tables, series, images | the same |
| `LatentDiffusion` | codes of an autoencoder | series, images | images from captions, quickly |
| `TextCascade` | small images, then large ones | images | images from captions; enlarging given ones |
| `PriorDecoder` | embeddings, then images | images | images from captions; how well a caption fits |
| `DTE` | as far as an odd row would have to wander | tables | oddness: how long a row seems to have diffused |

When to use: to draw new samples that look right, and to complete or change given ones; as a
detector of what is odd in texture or in shape. `DTE` for tables with many normal rows. Where the
density itself is wanted of tables, flows are exact and faster; where one new sample must come in a
millisecond, adversarial models draw in one step.

One network serves all of it:

- **Drawing.** `sampler=` says how the noise is taken off. "ancestral" undoes every small step with
  new noise, as in the paper; "ddim" needs a few dozen and draws no new noise (`eta` between the two);
  "dpm_solver" and "heun" follow the same way to second order. Any model of this folder can be drawn
  from by any sampler: `set_params(sampler="ddim", sampling_steps=20)` after fitting.
- **Conditions.** `fit(images, condition=labels)`; a tenth of the labels is withheld in training, so that
  `guidance` beyond 1 can push samples to what makes the label different.
- **Captions.** `fit(images, condition=["a boot above a bag, dark", ...])`: texts of several words are read word by word,
  and the coarsest maps attend to the words. `match(images, captions)` says how well they fit. A guidance of 3 to 5 shows
  what was asked for more often, and less varied.
- **Completing and changing.** `complete(X, known)` keeps what is known and draws the rest; `vary(X,
  strength)` adds noise to a sample and takes it off again: a rough sketch in, a likely sample out.
- **Codes and likelihood.** The equation of the probability flow leads every sample to a code of
  standard normal numbers and back (`encode`, `decode`); what it does to volumes is log p(x)
  (`log_prob`). `DDPM.elbo` is the variational bound.
- **Oddness.** Noise of five levels is added and taken off; a sample is odd where that goes worse, or
  better, than it does usually, and of images and series also where it is rougher, plainer or farther from the
  plane of the others than is usual for such errors. The errors are the map that explains it.

The network never starts from nothing. For normally distributed samples the best D is known, and
linear; it is computed from the covariance of the data (of up to 1,024 numbers), and the network learns
what it adds. An untrained model is a Gaussian, with means that depend on the conditions. Networks
of images also see the noise that such a Gaussian would find: in black margins that is all of it.

Weights that others learnt: `likely.load("stable-diffusion-v1-5")`, a folder as diffusers writes it
(`pip install "likely[pretrained]"`). It is read and never run, and drawn from by the samplers above:
`likely generate stable-diffusion-v1-5 --prompt "a lighthouse at dawn" -n 4 -o grid.png`.

What goes wrong, and how it is met:

- **Many steps.** A thousand evaluations a sample are slow. The samplers of second order are
  meant for a few dozen, which is the default; `sampling_steps` trades time for quality.
- **Too little training looks like noise and blots.** Weights are averaged over many steps, and the
  loss of samples held out stops training.
- **Black becomes nearly black.** Numbers that are drawn come near a value that is repeated and hardly ever meet it,
  and a judge sees that at once. As many pixels as are usual are set to values that hold a twentieth of all pixels.
- **Guidance beyond what was learnt** makes colours glare and samples alike: pixels stay within their
  range at every step, and 1 is the default.
- **The likelihood knows texture best**, as that of other models: a model of clothes finds digits
  likelier. The default oddness asks how well noise is taken off instead.
- **Repeated values have no density.** They are spread over the steps between values in training, as by
  flows, and `log_prob` is the density of the spread values with noise of a hundredth of a spread.

Examples
--------
>>> import numpy as np
>>> from likely.diffusion import DDPM
>>> angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 1000)
>>> ring = np.column_stack([np.cos(angle), np.sin(angle)])
>>> model = DDPM(hidden=(32, 32), budget="300 steps").fit(ring)
>>> drawn = model.set_params(sampler="ddim", sampling_steps=20).sample(500, seed=0)
>>> bool(np.median(np.abs(np.hypot(*drawn.T) - 1)) < 0.15)
True
"""  # noqa: E501 - rows of a table

from importlib import import_module
from typing import Any

from likely.core import catalogue

_find, __dir__ = catalogue.doors("diffusion")


def __getattr__(name: str) -> Any:
    if name == "StableDiffusion":  # not in the catalogue, which lists what can be fitted
        return import_module("likely.diffusion.stable_diffusion").StableDiffusion
    return _find(name)
