"""What a model may be able to do beyond scoring: one abstract mixin each.

`can(model, "sample")` asks for a capability by the name of its public method.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self, final

import numpy as np

from likely.base.conditional import Conditional
from likely.base.model import Model
from likely.core.errors import CannotDo, DataError
from likely.core.params import check_parameters
from likely.core.random import generator


class Density(Model, ABC):
    """A model with a log-density in nats, in the user's own units.

    `exact` says whether it is the model's own density; otherwise `bound` says what it is. `mixed`
    says whether it is one of rows as they are, with categories, repeated values and gaps; otherwise
    it is one of plain numbers only.
    """

    exact: ClassVar[bool] = True
    bound: ClassVar[str] = ""
    mixed: ClassVar[bool] = False

    @final
    def log_prob(self, X: Any, condition: Any = None) -> np.ndarray:
        """Return the log-density of every row, in nats per row, shape (n,).

        Parameters
        ----------
        X : as in `fit`
            Samples.
        condition : as in `fit`, optional
            What is known of each, for models that were fitted with conditions.

        Raises
        ------
        CannotDo
            If columns are not plain numbers without gaps, unless the model is one of mixed columns:
            then categories, repeated values and gaps have probabilities, and all other numbers
            densities.
        """
        self._check_plain()
        return self._over_batches(X, self._log_prob, condition) + self._log_volume()

    def _log_volume(self) -> float:
        """Return nats to add to densities of features to have them in the user's own units."""
        return 0.0 if self.mixed else self.schema_.log_volume

    @final
    def _check_plain(self) -> None:
        """Raise `CannotDo` if densities of features are none in the user's own units."""
        self._check_fitted()
        if not self.mixed and not self.schema_.plain:
            raise CannotDo(
                f"{type(self).__name__} has a density on plain numeric columns without missing "
                "values only; `score_samples` ranks mixed rows."
            )

    @abstractmethod
    def _log_prob(self, x: np.ndarray) -> np.ndarray:
        """Return the log-density of features in nats, shape (n,)."""


class TokenReader(Model, ABC):
    """A model that knows how surprising each token of texts or clips is, given those before it."""

    @final
    def bits(self, X: Any, condition: Any = None) -> np.ndarray:
        """Return the surprise of every token of texts or clips in bits, given the tokens before it.

        Returns
        -------
        ndarray of n float64 arrays, dtype object
            Each as long as its text or clip and one more, for the end. They sum to minus the
            logarithm of the probability of it.
        """
        found = self._over_batches(X, self._nats, condition)
        for i, nats in enumerate(found):
            found[i] = nats / np.log(2)
        return found

    @property
    @abstractmethod
    def usual_bits(self) -> float:
        """Mean surprise of tokens that were not learnt from."""

    @abstractmethod
    def _nats(self, x: np.ndarray) -> np.ndarray:
        """Return the surprise of every token in nats, n arrays."""


class Explainer(Model, ABC):
    """A model that can say how much each column adds to the oddness of a row.

    `additive` says whether the contributions of a row sum to minus its score.
    """

    additive: ClassVar[bool] = True

    @final
    def contributions(self, X: Any, condition: Any = None) -> np.ndarray:
        """Return how much each part of a sample adds to its oddness.

        Of a table that is every used column, shape (n, columns). Of series, images and video it is
        a map with the axes of the sample itself, such as (n, height, width).
        """
        by_feature = self._over_batches(X, self._contributions, condition)
        return self._arrange(by_feature)

    @abstractmethod
    def _contributions(self, x: np.ndarray) -> np.ndarray:
        """Return the share of each feature in a row's oddness, in the shape of the features."""


