"""Equal weights give the densities of zuko's flows."""

import numpy as np
import pytest
import torch
import zuko
from torch import Tensor, nn

from likely.nets.bijections import Chain, Gaussianised
from likely.nets.conditioners import Autoregressive, Coupling, autoregressive, couplings
from likely.nets.univariate import Affine, Spline, Univariate

WIDTH = 5


def moved(network: nn.Module) -> nn.Module:
    """Return a network in double precision whose weights are no longer at rest."""
    generator = torch.Generator().manual_seed(0)
    for parameter in network.parameters():
        parameter.data += 0.3 * torch.randn(parameter.shape, generator=generator)
    return network.double().eval()


def as_theirs(univariate: Univariate, raw: Tensor) -> torch.distributions.Transform:
    """Return zuko's map with the same parameters."""
    if isinstance(univariate, Affine):
        return zuko.transforms.MonotonicAffineTransform(raw[..., 0], raw[..., 1])
    assert isinstance(univariate, Spline)
    k = univariate.bins
    return zuko.transforms.MonotonicRQSTransform(*raw.split([k, k, k - 1], dim=-1), bound=5.0)


def theirs(flow: Gaussianised) -> zuko.distributions.NormalizingFlow:
    """Return zuko's flow whose maps are steered by the same networks."""
    parts = []
    for part in flow.bijection.parts:
        if isinstance(part, Autoregressive):

            def meta(x: Tensor, part: Autoregressive = part) -> torch.distributions.Transform:
                return zuko.transforms.DependentTransform(
                    as_theirs(part.univariate, part.raw(x)), 1
                )

            parts.append(zuko.transforms.AutoregressiveTransform(meta, passes=WIDTH))
        elif isinstance(part, Coupling):

            def told(stay: Tensor, part: Coupling = part) -> torch.distributions.Transform:
                x = torch.zeros(*stay.shape[:-1], WIDTH, dtype=stay.dtype)
                raw = part.raw(x.index_copy(-1, part.stay, stay))
                return zuko.transforms.DependentTransform(as_theirs(part.univariate, raw), 1)

            mask = torch.zeros(WIDTH, dtype=torch.bool)
            mask[part.stay] = True
            parts.append(zuko.transforms.CouplingTransform(told, mask))
    base = zuko.distributions.DiagNormal(torch.zeros(WIDTH).double(), torch.ones(WIDTH).double())
    return zuko.distributions.NormalizingFlow(zuko.transforms.ComposedTransform(*parts), base)


@pytest.mark.parametrize("univariate", [Affine(), Spline(8)], ids=["affine", "spline"])
@pytest.mark.parametrize("maps", [autoregressive, couplings])
def test_log_prob_is_that_of_zuko(maps, univariate: Univariate) -> None:
    torch.manual_seed(0)
    ours = moved(Gaussianised(Chain(maps(WIDTH, 3, univariate, (16, 16)))))
    x = torch.from_numpy(np.random.default_rng(0).normal(size=(200, WIDTH)) * 1.5)
    with torch.no_grad():
        found, expected = ours.log_prob(x), theirs(ours).log_prob(x)
    assert float((found - expected).abs().max()) < 1e-5
    assert float(expected.std()) > 0.5  # not the identity


@pytest.mark.parametrize("maps", [autoregressive, couplings])
def test_samples_are_those_of_zuko(maps) -> None:
    torch.manual_seed(0)
    ours = moved(Gaussianised(Chain(maps(WIDTH, 3, Spline(8), (16, 16)))))
    z = torch.from_numpy(np.random.default_rng(1).normal(size=(50, WIDTH)))
    with torch.no_grad():
        found, expected = ours.decode(z), theirs(ours).transform.inv(z)
    assert float((found - expected).abs().max()) < 1e-5
