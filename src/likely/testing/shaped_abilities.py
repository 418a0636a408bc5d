"""Laws about what models of samples with axes are for: finding, placing, restoring, refusing."""

from __future__ import annotations

from typing import Any

import numpy as np

from likely.base.capabilities import (
    Density,
    Encoder,
    Explainer,
    Online,
    Reconstructor,
    Sampler,
    can,
)
from likely.core.errors import DataError
from likely.data.shaped import AXES
from likely.evaluation import auroc
from likely.testing.law import (
    hasty,
    law,
    learnt,
    require,
    require_equal,
    require_error,
    require_finite,
    require_survival,
    shaped_kinds,
)
from likely.testing.shaped import SIZES, clean, planted

_NEAR = 2  # places beside the planted one that are still there: maps may be coarser than samples
_FEW = 12  # samples that hold what is hostile
_SLACK = 0.25  # of the range of the data, that a reconstruction may leave it by


@law(data="axes")
def planted_samples_are_found(model: Any) -> None:
    """Scores are one float64 a sample, cut at their 1 % quantile; planted: AUROC of 0.95."""
    for kind in shaped_kinds(model):
        fitted = learnt(model, clean(kind))
        require(fitted.training_scores_.shape == (60,), "training_scores_ is not one a sample.")
        cut = np.quantile(fitted.training_scores_, 0.01)
        require_equal(np.array(fitted.offset_), np.array(cut), "offset_")
        new, labels, _ = planted(kind)
        found = fitted.score_samples(new)
        require(
            found.dtype == np.float64 and found.shape == (len(new),),
            f"score_samples gives {found.dtype} of shape {found.shape}.",
        )
        reached = auroc(labels, -found)
        require(reached >= 0.95, f"AUROC on planted {kind} samples is {reached:.3f}.")
        odd = fitted.predict(new[labels == 1])
        require((odd == -1).mean() >= 0.5, f"predict calls planted {kind} samples likely.")


@law(Explainer, data="axes")
def contributions_peak_at_the_planted_place(model: Any) -> None:
    """Contributions have the axes of the sample and are largest where something was planted."""
    for kind in shaped_kinds(model):
        fitted = learnt(model, clean(kind))
        new, labels, places = planted(kind)
        found = fitted.contributions(new[labels == 1])
        expected = new[labels == 1].shape
        require(found.shape == expected, f"contributions {found.shape} should be {expected}.")
        require_finite(found, "contributions")
        hits = [_inside(one, place, kind) for one, place in zip(found, places, strict=True)]
        require(np.mean(hits) >= 0.9, f"Maps of {kind} peak at {np.mean(hits):.0%} of places.")
        if type(model).additive:
            total = found.reshape(len(found), -1).sum(axis=1)
            score = -fitted.score_samples(new[labels == 1])
            rtol = type(model).precision
            require_equal(total, score, f"Sums of contributions of {kind}", rtol=rtol)


@law(Reconstructor, data="axes")
def reconstructions_look_like_the_data(model: Any) -> None:
    """Reconstructions have the shape, the type and the range of the data."""
    for kind in shaped_kinds(model):
        fitted, new = learnt(model, clean(kind)), clean(kind, 9, seed=1)
        _compare_form(np.asarray(fitted.reconstruct(new)), new, "reconstruct")


@law(Encoder, data="axes")
def codes_decode_to_samples(model: Any) -> None:
    """Codes are finite float64, one a sample; what they decode to looks like the data."""
    for kind in shaped_kinds(model):
        fitted, new = learnt(model, clean(kind)), clean(kind, 9, seed=1)
        codes = fitted.encode(new)
        require(
            codes.dtype == np.float64 and codes.ndim >= 2 and len(codes) == len(new),
            f"encode gives {codes.dtype} of shape {codes.shape}.",
        )
        require_finite(codes, "codes")
        _compare_form(np.asarray(fitted.decode(codes)), new, "decode")


@law(Sampler, data="axes")
def drawn_samples_look_like_the_data(model: Any) -> None:
    """`sample(n)` gives n samples of the shape and type of the data; a seed repeats them."""
    for kind in shaped_kinds(model):
        fitted = learnt(model, clean(kind))
        first, again, other = (np.asarray(fitted.sample(4, seed=s)) for s in (3, 3, 4))
        _compare_form(first, clean(kind, 4, seed=1), "sample", slack=None)
        require(first.tobytes() == again.tobytes(), "One seed draws different samples.")
        require(first.tobytes() != other.tobytes(), "Two seeds draw the same samples.")


