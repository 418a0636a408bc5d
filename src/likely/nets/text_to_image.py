"""The networks of Stable Diffusion (Rombach et al., 2022), and what each does.

A reader makes numbers of texts, an autoencoder makes small codes of images and images of codes, and
a U-Net takes noise off codes given what was read. That is a `Denoise` as the samplers and sums of
likely know them; `likely.nets.diffusers_folder` gets the networks from a folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from likely.core.errors import DataError
from likely.nets import noise
from likely.nets.denoising import Denoise

_GREY, _HALF = 0.5, 2.0  # of values in [0, 1], as the autoencoder sees them: in [-1, 1]


@dataclass(frozen=True)
class Pretrained:
    """The networks of one folder, which compute in float32.

    Parameters
    ----------
    tokenizer, text_encoder, unet, vae : object
        As transformers and diffusers read them.
    levels : ndarray of shape (time,)
        Rising noise levels, of codes whose spread is about 1.
    path : Path
        What the U-Net foretells.
    checker, looker : object or None
        What blackens images it finds improper, and what makes images ready for it, if the folder
        has them.
    """

    tokenizer: Any
    text_encoder: Any
    unet: Any
    vae: Any
    levels: np.ndarray
    path: noise.Path
    checker: Any = None
    looker: Any = None

    @property
    def longest(self) -> int:
        """Tokens of a text as the reader sees it: a start, an end, and what is between."""
        return int(self.text_encoder.config.max_position_embeddings)

    @property
    def shrinks(self) -> int:
        """How many pixels in a row there are for one place of a code."""
        return 2 ** (len(self.vae.config.block_out_channels) - 1)

    @property
    def side(self) -> tuple[int, int]:
        """Height and width of the images learnt, in pixels."""
        size = self.unet.config.sample_size
        height, width = size if isinstance(size, (list, tuple)) else (size, size)
        return height * self.shrinks, width * self.shrinks

    @property
    def channels(self) -> int:
        """Channels of a code."""
        return int(self.unet.config.in_channels)

    def to(self, device: torch.device) -> None:
        """Move the networks."""
        for network in (self.text_encoder, self.unet, self.vae, self.checker):
            if network is not None:
                network.to(device)

    def tokens(self, texts: Sequence[str]) -> np.ndarray:
        """Return numbers of the tokens of texts, (n, longest), or raise `DataError`."""
        for text in texts:
            found = len(self.tokenizer(text, verbose=False).input_ids)
            if found > self.longest:
                raise DataError(
                    f"The prompt {text[:60]!r} has {found - 2:,} tokens, and at most "
                    f"{self.longest - 2:,} are read. Say it in fewer words."
                )
        padded = self.tokenizer(list(texts), padding="max_length", max_length=self.longest)
        return np.array(padded.input_ids, dtype=np.int64)

    def read(self, tokens: Tensor) -> Tensor:
        """Return what the U-Net attends to of texts, (n, longest, width)."""
        return self.text_encoder(tokens.long())[0]

    def denoise(self, said: Tensor) -> Denoise:
        """Return what takes noise off codes of images that texts speak of.

        Parameters
        ----------
        said : Tensor of shape (n, longest, width)
            As from `read`.
        """
        rising = np.log(self.levels)

        def denoise(x: Tensor, level: float) -> Tensor:
            mixture = self.path.at(torch.tensor(level, dtype=torch.float64))
            time = float(np.interp(np.log(level), rising, np.arange(len(rising))))
            seen = mixture.signal * x
            at = torch.tensor(time, dtype=torch.float32, device=x.device)
            foretold = self.unet(seen.float(), at, encoder_hidden_states=said).sample
            return self.path.sample(mixture, seen, foretold.to(x))

        return denoise

    def encode(self, images: Tensor) -> Tensor:
        """Return the codes of images with values in [0, 1], of a spread of about 1."""
        found = self.vae.encode(_HALF * (images.float() - _GREY)).latent_dist.mode()
        return found * self.vae.config.scaling_factor

    def decode(self, codes: Tensor) -> Tensor:
        """Return the images that codes stand for, with values in [0, 1]."""
        found = self.vae.decode(codes.float() / self.vae.config.scaling_factor).sample
        return (found / _HALF + _GREY).clamp(0, 1)

    def proper(self, images: Tensor) -> Tensor:
        """Return images, those black that the folder's checker finds improper."""
        if self.checker is None:
            return images
        shades = (images * 255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
        ready = self.looker(images=list(shades), return_tensors="pt").pixel_values
        return self.checker(clip_input=ready.to(images), images=images.clone())[0]
