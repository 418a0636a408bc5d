"""Networks and trees that learn tables of two columns: how they draw, and where they fail."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from figures import draws, energies, maps, restored, toys
from figures.figure import Figure
from figures.maps import Made

_LITTLE, _SOME = {"budget": "200 steps"}, {"budget": "400 steps"}
_FLOW = {"hidden": (32, 32), "layers": 4, "budget": "200 steps"}
_SPLINES = {"hidden": (32, 32), "layers": 2, "budget": "150 steps"}
_PLAYERS = {"hidden": (32, 32), "budget": "500 steps"}
_DIFFUSION = {"hidden": (64, 64), "budget": "700 steps"}
_TREES: Made = ("SequentialTrees", {})
_MIXTURE: Made = ("GaussianMixture", {})

_BRIDGES = (
    "One cloud is bent into the shape of the data and cannot be torn, so that thin bridges of "
    "rows join groups that are apart."
)

# what draws rows: on which toy it is at home, and how it is told
_IDEAS: dict[str, tuple[dict[str, Any], Callable[[], toys.Toy], str]] = {
    "VAE": ({**_SOME, "latent": 2}, toys.related, "Codes are drawn from a normal law and decoded."),
    "MADE": (_SOME, toys.curve, "The first column is drawn, and the second given the first."),
    "AnyOrder": (_LITTLE, toys.groups, "A column is drawn given any others, in any order."),
    "SequentialTrees": ({}, toys.pairs, "A column is drawn from a leaf of a tree of the others."),
    "GaussianCopula": ({}, toys.related, "Columns are bent to bell curves, which are correlated."),
    "MaskedAutoregressiveFlow": (_FLOW, toys.curve, "Noise is bent by one column after another."),
    "NeuralSplineFlow": (_SPLINES, toys.curve, "Noise is bent by splines, column by column."),
    "NICE": (_FLOW, toys.related, "Noise is sheared, again and again, and volumes stay."),
    "RealNVP": (_FLOW, toys.curve, "Noise is scaled and shifted, one column by the other."),
    "BoltzmannMachine": (_LITTLE, toys.related, "Units that are tied in pairs take turns."),
    "DeepBeliefNetwork": (_LITTLE, toys.related, "Chains in the uppermost layer, and then down."),
    "RBM": (_LITTLE, toys.related, "Seen and hidden units take turns, in chains."),
    "GAN": (_PLAYERS, toys.far, "Noise becomes rows that a judge takes for real."),
    "WGAN": (_PLAYERS, toys.far, "A critic says how far drawn rows are off."),
    "DDPM": (_DIFFUSION, toys.curve, "Noise is taken away step by step."),
    "FlowMatching": (_DIFFUSION, toys.curve, "Noise flows along paths that are nearly straight."),
}

# what fails, what does better, on which toy, how it is told, and what is to be seen if not strays
_FAILURES: dict[str, tuple[Made, Made, Callable[[], toys.Toy], str, *tuple[Any, ...]]] = {
    "VAE": (
        ("VAE", _SOME),
        _MIXTURE,
        toys.groups,
        "Codes of different groups leave holes between them, and what is drawn there is decoded "
        "to rows between groups.",
    ),
    "MADE": (
        ("MADE", {**_SOME, "components": 1}),
        ("MADE", {**_SOME, "components": 5}),
        toys.pairs,
        "With one Gaussian a column, two heights of a column become one broad one.",
    ),
    "AnyOrder": (
        ("AnyOrder", _LITTLE),
        _MIXTURE,
        toys.narrow,
        "Numbers are drawn in pieces, so a sharp relation is followed in blocks.",
    ),
    "SequentialTrees": (
        _TREES,
        _MIXTURE,
        toys.narrow,
        "Leaves know pieces and no slopes, so a straight relation is followed in steps.",
    ),
    "GaussianCopula": (
        ("GaussianCopula", {}),
        _TREES,
        toys.curve,
        "A relation that falls and then rises has no correlation, and is not seen.",
    ),
    "MaskedAutoregressiveFlow": (
        ("MaskedAutoregressiveFlow", _FLOW),
        _MIXTURE,
        toys.groups,
        _BRIDGES,
    ),
    "NeuralSplineFlow": (("NeuralSplineFlow", _SPLINES), _MIXTURE, toys.groups, _BRIDGES),
    "NICE": (
        ("NICE", _FLOW),
        _MIXTURE,
        toys.groups,
        "Volumes stay as they are, so that one cloud cannot be thinned to nothing between groups.",
    ),
    "RealNVP": (("RealNVP", _FLOW), _MIXTURE, toys.groups, _BRIDGES),
    "BoltzmannMachine": (
        ("BoltzmannMachine", _LITTLE),
        _MIXTURE,
        toys.ring,
        "Without hidden units there are relations of pairs only, and a ring becomes a cloud.",
    ),
    "DeepBeliefNetwork": (
        ("DeepBeliefNetwork", {**_LITTLE, "draw_steps": 1}),
        _MIXTURE,
        toys.groups,
        "Chains that take few steps stay near where they began.",
    ),
    "RBM": (
        ("RBM", _LITTLE),
        _MIXTURE,
        toys.groups,
        "Far groups do not mix: chains learn bridges, or stay in some of the groups.",
    ),
    "GAN": (
        ("GAN", _PLAYERS),
        _MIXTURE,
        toys.groups,
        "The generator needs to please the judge only: nothing makes it cover all groups, "
        "and after a short training some get no rows.",
        draws.missed,
    ),
    "WGAN": (
        ("WGAN", _PLAYERS),
        _MIXTURE,
        toys.groups,
        "The critic is smooth, and so is the generator: rows are drawn on the way between groups.",
    ),
    "DDPM": (
        ("DDPM", {**_DIFFUSION, "sampling_steps": 2}),
        ("DDPM", {**_DIFFUSION, "sampling_steps": 25}),
        toys.groups,
        "With too few steps noise is taken away in leaps, which end between groups.",
    ),
    "FlowMatching": (
        ("FlowMatching", {**_DIFFUSION, "sampling_steps": 1, "sampler": "ddim"}),
        ("FlowMatching", {**_DIFFUSION, "sampling_steps": 15}),
        toys.curve,
        "Paths are nearly straight and not quite: one step goes to the mean of where they lead.",
    ),
}


def _idea(name: str) -> Figure:
    parameters, toy, said = _IDEAS[name]
    return draws.idea((name, parameters), toy(), said)


def _failure(name: str) -> Figure:
    made, better, toy, *said = _FAILURES[name]
    return draws.failure(made, better, toy(), *said)


def _map_idea(name: str, parameters: dict[str, Any], said: str) -> Figure:
    return maps.idea((name, parameters), toys.curve(), said)


DRAWN: dict[str, tuple[Callable[[], Figure], Callable[[], Figure]]] = {
    **{name: (partial(_idea, name), partial(_failure, name)) for name in _IDEAS},
    "Autoencoder": (
        partial(
            _map_idea,
            "Autoencoder",
            {"latent": 1, **_SOME},
            "Rows are restored from one number; what cannot be is odd.",
        ),
        lambda: maps.failure(
            ("Autoencoder", {"latent": 1, "oddness": "error", **_SOME}),
            ("KNN", {}),
            toys.beyond(),
            "What lies beyond the rows, and in line with them, is restored as well as they are.",
        ),
    ),
    "DenoisingAutoencoder": (restored.denoising_idea, restored.denoising_failure),
    "BetaVAE": (
        lambda: maps.idea(
            ("BetaVAE", {"latent": 1, **_SOME}),
            toys.related(),
            "One number is enough of a code for two columns that go together.",
        ),
        restored.beta_failure,
    ),
    "VQVAE": (restored.codes_idea, restored.codes_failure),
    "EnergyModel": (energies.idea, energies.failure),
    "AnoGAN": (
        lambda: maps.idea(
            ("AnoGAN", {"budget": "400 steps", "descent_steps": 15}),
            toys.far(),
            "A row is as odd as the most similar one that the generator can draw is far.",
        ),
        lambda: maps.failure(
            ("AnoGAN", {"budget": "400 steps", "descent_steps": 15}),
            ("KNN", {}),
            toys.groups(),
            "Between groups that it joins by bridges the generator can draw what is odd.",
        ),
    ),
}
