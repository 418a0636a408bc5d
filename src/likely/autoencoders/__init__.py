r"""Autoencoders: what cannot be squeezed through a bottleneck and restored is unlikely.

An encoder turns a sample into a short code, a decoder turns the code back into a sample, and both
are trained so that what comes out is what went in. The code has too little room for everything, so
the network keeps what the training samples have in common; what an odd sample has beside that is
lost, and shows as an error.

$$ L = \frac1N \sum_i \lVert x_i - d(e(x_i)) \rVert^2 $$
"""

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("autoencoders")
