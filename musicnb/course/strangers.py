"""Numbers about voices of others: what a transposition leaves, and what an alarm is worth."""

from __future__ import annotations

import math
from typing import Any

from musicnb.course.checks import number
from musicnb.course.question import Wrong


def octaves_between(answer: Any, source: float, target: float) -> str:
    """Check by how much to transpose between two medians (Hz), if the key is to stay.

    Examples
    --------
    >>> octaves_between(12, source=110, target=205)
    '+12: whole octaves, and the band need not know'
    """
    found, exact = number(answer), 12 * math.log2(target / source)
    right = 12 * round(exact / 12)
    if found == right:
        return f"{right:+d}: whole octaves, and the band need not know"
    if abs(found - exact) < 0.6 and found % 12:  # noqa: PLR2004
        raise Wrong(
            f"{exact:.1f} semitones lie between them, but then the singer is in another key than "
            "the band: take the nearest whole octave",
            part=0.5,
        )
    if found == -right:
        raise Wrong("the other direction: is the voice higher than the singer, or lower?", part=0.5)
    if found in {1, -1, 2, -2} and abs(found * 12) == abs(right):
        raise Wrong("an octave is 12 semitones", part=0.5)
    if found == 0:
        raise Wrong("then the voice would sing where it is not at home")
    if found % 12 == 0:
        raise Wrong(f"{exact:.1f} semitones lie between them: which octave is the nearest?")
    raise Wrong("12 * log2(target / source) semitones lie between them")


def worth_of_alarm(answer: Any, found: float, alarmed: float, share: float) -> str:
    """Check how likely a recording is a fake, if a detector says so.

    Parameters
    ----------
    answer : object
        The student's, 0 to 1.
    found, alarmed : float
        The shares of fakes and of real recordings for which it raises an alarm.
    share : float
        Of fakes among all recordings.

    Examples
    --------
    >>> worth_of_alarm(0.16, found=0.95, alarmed=0.05, share=0.01)
    '16 % of the alarms are right: rare things rarely are what it means'
    """
    value = number(answer)
    fakes, others = found * share, alarmed * (1 - share)
    right = fakes / (fakes + others)
    if abs(value - right) <= 0.02:  # noqa: PLR2004
        return f"{100 * right:.0f} % of the alarms are right: rare things rarely are what it means"
    for mistake, text, part in (
        (100 * right, "as a number from 0 to 1, please", 0.75),
        (found, "that is how many fakes raise an alarm; asked is how many alarms are fakes", 0.25),
        (1 - alarmed, "that is how many real ones raise none; how many alarms are fakes?", 0.25),
        (1 - right, "that is the share of false alarms; asked are the true ones", 0.75),
        (fakes, "that is the share of all recordings; divide by the share of alarms", 0.5),
        (fakes + others, "that is the share of alarms; which of them are fakes?", 0.5),
        (fakes / others, "divide by all alarms, the true ones among them", 0.75),
        (share, "that is what you knew before the alarm", 0.25),
    ):
        if abs(value - mistake) <= 0.02 * abs(mistake):
            raise Wrong(text, part=part)
    if not 0 <= value <= 1:
        raise Wrong("a share lies between 0 and 1")
    raise Wrong("imagine 10 000 recordings: how many fakes raise an alarm, how many others?")
