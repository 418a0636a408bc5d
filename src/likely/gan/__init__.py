r"""Adversarial models: a generator learns from a discriminator of its samples.

A generator G turns numbers that mean nothing, z, into samples; a discriminator D learns to tell
them from real ones. Each is the other's teacher:

$$ \min_G \max_D \; \mathbb{E} \log D(x) + \mathbb{E} \log (1 - D(G(z))), \qquad z \sim N(0, I) $$

No likelihood is asked for, so the generator may be any network, and draws a sample in one pass. In
exchange nothing says how likely a sample is, and nothing makes the generator cover all that is
likely: it is enough that the discriminator is deceived.

| class | for | what is its own |
|---|---|---|
| `GAN` | tables, series, images | the game itself, between layers of full connections |
| `DCGAN` | images | convolutions, and what made their game stable |
| `WGAN` | tables, series, images | a critic of slope 1, which measures how far samples are off |
| `BigGAN` | images of classes | the class in every block, attention, truncation |
| `StyleGAN` | images | a style for every layer, which can be mixed; noise for what is random |
| `CycleGAN` | two sets of images | translation there and back, though no two belong together |
| `AnoGAN` | whatever a generator makes | detection: could this generator have made the sample? |

All but the last two take conditions, `fit(X, condition=...)`, and all generators `decode` the codes
that they draw from, `codes`, so that one can walk between samples. Of `StyleGAN`, `mix` shows the
shape of one image with the surface of another: its early layers decide what is shown, the late ones
how it looks close by. `CycleGAN` has `translate` instead of `sample`: it keeps what it can
translate back. Beside it is the older design, `sharing="encoder"`.

When to use: for sharp images that are drawn at once, `StyleGAN`, or `BigGAN` where classes are
known; for two sets of images without pairs `CycleGAN`; for rows of a table flows and trees are the
better generators. As detectors of pictures autoencoders come first, and `AnoGAN` where a generator
is there already.

What goes wrong, and how it is met:

- **Mode collapse.** The generator makes a few samples that deceive, and leaves the rest out. After
  training, samples are compared with data: how far they are spread, near how much of the data they
  come, and whether there are parts of the data, of images as the discriminator sees them, where
  hardly a sample lies. A note says so. `WGAN` suffers least from it.
- **A discriminator that knows all** teaches nothing. How often it tells samples apart is
  remembered, and a note says when it always does. It has a learning rate of its own
  (`discriminator_rate`).
- **Few images** are learnt by heart by the discriminator. Below 5,000 of them it sees them shifted,
  with holes, brighter and darker (`augmentation`). A note says when samples are nearer to what was
  learnt than to what was held out.
- **The loss says nothing** about how good samples are, so training never stops early by it. What is
  kept are the averaged weights of the whole run. Look at samples: of images, `progress_samples_`
  are what the same codes stood for at several times, and galleries show them.
- **A discriminator is no detector.** It has learnt to tell samples of one generator, so its verdict
  on what neither has seen means little. Scores here measure how usual a sample is in what it sees.

Examples
--------
>>> import numpy as np
>>> from likely.gan import GAN
>>> angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 1000)
>>> ring = np.column_stack([np.cos(angle), np.sin(angle)])
>>> model = GAN(budget="400 steps").fit(ring)
>>> drawn = model.sample(500, seed=0)
>>> bool(np.median(np.abs(np.hypot(*drawn.T) - 1)) < 0.3)
True
>>> hasattr(model, "log_prob")  # it draws, and has no density
False
"""

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("gan")
