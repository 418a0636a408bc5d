"""Members see windows, as rows or as short series; moments have the mean of theirs."""

from __future__ import annotations

import numpy as np
import pytest

from likely.autoencoders import ConvolutionalAutoencoder
from likely.core.errors import ParameterError
from likely.detectors import KNN, PCA
from likely.series import Panel, Windowed
from likely.series import windowed as module
from likely.series.windows import cut_windows, mean_over_cover

TIME = np.arange(900)
RNG = np.random.default_rng(0)
PAIR = np.column_stack([np.sin(TIME / 5), np.cos(TIME / 5)]) + 0.1 * RNG.normal(size=(900, 2))


def _odd() -> np.ndarray:
    odd = PAIR.copy()
    odd[700:720, 1] *= -1
    return odd


def test_steps_have_the_mean_of_what_the_member_says_of_their_windows() -> None:
    model = Windowed(PCA(), length=16, hop=5).fit(PAIR[:600])
    z = (PAIR - PAIR[:600].mean(axis=0)) / PAIR[:600].std(axis=0)
    learnt = cut_windows(z, np.arange(0, 600 - 15, 4), 16)
    starts = np.append(np.arange(0, 900 - 15, 5), 884)
    scores = PCA().fit(learnt).score_samples(cut_windows(z, starts, 16))
    expected = mean_over_cover(scores, starts, 16, 900)
    np.testing.assert_allclose(model.score_samples(PAIR), expected, rtol=1e-8)


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Windowed("PCA", length=16).fit(PAIR)
    whole = model.score_samples(PAIR)
    monkeypatch.setattr(module, "_MOST_VALUES", 100)
    np.testing.assert_allclose(model.score_samples(PAIR), whole, rtol=1e-9)


def test_a_member_of_series_sees_channels_and_time() -> None:
    member = ConvolutionalAutoencoder(latent=2, widths=(4,), budget="40 steps")
    model = Windowed(member, length=16).fit(PAIR[:600])
    assert model.members_[0].schema_.full_shape == (2, 16)
    assert not hasattr(member, "schema_")  # it was copied
    assert 680 < model.score_samples(_odd()).argmin() < 740


def test_a_named_member_has_the_seed_and_one_given_its_own() -> None:
    assert Windowed("KNN", seed=7).fit(PAIR).members_[0].seed == 7
    assert Windowed(KNN(seed=3), seed=7).fit(PAIR).members_[0].seed == 3


@pytest.mark.parametrize("member", ["Panel", "GPT", Panel()])
def test_members_that_see_no_windows_are_refused(member: str | Panel) -> None:
    with pytest.raises(ParameterError, match="must learn from tables or from series"):
        Windowed(member).fit(PAIR)


def test_few_windows_of_a_long_series_are_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_WINDOWS", 50)
    assert len(Windowed("KNN", length=16).fit(PAIR).members_[0].training_scores_) == 50
