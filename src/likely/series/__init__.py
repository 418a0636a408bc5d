r"""Series: what is unlikely in the course of time.

A series is looked at through windows: m values in a row, one window a time step. What a window
looks like beside all others says whether its shape occurs again. The matrix profile is the distance
of every window to its nearest neighbour, both brought to mean 0 and spread 1:

$$ d_{ij}^2 = 2m\,(1 - \rho_{ij}), \qquad P_i = \min_{|i - j| > e} d_{ij} $$

with the correlation $\rho_{ij}$ of the two windows and an exclusion zone e, inside of which a
window would only find itself. Windows with a large $P_i$ are discords: nothing else looks like
them. It has one parameter, the window; it sees shapes, and is blind for level and size.

What goes wrong: two anomalies that look alike are each other's neighbours, and hide; a window much
longer than the anomaly dilutes it; in constant stretches correlation is undefined, so it has rules.
"""

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("series")
