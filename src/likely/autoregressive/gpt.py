"""The decoder-only transformer over characters, bytes or words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from likely.autoregressive.of_texts import OfTexts, unnamed
from likely.autoregressive.of_tokens import ragged
from likely.core.errors import ParameterError
from likely.core.params import Interval
from likely.data.alphabet import END, Alphabet
from likely.nets.tokens import (
    draw_on,
    nats_of,
    next_token_loss,
    set_apart,
    training_windows,
)
from likely.nets.transformer import Transformer

_HELD_OUT = 0.05  # of the tokens
_MOST_HELD_OUT = 20_000


class GPT(OfTexts):
    r"""Decoder-only transformer, which foretells each token from those before it (Radford et al.).

    It learns from samples of text, such as the lines of a file, or from sequences of tokens, such
    as events, in the order in which they come: one stream, in which every sample is ended by a
    token of its own. Samples are scored alone, given nothing but that one sample has ended before.
    `log_prob` is the exact log-probability of a text and its end, in nats.

    Parameters
    ----------
    tokens : {"auto", "character", "byte", "word", "smiles", "selfies"}, default "auto"
        What a token is. "auto": words if the samples came as lists of tokens, symbols of SMILES if
        they are molecules; else characters, or bytes where there are very many. "word" parts texts
        at white space. "selfies" spells molecules in SELFIES (Krenn et al., 2020), so whatever is
        drawn is a molecule. Words or characters that were seen once, or are beyond the most
        frequent 10,000, share one token.
    layers : int in [1, 96], default 4
        Blocks of attention and a layer of full connections.
    width : int in [2, 16384], default 128
        Numbers in the state of a token.
    heads : int in [1, 256], default 4
        Parts of the state that attend on their own; each must have an even number of numbers.
    context_length : int in [2, 65536], default 64
        Tokens that a token is foretold from at most; beyond the first so many, at least half.
    dropout : float in [0, 1), default 0.1
        Share of the numbers that is left out at random in training.
    weight_decay : float in [0, 1], default 0.1
        Pull of the weights to zero.
    oddness : {"likelihood", "per_token", "excess"}, default "excess"
        How odd a text is: see Notes.
    epochs : int in [1, 1000000], default 20
        How often every token is seen at most.
    batch_size : int in [1, 1000000], default 16
        Windows of `context_length` tokens a step.
    learning_rate : float in (0, 1], default 0.004
        Largest step of Adam.
    budget : str, float or None, default "3000 steps"
        Limit of training, such as "5min" or "3000 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `likely.nets.transformer.Transformer` of one's own; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights and batches.

    Attributes
    ----------
    network_ : Transformer
        The trained network.
    usual_ : ndarray of shape (2,)
        Mean and standard deviation of the surprise of a token in samples held out, in nats.

    Notes
    -----
    With s the surprise of a token in nats, given those before it, a text of n tokens is odd by

    - "likelihood": the sum of s, which is minus `log_prob`. Long texts are odd because they are
      long.
    - "per_token": the mean of s. Short texts are odd by chance.
    - "excess": the sum of s less its usual mean, by the square root of n and the usual standard
      deviation: how many standard deviations a text is above what its length makes usual.

    `contributions` are one array a text, with one number a token; the last is that of the end.

    **Intuition.** To guess the next token, look back at every earlier one and weigh what matters.

    **Formula.** $p(x) = \prod_t p(x_t \mid x_{<t}), \; \mathrm{softmax}(q k^\top / \sqrt m) v$,
    where x_t is token t, and each of m numbers a query q of a place is compared with the keys k of
    earlier places, whose values v are averaged.

    **When to use.** Lines of text, logs, sequences of events, molecules.

    **Where it fails.** Small data are learnt by heart; nothing is known beyond the length of its
    context.

    **Cost.** Of order T² a window of T = `context_length` tokens to learn or judge; drawing goes
    token after token, and what was computed for earlier ones is kept.

    References
    ----------
    Radford, A., Wu, J., Child, R., Luan, D., Amodei, D. & Sutskever, I. (2019). Language models are
    unsupervised multitask learners. OpenAI.
    https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf

    Examples
    --------
    >>> from likely.autoregressive import GPT
    >>> who, what = ("cat", "dog", "hen"), ("mat", "log", "bed")
    >>> lines = [f"the {a} sat on the {b}" for a in who for b in what] * 20
    >>> model = GPT(layers=1, width=32, context_length=32, budget="200 steps").fit(lines)
    >>> model.predict(["the dog sat on the bed", "xq zzkw tgh"])
    array([ 1, -1])

    Sequences of events are learnt by their tokens:

    >>> visits = [["login", a, b, "logout"] for a in ("view", "buy") for b in ("pay", "ask")] * 30
    >>> model = GPT(layers=1, width=32, context_length=32, budget="200 steps").fit(visits)
    >>> model.predict([["login", "buy", "pay", "logout"], ["pay", "pay", "login", "drop"]])
    array([ 1, -1])
    """

    card = {
        "kinds": ["text", "molecule"],
        "paper": "https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf",
    }
    fast = {
        "layers": 1,
        "width": 16,
        "heads": 2,
        "context_length": 16,
        "dropout": 0.0,
        "batch_size": 32,
        "learning_rate": 0.01,
        "budget": "200 steps",
    }
    network_: Transformer  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(
        self,
        tokens: Literal["auto", "character", "byte", "word", "smiles", "selfies"] = "auto",
        layers: Annotated[int, Interval(1, 96)] = 4,
        width: Annotated[int, Interval(2, 16_384)] = 128,
        heads: Annotated[int, Interval(1, 256)] = 4,
        context_length: Annotated[int, Interval(2, 65_536)] = 64,
        dropout: Annotated[float, Interval(0, 1, open_high=True)] = 0.1,
        weight_decay: Annotated[float, Interval(0, 1)] = 0.1,
        oddness: Literal["likelihood", "per_token", "excess"] = "excess",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 20,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 16,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.004,
        budget: str | float | None = "3000 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.tokens = tokens
        self.layers = layers
        self.width = width
        self.heads = heads
        self.context_length = context_length
        self.dropout = dropout
        self.weight_decay = weight_decay
        self.oddness = oddness
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _network(self, schema: Alphabet) -> nn.Module:
        if self.width % (2 * self.heads):
            raise ParameterError(
                f"GPT: width must be an even number for each of the {self.heads} heads. Got "
                f"width={self.width}; {2 * self.heads * max(1, self.width // (2 * self.heads))} "
                "would do."
            )
        return Transformer(schema.size, self.layers, self.width, self.heads, self.dropout)

    def _loss(self, batch: Tensor) -> Tensor:
        return next_token_loss(self.network_, batch)

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        stream = np.concatenate([[END], *x])
        learnt, unseen = set_apart(stream, _HELD_OUT, _MOST_HELD_OUT, self.context_length)
        held_out = training_windows(unseen, self.context_length) if unseen else None
        self._train(training_windows(learnt, self.context_length), held_out, rng)
        alone = [sample for piece in unseen or learnt for sample in _samples(piece)]
        self._learn_usual(np.concatenate(list(self._nats(ragged(alone)))))
        compared = self._compared(learnt, unseen or learnt, "Tokens")
        self.notes_ = (*self.notes_, *unnamed(stream, self.schema_), *compared)

    def _nats(self, x: np.ndarray) -> np.ndarray:
        network = self.network_.to(self._device()).eval()
        return ragged(nats_of(network, list(x), self.context_length, END))

    def _sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self._whole(n, None, rng)

    def _drawn(
        self,
        begun: np.ndarray,
        count: int,
        choose: Callable[[Tensor], Tensor],
        given: np.ndarray | None,
        *,
        ends: bool,
    ) -> np.ndarray:
        device = self._device()
        network = self.network_.to(device).eval()
        ids = np.hstack([np.full((len(begun), 1), END), begun])
        seen = torch.from_numpy(ids).to(device)
        end = END if ends else None
        return draw_on(network, seen, self.context_length, count, choose, end).cpu().numpy()[:, 1:]


def _samples(piece: np.ndarray) -> list[np.ndarray]:
    """Return the whole samples in a piece of a stream; the piece itself if it has none."""
    parts = np.split(piece, np.flatnonzero(piece == END) + 1)
    return parts[1:-1] or [piece]  # the first and the last may be parts of samples
