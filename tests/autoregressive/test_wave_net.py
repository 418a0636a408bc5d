"""WaveNet: causality, cached drawing beside naive drawing, stretches, completion, conditions."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.special import softmax

from likely.autoregressive import WaveNet
from likely.core.errors import DataError, ParameterError
from likely.data.sound import END
from likely.nets import stretches
from likely.nets.remains import statistics
from likely.nets.stretches import cut, foretold, nats_of, next_token_loss, packed, training_rows
from likely.nets.wave_network import Stream, WaveNetwork
from likely.nets.wave_steps import GuidedSteps, Steps, choose, draw_on
from likely.persistence import load_model, save_model
from likely.testing.clips import planted_tones, tones

LENGTHS = (300, 17, 150, 1)


@pytest.fixture(scope="module")
def network() -> WaveNetwork:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        built = WaveNetwork(END + 1, 2, 5, 16, 24, longest=300, given=3)
        with torch.no_grad():
            for weight in built.parameters():
                weight.add_(0.1 * torch.randn_like(weight))
    return built.eval()


@pytest.fixture(scope="module")
def sequences() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, END, length).astype(np.int32) for length in LENGTHS]


@pytest.fixture(scope="module")
def given() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(len(LENGTHS), 3)).astype(np.float32)


@pytest.fixture(scope="module")
def model() -> WaveNet:
    return fitted()


@pytest.fixture(scope="module")
def told_model() -> WaveNet:
    clips = [*tones(40), *(clip[::-1] for clip in tones(40))]
    told = ["forwards"] * 40 + ["backwards"] * 40
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return WaveNet(**WaveNet.fast).fit(clips, condition=told)  # pyright: ignore


def fitted(**settings: object) -> WaveNet:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return WaveNet(**{**WaveNet.fast, **settings}).fit(tones())  # pyright: ignore


def logits(network: WaveNetwork, read: np.ndarray, given: np.ndarray | None) -> np.ndarray:
    """Return the logits behind every token, of a sequence read from its beginning."""
    place = torch.arange(len(read))
    told = None if given is None else torch.from_numpy(given)[:, None].expand(-1, len(read))
    with torch.inference_mode():
        return network(Stream(torch.from_numpy(read).long(), place, place, told)).numpy()


@pytest.mark.parametrize("place", [0, 40, 119])
def test_a_value_is_foretold_from_exactly_as_many_as_are_stated(
    network: WaveNetwork, place: int
) -> None:
    read = torch.randperm(END)[:120]  # each token once, so that a gradient is one of its place
    time, told = torch.arange(120), torch.zeros(3, 120)
    assert network.reach == 63
    for behind in (place - 1, place, place + 62, place + 63):
        if 0 <= behind < 120:
            network.zero_grad()
            network(Stream(read, time, time, told))[behind].sum().backward()
            felt = network.embedding.weight.grad
            assert felt is not None
            assert bool(felt[read[place]].any()) == (0 <= behind - place < network.reach)


@pytest.mark.parametrize("at_once", [8_192, 40])
def test_where_sequences_are_cut_does_not_matter(
    network: WaveNetwork,
    sequences: list[np.ndarray],
    given: np.ndarray,
    at_once: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stretches, "_AT_ONCE", at_once)
    found = nats_of(network, sequences, END, given)
    for tokens, told, nats in zip(sequences, given, found, strict=True):
        out = logits(network, np.append(END, tokens[:-1]), told)
        log_p = out - np.log(np.exp(out).sum(axis=1, keepdims=True))
        np.testing.assert_allclose(nats, -log_p[np.arange(len(tokens)), tokens], atol=1e-5)


def test_rows_foretell_every_token_once(network: WaveNetwork, sequences: list[np.ndarray]) -> None:
    rows = training_rows(sequences, 32, network.reach, END, range(len(sequences)))
    follow, number = rows[:, 1], rows[:, 4]
    for i, tokens in enumerate(sequences):
        here = (number == i) & (follow >= 0)
        place = rows[:, 3][here].numpy()
        assert sorted(place) == list(range(len(tokens)))
        np.testing.assert_array_equal(tokens[place], follow[here].numpy())


def test_rows_are_filled_and_overfilled_by_no_stretch() -> None:
    lengths = np.random.default_rng(0).integers(1, 90, 200).tolist()
    groups = packed(cut(lengths, 64, 16), 128)
    sizes = [sum(stretch.stop - stretch.begin for stretch in group) for group in groups]
    assert max(sizes) <= 128
    assert np.mean(sizes[:-1]) > 120


def test_the_loss_of_rows_is_the_nats_of_scoring(
    network: WaveNetwork, sequences: list[np.ndarray], given: np.ndarray
) -> None:
    rows = training_rows(sequences, 40, network.reach, END, range(len(sequences)))
    with torch.inference_mode():
        by_row = next_token_loss(network, rows, torch.from_numpy(given)).numpy()
    counts = (rows[:, 1] >= 0).sum(dim=1).numpy()
    total = sum(nats.sum() for nats in nats_of(network, sequences, END, given))
    np.testing.assert_allclose((by_row * counts).sum(), total, rtol=1e-5)


def test_steps_equal_what_is_computed_anew(
    network: WaveNetwork, sequences: list[np.ndarray], given: np.ndarray
) -> None:
    steps, read = Steps(network, len(sequences), given), np.full(len(sequences), END)
    found = []
    for place in range(max(LENGTHS)):
        found.append(steps.step(read))
        read = np.array([tokens[place] if place < len(tokens) else 0 for tokens in sequences])
    for i, tokens in enumerate(sequences):
        expected = logits(network, np.append(END, tokens[:-1]), given[i])
        np.testing.assert_allclose(
            np.array(found)[: len(tokens), i], expected, atol=1e-4, rtol=1e-4
        )


def test_when_a_sequence_ends_has_weights_of_its_own_by_what_is_given() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        built = WaveNetwork(END + 1, 1, 2, 4, 4, longest=4_000, given=2)
    read, early, later = np.zeros(3_000, int), slice(0, 1_000), slice(2_000, 3_000)
    first, second = np.eye(2, dtype=np.float32)
    before = [logits(built, read, given) for given in (first, second)]
    assert built.ends is not None
    with torch.no_grad():
        built.ends.weight.view(built.moments, 2)[10:, 0] = 5.0  # from 1,412 values on
    after = [logits(built, read, given) for given in (first, second)]
    np.testing.assert_allclose(after[0][later, END] - before[0][later, END], 5.0, atol=1e-4)
    after[0][later, END] = before[0][later, END]
    np.testing.assert_allclose(after[0][later], before[0][later])
    np.testing.assert_allclose(after[0][early], before[0][early])
    np.testing.assert_allclose(after[1], before[1])


def test_drawing_equals_naive_drawing(network: WaveNetwork, given: np.ndarray) -> None:
    begun = [np.array([5, 99, 200]), np.empty(0, int)]
    chances = np.random.default_rng(0).random((100, 2))
    turn = iter(chances)
    found = draw_on(
        Steps(network, 2, given[:2]),
        begun,
        [80, 80],
        END,
        END,
        lambda out: choose(out, next(turn), 1.0),
    )
    for i, start in enumerate(begun):
        ids = list(start)
        while len(ids) < len(start) + 80 and (len(ids) == len(start) or ids[-1] != END):
            out = logits(network, np.array([END, *ids]), given[i])[-1:]
            ids.append(int(choose(out, chances[len(ids), i : i + 1], 1.0)[0]))
        assert found[i].tolist() == ids[len(start) :]


def test_temperature_sharpens_and_zero_takes_the_likeliest() -> None:
    out = np.log(np.array([[0.18, 0.45, 0.27, 0.1]], np.float32))
    chances = np.linspace(0, 1, 2_000, endpoint=False)
    many = np.repeat(out, len(chances), axis=0)
    shares = np.bincount(choose(many, chances, 1.0)) / len(chances)
    np.testing.assert_allclose(shares, [0.18, 0.45, 0.27, 0.1], atol=2e-3)
    squares = np.bincount(choose(many, chances, 0.5)) / len(chances)
    np.testing.assert_allclose(squares[:-1], 0.9 * np.array([4, 25, 9]) / 38, atol=2e-3)
    assert abs(squares[-1] - 0.1) < 2e-3  # the end comes as often at any temperature
    assert (choose(many, chances, 0.0) == 1).all()


def test_clips_go_on_as_they_began(model: WaveNet) -> None:
    begun = [clip[:20] for clip in tones(3, seed=9)]
    found = model.complete(begun, 30, seed=0)
    for clip, start in zip(found, begun, strict=True):
        assert 20 <= len(clip) <= 50
        np.testing.assert_allclose(clip[:20], start, atol=0.02)
    again = model.complete(begun, 30, seed=0)
    assert all(np.array_equal(a, b) for a, b in zip(found, again, strict=True))
    assert [len(clip) for clip in model.complete(begun, 0)] == [20, 20, 20]
    quiet = model.complete(begun[:1], 30, temperature=0.0, seed=1)
    assert np.array_equal(quiet[0], model.complete(begun[:1], 30, temperature=0.0, seed=2)[0])
    with pytest.raises(ParameterError, match="temperature"):
        model.complete(begun, 30, temperature=-1)
    with pytest.raises(ParameterError, match="n_values"):
        model.complete(begun, -1)


def test_whole_numbers_are_learnt_and_drawn_as_such() -> None:
    clips = [np.rint(3_000 * clip).astype(np.int16) for clip in tones()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = WaveNet(**WaveNet.fast).fit((16_000, clips))  # pyright: ignore
    drawn = model.sample(3, seed=0)
    assert {clip.dtype for clip in drawn} == {np.dtype(np.int16)}
    assert 300 < max(np.abs(clip.astype(int)).max() for clip in drawn) <= 4_096
    with pytest.raises(DataError, match="8,000"):
        model.score_samples((8_000, clips))


@pytest.mark.parametrize("oddness", ["likelihood", "per_token", "excess", "states"])
def test_every_oddness_finds_crackle_and_says_where(oddness: str) -> None:
    model = fitted(oddness=oddness)
    clips, labels, _ = planted_tones()
    scores = model.score_samples(clips)
    assert np.median(scores[labels == 1]) < np.quantile(scores[labels == 0], 0.1)
    totals = [part.sum() for part in model.contributions(clips)]
    np.testing.assert_allclose(totals, -scores, rtol=1e-4)


def test_a_pure_tone_is_likely_and_odd_all_the_same(model: WaveNet) -> None:
    pure = [0.3 * np.sin(2 * np.pi * np.arange(64) / period) for period in (20, 24, 32)]
    usual = model.score_samples(tones(20, seed=3))
    assert (model.score_samples(pure) < usual.min()).all()


def test_what_is_left_is_white_of_what_was_learnt(model: WaveNet) -> None:
    left = model._remains(model.schema_.features(model.schema_.match(tones(40, seed=4))))
    found = statistics(left)
    assert found.shape == (40, 26)
    assert np.abs(found[:, 16:24].mean(axis=0)).max() < 0.25  # errors together with earlier ones
    assert abs(np.mean([nats.sum() - expected.sum() for nats, expected, _ in left])) < 30


def test_scores_are_the_same_whatever_else_is_read(model: WaveNet) -> None:
    clips = [*tones(3), np.zeros(0), np.concatenate(tones(150))]
    together = model.log_prob(clips)
    alone = [model.log_prob([clip])[0] for clip in clips]
    np.testing.assert_allclose(together, alone, rtol=1e-5)


def test_conditions_are_kept_in_files_and_heard_in_completions(
    told_model: WaveNet, tmp_path: Path
) -> None:
    model = told_model
    save_model(model, tmp_path / "m.likely")
    loaded = load_model(tmp_path / "m.likely")
    assert isinstance(loaded, WaveNet)
    new = tones(6, seed=5)
    found, expected = (one.log_prob(new, "forwards") for one in (loaded, model))
    assert found.tobytes() == expected.tobytes()
    none = [np.zeros(0)] * 4
    first, second = (
        model.complete(none, 60, seed=0, condition=said) for said in ("forwards", "backwards")
    )
    assert not all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    with pytest.raises(DataError, match="condition"):
        model.complete(none, 60)


def test_guided_steps_weigh_two_readings(network: WaveNetwork) -> None:
    told = np.random.default_rng(2).normal(size=(2, 3)).astype(np.float32)
    read = np.random.default_rng(3).integers(0, END, (20, 2))
    steps = GuidedSteps(network, told, 2.5)
    found = np.array([steps.step(tokens) for tokens in read])
    for i in range(2):
        with_it = logits(network, read[:, i], told[i])
        without = logits(network, read[:, i], np.zeros(3, np.float32))
        ends = softmax(with_it, axis=1)[:, -1]
        np.testing.assert_allclose(np.exp(found[:, i, -1]), ends, rtol=1e-3)
        levels = (
            softmax(2.5 * with_it[:, :-1] - 1.5 * without[:, :-1], axis=1) * (1 - ends)[:, None]
        )
        np.testing.assert_allclose(np.exp(found[:, i, :-1]), levels, atol=1e-3)


def test_guided_clips_are_more_clearly_what_was_asked_for(told_model: WaveNet) -> None:
    none, words = [np.zeros(0)] * 32, ("forwards", "backwards")

    def clearness(said: str, guidance: float) -> float:
        drawn = told_model.complete(none, 60, seed=0, condition=said, guidance=guidance)
        for_it, against = sorted(words, key=said.__ne__)
        return float(
            (told_model.log_prob(drawn, for_it) - told_model.log_prob(drawn, against)).mean()
        )

    for said in words:
        assert clearness(said, 4.0) > clearness(said, 1.0) + 3
    plain, again = (
        told_model.complete(none[:3], 30, seed=1, condition="forwards", **more)
        for more in ({}, {"guidance": 1.0})
    )
    assert all(np.array_equal(a, b) for a, b in zip(plain, again, strict=True))


def test_guidance_needs_conditions_that_were_withheld(model: WaveNet) -> None:
    with pytest.raises(ParameterError, match="withheld"):
        model.complete([np.zeros(0)], 10, guidance=2.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        always_told = WaveNet(**{**WaveNet.fast, "withheld": 0.0, "budget": "2 steps"})  # pyright: ignore
        always_told.fit(tones(8), condition=["a", "b"] * 4)
    with pytest.raises(ParameterError, match="withheld"):
        always_told.complete([np.zeros(0)], 10, condition="a", guidance=2.0)
    with pytest.raises(ParameterError, match="guidance"):
        always_told.complete([np.zeros(0)], 10, condition="a", guidance=-1.0)


def test_a_network_of_ones_own_is_read_as_far_as_it_looks() -> None:
    own = WaveNetwork(END + 1, 1, 3, 8, 8, longest=100)
    model = fitted(network=own, budget="20 steps")
    assert model.network_.reach == 8
    assert model.network_ is not own
    assert np.isfinite(model.score_samples(tones(3))).all()


def test_only_weights_and_statistics_are_kept_of_a_fit(model: WaveNet) -> None:
    assert not {"_whom", "_course"} & set(vars(model))
    parts = list(foretold(model.network_, [np.array([1, 2, END])], END, None))
    assert [len(tokens) for _, _, tokens, _ in parts] == [3]
