r"""Supervised detection: labels tell what anomalies looked like before.

Without labels, odd is whatever is rare. With labels, it is what people called an anomaly, which may
be neither far out nor rare, and the best of all detectors are then classifiers: they estimate

$$\Pr(y = 1 \mid x), \qquad s(x) = -\log \frac{\Pr(y = 1 \mid x)}{\Pr(y = 0 \mid x)}$$

Here x is a row, y its label and s the score, low where an anomaly is likely. Labels are 1 for an
anomaly, 0 for an ordinary row, and missing where nobody looked. In practice there are few ones and
no zeros: somebody has found three frauds, and nobody has time to check the other 100,000 rows. Rows
without a label are then taken for ordinary, since most of them are; the hidden anomalies among them
are noise that the methods must bear.

| labelled anomalies | take |
|---|---|
| none | any other detector |
| one, some, many | `FewLabels`: an unsupervised score that labels bend |
| many, and probabilities are wanted | `Supervised`: a classifier alone, calibrated |

When to use: as soon as there is one labelled anomaly. `likely.learn(data, labels="fraud")` takes
`FewLabels` by itself.

What goes wrong: a classifier knows the anomalies of the past, and nothing in it calls a new kind of
anomaly odd; only the unsupervised part of `FewLabels` does. And labels are seldom a random sample:
who labels the oddest rows only, teaches that anomalies are odd.

Examples
--------
>>> import numpy as np
>>> from likely.detectors import KNN, Supervised
>>> rng = np.random.default_rng(0)
>>> rows = rng.normal(size=(1000, 2))
>>> fraud = (np.abs(rows - 0.5) < 0.3).all(axis=1)  # in the midst of all others
>>> Supervised().fit(rows, fraud).probability([[0.5, 0.5], [-0.5, 0.5]]).round()
array([1., 0.])
>>> KNN().fit(rows).predict([[0.5, 0.5]])
array([1])
"""
