"""The gallery: what a model draws, as one HTML file that works offline, and as a grid of images.

A generator is judged by looking. So whatever was drawn stands beside what was learnt, in the
user's units, with all that is needed to draw the same again: the model, the seed, the settings.

| samples | shown as | file |
|---|---|---|
| images | a grid; the ways between some; what units look for | `grid`, `walks`, `filters` |
| images | what the same codes stood for while the model learnt | `walks` |
| images | a walk from one to the next, as an animated GIF | `animation` |
| video | a strip of frames each | `grid` |
| series | lines, on one scale | `curves` |
| rows | columns and pairs of columns beside those learnt; a few rows | `columns`, `pairs`, `rows` |
| texts | words in colours of their surprise | `writings` |
| audio | pressure, spectrogram, and a player | `sounds` |

What was learnt is taken from the file: summaries of the columns, and the likely rows if it kept
any. `beside` turns both into shares; `drawn` draws and lets the model judge its own samples.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from likely.core.atomic import write_atomic
from likely.core.errors import CannotDo
from likely.workflow.gallery.animation import STOPS, as_gif, check_walk
from likely.workflow.gallery.drawn import Drawn
from likely.workflow.gallery.grid import as_grid
from likely.workflow.gallery.page import write_page

if TYPE_CHECKING:
    from likely.workflow.learned import Learned

__all__ = ["write_gallery"]

_OF_IMAGES = {".png": "A grid of pictures", ".gif": "A walk through pictures"}


def write_gallery(
    learned: Learned,
    path: Path,
    n: int | None = None,
    *,
    prompt: str | None = None,
    seed: int | None = 0,
    drawing: dict[str, Any],
) -> Path:
    """Draw new samples and show them; the parameters are those of `Learned.gallery`.

    Examples
    --------
    >>> import likely, numpy as np, tempfile
    >>> rows = np.random.default_rng(0).normal(size=(200, 2))
    >>> learned = likely.learn(rows, method="GaussianMixture")
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_gallery(learned, folder / "gallery.html", 100, drawing={}).name
    'gallery.html'
    """
    learned, ending = learned.as_generator(), path.suffix.lower()
    if ending in _OF_IMAGES and learned.unit != "image":
        raise CannotDo(
            f"{_OF_IMAGES[ending]} ({ending}) is for images; {learned.worded('rows')} are shown on "
            "a page: name a file that ends in .html."
        )
    if ending == ".gif":
        n = STOPS if n is None else n
        check_walk(learned.model, n)
    drawn = Drawn.by(learned, n, prompt=prompt, seed=seed, drawing=drawing)
    write_atomic(path, _content(drawn, ending))
    return path


def _content(drawn: Drawn, ending: str) -> bytes:
    if ending == ".gif":
        return as_gif(drawn)
    return as_grid(drawn) if ending == ".png" else write_page(drawn).encode("utf-8")
