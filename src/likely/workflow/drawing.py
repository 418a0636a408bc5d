"""`Drawing`: what a learnt model makes: new samples, pages of them, and what is missing of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from likely.data.table import Table

if TYPE_CHECKING:
    from likely.base.model import Model
    from likely.workflow.learned import Learned


class Drawing:
    """The half of `Learned` that draws.

    What was learnt to draw by another model than the one that judges is drawn by that one.
    """

    @property
    def drawing_model(self) -> Model:
        """The fitted model that draws and fills gaps: the generator, or else the only one."""
        learned = cast("Learned", self)
        return learned.model if learned.generator is None else learned.generator

    def as_generator(self) -> Learned:
        """Return what was learnt with the model that draws as its only one; it judges no more."""
        learned = cast("Learned", self)
        if learned.generator is None:
            return learned
        used = learned.generator.schema_.used
        same = used == learned.likely_rows.columns and learned.grouping is None
        return replace(
            learned,
            model=learned.generator,
            generator=None,
            held_out=False,
            grouping=None,
            pace=None,
            summaries=learned.summaries if same else (),
            likely_rows=learned.likely_rows if same else Table(np.empty((0, len(used))), used),
        )

    def generate(
        self,
        n: int,
        *,
        where: Mapping[str, Any] | None = None,
        rules: Sequence[str] | str = (),
        prompt: str | None = None,
        like: Any = None,
        seed: int | None = 0,
        **drawing: Any,
    ) -> Any:
        """Draw new samples, of the same kind as the data.

        Parameters
        ----------
        n : int in [1, inf)
            How many.
        where : mapping of str to conditions, optional
            What columns of a table are to hold: a value, `(lowest, highest)` with None for an open
            end, a list of values, or None for missing. Every row satisfies all conditions. Models
            of mixed columns, such as `SequentialTrees`, draw what is asked first; of others rows
            are drawn until enough satisfy it, which ends with an error if they are too rare. Of
            models fitted with `condition=`, such as `CharRNN` on molecules with their log P, it
            says each condition, in your units: samples are drawn given it.
        rules : sequence of str, default none
            Sentences across columns that every row keeps, such as "end >= start" or
            "net + tax == gross", as `likely.data.rules` reads them. Rows that break one are drawn
            again, so often at most.
        prompt : str, optional
            How texts begin; or what samples are to show, of a model that was told captions or
            labels.
        like : dataframe, optional
            Whose library and types rows shall have; otherwise those of the data learnt from. Of
            files rows are a `pyarrow.Table`.
        seed : int or None, default 0
            The same seed draws the same samples; None draws new ones every time.
        **drawing
            How texts are continued: `n_tokens`, `temperature`, `top_k`, `top_p`, as in
            `likely.autoregressive.GPT.complete`. Without these and without a prompt, texts are
            whole samples, such as lines. Of sound: `n_values` and `temperature`, as in
            `likely.autoregressive.WaveNet.complete`. Of models that are told captions: `guidance`,
            how strongly the prompt steers, as in `likely.diffusion.DDPM`.

        Returns
        -------
        list of str, list of ndarray, ndarray or dataframe
            Texts; clips, each of shape (time,), with `model.schema_.rate` values a second; an array
            of series, images, video, or rows without names; or rows with the columns of the data
            in their order. Of columns that no model looks at, identifiers are made up, other text
            is left empty, and numbers and dates are drawn by themselves.

        Raises
        ------
        CannotDo
            If the model cannot draw samples; the message says what can.
        DataError
            If a column asked for does not exist or was set aside, or what is asked is too rare.
        ParameterError
            If a rule cannot be read; the message shows how rules look.

        Examples
        --------
        >>> import numpy as np, likely
        >>> rows = np.random.default_rng(0).normal(size=(200, 2))
        >>> learned = likely.learn({"a": rows[:, 0], "b": rows[:, 1]}, aim="generate")
        >>> drawn = learned.generate(5, where={"a": (1, None)}, rules=["b < a"])
        >>> drawn.column_names, min(drawn["a"].to_pylist()) >= 1
        (['a', 'b'], True)
        """
        from likely.workflow.generate import generate

        return generate(
            cast("Learned", self),
            n,
            where=where,
            rules=rules,
            prompt=prompt,
            like=like,
            seed=seed,
            drawing=drawing,
        )

    def probability(self, where: Mapping[str, Any], seed: int | None = 0) -> float:
        """Return how probable it is that a row satisfies conditions, as far as the model knows.

        Parameters
        ----------
        where : mapping of str to conditions
            As in `generate`.
        seed : int or None, default 0
            Where conditions are about several columns, or the model is not one of mixed columns,
            rows that are drawn tell the probability.

        Returns
        -------
        float in [0, 1]
            0 if none of the rows drawn satisfied them.
        """
        from likely.workflow.generate import probability

        return probability(cast("Learned", self), where, seed)

    def broken_rules(self, rules: Sequence[str] | str) -> tuple[str, ...]:
        """Say which rules rows break that were learnt from, and how often.

        Parameters
        ----------
        rules : sequence of str
            As in `generate`. They are tried on the rows that were kept, 1,000 at most.

        Returns
        -------
        tuple of str
            One sentence for every rule that is broken; none if the file kept no rows.
        """
        from likely.workflow.generate import broken_rules

        return broken_rules(cast("Learned", self), rules)

    def impute(self, rows: Any) -> Any:
        """Fill what is missing of rows with what the model expects there.

        Of numbers and dates that is the mean, of all else the likeliest value, given what is known
        of the row. What is known stays as it is, cell by cell, and so do columns that were set
        aside.

        Parameters
        ----------
        rows : dataframe, array, list of rows or path
            Rows with the columns learnt from, in any order.

        Returns
        -------
        dataframe or ndarray
            The same rows in the user's own library, with its index and types; an array of numbers
            as an array, and a file, a list or a dict as a `pyarrow.Table`.

        Raises
        ------
        CannotDo
            If the model does not know what to expect; the message says what does.
        """
        from likely.workflow.impute import fill

        return fill(cast("Learned", self), rows).rows

    def gallery(
        self,
        path: str | Path,
        n: int | None = None,
        *,
        prompt: str | None = None,
        seed: int | None = 0,
        **drawing: Any,
    ) -> Path:
        """Draw new samples and show them in one HTML file (below 1 MB, works offline).

        Images and video are shown as a grid, series as lines, audio as waves with a player, texts
        in colours of their surprise, and rows by their columns and pairs of columns beside those
        learnt from.

        Parameters
        ----------
        path : str or Path
            Where to; an old file there is replaced. Names that end in ".png" and ".gif" are for
            images: the grid alone, and a walk from each image to the next, for models with codes.
        n : int, optional
            How many. Default: 1,000 rows, 36 images (8 for a walk), 16 series, 9 videos, 12 texts,
            6 clips.
        prompt : str, optional
            How texts begin, or what samples are to show.
        seed : int or None, default 0
            The same seed draws the same samples as `generate` does.
        **drawing
            As in `generate`.

        Returns
        -------
        Path
            The path.

        Raises
        ------
        CannotDo
            If the model cannot draw samples; the message names models that can.
        MissingDependency
            For a walk, if Pillow is not installed.
        """
        from likely.workflow.gallery import write_gallery

        learned = cast("Learned", self)
        return write_gallery(learned, Path(path), n, prompt=prompt, seed=seed, drawing=drawing)