class Sampler(Model, ABC):
    """A model that can draw new samples."""

    @final
    def sample(self, n: int, seed: int | None = None, condition: Any = None) -> np.ndarray:
        """Draw `n` new samples in the user's own units.

        Of a table they have the shape (n, used columns), with categories as positions in the
        labels of `schema_.used`; of series, images and video that of the data learnt from.

        Parameters
        ----------
        n : int
            How many.
        seed : int, optional
            The same seed draws the same rows.
        condition : as in `fit`, optional
            What each sample is given, for models that were fitted with conditions; one row or one
            label counts for all.
        """
        self._check_fitted()
        rng, given = generator(seed), self._given(condition, int(n))
        if isinstance(self, Conditional):
            return self._restore(self._sample_given(int(n), given, rng))
        return self._restore(self._sample(int(n), rng))

    @abstractmethod
    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw features of n samples, (n, width) or (n, channel, *axes)."""


class Reconstructor(Model, ABC):
    """A model that makes the likeliest version of a sample that it can."""

    @final
    def reconstruct(self, X: Any) -> np.ndarray:
        """Return every sample as the model would have it, in the user's own units.

        Shapes are those of `Sampler.sample`.
        """
        features = self._over_batches(X, self._reconstruct)
        return self._restore(features)

    @abstractmethod
    def _reconstruct(self, x: np.ndarray) -> np.ndarray:
        """Return the reconstructions of features, in the shape of the features."""


class Imputer(Model, ABC):
    """A model that knows what to expect where a value is missing."""

    @final
    def impute(self, X: Any) -> np.ndarray:
        """Return rows in which what was missing is what the model expects there.

        Of numbers that is the mean, of all else the likeliest, given what is known of the row. What
        is known stays as it is. Shapes are those of `Sampler.sample`.
        """
        return self._restore(self._over_batches(X, self._impute))

    @abstractmethod
    def _impute(self, x: np.ndarray) -> np.ndarray:
        """Return what the hooks see of rows, with nothing missing."""


class Decoder(Model, ABC):
    """A model whose samples stand for points of a latent space.

    `between` says whether what lies between two points is one, too; entries of a list are none.
    """

    between: ClassVar[bool] = True

    @final
    def decode(self, Z: Any, condition: Any = None) -> np.ndarray:
        """Return the samples that latent codes stand for, in the user's own units.

        Parameters
        ----------
        Z : ndarray of shape (n, latent)
            Codes, such as `encode` returns if the model has it.
        condition : as in `fit`, optional
            What each is given, for models that were fitted with conditions.
        """
        self._check_fitted()
        codes = np.asarray(Z, dtype=np.float64)
        if codes.ndim < 2 or not np.isfinite(codes).all():
            raise DataError(
                f"Codes must be finite numbers of shape (n, latent). Found the shape {codes.shape}."
            )
        given = self._given(condition, len(codes))
        return self._restore(self._decode(self._joined(codes, given)))

    @abstractmethod
    def _decode(self, z: np.ndarray) -> np.ndarray:
        """Return the features that codes stand for."""


class Encoder(Decoder, ABC):
    """A model with a latent code for every sample."""

    @final
    def encode(self, X: Any, condition: Any = None) -> np.ndarray:
        """Return the latent code of every sample, shape (n, latent) or (n, ...)."""
        return self._over_batches(X, self._encode, condition)

    @abstractmethod
    def _encode(self, x: np.ndarray) -> np.ndarray:
        """Return the codes of features, float64."""


class Online(Model, ABC):
    """A model that can learn from further samples without those it has learnt from already."""

    @final
    def partial_fit(self, X: Any, y: Any = None) -> Self:
        """Learn from further samples; a model that is not fitted yet is fitted to them.

        `training_scores_` grows by the scores that the new samples had before they were learnt, and
        `offset_` follows; scores of earlier samples stay as they were.

        Parameters
        ----------
        X : as in `fit`
            Samples of the learnt kind.
        y : ignored
            Here for scikit-learn's pipelines.
        """
        if not self.__sklearn_is_fitted__():
            return self.fit(X, y)
        check_parameters(self)
        before = self.score_samples(X)
        self._update(self._view(self.schema_, self.schema_.match(X)))
        self.training_scores_ = np.concatenate([self.training_scores_, before])
        self.offset_ = float(np.quantile(self.training_scores_, 0.01))
        return self

    @abstractmethod
    def _update(self, x: Any) -> None:
        """Learn from what the hooks see of further samples, as `_fit` does, without a new start."""


class Tester(Model, ABC):
    """A model with a significance test of its own for the rows it learnt from.

    Such p-values rest on the model's own assumption about the columns instead of a reference of
    unseen rows, so they hold for tables too small for one. They are of another kind than those of
    calibration: each allows for all rows and columns of the table. In a table that satisfies the
    assumption, the chance that any row has one of at most 0.05 is about 0.05, so they are compared
    with a level as they are.

    Attributes
    ----------
    training_p_values_ : ndarray of shape (n,)
        The smallest level at which each row is called an outlier, in (0, 1].
    outliers_ : ndarray of int64
        Positions of the rows called outliers at the model's own level.
    """

    training_p_values_: np.ndarray
    outliers_: np.ndarray

    @final
    def fit_test(self, X: Any, y: Any = None) -> np.ndarray:
        """Learn from rows and return the test's own p-values of the same rows, shape (n,).

        Parameters
        ----------
        X : dataframe, array or list, shape (n rows, n columns)
            As in `fit`.
        y : ignored
            Here for scikit-learn's pipelines.
        """
        return self.fit(X).training_p_values_

    @final
    def _conclude(self, by_column: np.ndarray, level: float) -> None:
        """Keep the verdict on every row; `_fit` calls it with p-values of each column, (n, m)."""
        together = by_column.min(axis=1) * by_column.shape[1]  # Bonferroni over columns
        self.training_p_values_ = np.clip(together, np.finfo(np.float64).tiny, 1.0)
        self.outliers_ = np.flatnonzero(self.training_p_values_ <= level)


def can(model: object, verb: str) -> bool:
    """Tell whether a model has a capability, by the name of its public method."""
    return callable(getattr(type(model), verb, None))
