"""The network of Tacotron: letters are read, and frames of a spectrogram said one after the other.

```
letters -> embedding -> convolutions -> GRU in both directions -> memory
last frame -> prenet -> GRU -> attention over the memory -> GRU -> the next frames, and the end
all frames -> convolutions -> a correction of every frame
```
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from likely.nets.location_attention import LocationAttention

_REACH = 2  # letters, and frames, that a convolution sees to either side
_DROPPED = 0.5  # of the prenet


@dataclass(frozen=True)
class Said:
    """What the network says.

    Parameters
    ----------
    plain, frames : Tensor of shape (batch, frame, band)
        Before and after the last correction.
    end : Tensor of shape (batch, step)
        Logits of this step being the last one.
    weights : Tensor of shape (batch, step, letter)
        Of attention.
    steps : Tensor of shape (batch,)
        How many steps there are.
    """

    plain: Tensor
    frames: Tensor
    end: Tensor
    weights: Tensor
    steps: Tensor


class Convolution(nn.Module):
    """A convolution over letters or frames; what is not there is as 0 before and behind it."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.over = nn.Conv1d(inputs, outputs, 2 * _REACH + 1, padding=_REACH)
        self.norm = nn.LayerNorm(outputs)

    def forward(self, x: Tensor, there: Tensor) -> Tensor:
        """Return features of the same length, (batch, time, outputs)."""
        x = self.over((x * there[..., None]).transpose(1, 2)).transpose(1, 2)
        return functional.gelu(self.norm(x))


