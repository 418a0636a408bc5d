"""Bits: of uniform noise, of texts, and shares with intervals."""

import numpy as np
import pytest

from likely.autoregressive import GPT, PixelCNN
from likely.core.errors import DataError, ParameterError
from likely.evaluation import bits_per_character, bits_per_dim, wilson_interval


def test_uniform_bytes_cost_eight_bits_in_probabilities_too() -> None:
    """Of flows, whose bits are those of densities, `tests/flows` says so."""
    noise = np.random.default_rng(0).integers(0, 256, size=(600, 4, 4)).astype(np.uint8)
    model = PixelCNN(layers=1, width=8, components=3, budget="150 steps", learning_rate=0.01)
    found = float(bits_per_dim(model.fit(noise[:500]).log_prob(noise[500:]).mean(), 16))
    assert 7.98 < found < 8.3  # below 8 is impossible


def test_uniform_letters_cost_their_bits_and_those_of_ends() -> None:
    letters = np.random.default_rng(0).choice(list("abcd"), size=(300, 20))
    texts = ["".join(word) for word in letters]
    model = GPT(**GPT.fast).fit(texts[:200])
    found = bits_per_character(model.log_prob(texts[200:]), texts[200:])
    bits = np.concatenate(list(model.bits(texts[200:])))
    assert found == pytest.approx(bits.sum() / 2000)
    assert 1.9 < found < 3.0


def test_texts_without_numbers_or_characters_are_refused() -> None:
    with pytest.raises(DataError, match="2 texts with 3 characters"):
        bits_per_character([-1.0], ["ab", "c"])
    with pytest.raises(DataError, match="0 characters"):
        bits_per_character([-1.0], [""])


@pytest.mark.parametrize("share", [0.02, 0.3, 0.5])
def test_intervals_of_shares_hold_the_share(share: float) -> None:
    counts = np.random.default_rng(0).binomial(150, share, size=1000)
    ends = [wilson_interval(count / 150, 150, level=0.9) for count in counts]
    assert 0.85 < np.mean([low <= share <= high for low, high in ends]) < 0.95


def test_intervals_at_the_ends_and_bad_arguments() -> None:
    assert wilson_interval(0.0, 10)[0] == 0.0
    assert wilson_interval(0.0, 10)[1] == pytest.approx(0.2775, abs=1e-3)
    assert wilson_interval(1.0, 10)[1] == 1.0
    for arguments in ((1.1, 10), (0.5, 0)):
        with pytest.raises(ParameterError, match="share"):
            wilson_interval(*arguments)
    with pytest.raises(ParameterError, match="level"):
        wilson_interval(0.5, 10, level=1.0)
