"""Dilated causal convolutions over sound."""

from __future__ import annotations

from typing import Annotated, Any, Literal, final

import numpy as np
import torch
from torch import Tensor, nn

from likely.autoregressive.of_tokens import OfTokens, ragged
from likely.base.conditional import Conditional
from likely.base.state import Array
from likely.core.errors import ParameterError
from likely.core.params import Interval
from likely.core.random import generator
from likely.data.clips import Clips
from likely.data.sound import END, Sound
from likely.nets.guidance import as_told, withheld
from likely.nets.remains import Remains, remains, statistics
from likely.nets.states import States
from likely.nets.stretches import nats_of, next_token_loss, training_rows
from likely.nets.wave_network import WaveNetwork
from likely.nets.wave_steps import GuidedSteps, Steps, choose, draw_on

_HELD_OUT = 0.1  # of the clips
_LEAST_HELD_OUT = 4
_ENOUGH = 26  # clips held out, to say what is usual of 26 statistics
_MOST_HELD_OUT = 500_000  # values
_LEAST = 1e-9  # nats
_AT_ONCE = 64  # clips that are drawn together


class WaveNet(Conditional, OfTokens):
    r"""Dilated causal convolutions, which foretell each value of a sound from those before it.

    Sound is heard as pressure over time, 256 levels on the scale of an ear (mu-law), and every
    clip has one token more, which ends it. `log_prob` is the exact log-probability of these, in
    nats. Beside the values before it, a value is foretold from how long ago its clip began, and
    from conditions, if there are any, such as a speaker: `fit(clips, condition=labels)`.

    Parameters
    ----------
    stacks : int in [1, 32], default 2
        How often the distances begin anew.
    depth : int in [1, 20], default 9
        Layers of a stack, which look 1, 2, 4 ... 2^(depth - 1) values back: with two stacks of 9
        a value is foretold from the 1,023 before it.
    width : int in [1, 4096], default 48
        Features of a value within the layers.
    skip : int in [1, 16384], default 64
        Features behind the layers, from which levels are foretold.
    window : int in [16, 1048576], default 6144
        Values that a stretch of sound has in training; as many as are looked back on are read
        before it.
    withheld : float in [0, 1), default 0.1
        Share of the clips whose conditions are withheld in a step of training, so that `complete`
        can draw with guidance.
    oddness : {"likelihood", "per_token", "excess", "states"}, default "states"
        How odd a clip is: see Notes.
    epochs : int in [1, 1000000], default 20
        How often every value is heard at most.
    batch_size : int in [1, 1000000], default 1
        Stretches of `window` values a step; short clips share one.
    learning_rate : float in (0, 1], default 0.01
        Largest step of Adam.
    budget : str, float or None, default "1800 steps"
        Limit of training, such as "5min" or "3000 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is. Sound is drawn on the processor, one value after the other.
    network : Module or None, default None
        A `likely.nets.wave_network.WaveNetwork` of one's own; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights and batches.

    Attributes
    ----------
    network_ : WaveNetwork
        The trained network.
    usual_ : ndarray of shape (2,)
        Mean and standard deviation of the surprise of a value in clips held out, in nats.
    centre_, whitening_ : ndarray of shape (26,) and (26, 26)
        What the statistics of clips held out usually are.

    Notes
    -----
    With s the surprise of a value in nats, given those before it, a clip of n values is odd by

    - "likelihood": the sum of s, which is minus `log_prob`. Long and loud clips are odd.
    - "per_token": the mean of s. Loud and hoarse clips are odd, plain tones never are.
    - "excess": the sum of s less its usual mean, by the square root of n and the usual standard
      deviation.
    - "states": how unusual several statistics are together: s in each of eight parts of the clip,
      how far s is from what the network itself expected there, whether what it could not foretell
      is white, and the length (`likely.nets.remains`). What is too likely is odd, too.

    `contributions` are one array a clip, with one number a value; the last is that of the end. With
    "states" oddness belongs to no value: it is shared out by where s is above its mean.

    **Intuition.** Guess each value of a sound from a long past, seen through ever wider gaps.

    **Formula.** $p(x) = \prod_t p(x_t \mid x_{t-r}, \dots, x_{t-1}, t, c)$, where x_t is value t in
    256 levels, t tells how long ago the clip began, c are conditions, and the reach r is 1 +
    `stacks` (2^`depth` − 1): it about doubles with every layer of a stack.

    **When to use.** Clips of sound value by value: to judge, to continue, to draw.

    **Where it fails.** What is longer than its reach, 1,023 values as usual: beats that are slower
    are not counted. To draw one second at 8 kHz takes 8,000 steps.

    **Cost.** Linear in the length of the sound; drawing goes value after value.

    References
    ----------
    van den Oord, A. et al. (2016). WaveNet: A generative model for raw audio.
    https://arxiv.org/abs/1609.03499

    Examples
    --------
    >>> import numpy as np
    >>> from likely.autoregressive import WaveNet
    >>> from likely.testing.clips import planted_tones, tones
    >>> model = WaveNet(depth=4, width=16, window=256, budget="200 steps").fit(tones())
    >>> clips, odd, _ = planted_tones()
    >>> found = model.score_samples(clips)
    >>> bool(found[odd == 1].max() < found[odd == 0].min())
    True
    """

    card = {"kinds": ["audio"], "paper": "arXiv:1609.03499"}
    fast = {
        "depth": 4,
        "width": 16,
        "skip": 16,
        "window": 256,
        "budget": "150 steps",
    }

    _state_spec = OfTokens._state_spec | {
        "centre_": Array("statistic"),
        "whitening_": Array("statistic", "statistic"),
    }

    network_: WaveNetwork  # pyright: ignore[reportIncompatibleVariableOverride]
    centre_: np.ndarray
    whitening_: np.ndarray

    def __init__(
        self,
        stacks: Annotated[int, Interval(1, 32)] = 2,
        depth: Annotated[int, Interval(1, 20)] = 9,
        width: Annotated[int, Interval(1, 4_096)] = 48,
        skip: Annotated[int, Interval(1, 16_384)] = 64,
        window: Annotated[int, Interval(16, 1_048_576)] = 6_144,
        withheld: Annotated[float, Interval(0, 1, open_high=True)] = 0.1,
        oddness: Literal["likelihood", "per_token", "excess", "states"] = "states",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 20,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 1,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.01,
        budget: str | float | None = "1800 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.stacks = stacks
        self.depth = depth
        self.width = width
        self.skip = skip
        self.window = window
        self.withheld = withheld
        self.oddness = oddness
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    @final
    def complete(
        self,
        clips: Any,
        n_values: int = 4_000,
        temperature: float = 1.0,
        seed: int | None = None,
        condition: Any = None,
        guidance: float = 1.0,
    ) -> np.ndarray:
        """Continue clips of sound.

        Parameters
        ----------
        clips : as in `fit`
            How the clips begin; an empty one begins anew.
        n_values : int, default 4000
            How many values to draw behind each at most; a clip stops at its end.
        temperature : float, default 1.0
            At least 0. Below 1 likelier levels come more often than the model says, while clips
            end as they were learnt to; with 0 always the likeliest.
        seed : int, optional
            The same seed draws the same sound.
        condition : as in `fit`, optional
            What each clip is given, one row or label a clip or one for all.
        guidance : float, default 1.0
            The guidance scale, at least 0. Above 1 clips follow what they are given more closely
            than those learnt from: level by level they are drawn from p(x) (p(x | condition) /
            p(x))^guidance. They vary less, and take twice as long.

        Returns
        -------
        ndarray of n arrays of shape (time,), dtype object
            Each with its beginning, in the user's own units.
        """
        self._check_fitted()
        samples: Clips = self.schema_.match(clips)
        limits = {"n_values": n_values, "temperature": temperature, "guidance": guidance}
        for name, value in limits.items():
            if not 0 <= value < np.inf:
                raise ParameterError(f"complete: {name} must be at least 0. Got {value!r}.")
        if guidance != 1 and (self.condition_ is None or not self.withheld):
            raise ParameterError(
                "complete: guidance needs a model that was fitted with conditions, some of which "
                "were withheld: WaveNet(withheld=0.1).fit(X, condition=...)."
            )
        begun = [tokens[:-1] for tokens in self.schema_.features(samples)]
        given = self._given(condition, len(samples))
        drawn = self._drawn(begun, given, n_values, generator(seed), temperature, guidance)
        found = [np.append(start, tokens) for start, tokens in zip(begun, drawn, strict=True)]
        return self.schema_.restore(ragged(found))

    def _network(self, schema: Sound) -> nn.Module:
        return WaveNetwork(
            schema.size,
            self.stacks,
            self.depth,
            self.width,
            self.skip,
            schema.longest,
            self._given_width and self._given_width + 1,
        )

    def _joined(self, x: Any, given: np.ndarray | None) -> Any:
        return x if given is None else ragged(list(zip(x, given, strict=True)))

    def _told(self, x: Any) -> tuple[list[np.ndarray], np.ndarray | None]:
        """Return tokens of clips, and what the network is told of them."""
        if self.condition_ is None:
            return list(x), None
        return [tokens for tokens, _ in x], as_told(np.stack([given for _, given in x]))

    def _loss(self, batch: Tensor) -> Tensor:
        whom = self._whom
        if whom is not None and self.network_.training:
            whom = withheld(whom, self.withheld)
        return next_token_loss(self.network_, batch, whom)

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        learnt, unseen = _set_apart(x, rng)
        tokens, given = self._told(x)
        told = None if given is None else torch.from_numpy(given.astype(np.float32))
        self._whom: Tensor | None = None if told is None else told.to(self._device())
        try:
            held_out = self._rows(tokens, unseen) if len(unseen) else None
            self._train(self._rows(tokens, learnt), held_out, rng)
        finally:
            del self._whom
        alone = unseen if len(unseen) else learnt
        left = self._remains(x[alone])
        self._learn_usual(np.concatenate([nats for nats, _, _ in left]))
        if len(alone) < _ENOUGH:  # then those learnt say it, too, though they surprise a bit less
            left = self._remains(x)
        states = States.learn(statistics(left))
        self.centre_, self.whitening_ = states.centre, states.whitening
        heard, new = ([tokens[i] for i in part] for part in (learnt, alone))
        self.notes_ = (*self.notes_, *self._compared(heard, new, "Values"))

    def _rows(self, tokens: list[np.ndarray], chosen: np.ndarray) -> Tensor:
        """Return some clips as rows for training."""
        own = self.network
        reach = 1 + self.stacks * (2**self.depth - 1) if own is None else own.reach
        return training_rows([tokens[i] for i in chosen], self.window, reach, END, chosen.tolist())

    def _nats(self, x: np.ndarray) -> np.ndarray:
        network = self.network_.to(self._device()).eval()
        tokens, given = self._told(x)
        return ragged(nats_of(network, tokens, END, given))

    def _remains(self, x: np.ndarray) -> list[Remains]:
        tokens, given = self._told(x)
        return remains(self.network_.to(self._device()).eval(), tokens, END, given)

    def _score(self, x: np.ndarray) -> np.ndarray:
        return -self._distance(self._remains(x)) if self.oddness == "states" else super()._score(x)

    def _distance(self, left: list[Remains]) -> np.ndarray:
        return States(self.centre_, self.whitening_).distance(statistics(left))

    def _contributions(self, x: np.ndarray) -> np.ndarray:
        if self.oddness != "states":
            return super()._contributions(x)
        left = self._remains(x)
        more = [np.maximum(nats - self.usual_[0], 0.0) + _LEAST for nats, _, _ in left]
        pairs = zip(more, self._distance(left), strict=True)
        return ragged([part * (odd / part.sum()) for part, odd in pairs])

    def _sample_given(self, n: int, given: Any, rng: np.random.Generator) -> np.ndarray:
        none = np.empty(0, dtype=np.int32)
        return ragged(self._drawn([none] * n, given, self.schema_.longest, rng))

    def _drawn(
        self,
        begun: list[np.ndarray],
        given: np.ndarray | None,
        most: int,
        rng: np.random.Generator,
        temperature: float = 1.0,
        guidance: float = 1.0,
    ) -> list[np.ndarray]:
        """Return what is drawn behind the beginnings of clips."""
        found: list[np.ndarray] = []
        for i in range(0, len(begun), _AT_ONCE):
            some = begun[i : i + _AT_ONCE]
            told = None if given is None else as_told(given[i : i + _AT_ONCE])
            if guidance != 1 and told is not None:
                steps = GuidedSteps(self.network_, told, guidance)
            else:
                steps = Steps(self.network_, len(some), told)
            found += draw_on(
                steps,
                some,
                [most] * len(some),
                END,
                END,
                lambda logits: choose(logits, rng.random(len(logits)), temperature),
            )
        return found


def _set_apart(x: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return which clips to learn from, and which are held out; none if there are too few."""
    order = rng.permutation(len(x))
    lengths = np.cumsum([len(x[i]) for i in order])
    apart = min(int(_HELD_OUT * len(x)), int(np.searchsorted(lengths, _MOST_HELD_OUT)))
    apart = 0 if apart < _LEAST_HELD_OUT else apart
    return order[apart:], order[:apart]
