"""Checks about semitones: the ratio that they are, and how many lead from key to key."""

from __future__ import annotations

import math
from typing import Any

from musicnb.course.checks import number
from musicnb.course.question import Wrong

#: The tones of the keys that are asked, in semitones above C.
TONES = {"C": 0, "D": 2, "E♭": 3, "E": 4, "F": 5, "F♯": 6, "G": 7, "A": 9, "B♭": 10, "B": 11}
#: Their letters, as one counts white keys.
LETTERS = "CDEFGAB"


def tape_speed(answer: Any, semitones: int) -> str:
    """Check the speed at which a tape sounds so many semitones higher."""
    found, right = number(answer), 2 ** (semitones / 12)
    if abs(found - right) <= 0.004 * right:
        return f"{abs(semitones)} times the twelfth root of 2, one after the other"
    for value, text, part in (
        (1 / right, "that is how much longer it takes; the other way round", 0.5),
        (
            1 + semitones / 12,
            "semitones do not add up, they multiply: each is the same *ratio*",
            0.25,
        ),
        (2 ** (semitones / 7), "an octave has 7 white keys, but 12 semitones", 0.5),
        (2 ** (semitones / 8), "an octave has 12 semitones", 0.5),
        (2 ** (semitones / 10), "an octave has 12 semitones", 0.5),
        (2**semitones, "that many octaves; a semitone is a twelfth of one", 0.25),
        (100 * right, "that is in percent; a speed of 1 leaves the song as it is", 0.5),
        (100 * (right - 1), "that is the change in percent; asked is the speed itself", 0.5),
        (right - 1, "that is the change; a speed of 1 leaves the song as it is", 0.5),
        (math.exp(semitones / 12), "an octave doubles: a power of 2, not of e", 0.25),
        (semitones, "that is the semitones; asked is how many times as fast", 0.0),
    ):
        if abs(found - value) <= 0.004 * abs(value):
            raise Wrong(text, part=part)
    if found > 0 and abs(found - right) <= 0.02 * right:
        raise Wrong("nearly: three digits behind the point, please", part=0.75)
    if found <= 0:
        raise Wrong("a speed is more than 0: 1 leaves it as it is, 2 is twice as fast")
    heard = 12 * math.log2(found)
    raise Wrong(f"at {found:g} times the speed it sounds {heard:+.1f} semitones higher")


def key_distance(answer: Any, source: str, target: str) -> str:
    """Check how many semitones lead from a key to another of the same mode."""
    found = number(answer)
    start, end = (key.partition(" ")[0] for key in (source, target))
    up = (TONES[end] - TONES[start]) % 12
    near = up if up <= 6 else up - 12  # noqa: PLR2004
    if found == near:
        return f"{near:+d}: {'up' if near > 0 else 'down'} is the nearer way"
    if found in {up, up - 12}:
        raise Wrong(
            f"that leads there too, but by {abs(found):g}; the other way is nearer", part=0.75
        )
    if not found.is_integer():
        raise Wrong("between two keys there are whole semitones")
    if -found in {near, up, up - 12}:
        raise Wrong("the number is right, the direction is not: up is positive", part=0.5)
    letters = (LETTERS.index(end[0]) - LETTERS.index(start[0])) % 7
    if abs(found) in {letters, 7 - letters, letters + 1}:
        raise Wrong("you count white keys: count the black ones in between too", part=0.25)
    if abs(found - near) == 1:
        raise Wrong("off by one: the first step leads to the *next* key, black or white", part=0.5)
    raise Wrong(f"count all keys, black and white, from {start} to {end}")
