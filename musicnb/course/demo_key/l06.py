"""Hidden checks of lesson 06, for trying out how a class is graded.

Its other questions are answered with values; which ones are right differs from student to student.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from musicnb.course import grooves, phases
from musicnb.course.checks import array, number
from musicnb.course.grading.key import Hidden
from musicnb.course.question import Wrong, call

RANDOM = np.random.default_rng()


def other_sizes(answer: Any) -> None:
    """Random tones, in frames of other sizes."""
    for hop, n_fft, rate in ((256, 1024, 48_000), (300, 1500, 22_050)):
        bins = n_fft // 2 + 1
        before, after, true = phases.two_frames(RANDOM, bins, hop, n_fft, rate)
        found = array(call(answer, before, after, hop, n_fft, rate), (bins,), "(bins,)")
        phases.compare_frequencies(found, true, before, after, (hop, n_fft, rate))


def silence(answer: Any) -> None:
    """Check frames without a phase, which are those of silence: what is expected decides."""
    zero = np.zeros(257)
    found = array(call(answer, zero, zero, 128, 512, 16_000), (257,), "(bins,)")
    right = phases.frequencies(zero, zero, 128, 512, 16_000)
    # Half a turn off may be taken for either way.
    if not np.allclose((found - right) % 125, 0, atol=0.01) or np.abs(found - right).max() > 126:  # noqa: PLR2004
        raise Wrong("other frequencies than the phases of silence say")


def many_frames(answer: Any) -> None:
    """Random frequencies, in many frames."""
    bins, frames, hop = (int(RANDOM.integers(*each)) for each in ((3, 40), (2, 60), (100, 900)))
    first = RANDOM.uniform(-np.pi, np.pi, bins)
    hertz = RANDOM.uniform(20, 8000, (bins, frames))
    found = array(call(answer, first, hertz, hop, 22_050), (bins, frames + 1), "(bins, frames)")
    phases.compare_phases(found, first, hertz, (hop, 22_050))


def one_step(answer: Any) -> None:
    """Two frames only."""
    first, hertz = RANDOM.uniform(-3, 3, 4), RANDOM.uniform(20, 8000, (4, 1))
    found = array(call(answer, first, hertz, 441, 44_100), (4, 2), "(bins, frames)")
    phases.compare_phases(found, first, hertz, (441, 44_100))


def other_drummers(answer: Any) -> None:
    """Any swing, at any tempo."""
    for swing in RANDOM.uniform(1.3, 3.5, 3):
        beat = float(RANDOM.uniform(0.4, 0.9))
        grooves.compare_ratio(answer, grooves.eighths(RANDOM, float(swing), beat), float(swing))


def late_hits(answer: Any) -> None:
    """Check that hits which come late do not matter."""
    onsets = grooves.eighths(RANDOM, 2.0, 0.6)
    onsets[[3, 11]] += (0.1, 0.07)
    found, right = number(call(answer, onsets)), float(np.median(grooves.ratios(onsets)))
    if abs(found - right) > 0.02:  # noqa: PLR2004
        raise Wrong(f"{found}, not {right}", part=0.5 if 1 < found < 4 else 0.0)  # noqa: PLR2004


HIDDEN = {
    "l06-q2": (
        Hidden("frames of other sizes", other_sizes, weight=2),
        Hidden("the phases of silence", silence),
    ),
    "l06-q3": (
        Hidden("many frames", many_frames, weight=2),
        Hidden("two frames only", one_step),
    ),
    "l06-q8": (
        Hidden("other drummers", other_drummers, weight=2),
        Hidden("hits that come late", late_hits),
    ),
}
