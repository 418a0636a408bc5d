r"""Energy models: what is likely has little energy.

A network says how much energy a sample has, and nothing else. The density follows:

$$ p(x) = \frac{e^{-E(x)}}{Z}, \qquad Z = \sum_x e^{-E(x)} $$

Nothing is asked of the energy, so it may be of any form; the price is the partition function Z, a
sum over everything that could be. Training goes round it. The gradient of the log-likelihood is
the energy's mean gradient over samples of the model less that over the data, so training pulls the
energy of the data down, and pushes up that of whatever the model draws by itself. Differences of
log p(x) between samples need no Z at all, so an energy is a score of oddness as it is. Its level, a
log-likelihood in nats, needs log Z, which is estimated here and not left out: exactly where few
units decide, else by annealed importance sampling, with an error bar.

| class | for | units | samples of its own by |
|---|---|---|---|
| `BoltzmannMachine` | tables | seen ones, each coupled to each other; hidden ones, if asked for | Gibbs sampling of one unit after the other |
| `RBM` | tables, images | seen and hidden ones, coupled to the other sort only | Gibbs sampling of all units of a sort at once |
| `DeepBeliefNetwork` | tables, images | an `RBM` on the hidden units of another, and so on | Gibbs sampling of the uppermost, then downwards |
| `EnergyModel` | tables, images | whitened numbers, seen by any network | Langevin steps |

When to use: for columns of yes and no and images of black and white, where a machine learns which
of them go together, completes no order and needs none: `BoltzmannMachine` up to some twenty
columns, where all of it is exact, `RBM` beyond. `DeepBeliefNetwork` is the historic way to add
depth to it. `EnergyModel` is for densities of a few columns with edges, holes and rings, which
flows can only stretch around. On tables of many numbers flows are the better densities.

All of them complete a sample of which any part is known, in no order: what is known stays, and the
chains draw the rest (`complete`). `contributions` say what each unit costs given all others: minus
the log-probability of a bit, in nats, and of a number the nats that setting it right would save.

What goes wrong, and how it is met:

- **Chains do not mix.** The model's own samples are drawn by steps from sample to sample, and modes
  far apart are never visited. Persistent chains go on over all of training; tempered ones exchange
  states with chains of a flatter energy. `mixing` measures it, by R-hat and by the steps that a
  chain remembers, and a note says where it is bad.
- **log Z is too small.** Where annealed chains miss a mode, they miss its weight, and all samples
  look too likely; the error bar does not know. More temperatures show it: an estimate that still
  moves is not finished. Up to 20 units on one side it is exact.
- **The loss says nothing.** The difference of energies that is followed is near 0 whether the model
  is good or bad. Training stops early by the exact likelihood of rows held out where that is cheap,
  else by how well they can be told from neighbours that differ in one unit.
- **Pixels outweigh pictures.** Of hundreds of whitened pixels, those that hardly vary add most to
  an energy, and noise there says nothing of what an image shows. `EnergyModel` looks at images
  along the directions in which they vary, and its oddness allows for noise everywhere. On one class
  of pictures it is then level with principal components and neighbours; autoencoders are better.
- **Numbers are no bits.** Gaussian units next to binary ones are hard to train in the users' own
  units. Numbers are whitened first, so that a machine begins with a Gaussian, and hidden units
  learn what is not linear.

Examples
--------
>>> import itertools
>>> import numpy as np
>>> from likely.energy import RBM
>>> half = (np.random.default_rng(0).random((500, 3)) < 0.5).astype(float)
>>> model = RBM(hidden=8).fit(np.hstack([half, half]))
>>> every = np.array(list(itertools.product([0.0, 1.0], repeat=6)))
>>> chance = np.exp(model.log_prob(every))  # six bits: Z is summed, not guessed
>>> round(float(chance.sum()), 4)
1.0
>>> twice = (every[:, :3] == every[:, 3:]).all(axis=1)
>>> bool(chance[twice].min() > chance[~twice].max())
True
"""  # noqa: E501 - rows of a table

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("energy")
