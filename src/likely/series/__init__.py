r"""Series: which moments of a long one are odd, given what comes before and after them.

A row is a moment, and rows are judged together, in the order of their clock. (Many short series of
equal length, each of them judged as a whole, are samples of the kind series: see
`likely.autoencoders`.)

| class | judges a moment by | for |
|---|---|---|
| `Panel` | windows of three lengths, usual shapes and neighbours, pooled | one channel or many |
| `SubPCA` | principal components of windows, and of the channels | rhythms, related channels |
| `KMeansWindows` | windows near few usual ones, all channels at once | regimes, many channels |
| `KShape` | shapes that come again, wherever they begin | beats that are not in step |
| `MatrixProfile` | the most similar window known | shapes; a series with no model |
| `PolynomialTrend` | what a smooth trend leaves, in level and in variance | slow series, humps |
| `SpectralResidual` | what a spectrum has more of than usual | single odd points |
| `LevelShift` | what is before and after it | changes of level or of variance |
| `Windowed` | any other model, on windows | detectors of tables, autoencoders |
| `Forecaster` | what is left of a forecast, jointly over channels | streams, breaks of rhythm |
| `PatchMemory` | how far embedded patches are from those remembered | shapes that recur |
| `Seasonal` | its value given hour, weekday, season and other channels | what follows a clock |
| `SeasonalPanel` | `Panel`, and seasonally adjusted where the clock tells much | anything |

A window is a row: its values, in order. **Mahalanobis distances of windows** measure how unlikely a
window is under one Gaussian, so they see shape, level and rhythm at once. **Distances to
prototypes** (centres of k-means) follow series that have several shapes, as heart beats do. **What
is left of a value given both its sides** finds single points. A series has anomalies of one length
and rhythm of another, neither of them known; so several lengths are asked, their answers are put on
one scale and pooled such that the one that is sure prevails.

$$d_m(t)^2 = (w_t - \mu)^\top \Sigma_m^{-1} (w_t - \mu), \qquad w_t = (x_t, \dots, x_{t+m-1})$$

Here w_t is the window of the m values x from moment t on, and μ and Σ_m are mean and covariance of
such windows. A window says when only to within its length: a moment gets the mean over all windows
that hold it, which is highest in the middle of what is odd.

**Subspaces** (`SubPCA`) take a window apart into the few shapes that a series is made of, and what
is left beside them. With y_k how much of shape k is in a window, λ_k the usual square of that, r
what is left and s² its mean variance,

$$d^2 = \sum_k y_k^2 / \lambda_k + |r|^2 / s^2.$$

**Shapes** are what remains of windows brought to mean 0 and standard deviation 1. The matrix
profile is the distance of every window to the most similar other one: a window like no other is a
discord, two alike are a motif. `likely.series.profiles` has it exactly, of one series, of a
new one beside a learnt one, or looking back only; `MatrixProfile` judges by it, and leaves a moment
out of its own reference. `KShape` clusters shapes by their best cross-correlation, and weighs the
centres by how often they come. A window that hardly moves has no shape but noise, and counts as a
level.

**Trends and changes.** `PolynomialTrend` fits a polynomial to what is around a value but not next
to it, and asks for level and variance of what is left, looking back only if it is told so
(`causal=True`). `LevelShift` compares what comes before a moment with what comes after.
`SpectralResidual` takes what is usual out of the amplitudes of a spectrum, and sees where in time
the rest is.

**Forecasts** judge a moment by its past alone: `Forecaster` foretells every channel from its last
values by ridge regression, in closed form, or by a network that adds what a weighted sum cannot
know (`form=`), and measures what is left, e_t, by its Mahalanobis distance from its mean μ, with
its covariance Σ. Scores never change when more comes.

$$e_t = x_t - f(x_{t-m}, \dots, x_{t-1}), \qquad d_t^2 = (e_t - \mu)^\top \Sigma^{-1} (e_t - \mu)$$

**Patch memory** embeds short patches by a small convolutional network that has learnt from the
series itself which patches are near one another in time; what is like nothing remembered is odd.

**A value in its season** is usual in itself and odd at its hour: a night as busy as a day. What is
expected is the sum of a daily profile, one of each weekday, waves of a year, lines of channels that
are given, the level of the last days and what other rhythms let expect; how far off a value may be
depends on the hour as well. The clock is that on the wall, so that no alarms ring when it changes.

The length of windows is the period of the series unless it is given, a rhythm's period being where
it is most like itself. Channels are judged alone and pooled, so that one is enough, but in
`KMeansWindows` and `Windowed`, whose windows hold all of them.

When to use: `Panel` for series of which little is known; learn from all there is if anomalies are
few, or from a stretch that was good. `Seasonal` answers with the expected value and a band for it;
`SeasonalPanel` finds what has an odd shape as well. The others are single views, simpler to
understand, and the better choice where theirs is known to be the right one. What goes wrong: one
Gaussian blurs beats that drift against one another; windows longer than what is normal for a short
time see every new regime as odd; anomalies that fill most of what is learnt from are normal;
switches and commands, channels of two values, are not judged; holidays are odd workdays, unless a
channel that is given tells of them. A forecaster is surprised when a new regime begins, and then
used to it; embedded patches have no level and no size.

Examples
--------
>>> import numpy as np
>>> from likely.series import Panel
>>> wave = np.sin(np.arange(1500) / 5) + 0.05 * np.random.default_rng(0).normal(size=1500)
>>> wave[1200:1216] = wave[1216:1200:-1].copy()  # backwards: each value is usual
>>> score = Panel().fit(wave[:1000, None]).score_samples(wave[:, None])
>>> bool(1180 < score.argmin() < 1236)
True
"""

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("series")
