r"""Autoregressive models: each part of a sample is predicted from the parts before it.

Any distribution is a product of conditional ones, whatever the order of the parts:

$$ p(x) = \prod_{i=1}^{D} p(x_i \mid x_1, \dots, x_{i-1}). $$

Here x_i is part i of D. So a network that says of every part what it may be, given only those
before it, is an exact density. The trick is all in what the network may see: masks, convolutions
that look back only, a memory that runs in one direction. Then one pass judges a whole sample, and
training is to predict the next part. Drawing goes part by part, and so does completing: what is
known is kept, the rest is drawn given what comes before it. The surprise of a sample is the sum of
those of its parts, so `contributions` says exactly where it is odd.

| class | for | what is its own |
|---|---|---|
| `MADE` | tables, short series, small images laid flat | dense layers under masks; averages over several orders |
| `SequentialTrees` | tables of mixed columns | a tree a column over those before it; learns in seconds, draws best |
| `GaussianCopula` | tables of mixed columns | normal scores and one covariance; for a few dozen rows, and smooth relations |
| `AnyOrder` | tables of mixed columns | one network, any columns given any others: likelihood, conditions, gaps |
| `PixelCNN` | images | gated convolutions in two stacks, without a blind spot; learns fastest |
| `PixelRNN` | images | memories that sweep along diagonals or rows; sees furthest, takes longest |
| `GPT` | text, words, sequences of events | attention to all that came before |
| `CharRNN` | molecules, short lines | memory cells that read each sample from its beginning, given conditions; learns fastest |
| `WaveNet` | sound | convolutions ever further apart; draws with columns remembered |

When to use: where the likelihood itself is wanted, exact and in nats, to compare models, to rank,
to compress; for binary tables and for images of bytes, whose values are counted and not measured;
and to complete samples of which the beginning is known.

What goes wrong, and how it is met:

- **Likelihood is not oddness.** A simple image is likely under any model of natural ones: a network
  that learnt clothes finds digits likelier than clothes. So by default oddness of images asks how
  usual the likelihood is: how many nats in which places, how unevenly, beside how well the sample
  can be compressed (`oddness="states"`). Of sound it asks how far surprise is from what the network
  itself expected, and whether its errors are white: a plain tone is likelier than any speech.
- **Loud is not odd.** Sound is surprising where it is loud or hoarse. `WaveNet` asks whether it is
  more surprising than the network itself expected there, and whether what it could not foretell
  foretells itself (`likely.nets.remains`). Wrong clips as a whole are found as well by their
  spectrograms, and sooner: so a folder of sounds is seen unless `kind="audio"` is said.
- **A density has a unit, a probability has none.** Values 0 and 1 and bytes get probabilities
  (counting measure): the chances of all images sum to one, which the tests check by adding them up.
  Numbers get densities in the user's units. Columns of two values in a table are counted, so a
  density does not rise to infinity on them; a number that repeats one value very often still draws
  it up, to a smallest spread of a hundredth of the usual one.
- **Real on average, likely row by row.** Of mixed columns the trees draw rows that pass for real,
  and the network gives rows held out the higher probability: leaves are noisy but hardly biased, a
  smooth network is the other way round. Where columns repeat one another almost exactly, as bills
  of one account do, the network needs far more steps than its default.
- **It learns by heart.** Dense layers have a weight for every pair of parts. Training stops early
  by samples held out; `orders=` and `dropout=` hold it back, and small tables need both.
- **Drawing takes as many steps as there are parts.** Only what is new is computed at each step, but
  a photograph is still out of reach of a processor.
- **One error leads to the next.** A sample that went wrong early goes on from there. Completions
  follow what comes before a part in the model's order and know nothing of what comes after.

Examples
--------
>>> import itertools
>>> import numpy as np
>>> from likely.autoregressive import MADE
>>> coins = np.random.default_rng(0).random((400, 3)) < 0.5
>>> model = MADE(budget="200 steps").fit(np.hstack([coins, coins[:, :1]]).astype(float))
>>> every = np.array(list(itertools.product([0.0, 1.0], repeat=4)))
>>> round(float(np.exp(model.log_prob(every)).sum()), 4)  # the chances of all there can be
1.0
>>> model.complete([[1.0, 0.0, 1.0, 0.0]], [True, True, True, False], seed=0)
array([[1., 0., 1., 1.]])
"""  # noqa: E501 - rows of a table

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("autoregressive")
