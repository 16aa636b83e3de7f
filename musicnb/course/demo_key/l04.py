"""Hidden checks of lesson 04, for trying out how a class is graded."""

from __future__ import annotations

from typing import Any

import numpy as np

from musicnb.course.calibration import calibration_error, in_bins
from musicnb.course.checks import array, explained, number
from musicnb.course.grading.key import Hidden
from musicnb.course.listening import matches
from musicnb.course.question import Wrong, call

RANDOM = np.random.default_rng()


def around(answer: Any) -> None:
    """Random chroma and profiles, some of them negative."""
    for _ in range(3):
        chroma, profile = RANDOM.normal(size=(2, 12))
        right = matches(chroma, profile)
        found = array(call(answer, chroma, profile), (12,), "(tonics,)")
        mistakes = [(right[(-np.arange(12)) % 12], "turned the wrong way", 0.5)]
        explained(found, right, mistakes, otherwise="other numbers", tolerance=1e-6)


def moved(answer: Any) -> None:
    """Transpose the chroma: the result has to move along."""
    chroma, profile = RANDOM.uniform(size=(2, 12))
    steps = int(RANDOM.integers(1, 12))
    before = array(call(answer, chroma, profile), (12,), "(tonics,)")
    after = array(call(answer, np.roll(chroma, steps), profile), (12,), "(tonics,)")
    explained(after, np.roll(before, steps), [], otherwise="does not move along", tolerance=1e-6)


def songs_apart(answer: Any) -> None:
    """Songs of very different lengths, named by any numbers."""
    names = RANDOM.permutation(10_000)[:60]
    songs = RANDOM.permutation(np.repeat(names, RANDOM.integers(1, 9, 60)))
    share = float(RANDOM.uniform(0.2, 0.5))
    test = array(call(answer, songs, share), songs.shape, "(windows,)").astype(bool)
    both = np.intersect1d(songs[test], songs[~test])
    if len(both):
        raise Wrong(f"{len(both)} songs are on both sides")
    if not 0 < test.mean() < 1 or abs(test.mean() - share) > 0.15:  # noqa: PLR2004
        raise Wrong(f"{test.mean():.0%} of the windows are for the test, not {share:.0%}", part=0.5)


def errors(answer: Any) -> None:
    """Random answers, too sure or not sure enough, with empty bins."""
    for low in (0.0, 0.45):
        sure = RANDOM.uniform(low, 1, 300)
        right = (RANDOM.uniform(size=300) < sure ** RANDOM.uniform(0.3, 3)).astype(float)
        found = number(call(answer, sure, right))
        mistakes = [
            ([in_bins(sure, right, weigh=False)], "bins are not weighed", 0.5),
            ([abs(in_bins(sure, right, absolute=False))], "gaps cancel", 0.5),
        ]
        explained(
            [found],
            [calibration_error(sure, right)],
            mistakes,
            otherwise="another number",
            tolerance=1e-4,
        )


def certain(answer: Any) -> None:
    """Check confidences of exactly 1, which belong into the last bin."""
    found = number(call(answer, np.ones(8), np.array([1.0, 1, 1, 1, 1, 1, 0, 0])))
    explained([found], [0.25], [], otherwise=f"{found}, not 0.25", tolerance=1e-6)


HIDDEN = {
    "l04-q3": (Hidden("other chroma", around, weight=2), Hidden("moved by semitones", moved)),
    "l04-q6": (Hidden("other songs", songs_apart),),
    "l04-q7": (Hidden("other answers", errors, weight=2), Hidden("wholly certain", certain)),
}
