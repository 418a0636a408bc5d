"""GPT: windows, exactness, cached drawing, prompts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from likely.autoregressive import GPT
from likely.core.errors import ParameterError
from likely.nets.choice import choose_token
from likely.nets.rng import seeded
from likely.nets.tokens import (
    NOTHING,
    draw_on,
    nats_of,
    next_token_loss,
    set_apart,
    spans,
    training_windows,
)
from likely.nets.transformer import Past, Transformer
from likely.testing.texts import sentences

CONTEXT = 8


@pytest.fixture(scope="module")
def model() -> GPT:
    settings = GPT.fast | {"width": 32, "context_length": 32, "budget": "300 steps"}
    return GPT(**settings).fit(sentences(200))


@pytest.fixture
def network() -> Transformer:
    with seeded(0):
        network = Transformer(7, 2, 16, 2, 0.0)
        for weight in network.parameters():
            torch.nn.init.normal_(weight, std=0.3)
    return network.eval().requires_grad_(False)


def likeliest(logits: torch.Tensor) -> torch.Tensor:
    return logits.argmax(dim=-1)


def uniform_draws(seed: int) -> Callable[[torch.Tensor], torch.Tensor]:
    rng = np.random.default_rng(seed)
    return lambda logits: choose_token(logits, torch.from_numpy(rng.random(len(logits))))


def test_spans_cover_every_token_once_with_half_a_window_behind_it() -> None:
    for count in range(1, 60):
        for context in (2, 7, 8):
            read = list(spans(count, context))
            covered = [i for _, first, stop in read for i in range(first, stop)]
            assert covered == list(range(count))
            assert all(stop - start <= context for start, _, stop in read)
            assert all(first - start >= context / 2 for start, first, _ in read[1:])


def test_windows_meet_every_token() -> None:
    stream = np.arange(53)
    stretches = training_windows([stream], CONTEXT)
    assert stretches.shape == (7, 2 * CONTEXT)
    for begin in range(CONTEXT):
        follow = stretches[:, begin + 1 : begin + CONTEXT + 1]
        met = follow[follow != NOTHING].tolist()
        assert met == list(range(begin + 1, 53))
    assert training_windows([np.arange(3)], CONTEXT).tolist() == [[0, 1, 2, *[NOTHING] * 13]]


def test_pieces_held_out_come_from_all_over_and_nothing_is_lost() -> None:
    stream = np.arange(10_000)
    learnt, unseen = set_apart(stream, 0.1, 10_000, CONTEXT)
    assert len(unseen) == 20
    assert sum(map(len, unseen)) == 1000
    assert sorted(np.concatenate([*learnt, *unseen]).tolist()) == stream.tolist()
    few, none = set_apart(stream[:50], 0.1, 10_000, CONTEXT)
    assert none == []
    assert few[0].tolist() == stream[:50].tolist()


def test_loss_of_windows_is_the_surprise_of_their_tokens(network: Transformer) -> None:
    tokens = np.random.default_rng(0).integers(0, 7, 2 * CONTEXT + 1)
    losses = next_token_loss(network, training_windows([tokens], CONTEXT))
    first = nats_of(network, [tokens[1 : CONTEXT + 1]], CONTEXT, int(tokens[0]))[0]
    assert float(losses[0]) == pytest.approx(first.mean(), rel=1e-5)


def test_later_tokens_do_not_change_what_is_foretold(network: Transformer) -> None:
    one = torch.tensor([[1, 2, 3, 4, 5, 6]])
    other = torch.tensor([[1, 2, 3, 6, 0, 0]])
    found, expected = network(one)[:, :3], network(other)[:, :3]
    torch.testing.assert_close(found, expected)
    assert not torch.allclose(network(one)[:, 3], network(other)[:, 3])


def test_only_distances_of_tokens_count(network: Transformer) -> None:
    past: Past = []
    network(torch.tensor([[1, 2, 3]]), past)
    keys, values = past[0]
    whole = network(torch.tensor([[1, 2, 3, 4]]))[:, -1]
    torch.testing.assert_close(network(torch.tensor([[4]]), past)[:, -1], whole)
    assert past[0][0].shape[2] == keys.shape[2] + 1 == values.shape[2] + 1


def test_drawing_with_a_memory_is_drawing_without(network: Transformer) -> None:
    """Each token, far beyond one window, is drawn from what scoring says of it."""
    begun = torch.tensor([[0, 1, 2], [0, 5, 5]])
    found = draw_on(network, begun, CONTEXT, 40, uniform_draws(3), None).clone()
    chances = np.random.default_rng(3)
    for length in range(3, 43):
        start = list(spans(length, CONTEXT))[-1][0]
        logits = network(found[:, start:length])[:, -1]
        expected = choose_token(logits, torch.from_numpy(chances.random(2)))
        assert found[:, length].tolist() == expected.tolist()


def test_drawn_tokens_have_the_probabilities_that_scoring_says(network: Transformer) -> None:
    """The mean surprise of what is drawn is the entropy, by another way of reckoning it."""
    begun = torch.zeros((4000, 1), dtype=torch.int64)
    drawn = draw_on(network, begun, 4, 12, uniform_draws(0), None).numpy()
    nats = np.array(nats_of(network, list(drawn[:, 1:]), 4, 0))  # (n, time)
    entropy = np.zeros(12)
    for at in range(12):
        start = list(spans(at + 1, 4))[-1][0]
        with torch.inference_mode():
            logits = network(torch.from_numpy(drawn[:, start : at + 1]))[:, -1]
        entropy[at] = float(torch.distributions.Categorical(logits=logits).entropy().mean())
    assert nats.mean(axis=0) == pytest.approx(entropy, abs=0.1)


def test_an_end_ends_a_sequence(network: Transformer) -> None:
    drawn = draw_on(network, torch.zeros((50, 1), dtype=torch.int64), 4, 30, uniform_draws(0), 3)
    for row in drawn[:, 1:].tolist():
        if 3 in row:
            assert set(row[row.index(3) + 1 :]) <= {NOTHING}
    assert (drawn == 3).any()


def test_choice_of_tokens() -> None:
    logits = torch.log(torch.tensor([[0.5, 0.3, 0.15, 0.05]])).repeat(2000, 1)
    chance = (torch.arange(2000) + 0.5) / 2000

    def shares(**settings: float | None) -> list[float]:
        drawn = choose_token(logits, chance, **settings)  # pyright: ignore[reportArgumentType]
        return [round(float((drawn == token).float().mean()), 3) for token in range(4)]

    assert shares() == [0.5, 0.3, 0.15, 0.05]
    assert shares(temperature=0) == [1, 0, 0, 0]
    assert shares(top_k=2) == shares(top_p=0.7) == [0.625, 0.375, 0, 0]
    assert shares(top_p=0.01) == [1, 0, 0, 0]
    assert shares(temperature=0.5)[0] == pytest.approx(0.25 / 0.365, abs=0.002)


def test_log_prob_is_of_the_text_and_its_end(model: GPT) -> None:
    """Lines one after the other have the probability of one text with newlines in it."""
    one, two = "the cat sees a tree", "a dog likes the sea"
    whole = model.log_prob([f"{one}\n{two}"])
    first = model.log_prob([one])
    assert whole < first
    model.set_params(oddness="likelihood")
    parts = model.contributions([f"{one}\n{two}"])[0]
    assert -parts.sum() == pytest.approx(whole[0], rel=1e-6)
    alone = model.contributions([one])[0]
    model.set_params(oddness="excess")
    assert parts[: len(one) + 1] == pytest.approx(alone, rel=1e-4, abs=1e-5)


def test_new_characters_are_very_surprising_and_finite(model: GPT) -> None:
    usual, strange = model.log_prob(["the cat sees a tree", "the cat sees a \u00fcree"])
    assert strange < usual - 2
    assert np.isfinite(strange)


@pytest.mark.parametrize("oddness", ["likelihood", "per_token", "excess"])
def test_long_texts_are_odd_by_likelihood_only(oddness: str) -> None:
    model = GPT(**GPT.fast, oddness=oddness).fit(sentences(100))
    short, long = model.score_samples(["the cat sees a tree", "\n".join(sentences(8, seed=3))])
    if oddness == "likelihood":
        assert long < 3 * short
    else:
        assert long > short - 3


def test_own_samples_are_as_likely_as_the_data(model: GPT) -> None:
    drawn = model.sample(200, seed=0)
    found, expected = map(np.median, map(model.log_prob, (drawn, sentences(200, seed=9))))
    assert found == pytest.approx(expected, abs=0.5)  # a slip is followed by more: means are worse


def test_texts_are_completed(model: GPT) -> None:
    prompts = ["the cat s", "my", "the dog s", "", "a dog likes the sea\nmy aunt"]
    found = model.complete(prompts, 30, seed=0)
    assert [text[: len(prompt)] for text, prompt in zip(found, prompts, strict=True)] == prompts
    assert [len(text) for text in found] == [len(prompt) + 30 for prompt in prompts]
    assert found == model.complete(prompts, 30, seed=0)
    assert found != model.complete(prompts, 30, seed=1)
    sure = model.complete("the cat s", 3, temperature=0)
    assert sure == model.complete(["the cat s"], 3, top_k=1, seed=5) == ["the cat sees"]


def test_whole_texts_end() -> None:
    texts = ["one\ntwo\nend", "one\ntwo\ntwo\nend"] * 40
    model = GPT(**GPT.fast).fit(texts)
    assert not model.schema_.lines
    drawn = model.complete(["one\n"] * 20, 100, seed=0)
    assert sum(text.endswith("end") for text in drawn) >= 15
    assert sum(text.endswith("end") for text in model.sample(20, seed=0)) >= 15


@pytest.mark.parametrize(
    "wrong", [{"n_tokens": -1}, {"temperature": -0.1}, {"top_k": 0}, {"top_p": 0.0}]
)
def test_wrong_ways_to_draw_are_named(model: GPT, wrong: dict[str, float]) -> None:
    name = next(iter(wrong))
    with pytest.raises(ParameterError, match=f"complete: {name} must be"):
        model.complete(["the"], **wrong)  # pyright: ignore[reportArgumentType]


def test_heads_must_share_the_width() -> None:
    with pytest.raises(ParameterError, match="width=10; 8 would do"):
        GPT(width=10, heads=4).fit(sentences())


def test_a_line_alone_scores_as_among_longer_ones(model: GPT) -> None:
    lines = [*sentences(5), " ".join(sentences(30)), "", "x" * 333]
    together = model.score_samples(lines)
    alone = np.concatenate([model.score_samples([line]) for line in lines])
    assert together == pytest.approx(alone, rel=1e-5, abs=1e-5)
