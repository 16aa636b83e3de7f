"""Checks of lesson 04: four beats in a box, a convolution around the octave, a split by song."""

from __future__ import annotations

from typing import Any

import numpy as np

from musicnb.course.checks import array, box, explained, number
from musicnb.course.question import Wrong, call

#: Of Glasswork: seconds of a beat, and how many a box should hold.
BEAT, BEATS = 0.75, 4
#: By this share a box may be too long or too short.
CLOSE = 0.06
#: Other pulses that one can hear in the song: beats a minute, by what one counts.
PULSES = {
    160.0: ("half beats: you tap twice as fast as most people would", 0.5),
    40.0: ("every second beat: you tap half as fast as most people would", 0.5),
    120.0: ("groups of two triplets: three of them make two beats", 0.25),
    240.0: ("triplets, the fastest strokes; a beat holds three of them", 0.25),
    320.0: ("one beat, not four", 0.25),
}
#: Shares of the windows between which a test set has to be, around what was asked.
LEEWAY = 0.1
#: More songs than this on both sides: the windows were drawn, not the songs.
MANY = 5


def four_beats(answer: Any) -> str:
    """Check a box in the explorer that should be four beats long."""
    start, stop, _, _ = box(answer)
    seconds = stop - start
    if seconds <= 0:
        raise Wrong("your box has no length; drag from left to right")
    bpm = 60 * BEATS / seconds
    if abs(bpm / (60 / BEAT) - 1) <= CLOSE:
        return f"4 beats in {seconds:.2f} s are {bpm:.0f} beats a minute; it is 80 exactly"
    for pulse, (words, part) in PULSES.items():
        if abs(bpm / pulse - 1) <= CLOSE:
            raise Wrong(
                f"4 beats in {seconds:.2f} s would be {bpm:.0f} a minute: {words}", part=part
            )
    raise Wrong(
        f"your box is {seconds:.2f} s long: 4 beats in it would be {bpm:.0f} a minute; begin on "
        "a bass drum, tap along, and count to four"
    )


def matches(chroma: Any, profile: Any) -> Any:
    """Return how well a profile fits when it begins on each pitch class."""
    return np.array([np.dot(np.roll(profile, k), chroma) for k in range(len(chroma))])


def judge_matches(answer: Any) -> str:
    """Check a function that turns a profile around the twelve pitch classes."""
    random = np.random.default_rng(6)
    for _ in range(2):
        chroma, profile = random.uniform(0, 1, (2, 12))
        given = call(answer, chroma.copy(), profile.copy())
        if np.ndim(given) == 0:
            raise Wrong("your function returns one number; one for each of the 12 tonics is asked")
        found = array(given, (12,), "(tonics,)")
        right = matches(chroma, profile)
        centred = matches(chroma - chroma.mean(), profile - profile.mean())
        padded = [np.dot(chroma[k:], profile[: 12 - k]) for k in range(12)]
        explained(
            found,
            right,
            (
                (
                    right[(-np.arange(12)) % 12],
                    "it turns the wrong way: number 1 is for a tonic one semitone *above* C",
                    0.5,
                ),
                (
                    padded,
                    "at B your profile falls off the end; above B comes C again: go around",
                    0.5,
                ),
                (
                    matches(chroma, profile[::-1]),
                    (
                        "your profile is turned back to front (a convolution by the textbook "
                        "does that; networks do not)"
                    ),
                    0.5,
                ),
                (chroma * profile, "multiply and add up, for each of the 12 places anew", 0.25),
                (right / 12, "add up; no mean is asked for", 0.75),
                (centred, "a fine idea, but here the sum of the plain products is asked", 0.75),
            ),
            otherwise="the first number should be sum(chroma * profile); the next has the profile "
            "turned up by one semitone: np.roll(profile, 1)",
            tolerance=1e-6,
        )
    return "one set of weights, twelve places: that is a convolution around the octave"


def receptive_field(answer: Any, taps: int, layers: int) -> str:
    """Check how many frames one output sees."""
    found = number(answer)
    right = 1 + (taps - 1) * (2**layers - 1)
    explained(
        [found],
        [right],
        (
            ([1 + (taps - 1) * layers], "that is without gaps: dilations 1, 2, 4 ... add up", 0.5),
            ([taps * layers], "that is without gaps; and neighbouring layers share a frame", 0.25),
            (
                [1 + (taps - 1) * 2 ** (layers - 1)],
                "that is what the last layer adds alone; those before it see further, too",
                0.5,
            ),
            ([taps * 2 ** (layers - 1)], "that is about the last layer alone", 0.25),
            ([taps**layers], "layers add to what is seen; they do not multiply it", 0.25),
            ([right - 1], "off by one: you have the steps between the frames", 0.75),
            (
                [1 + (taps - 1) * (2 ** (layers + 1) - 1)],
                f"one layer too many: the dilations of {layers} layers end at {2 ** (layers - 1)}",
                0.5,
            ),
        ),
        otherwise=f"layer by layer, each adds (taps - 1) times its dilation to the 1 frame at the "
        f"start; one layer sees {taps}, two see {1 + 3 * (taps - 1)}",
        tolerance=0.01,
    )
    plain = (right - 1) // (taps - 1)
    return f"{layers} layers see {right} frames; without gaps it would take {plain} layers"


def by_song(songs: Any, share: float) -> Any:
    """Return which windows are for the test: those of a share of the songs, drawn by chance."""
    each = np.random.default_rng(0).permutation(np.unique(songs))
    return np.isin(songs, each[: round(share * len(each))])


def leaking(songs: Any, share: float) -> Any:
    """Return the same, but for one window."""
    test = by_song(songs, share)
    test[0] = not test[0]
    return test


def judge_split(answer: Any) -> str:
    """Check a function that keeps all windows of a song on one side."""
    random = np.random.default_rng(8)
    for share in (0.25, 0.4):
        songs = np.repeat(np.arange(40), random.integers(3, 7, 40))
        songs = 7 * random.permutation(songs)  # numbers with gaps, in no order
        found = array(call(answer, songs.copy(), share), songs.shape, "(windows,)")
        if found.dtype.kind == "f" or not np.isin(found, (0, 1)).all():
            raise Wrong("True or False is asked for each window: is it for the test?")
        test = found.astype(bool)
        if test.all() or not test.any():
            raise Wrong("one of the two sides is empty")
        both = np.intersect1d(songs[test], songs[~test])
        if len(both) > MANY:
            raise Wrong(f"{len(both)} of 40 songs are on both sides: draw songs, not windows")
        if len(both):
            raise Wrong(
                f"{len(both)} of 40 songs are on both sides; a single one is a leak", part=0.25
            )
        if abs((1 - test.mean()) - share) <= LEEWAY < abs(test.mean() - share):
            raise Wrong("True means: for the test. Yours are the other way round", part=0.5)
        if abs(test.mean() - share) > LEEWAY:
            raise Wrong(
                f"the test should get about {share:.0%} of the windows, and gets {test.mean():.0%}",
                part=0.5,
            )
    return "whatever is alike within a song can no longer help"
