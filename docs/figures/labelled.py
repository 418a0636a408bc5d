"""Detectors that learn from labels, and those that judge in a context."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from sklearn.metrics import roc_auc_score

from figures import maps, toys
from figures.figure import Figure, need
from figures.svg import BLUE, INK, ORANGE, Panel, picture
from figures.toys import Toy
from likely.core.catalogue import make

_MONTHS = 12


def _known(told: int, seen: bool) -> tuple[Toy, np.ndarray]:
    """Return a toy with labelled anomalies among what is learnt; judged are theirs, or others."""
    rng = np.random.default_rng(15)
    toy = toys.far()

    def kind(x: float, y: float, n: int) -> np.ndarray:
        return np.array([x, y]) + 0.35 * rng.normal(size=(n, 2))

    learnt = np.vstack([toy.learnt, kind(2.2, 2.2, told)])
    labels = np.repeat([0, 1], [len(toy.learnt), told])
    judged = kind(2.2, 2.2, 24) if seen else kind(-3.6, -3.6, 24)
    return Toy(learnt, toy.ordinary, judged), labels


def few_idea() -> Figure:
    """Draw what five labels of one kind of anomaly teach."""
    toy, labels = _known(5, True)
    said = "Five labelled anomalies at one side of the cloud tell on which side to look."
    return maps.idea(("FewLabels", {}), toy, said, labels)


def few_failure() -> Figure:
    """Draw labels that are wrong."""
    toy, labels = _known(20, True)
    rng = np.random.default_rng(16)
    wrong = labels.copy()
    marked = rng.choice(400, 60, replace=False)
    wrong[marked], wrong[400:408] = 1, 1
    wrong[408:] = 0
    both = [make("FewLabels").fit(toy.learnt, y) for y in (wrong, labels)]
    (a, b), panels = maps.compared(both, toy, ("wrong labels", "right labels"))
    need(a < b - 0.05, f"wrong labels ({a:.2f}) well behind right ones ({b:.2f})")
    alternative = "Two maps of the same rows, learnt with wrong labels and with right ones."
    caption = (
        f"Labels are believed. With {len(marked)} ordinary rows labelled as anomalies, and 12 of "
        f"20 anomalies labelled as ordinary, FewLabels finds anomalies of that very kind with an "
        f"AUROC of {a:.2f}, with right labels with {b:.2f}. {maps.BANDS}"
    )
    return Figure(picture(panels, alternative), caption, alternative, "failure")


def supervised_idea() -> Figure:
    """Draw a classifier with thirty labels."""
    toy, labels = _known(30, True)
    said = "With many labels a classifier learns where one kind of anomaly begins."
    return maps.idea(("Supervised", {}), toy, said, labels)


def supervised_failure() -> Figure:
    """Draw a kind of anomaly that no label tells of."""
    toy, labels = _known(30, False)
    said = "What no label told of is ordinary: anomalies of a new kind lie on the other side."
    return maps.failure(("Supervised", {}), ("KNN", {}), toy, said, labels)


def _bills(n: int, rng: np.random.Generator) -> np.ndarray:
    month = rng.integers(1, _MONTHS + 1, n)
    bill = 100 + 80 * np.cos(2 * np.pi * month / _MONTHS) + 10 * rng.normal(size=n)
    return np.column_stack([month, bill])


def contextual_idea() -> Figure:
    """Draw bills that are usual in winter and odd in summer."""
    rng = np.random.default_rng(17)
    odd = np.column_stack([rng.integers(4, 9, 20), 175 + 8 * rng.normal(size=20)])
    toy = Toy(_bills(500, rng), _bills(200, rng), odd)
    return _contexts(toy, [_context(), ("ECOD", {})], "idea")


def contextual_failure() -> Figure:
    """Draw contexts that nobody has seen, which are never judged."""
    rng = np.random.default_rng(18)
    learnt, ordinary, odd = (
        np.column_stack([context, rng.normal(50, 4, len(context))])
        for context in (rng.normal(20, 3, 500), rng.normal(20, 3, 200), rng.uniform(32, 38, 20))
    )
    return _contexts(Toy(learnt, ordinary, odd), [_context(), ("KNN", {})], "failure")


def _context() -> maps.Made:
    return "Contextual", {"context": ("context",)}


def _contexts(toy: Toy, models: list[maps.Made], shows: str) -> Figure:
    names = [name for name, _ in models]
    fitted = [_Named(made).fit(toy.learnt) for made in models]
    (mine, other), panels = maps.compared(fitted, toy, names)
    if shows == "idea":
        need(mine > max(0.9, other), f"Contextual ahead ({mine:.2f}, {other:.2f})")
        said = "A bill (upwards) is judged by what is usual in its month (across)."
        rest = f"{names[1]}, which takes the month for a column like any, has {other:.2f}."
    else:
        need(mine < other - 0.12, f"Contextual behind ({mine:.2f}, {other:.2f})")
        said = "The context (across) is never judged, so rows in a context that never was pass."
        rest = f"{names[1]}, which judges both columns, has {other:.2f}."
    alternative = (
        f"Two maps of a behaviour over its context: {names[0]} on the left, {names[1]} on the "
        "right, and crosses for odd rows."
    )
    caption = (
        f"{said} Odd rows (crosses) are found with an AUROC of {mine:.2f}; {rest} {maps.BANDS}"
    )
    return Figure(picture(panels, alternative), caption, alternative, shows)  # type: ignore[arg-type]


class _Named:
    """A model of rows (n, 2) that learns from a table with the columns "context" and "value"."""

    def __init__(self, made: maps.Made) -> None:
        self._model = make(made[0], **made[1])

    def fit(self, rows: np.ndarray) -> _Named:
        """Learn from rows."""
        self._model.fit(_table(rows))
        return self

    def score_samples(self, rows: np.ndarray) -> np.ndarray:
        """Return how likely rows are."""
        return self._model.score_samples(_table(rows))


def _table(rows: np.ndarray) -> pa.Table:
    return pa.table({"context": rows[:, 0], "value": rows[:, 1]})


def _averages(seed: int, n: int, cancel: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return sizes, means and spreads of groups, of which the last 15 are odd."""
    rng = np.random.default_rng(seed)
    sizes = np.round(np.exp(rng.uniform(np.log(3), np.log(300), n))).astype(int)
    means, spreads = np.empty(n), np.empty(n)
    for k, size in enumerate(sizes):
        members = rng.normal(size=size)
        if k >= n - 15:
            members += rng.choice([-2.5, 2.5], size) if cancel else 1.1
        means[k], spreads[k] = members.mean(), members.std(ddof=1)
    return sizes, means, spreads