@law(Online, data="axes")
def what_was_learnt_first_is_kept(model: Any) -> None:
    """After further samples of another look these are likelier, and the first find planted ones."""
    for kind in shaped_kinds(model):
        first, other = clean(kind), _turned(clean(kind, 40, seed=2))
        fitted = learnt(model, first)
        before = fitted.score_samples(_turned(clean(kind, 20, seed=3)))
        require(fitted.partial_fit(other) is fitted, "partial_fit does not return the model.")
        require(
            fitted.training_scores_.shape == (len(first) + len(other),),
            "training_scores_ does not grow by the further samples.",
        )
        after = fitted.score_samples(_turned(clean(kind, 20, seed=3)))
        require(
            float(np.median(after)) > float(np.median(before)),
            f"{kind} like the further ones are no likelier after partial_fit.",
        )
        new, labels, _ = planted(kind)
        reached = auroc(labels, -fitted.score_samples(new))
        require(reached >= 0.9, f"After partial_fit planted {kind} are found at {reached:.3f}.")


@law(Density, data="axes")
def density_of_samples_is_finite(model: Any) -> None:
    """`log_prob` is one finite number a sample."""
    for kind in shaped_kinds(model):
        found = learnt(model, clean(kind)).log_prob(clean(kind, 9, seed=1))
        require(found.shape == (9,), f"log_prob has the shape {found.shape}.")
        require_finite(found, f"log_prob of {kind}")


@law(Density, data="axes", exact=True)
def chances_of_all_images_sum_to_one(model: Any) -> None:
    """Of an exact model that completes images: all binary ones of 3 x 3 pixels have chance 1."""
    if not _completes_images(model):
        return
    fitted = learnt(model, _tiny(200))
    total = float(np.exp(fitted.log_prob(_every_tiny())).sum())
    require(abs(total - 1) <= 1e-4, f"The chances of all images sum to {total:.6f}, not to 1.")


@law((Density, Sampler), data="axes", exact=True)
def samples_are_as_likely_as_the_model_says(model: Any) -> None:
    """Of an exact model that completes images: mean log_prob of samples is minus the entropy."""
    if not _completes_images(model):
        return
    fitted = learnt(model, _tiny(200))
    every = fitted.log_prob(_every_tiny())
    expected = float((np.exp(every) * every).sum())
    spread = float(np.sqrt((np.exp(every) * (every - expected) ** 2).sum()))
    found = float(fitted.log_prob(fitted.sample(1000, seed=0)).mean())
    slack = 4 * spread / np.sqrt(1000) + 1e-3  # once in 16,000 runs of a right model
    require(
        abs(found - expected) <= slack,
        f"Samples have a mean log_prob of {found:.3f}; minus the entropy is {expected:.3f}.",
    )


