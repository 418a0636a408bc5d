r"""Flows: data are simple noise, stretched and bent by a map that can be undone.

An invertible map f takes a sample to a latent code z of independent standard normal numbers. What
the map does to volumes says how dense samples lie:

$$ \log p(x) = \log \mathcal N\big(f(x)\big) + \log\left|\det\frac{\partial f}{\partial x}\right| $$

The density is exact, a sample is drawn by the inverse of one draw of noise, and every sample has
one code and every code one sample. The art is in maps that bend much and whose determinant is
cheap: a network looks at some numbers and says how others are mapped, one by one, so that the
Jacobian is a triangle.

| class | for | a number is | who steers it |
|---|---|---|---|
| `NICE` | tables, images | shifted | the other half |
| `RealNVP` | tables, images | scaled and shifted | the other half; of images by checkerboards and channels, at several scales |
| `Glow` | images | scaled and shifted | the other channels, newly mixed at every step |
| `MaskedAutoregressiveFlow` | tables | scaled and shifted | all columns before it |
| `NeuralSplineFlow` | tables | bent by a spline | the other half, or all columns before it |

When to use: where the density itself is wanted (in nats, comparable between models), where new rows
and codes are wanted from one model, and as a detector on tables with many normal rows. For a few
hundred rows, or far more columns than a network can learn from them, `GaussianMixture` is the
safer density. `NeuralSplineFlow` is the first choice on tables.

Flows over tables do not begin with nothing. Strong linear relations between columns are taken out
first, then every marginal is made normal by its quantiles, then what is linear in these: a fair
density before the first step of training, and the network learns what is left. A masked or a
spline flow elsewhere may begin with the identity; here that start is part of every one.

Every flow may be told something of each sample, a label, an hour, the settings of a machine:
`fit(X, condition=...)` learns p(x | condition), `log_prob(X, condition)` judges what is usual under
these conditions, and `sample(n, condition="night")` draws it. What is linear in the conditions is
taken out first, and every network in the flow sees them; they themselves are never judged.

What goes wrong, and how it is met:

- **Repeated values have no density.** Whole numbers, yes or no, a price that is often 0: a flow may
  make a spike as high as it likes. So a column most of whose values repeat is spread evenly over
  the steps between values in training, and `log_prob` is the density of the spread values; bytes of
  images are spread over their level (`likely.evaluation.bits_per_dim`). With categories or gaps
  there is no density in the user's units: `score_samples` ranks, `log_prob` says `CannotDo`.
- **Far values break networks.** Beyond five spreads columns are drawn in by a logarithm, and
  networks see nothing beyond five: scores stay finite at a million spreads and more, and tails fall
  off like powers, not like a Gaussian. The densities take the logarithm's derivative into account.
- **Likely is not typical.** Simple images are more likely than all that were learnt, since a
  density counts details. `oddness="typicality"` asks how far log p(x) is from what is usual.
- **A small table is learnt by heart.** Training stops early by rows held out, weights are averages
  over many steps, and some of the network is left out at random (`dropout`).

Examples
--------
>>> import numpy as np
>>> from likely.flows import RealNVP
>>> angle = np.random.default_rng(0).uniform(0, np.pi, 500)
>>> arc = np.column_stack([np.cos(angle), np.sin(angle)])
>>> model = RealNVP(hidden=(32,), budget="200 steps").fit(arc)
>>> noise = model.encode(arc)  # and back again
>>> bool(np.allclose(model.decode(noise), arc, atol=1e-3))
True
>>> bool(model.log_prob([[0.0, 1.0]])[0] > model.log_prob([[0.0, 0.0]])[0])
True
"""  # noqa: E501 - rows of a table

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("flows")
