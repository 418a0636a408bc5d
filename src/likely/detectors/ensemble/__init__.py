r"""Several detectors as one.

No single assumption holds on all data: neighbours miss groups of anomalies, ellipses miss what
lies between clusters, columns taken one by one miss broken correlations. An ensemble asks
several and averages their answers. Raw scores cannot be averaged, since they have no common
unit; so each member's score is first turned into a surprise, minus the logarithm of the share
of training rows that score as odd, with the distribution frozen at training time (never ranks
within the rows being judged, which would let rows change one another's score).

$$L_j(x) = -\log \hat P_j\bigl(S_j \ge s_j(x)\bigr) \qquad
\text{mean: } \frac1m \sum_j L_j \qquad \text{largest: } \log \frac1m \sum_j e^{L_j}$$

Here s_j is the oddness of the row to member j and S_j that of training rows. The mean finds rows
that are a little odd to every member; the largest, a smooth maximum, rows that are very odd to
one. The default is the middle of the two. Distances to neighbours fall off like a power and are
taken in logarithms, so that no member outshouts the rest.

When to use: where nothing is known about the data, which is why `method="auto"` takes it; and for
explanations that do not hang on one assumption. It costs as much as its members together.

What goes wrong: members that share a blind spot share it together, and a member that is useless
on the data adds noise to the average.
"""