class Reader(nn.Module):
    """Letters to features of each, with what stands around it."""

    def __init__(self, letters: int, told: int, width: int) -> None:
        super().__init__()
        self.letter = nn.Embedding(letters + 2, width, padding_idx=0)  # and the end
        self.convolutions = nn.ModuleList([Convolution(width, width) for _ in range(2)])
        self.both_ways = nn.GRU(width, width // 2, batch_first=True, bidirectional=True)
        self.told = nn.Linear(told, width) if told else None

    def forward(self, letters: Tensor, told: Tensor) -> tuple[Tensor, Tensor]:
        """Return features of letters, (batch, letter, width), and which there are."""
        there = letters > 0
        x = self.letter(letters)
        for convolution in self.convolutions:
            x = x + convolution(x, there)
        packed = nn.utils.rnn.pack_padded_sequence(
            x, there.sum(dim=1).cpu(), batch_first=True, enforce_sorted=False
        )
        x, _ = nn.utils.rnn.pad_packed_sequence(
            self.both_ways(packed)[0], batch_first=True, total_length=letters.shape[1]
        )
        if self.told is not None:
            x = x + self.told(told)[:, None]
        return x, there


class SpeechNetwork(nn.Module):
    """From letters to frames, as the docstring of this module says.

    Parameters
    ----------
    letters : int
        How many letters are known.
    told : int
        Features of what else is known, such as the speaker.
    bands : int
        Of a frame.
    width : int
        Features of letters and within the decoder; even.
    each : int
        Frames a step.
    """

    def __init__(self, letters: int, told: int, bands: int, width: int, each: int) -> None:
        super().__init__()
        self.bands, self.width, self.each = bands, width, each
        half = max(1, width // 2)
        self.reader = Reader(letters, told, 2 * half)
        memory = 2 * half
        self.prenet = nn.ModuleList([nn.Linear(bands, half), nn.Linear(half, half)])
        self.voice = nn.Linear(told, half) if told else None
        self.asking = nn.GRUCell(half + memory, width)
        self.attention = LocationAttention(memory, width, half)
        self.decoder = nn.GRU(width + memory, width, batch_first=True)
        self.frame = nn.Linear(width + memory, each * bands)
        self.end = nn.Linear(width + memory, 1)
        self.corrections = nn.ModuleList([Convolution(bands, width), Convolution(width, width)])
        self.corrected = nn.Linear(width, bands)

    def forward(
        self, letters: Tensor, told: Tensor, frames: Tensor, counts: Tensor, dropping: bool
    ) -> Said:
        """Return what is said when every step is given the frames before it.

        Parameters
        ----------
        letters : Tensor of int64, shape (batch, letter)
            Numbers of letters, ended, then 0.
        told : Tensor of shape (batch, told)
            What else is known.
        frames : Tensor of shape (batch, frame, band)
            Of a number of frames that whole steps have; behind a clip anything.
        counts : Tensor of shape (batch,)
            Frames that each clip has.
        dropping : bool
            Whether the prenet drops half of what it sees.
        """
        memory, there = self.reader(letters, told)
        last = functional.pad(frames[:, self.each - 1 :: self.each], (0, 0, 1, 0))[:, :-1]
        heard = self._heard(last, told, dropping)  # (batch, step, half)
        states, keys = self._begin(memory), self.attention.keys(memory)
        found, weights = [], []
        for step in range(heard.shape[1]):
            states = self._ask(heard[:, step], states, memory, keys, there)
            found.append(torch.cat(states[:2], dim=1))
            weights.append(states[2][:, 0])
        asked = torch.stack(found, dim=1)  # (batch, step, width + memory)
        decoded, _ = self.decoder(asked)
        plain, end = self._say(torch.cat([decoded, asked[..., self.width :]], dim=2))
        steps = -(-counts // self.each)
        after = self._correct(plain, self.each * steps)
        return Said(plain, after, end, torch.stack(weights, dim=1), steps)

    @torch.no_grad()
    def speak(self, letters: Tensor, told: Tensor, most: int) -> list[Tensor]:
        """Return frames that are said of texts, each of shape (frame, band).

        What the prenet drops, and when a clip ends, is drawn by torch's own state. An end is drawn
        by its probability: where one is likely soon but nowhere likely, none would ever come.

        Parameters
        ----------
        letters, told : Tensor
            As of `forward`.
        most : int
            Steps after which one ends at the latest.
        """
        memory, there = self.reader(letters, told)
        states, keys = self._begin(memory), self.attention.keys(memory)
        last = memory.new_zeros(len(letters), self.bands)
        hidden: Tensor | None = None
        said, ends = [], torch.full((len(letters),), most, device=memory.device)
        for step in range(most):
            heard = self._heard(last[:, None], told, dropping=True)[:, 0]
            states = self._ask(heard, states, memory, keys, there)
            asked = torch.cat(states[:2], dim=1)[:, None]
            decoded, hidden = self.decoder(asked, hidden)
            plain, end = self._say(torch.cat([decoded, asked[..., self.width :]], dim=2))
            said.append(plain)
            last = plain[:, -1]
            over = torch.rand_like(end[:, 0]) < end[:, 0].sigmoid()
            ends = torch.where(over & (ends == most), step + 1, ends)
            if bool((ends <= step + 1).all()):
                break
        plain, counts = torch.cat(said, dim=1), self.each * ends.clamp(max=len(said))
        after = self._correct(plain, counts)
        return [frames[:count] for frames, count in zip(after, counts.tolist(), strict=True)]

    def _heard(self, last: Tensor, told: Tensor, dropping: bool) -> Tensor:
        """Return features of the last frames, with the voice they are in."""
        x = last
        for layer in self.prenet:
            x = functional.dropout(torch.relu(layer(x)), _DROPPED, training=dropping)
        return x if self.voice is None else x + self.voice(told)[:, None]

    def _begin(self, memory: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the state that asks, what was read last, and the weights of attention so far."""
        n, letters, width = memory.shape
        first = functional.one_hot(
            torch.zeros(n, dtype=torch.int64, device=memory.device), letters
        ).to(memory)
        seen = torch.stack([first, torch.zeros_like(first)], dim=1)
        return memory.new_zeros(n, self.width), memory.new_zeros(n, width), seen

    def _ask(
        self,
        heard: Tensor,
        states: tuple[Tensor, Tensor, Tensor],
        memory: Tensor,
        keys: Tensor,
        there: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the states after one more step of reading."""
        asking, context, seen = states
        asking = self.asking(torch.cat([heard, context], dim=1), asking)
        weights = self.attention(asking, keys, there, seen)
        context = torch.bmm(weights[:, None], memory)[:, 0]
        return asking, context, torch.stack([weights, seen[:, 1] + weights], dim=1)

    def _say(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return frames, (batch, frame, band), and logits of the end, (batch, step)."""
        frames = self.frame(x)
        return frames.reshape(len(x), -1, self.bands), self.end(x)[..., 0]

    def _correct(self, plain: Tensor, counts: Tensor) -> Tensor:
        """Return frames after the last correction, which sees those around each."""
        there = torch.arange(plain.shape[1], device=plain.device) < counts[:, None]
        x = plain
        for convolution in self.corrections:
            x = convolution(x, there)
        return plain + self.corrected(x)
