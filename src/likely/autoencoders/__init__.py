r"""Autoencoders: what cannot be squeezed through a bottleneck and restored is unlikely.

An encoder e turns a sample into a short code, a decoder d turns the code back into a sample, and
both are trained so that what comes out is what went in. The code has too little room for
everything, so the network keeps what ordinary samples have in common; what an odd sample has beside
that is lost, and shows as an error.

$$ L = \frac1N \sum_i \lVert x_i - d(e(x_i)) \rVert^2 \qquad
\log p(x) \ge E_{q(z|x)} \log p(x|z) - \mathrm{KL}\big(q(z|x) \,\Vert\, p(z)\big) $$

On the left, x_i are the N samples learnt from. On the right is the variational form: the code z is
drawn from a distribution q that the encoder gives, E is a mean over such codes, the decoder p(x |
z) is a likelihood, p(z) the normal prior and KL how far q is from it, in nats. The bound makes the
whole a density.

| class | for | what is its own |
|---|---|---|
| `Autoencoder` | tables, short series, small images laid flat | full connections; squared error or cross-entropy |
| `DenoisingAutoencoder` | the same | restores samples that were spoiled, so it cannot copy |
| `ConvolutionalAutoencoder` | images, series, clips | looks for the same pattern at every place |
| `RecurrentAutoencoder` | series | reads step by step (LSTM or GRU) |
| `VAE` | tables, series, images | a density with a stated bound; draws new samples |
| `BetaVAE` | the same | a heavier divergence, for codes that part causes |
| `VQVAE` | images, series | codes are a few out of a codebook |

When to use: where samples have many features that move together in a curved way, in images and
signals above all, and where there are many normal samples. On tables of a few dozen columns nearest
neighbours rank as well and learn in no time; the autoencoder adds a code, a cleaned version of
every row, and the columns that do not fit the others.

What goes wrong, and how it is met:

- **It needs many normal samples.** `likely.evaluation.learning_curve(model, X)` learns from more
  and more of them and says in a sentence how many are enough. Training stops early by samples held
  out, and `notes_` says so if unseen samples are restored much worse than those learnt from.
- **The length of the code and the threshold decide.** `latent="auto"` takes the fewest components
  that restore unseen samples, without labels, and the default oddness hardly depends on it. The
  threshold is none of the model's business: `likely.learn` turns scores into calibrated p-values.
- **It restores anomalies too well.** A wide code copies whatever it is shown. Noise in training
  (`DenoisingAutoencoder`) forbids copying. And oddness need not be the error alone: `Autoencoder`
  asks as well how far a reconstruction lies from those of known samples, so what is restored well
  in a place where nothing lives is odd all the same.

**Variational.** A `VAE` has a Gaussian over codes and a likelihood over features, and so a density:
`log_prob` is a lower bound on it in nats, tighter the more codes are tried for each sample, and
`sample` draws a code and then features. Binary images have a Bernoulli likelihood, images of bytes
a discretised logistic one, so their figures compare with those of other models; everything else is
Gaussian with a spread learnt for each feature. A number of the code that says nothing is switched
off (`divergences_` is how many nats each one says). `BetaVAE` lets the code cost more than the
bound asks for: it holds less, and what it holds tends to come apart by cause.

**A codebook.** A `VQVAE` stores a sample as a few whole numbers, each the nearest of a few hundred
codes. The codes are running means of what was nearest to them, and one that nobody uses is put
where a sample is. How often each code stands in each place is a prior; samples are drawn from it.

**Over axes.** Convolutional and recurrent autoencoders restore odd samples too well for the error
to tell: a stroke is a stroke. Their default oddness asks how unusual code, features and
errors are *together*, by the Mahalanobis distance, so a sample that is restored well from a code
that nobody has is odd.

An error summed over all features is ruled by the features that are hard to restore anyhow; so
errors are measured in units of what is usual, feature by feature. A network trained twice with
another seed gives other scores; a seed, and a budget in steps, give the same ones.

Examples
--------
>>> import numpy as np
>>> from likely.autoencoders import Autoencoder
>>> t = np.random.default_rng(0).uniform(-2, 2, size=(500, 1))
>>> curve = np.hstack([t, t**2, t**3])
>>> model = Autoencoder(latent=1, budget="300 steps").fit(curve)
>>> model.predict([[1.0, 1.0, 1.0], [1.0, 3.5, -5.0]])
array([ 1, -1])
>>> model.encode(curve).shape
(500, 1)
"""  # noqa: E501 - rows of a table

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("autoencoders")
