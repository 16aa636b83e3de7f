"""Vowels by their formants, and the check of formants that were read off a spectrogram."""

from __future__ import annotations

from typing import Any

from musicnb.course.question import Wrong

#: Means of 33 men in Hz, by the word in which they spoke the vowel (Peterson and Barney, 1952).
FORMANTS = {
    "heed": (270, 2290, 3010),
    "hid": (390, 1990, 2550),
    "head": (530, 1840, 2480),
    "had": (660, 1720, 2410),
    "hod": (730, 1090, 2440),
    "hud": (640, 1190, 2390),
    "hood": (440, 1020, 2240),
    "who'd": (300, 870, 2240),
}
#: The pitches between which the lesson sings them: no formant.
SUNG = (105, 170)
#: What counts as read off: a share of the formant, and at least so many Hz.
SHARE, LEAST = 0.12, 80
#: Somebody who answers with numbers below this gives kHz.
KILO = 10


def near(found: float, formant: float) -> bool:
    """Return whether a formant was read off well enough.

    Examples
    --------
    >>> near(2200, 2290), near(1800, 2290)
    (True, False)
    """
    return abs(found - formant) <= max(LEAST, SHARE * formant)


def judge_formants(answer: Any, word: str) -> str:
    """Check the first two formants of a vowel, as two numbers; each counts half."""
    try:
        first, second = (float(each) for each in answer)
    except (TypeError, ValueError):
        raise Wrong("two numbers are asked for, as in [500, 1500]: the lower band first") from None
    f1, f2, f3 = FORMANTS[word]
    right = near(first, f1) + near(second, f2)
    if right == 2:  # noqa: PLR2004
        return f"{f1} and {f2} Hz went in: it is the vowel of “{word}”"
    if near(first, f2) and near(second, f1):
        raise Wrong("these are they, but the other way round: the lower band first", part=0.75)
    if 0 < max(abs(first), abs(second)) < KILO:
        raise Wrong("give them in Hz, not in kHz")
    if SUNG[0] <= first <= SUNG[1]:
        what = "your first is the pitch that is sung, and it rises; formants are bands that stay"
    elif near(first, f2) and near(second, f3):
        what = "these are the second and the third; there is one more band below them"
    elif near(second, f3):
        what = "your second is the third formant; there is one between"
    else:
        which, value = ("first", first) if not near(first, f1) else ("second", second)
        what = (
            f"your {which}, {value:g} Hz, is on no bright band of the fourth vowel; "
            "set the window to 512, so that the lines merge, and point at the band"
        )
    raise Wrong(what, part=right / 2)
