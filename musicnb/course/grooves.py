"""Drums that swing, each student's by another amount, and the check of how much that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.checks import explained, number
from musicnb.course.question import Wrong, call

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicnb.audio.audio import Audio

RATE = 44_100
BEATS = 16
#: Seconds before the first beat.
LEAD = 0.1
#: What counts as measured: where the off-beat is, as a part of the beat.
NEAR = 0.02


def groove(swing: float, bpm: float, *, seed: int = 6) -> Audio:
    """Return sixteen beats of bass drum, snare and hi-hat; the hi-hat plays swinging eighths.

    Parameters
    ----------
    swing : float
        How long the first eighth of each beat is against the second.
    bpm : float
        Beats a minute.
    seed : int
        Of the noise.

    Examples
    --------
    >>> groove(2.0, 120)
    Audio(1 channel, 8.600 s, 44100 Hz)
    """
    from musicnb.audio.audio import Audio

    random = np.random.default_rng(seed)
    beat = 60 / bpm
    made = np.zeros(round((LEAD + BEATS * beat + 0.5) * RATE))
    for number_ in range(BEATS):
        start = LEAD + number_ * beat
        _add(made, start, _snare(random) if number_ % 2 else _bass_drum())
        _add(made, start, _hat(random))
        _add(made, start + beat * swing / (1 + swing), _hat(random))
    return Audio(0.25 * made / np.abs(made).max(), RATE)


def _add(made: NDArray[np.float64], start: float, sound: NDArray[np.float64]) -> None:
    first = round(start * RATE)
    made[first : first + sound.size] += sound[: made.size - first]


def _hat(random: np.random.Generator) -> NDArray[np.float64]:
    time = np.arange(round(0.12 * RATE)) / RATE
    noise = np.diff(random.normal(size=time.size + 2), n=2)
    return np.asarray(0.12 * noise * np.exp(-time / 0.02))


def _snare(random: np.random.Generator) -> NDArray[np.float64]:
    time = np.arange(round(0.3 * RATE)) / RATE
    tone = 0.4 * np.sin(2 * np.pi * 190 * time) * np.exp(-time / 0.06)
    return np.asarray(tone + 0.25 * random.normal(size=time.size) * np.exp(-time / 0.05))


def _bass_drum() -> NDArray[np.float64]:
    time = np.arange(round(0.3 * RATE)) / RATE
    angle = 2 * np.pi * np.cumsum(50 + 90 * np.exp(-time / 0.02)) / RATE
    return np.asarray(np.sin(angle) * np.exp(-time / 0.1) * (1 - time / 0.3))


def judge_ratio(answer: Any) -> str:
    """Check a function that measures swing from onsets."""
    random = np.random.default_rng(8)
    for swing, beat in ((2.0, 0.6), (1.0, 0.5), (1.5, 0.75)):
        compare_ratio(answer, eighths(random, swing, beat), swing)
    odd = eighths(random, 2.0, 0.6)
    odd[5] += 0.11  # one hit that comes late
    found = number(call(answer, odd.copy()))
    if abs(found - np.median(ratios(odd))) > 0.02:  # noqa: PLR2004
        raise Wrong(
            f"one hit that comes late makes {found:.2f} of 2.00: take the median of all beats, "
            "which does not care",
            part=0.75,
        )
    return "of many beats the median: it does not care about the one that was off"


def eighths(random: np.random.Generator, swing: float, beat: float) -> NDArray[np.float64]:
    """Return the times of eighth notes that swing, from a beat to a beat, with a human's errors."""
    on = 0.2 + beat * np.arange(9)
    off = on[:-1] + beat * swing / (1 + swing)
    return np.sort(np.concatenate([on, off])) + random.uniform(-0.002, 0.002, 17)


def ratios(onsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the first eighth of each beat over the second.

    Examples
    --------
    >>> ratios(np.array([0, 0.5, 1, 1.75, 2]))
    array([1., 3.])
    """
    lengths = np.diff(onsets)
    return np.asarray(lengths[:-1:2] / lengths[1::2])


def compare_ratio(answer: Any, onsets: NDArray[np.float64], swing: float) -> None:
    """Raise `Wrong`, with the mistake that was made, unless the measured swing is right."""
    found = number(call(answer, onsets.copy()))
    lengths = np.diff(onsets)
    firsts, seconds = lengths[::2], lengths[1::2]
    right = float(np.median(ratios(onsets)))
    mistakes = [
        (1 / right, "upside down: the first, long eighth is to be divided by the second", 0.5),
        (
            float(np.median(firsts / (firsts + seconds))),
            "that is where the off-beat is in the beat, 0 to 1; asked is first over second",
            0.5,
        ),
        (float(np.median(firsts)), "that is how long the first eighth is, in seconds", 0.25),
        (float(np.median(lengths[1:] / lengths[:-1])), "use every other pair only", 0.25),
        (
            float(np.median(np.concatenate([firsts[1:] / seconds[:-1]]))),
            "you divide the first eighth by the second of the beat before: take both of one beat",
            0.5,
        ),
    ]
    if abs(right - 1) < 0.1:  # noqa: PLR2004  (of straight eighths many mistakes give the same)
        mistakes = mistakes[1:3]
    explained(
        found,
        right,
        mistakes,
        otherwise=f"for onsets that swing {swing:g} : 1 yours is {found:.2f}; the lengths are "
        "np.diff(onsets): first, second, first, second, and so on",
        tolerance=0.03,
    )


def judge_swing(answer: Any, swing: float, bpm: float) -> str:
    """Check how much a groove was found to swing."""
    found = number(answer)
    place, right = found / (1 + found) if found > 0 else -1.0, swing / (1 + swing)
    if abs(place - right) <= NEAR:
        return f"{swing:g} : 1 is what it was made with"
    beat = 60 / bpm
    for value, text, part in (
        (1 / swing, "upside down: that is the second eighth over the first", 0.5),
        (right, "that is where the off-beat is in the beat; asked is first over second", 0.5),
        (
            100 * right,
            "that is in percent of the beat, as drum machines say; asked is a ratio",
            0.5,
        ),
        (beat * right, "that is how long the first eighth is, in seconds", 0.25),
    ):
        if abs(found - value) <= 0.03 * value:
            raise Wrong(text, part=part)
    if abs(found - 1) < 0.1:  # noqa: PLR2004
        raise Wrong("1 is straight; do you hear how it limps?")
    raise Wrong(f"the off-beats are not where {found:.2f} : 1 would put them; measure once more")
