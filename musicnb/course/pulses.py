"""A pulse for each opening of the vocal folds: the check of a student's train of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.checks import array
from musicnb.course.question import Wrong, call

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def pulse_train(f0: Floats, sample_rate: int) -> Floats:
    """Return 1 where a period begins, and 0 elsewhere.

    Parameters
    ----------
    f0 : ndarray
        In Hz, one value a sample.
    sample_rate : int
        In Hz.

    Examples
    --------
    >>> np.flatnonzero(pulse_train(np.full(1000, 125.0), 1000)[:30])
    array([ 7, 15, 23])
    """
    periods = np.cumsum(f0 / sample_rate)
    return np.diff(np.floor(periods), prepend=0)


def glide(random: np.random.Generator) -> Floats:
    """Return an f0 that goes from one pitch to another in a second, at 8000 Hz."""
    low, high = random.uniform(70, 120), random.uniform(180, 300)
    return np.asarray(np.geomspace(low, high, 8000))


def judge_train(answer: Any) -> str:
    """Check a function that makes pulses of an f0."""
    compare_train(answer, np.full(1000, 125.0), 1000)
    compare_train(answer, np.geomspace(100.0, 200.0, 8000), 8000)
    compare_train(answer, np.geomspace(250.0, 90.0, 8000), 8000)
    return "periods add up, whatever the pitch does meanwhile"


def compare_train(answer: Any, f0: Floats, sample_rate: int) -> None:
    """Raise `Wrong`, with the mistake that was made, unless the pulses come as f0 says."""
    found = array(call(answer, f0.copy(), sample_rate), f0.shape, "(samples,)").astype(float)
    if not np.isin(found, (0, 1)).all():
        raise Wrong("your values are not all 0 or 1: asked is 1 where a pulse is, 0 elsewhere")
    at = np.flatnonzero(found)
    cycles = np.cumsum(f0 / sample_rate)
    expected = cycles[-1]
    constant = f0[0] == f0[-1]
    of = f"{f0[0]:g} Hz" if constant else f"a glide from {f0[0]:g} to {f0[-1]:g} Hz"
    if not at.size:
        raise Wrong("there is no pulse at all")
    if constant and abs(len(at) - expected) > 1:
        raise Wrong(
            f"of {of} there should be {expected:.0f} pulses a second, and yours has {len(at)}"
        )
    if abs(len(at) - expected) > 1 and abs(len(at) - f0[-1] * f0.size / sample_rate) <= 2:  # noqa: PLR2004
        raise Wrong(
            "steady tones are right, glides are not: f0 * time asks how far it would be by now "
            "had it always had this f0. Add up what passes from sample to sample",
            part=0.5,
        )
    if abs(len(at) - expected) > 1:
        raise Wrong(
            f"of {of} there should be {expected:.0f} pulses in a second, and yours has {len(at)}",
            part=0.25,
        )
    # A pulse may be put at the beginning of a period or at its end, but always alike.
    lengths = np.diff(cycles[at])
    if np.abs(lengths - 1).max() > 2 * f0.max() / sample_rate:
        raise Wrong(
            f"there are as many pulses as there should be, but not evenly: of {of} one period "
            f"holds {lengths[np.abs(lengths - 1).argmax()]:.2f} swings",
            part=0.5,
        )
