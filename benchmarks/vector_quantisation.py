"""Measure whether a codebook is used, and what its bits are worth beside Gaussian codes.

`VQVAE` learns 8,000 pictures of Fashion-MNIST, 49 codes out of 128 each. Measured on 2,000 others:
the share of the codes in use, their perplexity, the mean squared error of restoring (pixels in
[0, 1]) and the bits of a picture, both as 49 times log2 128 and under the prior that was learnt.
Beside it stand variational autoencoders of the same convolutions at several weights of the
divergence: the bits of their codes are the mean divergence from the prior over log 2, which is what
sending a draw of the code costs, so their error is that of restoring from a draw. `equal bits`
is their error where the curve through them, straight in the logarithms, has the bits of the
codebook. Principal components at as many bits, 32 for each number, are the trivial baseline.

    python benchmarks/vector_quantisation.py           stores results/vector_quantisation.json
    python benchmarks/vector_quantisation.py 300       so many steps, nothing stored
"""

from __future__ import annotations

import sys
from time import process_time

import numpy as np
import torch
from sklearn.decomposition import PCA

import store
from likely.autoencoders import VQVAE, BetaVAE
from tables import DATA

STEPS, LEARNT, NEW = 800, 8_000, 2_000
CODES, WIDTHS, BATCH = 128, (32, 64), 64
BETAS = (0.003, 0.02, 0.1)


def main(steps: int) -> None:
    """Measure, print and store one row a model."""
    with np.load(DATA / "generative" / "fashion_mnist_20k_10k.npz") as file:
        learnt, new = file["x_train"][:LEARNT], file["x_test"][:NEW]
    budget = f"{steps} steps"
    start = process_time()
    model = VQVAE(codes=CODES, hidden=WIDTHS, batch_size=BATCH, budget=budget).fit(learnt)
    places = int(np.prod(model.encode(new[:1]).shape[1:]))
    used = np.unique(model.encode(new)).size / CODES
    rows = [
        _row("VQVAE", places * np.log2(CODES), _error(model.reconstruct(new), new), start)
        | {"bits_prior": round(model.bits_), "in_use": used, "perplexity": round(model.perplexity_)}
    ]
    curve = []
    for beta in BETAS:
        start = process_time()
        gaussian = BetaVAE(
            beta=beta, layers="convolutional", hidden=WIDTHS, latent=64, likelihood="gaussian",
            batch_size=BATCH, learning_rate=0.002, budget=budget,
        ).fit(learnt)  # fmt: skip
        bits, error = gaussian.divergences_.sum() / np.log(2), _error(_drawn(gaussian, new), new)
        curve.append((bits, error))
        rows.append(_row(f"BetaVAE {beta:g}", bits, error, start))
    bits, errors = np.log(np.array(sorted(curve))).T
    for name, equal in (("stored", places * np.log2(CODES)), ("prior", model.bits_)):
        if not bits[0] <= np.log(equal) <= bits[-1]:
            continue  # nothing measured on one side
        error = float(np.exp(np.interp(np.log(equal), bits, errors)))
        rows.append(_row(f"VAE at equal bits, {name}", equal, error, None))
    rows.append(components(learnt, new, rows[0]["bits"]))
    for row in rows:
        store.show(row)
    if steps == STEPS:
        store.save("vector_quantisation", rows, steps=steps, pictures=LEARNT)


def components(learnt: np.ndarray, new: np.ndarray, bits: float) -> dict:
    """Return the error of as many principal components as have the bits, 32 for each."""
    start = process_time()
    flat, other = (part.reshape(len(part), -1) / 255 for part in (learnt, new))
    found = PCA(max(1, round(bits / 32)), svd_solver="full").fit(flat[:6_000])
    restored = found.inverse_transform(found.transform(other))
    return _row("PCA", 32 * found.n_components_, float(((restored - other) ** 2).mean()), start)


def _drawn(model: BetaVAE, pictures: np.ndarray) -> np.ndarray:
    """Return pictures restored from a draw of their codes."""
    rng = np.random.default_rng(0)
    x = torch.from_numpy(pictures.astype(np.float32)[:, None] / 255)
    parts = []
    with torch.inference_mode():
        for batch in x.split(500):
            mean, spread = model.network_.posterior(batch)
            noise = torch.from_numpy(rng.normal(size=mean.shape).astype(np.float32))
            parts.append(model.network_.decoder(mean + spread * noise)[:, 0].numpy() * 255)
    return np.concatenate(parts)


def _error(restored: np.ndarray, pictures: np.ndarray) -> float:
    return float(((restored / 255.0 - pictures / 255.0) ** 2).mean())


def _row(name: str, bits: float, error: float, start: float | None) -> dict:
    return {
        "model": name,
        "bits": round(float(bits)),
        "squared_error": round(error, 5),
        "cpu_s": None if start is None else round(process_time() - start),
        "bits_prior": None,
        "in_use": None,
        "perplexity": None,
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else STEPS)
