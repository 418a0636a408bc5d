r"""Isolation: a row is odd if few random splits cut it off from the others.

Split a sample of the rows at random, again and again, until each stands alone. A row far from the
others, or in a sparse place, is alone after few splits; one in the midst of a cloud needs many.
The mean path length h(x) over many such trees, set against what is expected, is the score:

$$s(x) = \frac{\overline{h}(x) - \overline{h}}{c(\psi)}, \qquad
c(\psi) = 2 H_{\psi - 1} - 2\,\frac{\psi - 1}{\psi}$$

with samples of ψ rows, $H$ the harmonic numbers and c the mean path of a random search tree. 0 is
typical, negative odd. (The paper's score is $2^{-h/c}$, in the opposite direction: the order is
the same.)

When to use: many rows, contaminated data, columns of any scale; the cost does not grow with the
number of rows learnt.

What goes wrong: splits on one column at a time leave ghost regions beside clusters and miss
broken correlations; splits across two columns (`ndim=2`, the extended forest) mend most of that.
In wide tables with few informative columns most splits are wasted. A column that was constant
when learnt is never split, so a new value there goes unnoticed.

Examples
--------
>>> import numpy as np
>>> from likely.detectors import IsolationForest
>>> rng = np.random.default_rng(0)
>>> two = np.vstack([rng.normal(-4, 1.5, (500, 2)), rng.normal(4, 1.5, (500, 2))])
>>> new = [[4.0, 4.0], [9.0, 9.0], [4.0, -4.0]]
>>> IsolationForest(ndim=1).fit(two).predict(new)  # the last: a ghost region
array([ 1, -1,  1])
>>> IsolationForest().fit(two).predict(new)
array([ 1, -1, -1])
"""
