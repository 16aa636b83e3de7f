"""Hidden checks of lesson 05, for trying out how a class is graded.

Its other questions are answered with values; which ones are right differs from student to student.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from musicnb.course.checks import array, explained, number
from musicnb.course.dynamics import out_level
from musicnb.course.grading.key import Hidden
from musicnb.course.question import Wrong, call
from musicnb.course.repeats import noise_with_echo
from musicnb.course.rooms import decay_curve, envelope

RANDOM = np.random.default_rng()


def another_echo(answer: Any) -> None:
    """Look for an echo in other noise, at another rate."""
    lag, sample_rate = int(RANDOM.integers(60, 200)), 800
    samples = noise_with_echo(RANDOM, lag, 5 * lag)
    found = number(call(answer, samples, sample_rate, 0.03, 1.5 * lag / sample_rate))
    if abs(found - lag / sample_rate) > 1.1 / sample_rate:
        raise Wrong(f"{found}, not {lag / sample_rate}")


def between(answer: Any) -> None:
    """Hide a stronger repetition outside the lags that are asked for."""
    samples = np.tile(RANDOM.normal(size=400), 3)
    samples += 0.6 * np.roll(samples, 80)
    found = number(call(answer, samples, 100, 0.6, 0.9))
    if not 0.6 <= found <= 0.9:  # noqa: PLR2004
        raise Wrong(f"{found} is not between the shortest and the longest")
    if abs(found - 0.8) > 0.011:  # noqa: PLR2004
        raise Wrong(f"{found} is not where this sound is most like itself")


def another_room(answer: Any) -> None:
    """Another room, at another rate, its noise longer or shorter than the sound."""
    for frames, length in ((300, 90), (40, 200)):
        rt60, sample_rate = float(RANDOM.uniform(0.05, 0.5)), 700
        samples, noise = RANDOM.normal(0, 0.1, frames), RANDOM.normal(0, 0.1, length)
        given = call(answer, samples, noise, rt60, sample_rate)
        found = array(given, (frames + length - 1,), "(samples + noise - 1,)").astype(float)
        right = np.convolve(samples, noise * envelope(length, rt60, sample_rate))
        explained(found, right, [], otherwise="another room", tolerance=1e-6)


def another_decay(answer: Any) -> None:
    """Measure another decay, of another length."""
    response = RANDOM.normal(size=int(RANDOM.integers(50, 300)))
    response *= np.exp(-np.arange(len(response)) / 40)
    found = array(call(answer, response), response.shape, "one for each sample").astype(float)
    right = decay_curve(response)
    mistakes = [(2 * right, "20 instead of 10", 0.5)]
    explained(found, right, mistakes, otherwise="another curve")


def other_levels(answer: Any) -> None:
    """Send other levels through another compressor."""
    levels = RANDOM.uniform(-70, 0, 20)
    threshold, ratio = float(RANDOM.uniform(-50, -10)), float(RANDOM.uniform(1.2, 12))
    found = array(call(answer, levels, threshold, ratio), levels.shape, "one for each level")
    explained(found, out_level(levels, threshold, ratio), [], otherwise="other levels")


def at_threshold(answer: Any) -> None:
    """Check a level that is exactly the threshold: it comes out as it went in."""
    found = array(call(answer, np.array([-20.0]), -20.0, 5.0), (1,), "one level")
    explained(found, [-20.0], [], otherwise="the curve has a jump at the threshold")


HIDDEN = {
    "l05-q3": (Hidden("another echo", another_echo), Hidden("lags in between", between)),
    "l05-q4": (Hidden("another room", another_room),),
    "l05-q6": (Hidden("another decay", another_decay),),
    "l05-q8": (
        Hidden("other levels", other_levels, weight=2),
        Hidden("a level at the threshold", at_threshold),
    ),
}
