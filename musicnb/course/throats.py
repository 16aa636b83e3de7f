"""Voices of pulses and formants: three to tell apart by ear, and how long a vocal tract is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.checks import number, one_of
from musicnb.course.pulses import pulse_train
from musicnb.course.question import Wrong
from musicnb.course.vowels import FORMANTS

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from musicnb.audio.audio import Audio

RATE = 44_100
#: How wide each formant is, in Hz.
WIDTHS = (60, 90, 150)
#: The word and the pitch (Hz) of each of three sounds; two words are the same.
THREE = {
    "B": (("hod", 110), ("heed", 110), ("hod", 185)),
    "C": (("hid", 175), ("hid", 105), ("had", 175)),
    "A": (("who'd", 120), ("head", 120), ("head", 190)),
}


def sing(f0: ArrayLike, formants: ArrayLike) -> NDArray[np.float64]:
    """Return pulses of an f0 (Hz, one value a sample) through resonances (Hz), at 44.1 kHz.

    Examples
    --------
    >>> vowel = sing(np.full(RATE, 110.0), FORMANTS["heed"])
    >>> vowel.shape, round(float(np.abs(vowel).max()), 2)
    ((44100,), 0.25)
    """
    import scipy.signal

    sound = pulse_train(np.asarray(f0, float), RATE)
    fall = math.exp(-2 * math.pi * 100 / RATE)
    sound = scipy.signal.lfilter([1], [1, -fall], sound - sound.mean())
    for formant, width in zip(np.asarray(formants), WIDTHS, strict=False):
        r = math.exp(-math.pi * width / RATE)
        a = [1, -2 * r * math.cos(2 * math.pi * formant / RATE), r * r]
        sound = scipy.signal.lfilter([sum(a)], a, sound)
    edges = np.minimum(1, np.minimum(np.arange(sound.size), np.arange(sound.size)[::-1]) / 2000)
    sound = sound * edges
    return np.asarray(sound / np.abs(sound).max() / 4)


def three_voices(odd: str) -> dict[str, Any]:
    """Return what to ask, and three voices, two of which say the same."""

    def spoken(word: str, hertz: float) -> Audio:
        from musicnb.audio.audio import Audio

        f0 = hertz * np.geomspace(1, 1.12, round(0.9 * RATE))
        made = Audio(sing(f0, FORMANTS[word]), RATE)
        return made.gain(-22 - made.loudness)

    return {
        "prompt": "Two of these have the same filter, and another source. Which one has another "
        "filter than those two?",
        "kind": "which",
        "sounds": dict(
            zip(("first", "second", "third"), (spoken(*each) for each in THREE[odd]), strict=True)
        ),
    }


def other_filter(answer: Any, odd: str) -> str:
    """Check which of three sounds has another filter than the two others."""
    words = dict(zip("ABC", THREE[odd], strict=True))
    alike = [each for each in "ABC" if each != odd]
    by_pitch = next(each for each in alike if words[each][1] != words[odd][1])
    other = next(each for each in alike if each != by_pitch)
    return one_of(
        answer,
        odd,
        why={
            by_pitch: "it has another pitch, and that is the source; which says another vowel?",
            other: "it shares its pitch with one and its vowel with the other: which is which?",
        },
        praise=f"“{words[odd][0]}”, and the two others “{words[by_pitch][0]}” at two pitches",
    )


def formant_shift(answer: Any, old: float, new: float) -> str:
    """Check by how many semitones formants move if a vocal tract has another length (cm)."""
    found = number(answer)
    right = 12 * math.log2(old / new)
    if abs(found - right) <= 0.1:  # noqa: PLR2004
        return f"{new:g} cm instead of {old:g}: every resonance at {old / new:.3f} times the Hz"
    for value, text, part in (
        (-right, "the size is right, the direction is not: the shorter a tube, the higher", 0.5),
        (old / new, "that is the ratio of the frequencies; in semitones, please", 0.5),
        (new / old, "that is the ratio of the lengths; in semitones, please", 0.25),
        (100 * (old / new - 1), "that is in percent; in semitones, please", 0.5),
        (math.log2(old / new), "that is in octaves, and an octave has 12 semitones", 0.5),
        (12 * math.log(old / new), "an octave doubles: log2, not log", 0.25),
        (old - new, "that is the difference in cm; frequencies go by the ratio", 0.0),
    ):
        if abs(found - value) <= 0.02 * abs(value):
            raise Wrong(text, part=part)
    if abs(found - right) <= 0.3:  # noqa: PLR2004
        raise Wrong("nearly: one digit behind the point, please", part=0.75)
    length = old * 2 ** (-found / 12)
    raise Wrong(f"a formant_shift of {found:g} would make a tube of {length:.1f} cm, not {new:g}")
