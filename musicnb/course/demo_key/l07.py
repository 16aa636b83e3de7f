"""Hidden checks of lesson 07, for trying out how a class is graded.

Its other questions are answered with values; which ones are right differs from student to student.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from musicnb.course import curves, periods, pulses
from musicnb.course.checks import array, number
from musicnb.course.grading.key import Hidden
from musicnb.course.question import Wrong, call

RANDOM = np.random.default_rng()


def other_glides(answer: Any) -> None:
    """Glides between random pitches."""
    for _ in range(2):
        pulses.compare_train(answer, pulses.glide(RANDOM), 8000)


def vibrato(answer: Any) -> None:
    """Check a pitch that swings."""
    time = np.arange(16_000) / 16_000
    rate = RANDOM.uniform(4, 7)
    f0 = RANDOM.uniform(150, 250) * 2 ** (0.05 * np.sin(2 * np.pi * rate * time))
    pulses.compare_train(answer, f0, 16_000)


def other_tones(answer: Any) -> None:
    """Tones with random harmonics, and other numbers of lags."""
    for hertz in RANDOM.uniform(90, 300, 2):
        frame = periods.tone(RANDOM, float(hertz), seconds=0.06)
        periods.compare_autocorrelation(answer, frame, int(RANDOM.integers(60, 200)))


def silent_beginning(answer: Any) -> None:
    """Check a frame of which only the middle sounds: some pieces of it are silent."""
    frame = np.concatenate([np.zeros(150), RANDOM.normal(size=100), np.zeros(150)])
    found = array(call(answer, frame.copy(), 300), (300,), "(lags,)")
    if not np.allclose(found, periods.autocorrelation(frame, 300), atol=1e-6):
        raise Wrong("where one piece is silent the value is 0", part=0.5)


def other_peaks(answer: Any) -> None:
    """Random pitches, with and without a strong second harmonic."""
    for tall in (0.0, 0.55):
        hertz = float(RANDOM.uniform(100, 220))
        periods.compare_pitch(answer, periods.shown(RANDOM, hertz, tall=tall), hertz, 50, 480)


def other_bounds(answer: Any) -> None:
    """Check a range in which the shortest period does not lie."""
    r = periods.shown(RANDOM, 200.0)
    found = number(call(answer, r, periods.RATE, 60, 150))
    if not abs(found - 100) < 3:  # noqa: PLR2004  (NaN is wrong too)
        raise Wrong(f"from 60 to 150 Hz the best is 100, and yours is {found:.0f}")


def more_methods(answer: Any) -> None:
    """Curves of five and of six methods."""
    for methods in (5, 6):
        curves.compare_fused(answer, curves.found_by_methods(RANDOM, methods, 60))


def one_method(answer: Any) -> None:
    """Check a single method: the curve is its own."""
    only = np.array([[110.0, np.nan, 220, 233]])
    found = np.asarray(call(answer, only.copy()), float)
    if found.shape != (4,) or not np.allclose(found, only[0], equal_nan=True):
        raise Wrong("one curve alone should come out as it went in")


HIDDEN = {
    "l07-q1": (Hidden("other glides", other_glides, weight=2), Hidden("vibrato", vibrato)),
    "l07-q6": (
        Hidden("other tones", other_tones, weight=2),
        Hidden("a frame that is silent at its ends", silent_beginning),
    ),
    "l07-q7": (
        Hidden("other pitches", other_peaks, weight=2),
        Hidden("other bounds", other_bounds),
    ),
    "l07-q8": (
        Hidden("more methods", more_methods, weight=2),
        Hidden("one method", one_method),
    ),
}
