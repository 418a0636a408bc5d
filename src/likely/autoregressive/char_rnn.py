"""Memory cells over the symbols of short texts, such as molecules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from likely.autoregressive.of_texts import OfTexts, unnamed
from likely.autoregressive.of_tokens import ragged
from likely.base.conditional import Conditional
from likely.core.params import Interval
from likely.data.alphabet import END, Alphabet
from likely.nets.char_network import (
    CharNetwork,
    draw_on,
    nats_of,
    next_token_loss,
    training_rows,
)

_HELD_OUT = 0.1  # of the samples
_LEAST_HELD_OUT = 4
_MOST_HELD_OUT = 2_000


class CharRNN(Conditional, OfTexts):
    r"""Memory cells that foretell each token of a short text from those before it (Segler et al.).

    It is made for many short samples that are told apart, such as molecules: each is read from its
    beginning, by an LSTM, and given its conditions, if there are any:
    `fit(smiles, condition={"log_p": [...]})`. On a processor it learns molecules several times as
    fast as `GPT`, which sees further in long texts. `log_prob` is the exact log-probability of a
    text and its end, in nats.

    Parameters
    ----------
    tokens : {"auto", "character", "byte", "word", "smiles", "selfies"}, default "auto"
        What a token is. "auto": words if the samples came as lists of tokens, symbols of SMILES if
        they are molecules; else characters, or bytes where there are very many. "selfies" spells
        molecules in SELFIES (Krenn et al., 2020), so whatever is drawn is a molecule. Tokens that
        were seen once share one.
    layers : int in [1, 16], default 1
        Cells above one another.
    width : int in [2, 16384], default 384
        Numbers in the state of a cell.
    window : int in [2, 65536], default 256
        Tokens that a sample has at most in training; longer ones are cut into pieces.
    dropout : float in [0, 1), default 0.0
        Share of the numbers that is left out at random in training.
    oddness : {"likelihood", "per_token", "excess"}, default "excess"
        How odd a text is: minus its log-probability, that of a token on average, or how many
        standard deviations it is above what its length makes usual, as of `GPT`.
    epochs : int in [1, 1000000], default 20
        How often every sample is seen at most.
    batch_size : int in [1, 1000000], default 64
        Samples a step.
    learning_rate : float in (0, 1], default 0.004
        Largest step of Adam.
    budget : str, float or None, default "3000 steps"
        Limit of training, such as "5min" or "3000 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `likely.nets.char_network.CharNetwork` of one's own; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights and batches.

    Attributes
    ----------
    network_ : CharNetwork
        The trained network.
    usual_ : ndarray of shape (2,)
        Mean and standard deviation of the surprise of a token in samples held out, in nats.

    Notes
    -----
    `contributions` are one array a text, with one number a token; the last is that of the end. In
    SELFIES a molecule has many spellings, and `log_prob` is of the one that its SMILES leads to.

    **Intuition.** Read a text symbol by symbol and always guess the next.

    **Formula.** $p(x) = \prod_t p(x_t \mid h_t, c)$, where x_t is symbol t, the last of them the
    end, the memory h_t holds what came before it and c are conditions, if there are any.

    **When to use.** Short texts and molecules, with conditions.

    **Where it fails.** What lies far back is forgotten; brackets opened long ago stay open.

    **Cost.** Linear in the length, step after step; of order h² a step for a memory of h numbers.

    References
    ----------
    Segler, M., Kogej, T., Tyrchan, C. & Waller, M. (2018). Generating focused molecule libraries
    for drug discovery with recurrent neural networks. https://arxiv.org/abs/1701.01329

    Polykovskiy, D. et al. (2020). Molecular Sets (MOSES). https://arxiv.org/abs/1811.12823

    Examples
    --------
    >>> from likely.autoregressive import CharRNN
    >>> ends = ("O", "N", "Cl", "C(=O)O", "c1ccccc1")
    >>> smiles = [a + "C" * n + b for a in ("C", "CC(C)", "O", "N") for n in range(5) for b in ends]
    >>> model = CharRNN(tokens="smiles", width=32, learning_rate=0.03, budget="60 steps")
    >>> model = model.fit(smiles)
    >>> model.predict(["CCCCC(=O)O", "FFBrI"])
    array([ 1, -1])
    """

    card = {"kinds": ["text", "molecule"], "paper": "arXiv:1701.01329"}
    fast = {"width": 32, "batch_size": 16, "learning_rate": 0.03, "budget": "80 steps"}

    network_: CharNetwork  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(
        self,
        tokens: Literal["auto", "character", "byte", "word", "smiles", "selfies"] = "auto",
        layers: Annotated[int, Interval(1, 16)] = 1,
        width: Annotated[int, Interval(2, 16_384)] = 384,
        window: Annotated[int, Interval(2, 65_536)] = 256,
        dropout: Annotated[float, Interval(0, 1, open_high=True)] = 0.0,
        oddness: Literal["likelihood", "per_token", "excess"] = "excess",
        epochs: Annotated[int, Interval(1, 1_000_000)] = 20,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 64,
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
        self.window = window
        self.dropout = dropout
        self.oddness = oddness
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _network(self, schema: Alphabet) -> nn.Module:
        return CharNetwork(schema.size, self.layers, self.width, self.dropout, self._given_width)

    def _joined(self, x: Any, given: np.ndarray | None) -> Any:
        return x if given is None else ragged(list(zip(x, given, strict=True)))

    def _told(self, x: Any) -> tuple[list[np.ndarray], np.ndarray | None]:
        """Return tokens of samples, and features of their conditions, (n, width)."""
        if self.condition_ is None:
            return list(x), None
        return [tokens for tokens, _ in x], np.stack([given for _, given in x])

    def _loss(self, batch: Tensor) -> Tensor:
        return next_token_loss(self.network_, batch, self._whom)

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        tokens, given = self._told(x)
        order = rng.permutation(len(tokens)).tolist()
        apart = min(int(_HELD_OUT * len(tokens)), _MOST_HELD_OUT)
        unseen, learnt = order[:apart], order[apart:]
        if apart < _LEAST_HELD_OUT:
            unseen, learnt = [], order
        told = None if given is None else torch.from_numpy(given.astype(np.float32))
        self._whom: Tensor | None = None if told is None else told.to(self._device())
        try:
            held_out = self._rows(tokens, unseen) if unseen else None
            self._train(self._rows(tokens, learnt), held_out, rng)
        finally:
            del self._whom
        alone = unseen or learnt
        self._learn_usual(np.concatenate(list(self._nats(x[alone]))))
        heard, new = ([tokens[i] for i in part] for part in (learnt, alone))
        noticed = unnamed(np.concatenate(tokens), self.schema_)
        self.notes_ = (*self.notes_, *noticed, *self._compared(heard, new, "Tokens"))

    def _rows(self, tokens: list[np.ndarray], chosen: list[int]) -> Tensor:
        """Return some samples as rows for training."""
        return training_rows([tokens[i] for i in chosen], self.window, END, chosen)

    def _nats(self, x: np.ndarray) -> np.ndarray:
        network = self.network_.to(self._device()).eval()
        tokens, given = self._told(x)
        return ragged(nats_of(network, tokens, END, given))

    def _sample_given(self, n: int, given: Any, rng: np.random.Generator) -> np.ndarray:
        return self._whole(n, given, rng)

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
        told = None if given is None else torch.from_numpy(given.astype(np.float32)).to(device)
        seen = torch.from_numpy(ids).to(device)
        return draw_on(network, seen, count, choose, END, told, ends=ends).cpu().numpy()[:, 1:]
