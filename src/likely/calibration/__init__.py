r"""From a score to a decision: p-values with a promise.

**New rows** are compared with scores of learnt rows that the scoring model has not seen. If new
rows come from the same source as the learnt ones, their p-values are uniform whatever the model
and the data look like (conformal prediction; Vovk et al., 2005), so "at most 1 in 100 false
alarms" is a promise and not a hope. Beyond the reference, where there is nothing left to count,
a fitted tail extrapolates, and says so.

$$p(x) = \frac{1 + \#\{i : s_i \ge s(x)\}}{n + 1}$$

**The same rows** that were learnt from cannot be judged that way: ranks alone never reach the
small p-values that a list of findings needs, since the oddest of n rows always has p = 1/(n +
1). There the promise rests on a stated assumption about the tail, fitted with the top censored
so that gross rows cannot hide themselves, and it is withdrawn where the data contradict it.

A list of findings is cut by Benjamini and Hochberg's rule, so that the expected share of false
ones is at most `fdr`.
"""