def collective_idea() -> Figure:
    """Draw averages of groups in the funnel that their sizes allow."""
    sizes, means, _ = _averages(19, 300, False)
    plain, judged = (
        _ranked(made, pa.table({"members": sizes, "mean": means}))
        for made in (("ZScore", {}), ("Collective", {"size": "members"}))
    )
    need(judged[0] > plain[0], f"Collective ahead of ZScore ({judged[0]:.2f}, {plain[0]:.2f})")
    caption = (
        f"An average over few members may lie far out, one over many may not. {len(sizes)} groups: "
        "size across (logarithm to base 10), mean upwards. The members of 15 of them (crosses) "
        f"are all a little too large; Collective finds them with an AUROC of {judged[0]:.2f}, "
        f"ZScore with {plain[0]:.2f}. Rings mark the 15 oddest groups."
    )
    panels = [
        _funnel(f"Collective: {judged[0]:.2f}", sizes, means, judged[1]),
        _funnel(f"ZScore: {plain[0]:.2f}", sizes, means, plain[1]),
    ]
    alternative = "Two funnels of group means over group sizes, the oddest groups ringed."
    return Figure(picture(panels, alternative), caption, alternative, "idea")


def collective_failure() -> Figure:
    """Draw groups whose odd members cancel in the mean."""
    sizes, means, spreads = _averages(20, 300, True)
    made: maps.Made = ("Collective", {"size": "members"})
    one = _ranked(made, pa.table({"members": sizes, "mean": means}))
    two = _ranked(made, pa.table({"members": sizes, "mean": means, "spread": spreads}))
    need(one[0] < two[0] - 0.1, f"the mean alone ({one[0]:.2f}) behind both ({two[0]:.2f})")
    caption = (
        "What averages do not tell is not found: in 15 of these groups (crosses) one half of the "
        "members is far too small, the other far too large, and the mean as it should be. With "
        f"the mean of each group alone Collective has an AUROC of {one[0]:.2f}, with the spread "
        f"of its members beside it {two[0]:.2f}. Rings mark the 15 oddest groups."
    )
    panels = [
        _funnel(f"means only: {one[0]:.2f}", sizes, means, one[1]),
        _funnel(f"means and spreads: {two[0]:.2f}", sizes, means, two[1]),
    ]
    alternative = "Two funnels of group means over group sizes, the oddest groups ringed."
    return Figure(picture(panels, alternative), caption, alternative, "failure")


def _ranked(made: maps.Made, table: pa.Table) -> tuple[float, np.ndarray]:
    """Return the AUROC of the last 15 groups, and which 15 are the oddest."""
    odd = -make(made[0], **made[1]).fit(table).score_samples(table)
    return float(roc_auc_score(np.arange(len(odd)) >= len(odd) - 15, odd)), np.argsort(-odd)[:15]


def _funnel(title: str, sizes: np.ndarray, means: np.ndarray, oddest: np.ndarray) -> Panel:
    places = np.column_stack([np.log10(sizes), means])
    panel = Panel(title, (0.3, 2.6), (means.min() - 0.2, means.max() + 0.2))
    panel.dots(places[oddest], BLUE, 12, 0.5)
    panel.dots(places[:-15], INK, 3)
    panel.crosses(places[-15:], ORANGE)
    return panel
