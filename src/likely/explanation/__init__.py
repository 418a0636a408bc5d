r"""Why a row is unlikely, for any model: which columns, what was expected, and one plain sentence.

Nothing here knows how a model works. Three questions are put to every column of an odd row:

1. *What would be usual, the other columns being as they are?* A regularised linear prediction,
   learnt from rows that the model finds likely, with the 5 % and 95 % quantiles of its errors on
   rows it did not see; where the other columns tell nothing, the usual range of the column alone.
   This is what finds a pair of values that are each ordinary and do not go together.
2. *How far is the value from that?* The distance in units of the range, or the rarity of the level.
3. *Does the model mind?* The value is replaced by five from the usual range, and the model scores
   again: the mean drop in oddness is the column's part in it.

$$ r_j \propto \Big( \frac{\Delta_j}{\max(\sum_k \Delta_k,\, m)} + \varepsilon \Big)\, o_j^4, \qquad
\Delta_j = \max\big(0,\ \mathrm{E}_{v \sim p(x_j \mid x_{-j})}\,
s(x_{j \leftarrow v}) - s(x)\big) $$

The answers to 2 and 3 are multiplied because each alone goes wrong: a distance says nothing of the
model, and moving any column of an odd row to the middle pleases a model a little. The fourth power
keeps columns with ordinary values ($o_j < 1$) out; $o_j$ ends at 10, so that among gross values the
model decides. The margin m is how far likely rows are from being called odd: where the score gains
less than that, $\varepsilon$ = 0.005 lets what the data say come through. A model's own
`contributions` add up to its score where its form allows; they name broken pairs less well
(`benchmarks/explanations.py` has the figures), so they only help to choose which columns to try
when there are more than 64.

Samples with axes are explained by the regions in which a model's `contributions` gather
(`places`), texts by their words: how many bits each takes behind what stands before it, and how
many as many characters usually take (`passages`); clips of sound by their moments, with their
bits a value (`moments`).

**What can go wrong.** The prediction is linear: a pair that breaks a curved relation is judged by
the best straight line. Two columns that are near copies of each other share the blame, whichever
of them is wrong: data alone cannot tell. A model that looks at one column at a time does not see
broken pairs; its rows are explained by what the data say, weighted low. An explanation says in
what a row differs from likely rows, not what caused it.
"""

from __future__ import annotations

from likely.explanation.explaining import explain
from likely.explanation.moments import explain_clips
from likely.explanation.passages import explain_texts
from likely.explanation.places import explain_places
from likely.explanation.reasons import Explanation, Reason

__all__ = [
    "Explanation",
    "Reason",
    "explain",
    "explain_clips",
    "explain_places",
    "explain_texts",
]
