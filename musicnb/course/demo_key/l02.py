"""Hidden checks of lesson 02, for trying out how a class is graded.

Its other questions are answered with values; which ones are right differs from student to student.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from musicnb.course.grading.key import Hidden
from musicnb.course.question import Wrong, call
from musicnb.course.spectrogram import hann, magnitudes

RANDOM = np.random.default_rng()


def compare(answer: Any, samples: np.ndarray, n_fft: int, hop_length: int) -> None:
    """Check one spectrogram; both of the usual Hann windows are right."""
    found = np.asarray(call(answer, samples, n_fft, hop_length))
    windows = [hann(n_fft, periodic=periodic) for periodic in (True, False)]
    rights = [magnitudes(samples, n_fft, hop_length, window) for window in windows]

    def near(found: np.ndarray) -> bool:
        return any(
            found.shape == right.shape and np.allclose(found, right, rtol=0, atol=1e-4 * top)
            for right in rights
            if (top := max(float(right.max()), 1e-9))
        )

    if near(found):
        return
    if near(found.T):
        raise Wrong("transposed", part=0.75)
    if near(np.sqrt(np.abs(found))):
        raise Wrong("powers", part=0.5)
    raise Wrong(f"shape {found.shape}, expected {rights[0].shape}; or other values")


def noise(answer: Any) -> None:
    """Noise of a random length."""
    compare(answer, RANDOM.normal(0, 0.1, int(RANDOM.integers(2000, 5000))), 512, 128)


def odd(answer: Any) -> None:
    """Frames of an odd length, and hops that leave samples over."""
    compare(answer, RANDOM.normal(0, 0.1, 1000), 301, 77)


def single(answer: Any) -> None:
    """Check a sound of exactly one frame."""
    compare(answer, RANDOM.normal(0, 0.1, 256), 256, 64)


HIDDEN = {
    "l02-q3": (
        Hidden("other sounds", noise, weight=2),
        Hidden("frames of an odd length", odd),
        Hidden("a sound of exactly one frame", single),
    ),
}
