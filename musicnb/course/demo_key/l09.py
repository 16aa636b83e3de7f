"""Hidden checks of lesson 09, for trying out how a class is graded.

Its other questions are answered with values; which ones are right differs from student to student.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from musicnb.course import covers
from musicnb.course.checks import number
from musicnb.course.grading.key import Hidden
from musicnb.course.question import Wrong, call

RANDOM = np.random.default_rng()


def other_leaks(answer: Any) -> None:
    """Random songs with random leaks."""
    for left in RANDOM.uniform(0.03, 0.5, 2):
        covers.compare_leakage(answer, *covers.song_with_pause(RANDOM, float(left)))


def clean_stem(answer: Any) -> None:
    """Check a stem in which the leak is tiny."""
    stem, mixture, silent = covers.song_with_pause(RANDOM, 1e-3)
    found = number(call(answer, stem, mixture, silent))
    if not abs(found + 60) < 0.5:  # noqa: PLR2004  (NaN is wrong too)
        raise Wrong(f"{found} dB, and it is -60")


def other_curves(answer: Any) -> None:
    """Random melodies, off by any interval."""
    for off in RANDOM.uniform(-3, 3, 2):
        covers.compare_compared(answer, *covers.two_curves(RANDOM, float(off)))


def an_octave_off(answer: Any) -> None:
    """Check a melody that is sung an octave higher: the same, and 1200 cents off."""
    wanted, _ = covers.two_curves(RANDOM, 0.0)
    correlation, cents = call(answer, wanted, 2 * wanted)
    if not (abs(correlation - 1) < 1e-6 and abs(cents - 1200) < 1e-3):  # noqa: PLR2004
        raise Wrong(f"{correlation} and {cents}, and it is 1 and 1200")


HIDDEN = {
    "l09-q2": (
        Hidden("other songs", other_leaks, weight=2),
        Hidden("a stem that is nearly clean", clean_stem),
    ),
    "l09-q4": (
        Hidden("other melodies", other_curves, weight=2),
        Hidden("an octave higher", an_octave_off),
    ),
}
