"""Text to spectrogram with attention, and spectrogram to sound."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from likely.base.capabilities import Sampler
from likely.base.conditional import Conditional
from likely.base.state import Array, Weights
from likely.core.errors import DataError
from likely.core.params import Interval
from likely.data.companding import to_levels
from likely.data.griffin_lim import FLOOR, Ear
from likely.data.schema import Schema
from likely.data.sound import Sound
from likely.data.spoken import as_letters, read_spoken, with_letters
from likely.nets.deep_model import DeepModel
from likely.nets.location_attention import off_diagonal
from likely.nets.rng import seeded
from likely.nets.speech_network import Said, SpeechNetwork

_HELD_OUT = 0.1  # of the clips
_LEAST_HELD_OUT = 4
_LEAST_SPREAD = 0.1  # nepers, of a band
_LEAST_ERROR = 0.01  # spreads
_END = 0.1  # weight of the surprise at the end, in nats
_AT_ONCE = 64  # clips
_ASTRAY = 0.3  # of attention: looking at all letters alike is 0.42 off the diagonal


class Tacotron(Conditional, Sampler, DeepModel):
    r"""Text to spectrogram with attention, and on to sound (Wang et al., 2017).

    An encoder reads the letters of a text. A decoder says a log-mel spectrogram, a few frames at a
    step, and looks in each step at the letters that are due. Griffin and Lim's algorithm makes
    sound of it. Texts, and whatever else is known such as a speaker, are the condition:
    `fit(clips, condition=texts)` or `fit(clips, condition={"text": texts, "speaker": speakers})`.
    Then `sample(n, condition={"text": "seven", "speaker": "jackson"})` speaks. New texts may be
    any that the letters learnt can spell.

    Parameters
    ----------
    step : float in (0, 1], default 0.0125
        Seconds from frame to frame; a frame is four of them long.
    bands : int in [1, 1024], default 40
        Bands of frequencies of a frame.
    frames_a_step : int in [1, 64], default 2
        Frames that the decoder says at a time.
    width : int in [4, 4096], default 128
        Features of letters, and within the decoder.
    guided : float in [0, 1000], default 1.0
        Weight of attention being where it would be if the text were spoken evenly.
    rounds : int in [0, 100000], default 60
        How often Griffin and Lim's algorithm makes phases agree.
    epochs : int in [1, 1000000], default 100
        How often every clip is heard at most.
    batch_size : int in [1, 1000000], default 32
        Clips a step of training.
    learning_rate : float in (0, 1], default 0.002
        Largest step of Adam.
    budget : str, float or None, default "1200 steps"
        Limit of training, such as "5min" or "1200 steps"; a number of steps counts instead of
        `epochs`.
    device : {"auto", "cpu", "cuda", "mps"}, default "auto"
        Where the network is.
    network : Module or None, default None
        A `likely.nets.speech_network.SpeechNetwork` of one's own; cannot be saved.
    checkpoint : str or None, default None
        File that keeps the state of training, for a run that may be killed.
    seed : int in [0, inf), default 0
        Of weights and batches.

    Attributes
    ----------
    network_ : SpeechNetwork
        The trained network.
    centre_, spread_ : ndarray of shape (band,)
        Mean and standard deviation of the bands of frames.
    usual_ : ndarray of shape (band,)
        Mean error of each band, in spreads, where every frame is told from those before it, in
        clips held out.

    Notes
    -----
    A score is minus how far the frames of a clip are from what the network says when it is given
    the text and all frames before, in usual errors: about -1 for clips as those learnt from. Odd is
    what is pronounced oddly, and what is not what the text says.

    There is no density: `score_samples` is no log-probability. Clips come back in 256 levels of
    pressure on the scale of an ear, as all sound that is drawn.

    A model that was fitted with texts asks for them everywhere. Fitted without any it knows one
    sort of clip only, and its notes say so.

    **Intuition.** Read letters, look at one after another, and say the next frames of a
    spectrogram.

    **Formula.** $y_t = g(s_t, \textstyle\sum_j a_{tj} h_j)$, where h_j are the letters, read with
    those around them, a_tj how much step t looks at letter j (all of them sum to 1), s_t a memory
    of the frames said so far and y_t the next `frames_a_step` frames, which a convolution corrects
    at the end.

    **When to use.** Short texts in voices learnt from recordings with their texts.

    **Where it fails.** The look may skip or repeat, of which it warns; few recordings give a
    blurred voice; phases that are guessed sound hollow.

    **Cost.** To learn, judge or speak one step for each `frames_a_step` frames, one after the
    other, that looks at all letters; then `rounds` Fourier transforms there and back to make sound.

    References
    ----------
    Wang, Y. et al. (2017). Tacotron: Towards end-to-end speech synthesis. Interspeech.
    https://arxiv.org/abs/1703.10135
    Shen, J. et al. (2018). Natural TTS synthesis by conditioning WaveNet on mel spectrogram
    predictions. ICASSP. https://arxiv.org/abs/1712.05884

    Examples
    --------
    >>> from likely.speech import Tacotron
    >>> from likely.testing.clips import tones
    >>> model = Tacotron(step=0.004, bands=8, width=16, budget="12 steps")
    >>> model = model.fit(tones(), condition=["la", "lo", "li"] * 20)
    >>> len(model.sample(2, seed=0, condition="lilo"))
    2
    """

    card = {"kinds": ["audio"], "paper": "arXiv:1703.10135"}
    fast = {"step": 0.004, "bands": 8, "width": 16, "rounds": 4, "budget": "12 steps"}

    _state_spec = {
        "network_": Weights(),
        "centre_": Array("band"),
        "spread_": Array("band"),
        "usual_": Array("band"),
    }

    network_: SpeechNetwork
    centre_: np.ndarray
    spread_: np.ndarray
    usual_: np.ndarray

    def __init__(
        self,
        step: Annotated[float, Interval(0, 1, open_low=True)] = 0.0125,
        bands: Annotated[int, Interval(1, 1_024)] = 40,
        frames_a_step: Annotated[int, Interval(1, 64)] = 2,
        width: Annotated[int, Interval(4, 4_096)] = 128,
        guided: Annotated[float, Interval(0, 1_000)] = 1.0,
        rounds: Annotated[int, Interval(0, 100_000)] = 60,
        epochs: Annotated[int, Interval(1, 1_000_000)] = 100,
        batch_size: Annotated[int, Interval(1, 1_000_000)] = 32,
        learning_rate: Annotated[float, Interval(0, 1, open_low=True)] = 0.002,
        budget: str | float | None = "1200 steps",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        network: Any = None,
        checkpoint: str | None = None,
        seed: Annotated[int, Interval(0)] = 0,
    ) -> None:
        self.step = step
        self.bands = bands
        self.frames_a_step = frames_a_step
        self.width = width
        self.guided = guided
        self.rounds = rounds
        super().__init__(
            epochs, batch_size, learning_rate, budget, device, network, checkpoint, seed
        )

    def _ear(self, schema: Sound) -> Ear:
        return Ear(schema.rate, self.step, self.bands)

    def _view(self, schema: Sound, samples: Any) -> np.ndarray:
        """Return spectrograms, (frame, band) each."""
        ear = self._ear(schema)
        return _objects([ear.hear(clip.astype(np.float64) / schema.peak) for clip in samples])

    def _network(self, schema: Sound) -> nn.Module:
        return SpeechNetwork(
            len(self._letters), self._told_width, self.bands, self.width, self.frames_a_step
        )

    # -- conditions: letters of texts, and all else -----------------------------------------------

    @property
    def _letters(self) -> tuple[str, ...]:
        """The letters learnt, which are the labels of the first condition."""
        return self.condition_.used[0].labels if isinstance(self.condition_, Schema) else ()

    @property
    def _told(self) -> np.ndarray:
        """Which features of conditions are no letters."""
        if not isinstance(self.condition_, Schema):
            return np.zeros(0, dtype=bool)
        return self.condition_.feature_columns > 0

    @property
    def _told_width(self) -> int:
        return int(self._told.sum())

    def _learn_condition(self, condition: Any, n: int) -> np.ndarray | None:
        if condition is None:
            return super()._learn_condition(None, n)
        texts, others = read_spoken(condition, n)
        letters = sorted(set("".join(texts)))
        if not letters:
            raise DataError("The texts have no letters. Give what is spoken in each clip.")
        given = super()._learn_condition(with_letters(n, letters, others), n)
        return self._spelled(texts, given)

    def _given(self, condition: Any, n: int) -> np.ndarray | None:
        if condition is None or self.condition_ is None:
            return super()._given(condition, n)
        texts, others = read_spoken(condition, n)
        given = super()._given(with_letters(n, self._letters, others), n)
        return self._spelled(texts, given)

    def _spelled(self, texts: list[str], given: np.ndarray | None) -> np.ndarray | None:
        """Return letters, behind which stands all else that is known, (n, longest + told)."""
        if given is None:
            return None
        return np.hstack([given[:, self._told], as_letters(texts, self._letters)])

    def _joined(self, x: Any, given: np.ndarray | None) -> Any:
        if given is None:  # nothing but an end to read
            given = np.ones((len(x), 1))
        return _objects(list(zip(x, given, strict=True)))

    # -- learning ---------------------------------------------------------------------------------

    def _fit(self, x: np.ndarray, rng: np.random.Generator) -> None:
        order = rng.permutation(len(x))
        apart = int(_HELD_OUT * len(x))
        apart = 0 if apart < _LEAST_HELD_OUT else apart
        learnt, unseen = order[apart:], order[:apart]
        frames = np.concatenate([x[i][0] for i in learnt]).astype(np.float64)
        self.centre_ = frames.mean(axis=0)
        self.spread_ = np.maximum(frames.std(axis=0), _LEAST_SPREAD)
        self._clips = x
        try:
            held_out = _rows(x, unseen) if apart else None
            self._train(_rows(x, learnt), held_out, rng)
        finally:
            del self._clips
        alone = unseen if apart else learnt
        found = [self._said(x[alone[i : i + _AT_ONCE]]) for i in range(0, len(alone), _AT_ONCE)]
        errors = np.concatenate([one for errors, _ in found for one in errors])
        self.usual_ = np.maximum(errors.mean(axis=0), _LEAST_ERROR)
        astray = np.concatenate([astray for _, astray in found])
        self.notes_ = (*self.notes_, *self._remarks(float(astray.mean())))

    def _remarks(self, astray: float) -> list[str]:
        """Say so if there was nothing to read, or if it is not read from first to last."""
        if self.condition_ is None:
            return [
                "No texts were given, so there is nothing to read: it knows one sort of clip only. "
                "Say what is spoken in each: fit(X, condition=texts)."
            ]
        if len(self._letters) > 1 and astray > _ASTRAY:
            return [
                f"Attention does not go along the texts ({astray:.2f} off, 0 is on the "
                "line): what is said may not be what was written. Train longer, or with more clips."
            ]
        return []

    def _loss(self, batch: Tensor) -> Tensor:
        clips = self._clips[batch[:, 0].cpu().numpy()]
        frames, counts, letters, told = self._batch(clips)
        said = self.network_(letters, told, frames, counts, dropping=True)
        there = _there(frames.shape[1], said.steps * self.frames_a_step)
        loss = self._end_loss(said)
        for made in (said.plain, said.frames):
            away = (made.float() - frames).abs()
            each = (away + away**2).mean(dim=2)
            loss = loss + (each * there).sum(dim=1) / there.sum(dim=1)
        if self.guided:
            lengths = (letters > 0).sum(dim=1)
            loss = loss + self.guided * off_diagonal(said.weights.float(), lengths, said.steps)
        return loss

    @staticmethod
    def _end_loss(said: Said) -> Tensor:
        """Return the weighted surprise at where every clip ends, (batch,)."""
        step = torch.arange(said.end.shape[1], device=said.end.device)
        last = (step == said.steps[:, None] - 1).float()
        nats = functional.binary_cross_entropy_with_logits(said.end.float(), last, reduction="none")
        return _END * (nats * (step < said.steps[:, None])).sum(dim=1)

    def _batch(self, clips: np.ndarray) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return frames in spreads, how many, letters, and what else is known."""
        each, device = self.frames_a_step, self._device()
        counts = np.array([len(frames) for frames, _ in clips])
        longest = each * -(-int(counts.max()) // each)
        silence = (np.log(FLOOR) - self.centre_) / self.spread_
        heard = np.tile(silence.astype(np.float32), (len(clips), longest, 1))
        for row, (frames, _) in zip(heard, clips, strict=True):
            row[: len(frames)] = (frames - self.centre_) / self.spread_
        spelled = self._read_out(np.stack([given for _, given in clips]))
        return torch.from_numpy(heard).to(device), torch.from_numpy(counts).to(device), *spelled

    def _read_out(self, given: np.ndarray) -> tuple[Tensor, Tensor]:
        """Return letters, (n, letter), and what else is known, (n, told), of conditions."""
        width, device = self._told_width, self._device()
        letters = given[:, width:].astype(np.int64)
        letters = letters[:, : max(1, int((letters > 0).sum(axis=1).max()))]
        told = torch.from_numpy(given[:, :width].astype(np.float32))
        return torch.from_numpy(letters).to(device), told.to(device)

    # -- judging and speaking ---------------------------------------------------------------------

    def _score(self, x: np.ndarray) -> np.ndarray:
        errors = [
            error
            for i in range(0, len(x), _AT_ONCE)
            for error in self._said(x[i : i + _AT_ONCE])[0]
        ]
        return -np.array([float((error / self.usual_).mean()) for error in errors])

    def _said(self, clips: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
        """Return errors of frames, (frame, band) a clip, and how far attention is off, (clip,)."""
        network = self.network_.to(self._device()).eval()
        frames, counts, letters, told = self._batch(clips)
        with torch.inference_mode():
            said = network(letters, told, frames, counts, dropping=False)
            away = (said.frames - frames).abs().double().cpu().numpy()
            lengths = (letters > 0).sum(dim=1)
            astray = off_diagonal(said.weights, lengths, said.steps).double().cpu().numpy()
        return [one[:n] for one, n in zip(away, counts.tolist(), strict=True)], astray

    def _sample_given(self, n: int, given: Any, rng: np.random.Generator) -> np.ndarray:
        given = np.ones((n, 1)) if given is None else given
        network = self.network_.to(self._device()).eval()
        ear, found = self._ear(self.schema_), []
        most = -(-ear.count(self.schema_.longest) // self.frames_a_step)
        for start in range(0, n, _AT_ONCE):
            letters, told = self._read_out(given[start : start + _AT_ONCE])
            with seeded(int(rng.integers(2**31))):
                said = network.speak(letters, told, most)
            for frames in said:
                heard = frames.double().cpu().numpy() * self.spread_ + self.centre_
                found.append(to_levels(ear.speak(heard, rng, self.rounds)))
        return _objects(found)


def _there(length: int, counts: Tensor) -> Tensor:
    """Return which frames there are, as 1 and 0, (batch, frame)."""
    return (torch.arange(length, device=counts.device) < counts[:, None]).float()


def _rows(x: np.ndarray, chosen: np.ndarray) -> Tensor:
    """Return numbers of clips, and a digest of each, by which a checkpoint knows its data."""
    digests = [
        hashlib.blake2b(x[i][0].tobytes() + x[i][1].tobytes(), digest_size=8).digest()
        for i in chosen
    ]
    told = np.frombuffer(b"".join(digests), dtype=np.int64)
    return torch.from_numpy(np.stack([chosen, told], axis=1))


def _objects(items: list[Any]) -> np.ndarray:
    """Return a list as an array of objects, (n,)."""
    found = np.empty(len(items), dtype=object)
    for i, item in enumerate(items):
        found[i] = item
    return found