@law(Sampler, data="axes")
def completion_keeps_what_is_known(model: Any) -> None:
    """`complete` returns what is known as it was, and draws the rest by the seed."""
    if not can(model, "complete"):
        return
    for kind in shaped_kinds(model):
        data = clean(kind)
        fitted, some = learnt(model, data), data[:3]
        axes = tuple(SIZES[kind])
        known = np.zeros(some.shape[1:], bool)
        known[: axes[0] // 2] = True
        first, again, other = (np.asarray(fitted.complete(some, known, seed=s)) for s in (1, 1, 2))
        _compare_form(first, some, "complete", slack=None)
        require_equal(first[:, known], some[:, known], "What was known", rtol=1e-5)
        require(first.tobytes() == again.tobytes(), "One seed completes in two ways.")
        require(first.tobytes() != other.tobytes(), "Two seeds complete in one way.")
        require_error(
            DataError,
            lambda fitted=fitted, some=some: fitted.complete(some, np.ones(2, bool)),
            ("known",),
            "Completing with a mask of another shape",
        )


@law(data="axes")
def other_samples_are_refused(model: Any) -> None:
    """Other lengths, channels and numbers of axes, or none: an error says what was expected."""
    for kind in shaped_kinds(model):
        fitted, new = learnt(model, clean(kind)), clean(kind, 3, seed=1)
        plain = new[..., 0] if kind == "series" else new
        channels = 2 if kind == "series" else 1
        wrong: dict[str, tuple[Any, tuple[str, ...]]] = {
            "three channels": (np.stack([plain] * 3, axis=-1), ("3", str(channels))),
            "one axis": (np.zeros(3), ()),
            "six axes": (np.zeros((2,) * 6), ()),
            "no samples": (new[:0], ()),
            "nothing": (None, ()),
            "complex numbers": (new.astype(complex), ()),
        }
        if kind == "series":
            wrong["another length"] = (new[:, 3:], ("29", "32"))
        else:
            wrong["an axis too few"] = (new[:, 0], tuple(AXES[kind]))
        for what, (data, words) in wrong.items():
            require_error(
                DataError,
                lambda data=data, fitted=fitted: fitted.score_samples(data),
                words,
                f"Scoring {what} after {kind}",
            )


@law(data="axes")
def hostile_samples_are_survived(model: Any) -> None:
    """Whatever samples hold and however small they are, scores are finite or the error is ours."""
    for kind in shaped_kinds(model):
        fitted = learnt(model, clean(kind))

        def attempt(samples: np.ndarray, kind: str = kind, fitted: Any = fitted) -> None:
            _score(hasty(model).fit(samples), samples)
            if samples.shape[1:] == clean(kind, 1).shape[1:]:
                _score(fitted, samples)

        require_survival(_hostile(kind), attempt, f"Hostile samples of {kind}")


@law(data="axes")
def pictures_of_several_sizes_are_one_form(model: Any) -> None:
    """Images and video of several sizes are brought to one, and get finite scores."""
    for kind in shaped_kinds(model):
        if kind == "series":
            continue  # a series of another length is another thing
        some = clean(kind, _FEW)
        several = [*some, *some[..., 2:, :], *some[..., :-1]]
        fitted = learnt(model, several)
        require_finite(fitted.score_samples(several), f"Scores of {kind} of several sizes")


def _completes_images(model: Any) -> bool:
    return can(model, "complete") and "image" in shaped_kinds(model)


def _tiny(n: int) -> np.ndarray:
    """Return images of 0 and 1 whose last row is the first, (n, 3, 3) bytes."""
    images = (np.random.default_rng(0).random((n, 3, 3)) < 0.3).astype(np.uint8)
    images[:, 2] = images[:, 0]
    return images


def _every_tiny() -> np.ndarray:
    bits = np.arange(512, dtype=np.uint16)[:, None] >> np.arange(9, dtype=np.uint16) & 1
    return bits.astype(np.uint8).reshape(-1, 3, 3)


def _hostile(kind: str) -> dict[str, np.ndarray]:
    axes, samples = len(AXES[kind]), clean(kind, _FEW)
    values = samples.astype(np.float64)
    holes, far = values.copy(), values.copy()
    holes[::3, 0], holes[1::3, -1] = np.nan, np.inf
    far[0], far[1], far[2, 0] = 1e300, -1e300, 1e9
    rng = np.random.default_rng(0)
    return {
        "all equal": np.repeat(samples[:1], _FEW, axis=0),
        "all missing": np.full_like(values, np.nan),
        "holes and infinite values": holes,
        "huge values": far,
        "two samples": samples[:2],
        "true and false": samples > samples.mean(),
        "one value a sample": rng.normal(size=(_FEW, *[1] * axes)),
        "two to four values a side": rng.normal(size=(_FEW, *range(2, 2 + axes))),
    }


def _score(fitted: Any, samples: np.ndarray) -> None:
    require_finite(fitted.score_samples(samples), "score_samples")
    if isinstance(fitted, Explainer):
        require_finite(fitted.contributions(samples), "contributions")


def _turned(samples: np.ndarray) -> np.ndarray:
    """Return samples as a negative shows them."""
    return samples.max() - samples + samples.min()


def _inside(one: np.ndarray, place: tuple[slice, ...], kind: str) -> bool:
    """Whether a map is largest in a place, or near."""
    axes = len(SIZES[kind])
    over_axes = one.sum(axis=-1) if one.ndim > axes else one
    peak = np.unravel_index(int(over_axes.argmax()), over_axes.shape)
    return all(
        part.start - _NEAR <= at < part.stop + _NEAR for at, part in zip(peak, place, strict=True)
    )


def _compare_form(
    found: np.ndarray, data: np.ndarray, what: str, slack: float | None = _SLACK
) -> None:
    require(found.shape == data.shape, f"{what} has the shape {found.shape}, not {data.shape}.")
    require(
        found.dtype == data.dtype or (found.dtype.kind == data.dtype.kind == "f"),
        f"{what} gives {found.dtype}; the data are {data.dtype}.",
    )
    require_finite(np.asarray(found, dtype=np.float64), what)
    channels = data.ndim == 3 and data.dtype == np.float64  # series, each channel in its unit
    for one, given in (
        [(found[..., c], data[..., c]) for c in (0, 1)] if channels else [(found, data)]
    ):
        low, high = float(given.min()), float(given.max())
        if slack is not None:
            far = max(low - float(one.min()), float(one.max()) - high) / (high - low)
            require(far <= slack, f"{what} leaves the range of the data by {far:.0%} of it.")
