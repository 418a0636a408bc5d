r"""Contextual detection: a row is odd given its context, and a group given its size.

A bill of 200 is fine in summer and odd in winter; an average over 5 purchases may lie far out where
an average over 500 may not. Both are judged by what is usual for rows *like this one*:

$$z_j = \frac{x_j - \mathrm{E}(x_j \mid c)}{\sqrt{\mathrm{Var}(x_j \mid c)}}$$

where x_j is the value of column j and E and Var are mean and variance given the context c. A row is
odd if its residuals z are, alone or together. The context c is never judged, so a row in a rare
context is not odd for that.

- **Contextual**: some columns are the circumstances of the others. Mean and spread given the
  context are sums of effects of cells (levels, knots of numbers, hours, weekdays, seasons, pairs of
  these), shrunk where rows are few.
- **Collective**: rows are groups, described by averages over their members.
  `likely.detect(data, group="account")` makes such rows: means, spreads, shares, correlations, how
  surprising the members are and how often they repeat. It finds groups whose members are each
  unremarkable.

When to use it: whenever someone would answer "it depends": on the season, the kind of machine, the
shop, the time of day. For groups: fraud rings, devices, batches, sessions, sensors of one site.

What goes wrong: a column that is itself behaviour but is named as context explains the oddness
away. Three context columns that matter only all together are not seen. Groups need to be many: with
fewer than 50, they are only ranked. Groups of which every member is merely a little odder than
usual are ranked high but often not reported. Members that depend on one another (readings of one
day) make averages vary more between groups; that is learnt, and leaves less to be found.

Examples
--------
>>> import numpy as np, pyarrow as pa
>>> from likely.detectors import KNN, Contextual
>>> rng = np.random.default_rng(0)
>>> hour = rng.integers(0, 24, 2000)
>>> load = 100 + 50 * np.sin(hour * np.pi / 12) + rng.normal(0, 5, 2000)
>>> rows, night = pa.table({"hour": hour, "load": load}), pa.table({"hour": [18], "load": [140.0]})
>>> Contextual(context=["hour"]).fit(rows).predict(night)  # by day that is usual
array([-1])
>>> KNN().fit(rows.select(["load"])).predict(night.select(["load"]))
array([1])
"""
