r"""One long series: which of its moments are odd, given what comes before and after them.

A row is a moment, and rows are judged together, in the order of their clock. (Many short series of
equal length, each of them judged as a whole, are samples of the kind series: see
`likely.autoencoders`.)

| class | judges a moment by | for |
|---|---|---|
| `Panel` | windows of three lengths, usual shapes and neighbours, pooled | one channel or many |
| `Seasonal` | its value given hour, weekday, season and other channels | what follows a clock |
| `SeasonalPanel` | `Panel`, and seasonally adjusted where the clock tells much | anything |

A window is a row: its values, in order. **Mahalanobis distances of windows** measure how unlikely a
window is under one Gaussian, so they see shape, level and rhythm at once. **Distances to
prototypes** (centres of k-means) follow series that have several shapes, as heart beats do. **What
is left of a value given both its sides** finds single points. A series has anomalies of one length
and rhythm of another, neither of them known; so several lengths are asked, their answers are put on
one scale and pooled such that the one that is sure prevails.

$$d_m(t)^2 = (w_t - \mu)^\top \Sigma_m^{-1} (w_t - \mu), \qquad w_t = (x_t, \dots, x_{t+m-1})$$

A window says when only to within its length: a moment gets the mean over all windows that hold it,
which is highest in the middle of what is odd.

**A value in its season** is usual in itself and odd at its hour: a night as busy as a day. What is
expected is the sum of a daily profile, one of each weekday, waves of a year, lines of channels that
are given, the level of the last days and what other rhythms let expect; how far off a value may be
depends on the hour as well. The clock is that on the wall, so that no alarms ring when it changes.

**The matrix profile** (`likely.series.matrix_profile`) is the distance of every window to the most
similar other one, each in units of its own spread: a window like no other is a discord, two alike
are a motif. It is exact, of one series, of a new one beside a learnt one, or looking back only.

When to use: `Panel` for series of which little is known; learn from all there is if anomalies are
few, or from a stretch that was good. `Seasonal` answers with the expected value and a band for it;
`SeasonalPanel` finds what has an odd shape as well. What goes wrong: one Gaussian blurs beats that
drift against one another; windows longer than what is normal for a short time see every new regime
as odd; anomalies that fill most of what is learnt from are normal; holidays are odd workdays,
unless a channel that is given tells of them; switches and commands, channels of two values, are not
judged.
"""

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("series")
