"""Hidden checks of lesson 03, for trying out how a class is graded.

A key of one's own would try networks on a song that no student has.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from musicnb.course import masknet
from musicnb.course.checks import array, explained, number
from musicnb.course.glasswork import glasswork
from musicnb.course.grading.key import Hidden
from musicnb.course.question import Wrong, call

RANDOM = np.random.default_rng()
#: Gains (dB SI-SDR) on music that is not in the notebook, and their share of the points.
GAINS = ((2.0, 1.0), (1.0, 0.5))


def share(answer: Any) -> None:
    """Random magnitudes, of a shape that the notebook does not have."""
    target, rest = RANDOM.uniform(0.1, 4, (2, 9, 5))
    found = array(call(answer, target, rest), target.shape, "(frequencies, moments)")
    powers = target**2 / (target**2 + rest**2)
    mistakes = [
        (rest / (target + rest), "the mask of the rest", 0.5),
        (powers, "powers", 0.5),
        (target > rest, "a binary mask", 0.5),
    ]
    explained(found, target / (target + rest), mistakes, otherwise="another mask")


def silence(answer: Any) -> None:
    """Silence in both, and in one of them."""
    nothing, something = np.zeros((3, 4)), np.ones((3, 4))
    for target, rest in ((nothing, nothing), (nothing, something)):
        found = array(call(answer, target, rest), target.shape, "(frequencies, moments)")
        explained(found, nothing, [], otherwise="not 0 where the target is silent")


def si_sdr(answer: Any) -> None:
    """Random signals, their volume and offset changed."""
    from musicnb.stems.metrics import sdr
    from musicnb.stems.metrics import si_sdr as true_score

    true, noise = RANDOM.normal(size=(2, int(RANDOM.integers(300, 900))))
    estimate = RANDOM.uniform(0.2, 3) * true + RANDOM.uniform(0.1, 1) * noise + 0.3
    right = true_score(estimate, true)
    found = number(call(answer, estimate, true))
    mistakes = [
        (sdr(estimate, true), "the plain SDR", 1 / 3),
        (true_score(estimate, true, zero_mean=False), "with the offset", 2 / 3),
        (-right, "upside down", 0.5),
        (2 * right, "20 instead of 10", 0.5),
    ]
    explained([found], [right], mistakes, otherwise=f"{found}, not {right}", tolerance=0.02)


def later_bars(answer: Any) -> None:
    """Later bars of Glasswork, mixed otherwise."""
    part = slice(18 * masknet.RATE, 30 * masknet.RATE)
    stems = {name: samples[part] for name, samples in glasswork().items()}
    rest = 0.7 * stems["bass"] + 1.2 * stems["guitar"] + stems["other"]
    judge(answer, stems["drums"], rest)


def another_band(answer: Any) -> None:
    """Mix the drums of Glasswork with the guitar of another song, as loud as they are."""
    import musicnb

    drums = glasswork()["drums"][12 * masknet.RATE : 24 * masknet.RATE]
    guitar = musicnb.load("demo:feelings/guitar").mono().resample(masknet.RATE)[10:].samples[0]
    guitar = guitar[: len(drums)]
    judge(answer, drums, guitar * np.sqrt(np.mean(drums**2) / np.mean(guitar**2)))


def judge(answer: Any, drums: np.ndarray, rest: np.ndarray) -> None:
    """Score a network on one mixture."""
    gain = masknet.score_network(answer, drums + rest, drums, masknet.RATE)
    if gain < GAINS[0][0]:
        part = next((share for least, share in GAINS if gain >= least), 0.0)
        raise Wrong(f"gains {gain:.2f} dB", part=part)


HIDDEN = {
    "l03-q1": (Hidden("other magnitudes", share), Hidden("silence", silence)),
    "l03-q2": (Hidden("other signals", si_sdr),),
    "l03-q7": (
        Hidden("later bars of the song", later_bars),
        Hidden("another song's guitar", another_band),
    ),
}
