"""Covers: how much of the band is left in a voice, how near a pitch came, and what is in tune."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.checks import explained, number, one_of
from musicnb.course.question import Wrong, call

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicnb.audio.audio import Audio

    Floats = NDArray[np.float64]

RATE = 44_100
OCTAVE = 12
#: Roots of the chords under a major scale, in semitones above its first note; all are major.
ROOTS = (0, 7, 0, 5, 0, 5, 7, 0)


# ---- what is left of the band --------------------------------------------------------------------


def leakage(stem: Floats, mixture: Floats, silent: NDArray[np.bool_]) -> float:
    """Return how strong a stem is against the mixture where it should be silent, in dB.

    Examples
    --------
    >>> band = np.tile([1.0, -1.0], 50)
    >>> round(leakage(0.1 * band, band, np.ones(100, bool)), 6)
    -20.0
    """
    left, there = np.sum(stem[silent] ** 2), np.sum(mixture[silent] ** 2)
    return float(10 * np.log10(left / there))


def song_with_pause(
    random: np.random.Generator, left: float
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return a stem, a mixture and where the singer is silent; `left` of the band is in the stem.

    Examples
    --------
    >>> song = song_with_pause(np.random.default_rng(1), 0.1)
    >>> round(leakage(*song))
    -20
    """
    voice, band = random.normal(size=(2, 4000))
    silent = np.zeros(4000, bool)
    start = int(random.integers(500, 2500))
    silent[start : start + 900] = True
    voice[silent] = 0
    return voice + left * band, voice + band, silent


def judge_leakage(answer: Any) -> str:
    """Check a function that measures leakage."""
    random = np.random.default_rng(9)
    for left in (0.3, 0.1):
        compare_leakage(answer, *song_with_pause(random, left))
    return "what sounds while she is silent can only be the band"


def compare_leakage(answer: Any, stem: Floats, mixture: Floats, silent: NDArray[np.bool_]) -> None:
    """Raise `Wrong`, with the mistake that was made, unless the leakage is right."""
    found = number(call(answer, stem.copy(), mixture.copy(), silent.copy()))
    right = leakage(stem, mixture, silent)
    everywhere = np.ones_like(silent)
    explained(
        found,
        right,
        (
            (-right, "the size is right, the sign is not: the stem is softer, so negative", 0.5),
            (2 * right, "powers have 10 * log10; 20 is for amplitudes", 0.5),
            (right / 2, "half of it: square the samples, or take 20 * log10 of amplitudes", 0.5),
            (10 ** (right / 10), "that is the ratio of powers; in dB, please", 0.5),
            (
                leakage(stem, mixture, everywhere),
                "you measured all of the song: only where she is silent can one tell",
                0.25,
            ),
            (
                leakage(stem, mixture, ~silent),
                "that is where she sings: the mask is upside down",
                0.25,
            ),
            (
                10 * np.log10(np.sum(stem[silent] ** 2) / np.sum(stem[~silent] ** 2)),
                "you compared with the stem where she sings; compare with the mixture",
                0.25,
            ),
            (10 * np.log10(np.mean(stem[silent] ** 2)), "compare with the mixture there", 0.25),
        ),
        otherwise=f"with a leak of {right:.1f} dB yours says {found:.2f}: the sum of squares of "
        "the stem over that of the mixture, both where `silent` is True, in dB",
        tolerance=0.01,
    )


# ---- how near the pitch came ---------------------------------------------------------------------


def compared(wanted: Floats, sung: Floats) -> tuple[float, float]:
    """Return the correlation of two curves of f0, in octaves, and the median error in cents.

    Parameters
    ----------
    wanted, sung : ndarray
        In Hz, NaN where unvoiced; of one length. Where one is unvoiced nothing is compared.

    Examples
    --------
    >>> correlation, cents = compared(np.array([110, 220, np.nan]), np.array([55.0, 110, 99]))
    >>> round(correlation, 6), round(cents)
    (1.0, 1200)
    """
    both = ~np.isnan(wanted) & ~np.isnan(sung)
    one, other = np.log2(wanted[both]), np.log2(sung[both])
    cents = 100 * OCTAVE * np.median(np.abs(other - one))
    return float(np.corrcoef(one, other)[0, 1]), float(cents)


def two_curves(random: np.random.Generator, off: float) -> tuple[Floats, Floats]:
    """Return a melody and one that is sung after it: `off` semitones too high, not quite exact."""
    notes = 57 + np.repeat(random.integers(0, 13, 20), 10) + random.normal(0, 0.1, 200)
    sung = notes + off + random.normal(0, 0.3, 200)
    sung[random.uniform(size=200) < 0.05] -= 12  # noqa: PLR2004
    curves = 440 * np.exp2((np.stack([notes, sung]) - 69) / 12)
    curves[0, 40:55] = curves[1, 50:70] = np.nan
    return curves[0], curves[1]


def judge_compared(answer: Any) -> str:
    """Check a function that compares two curves."""
    random = np.random.default_rng(9)
    for off in (0.0, 1.5):
        compare_compared(answer, *two_curves(random, off))
    return "the one says whether the melody is the same, the other whether it is in tune"


def compare_compared(answer: Any, wanted: Floats, sung: Floats) -> None:
    """Raise `Wrong`, with the mistake that was made, unless both numbers are right."""
    given = call(answer, wanted.copy(), sung.copy())
    try:
        correlation, cents = (float(each) for each in given)
    except (TypeError, ValueError):
        raise Wrong("two numbers are asked for: the correlation, and the error in cents") from None
    if math.isnan(correlation) or math.isnan(cents):
        raise Wrong("yours is NaN: leave out where either of the two curves is NaN")
    right, error = compared(wanted, sung)
    both = ~np.isnan(wanted) & ~np.isnan(sung)
    steps = np.log2(sung[both] / wanted[both])
    zeros = np.nan_to_num(np.stack([wanted, sung]))
    for value, text, part in (
        (right, "", 1.0),
        (
            np.corrcoef(wanted[both], sung[both])[0, 1],
            "take the logarithm before you correlate",
            0.75,
        ),
        (
            np.corrcoef(zeros[0], zeros[1])[0, 1],
            "zeros for NaN make gaps part of the melody; leave them out",
            0.25,
        ),
    ):
        if abs(correlation - value) <= 1e-3:  # noqa: PLR2004
            if text:
                raise Wrong(f"correlation: {text}", part=part)
            break
    else:
        raise Wrong(
            f"the correlation is {right:.3f}, and yours {correlation:.3f}: np.corrcoef of the "
            "logarithms, where both are voiced",
            part=0.5 if abs(cents - error) <= 0.1 else 0.0,  # noqa: PLR2004
        )
    explained(
        cents,
        error,
        (
            (error / 100, "error: that is in semitones; a cent is a hundredth of one", 0.75),
            (error / 1200, "error: that is in octaves; an octave has 1200 cents", 0.75),
            (1200 * np.median(steps), "error: without np.abs high and low cancel", 0.75),
            (1200 * np.mean(np.abs(steps)), "error: the mean is drawn by octave errors", 0.75),
            (float(np.median(np.abs(sung - wanted)[both])), "error: that is in Hz", 0.5),
        ),
        otherwise=f"the error is {error:.1f} cents, and yours {cents:.1f}: the median of "
        "1200 * np.abs(np.log2(sung / wanted))",
        tolerance=0.05,
    )


# ---- keys and levels -----------------------------------------------------------------------------


def octaves(answer: Any, song: float, voice: float) -> str:
    """Check which whole octaves, in semitones, bring a melody nearest to a voice (Hz)."""
    found = number(answer)
    exact = OCTAVE * math.log2(voice / song)
    right = OCTAVE * round(exact / OCTAVE)
    if found == right:
        return f"{exact:+.1f} would be exact, and {right:+d} keeps the key"
    if abs(found - exact) <= 0.6:  # noqa: PLR2004
        raise Wrong(
            "that brings it exactly there, and into another key: which octaves are nearest?",
            part=0.5,
        )
    if found == -right:
        raise Wrong("the size is right, the direction is not: down is negative", part=0.5)
    if found * OCTAVE == right:
        raise Wrong("that is in octaves; in semitones, please", part=0.75)
    if found % OCTAVE:
        raise Wrong("a whole number of octaves is asked for: 12 semitones each")
    away = song * 2 ** (found / OCTAVE)
    raise Wrong(
        f"{found:+g} brings {song:g} Hz to {away:.0f} Hz; another number of octaves comes nearer "
        f"to {voice:g}",
        part=0.25,
    )


def backing_transpose(answer: Any, voice: int) -> str:
    """Check by how many semitones a backing is best moved, if its voice is moved by so many."""
    found = number(answer)
    right = (voice + 6) % OCTAVE - 6
    if found == right:
        return f"{voice:+d} and {right:+d} are {abs(voice - right) // OCTAVE} octave(s) apart"
    if not float(found).is_integer():
        raise Wrong("whole semitones, please: between two keys there are no others")
    if (found - voice) % OCTAVE == 0:
        far = "as far as the voice" if found == voice else f"by {abs(found):g} semitones"
        raise Wrong(
            f"in tune, but the band is moved {far}; an octave makes no other key, so there is a "
            "shorter way",
            part=0.75,
        )
    if found == -right:
        raise Wrong("the size is right, the direction is not", part=0.5)
    if found == 0:
        raise Wrong("left as it is, the band plays in the old key, and she sings in another")
    raise Wrong(
        f"voice and band would be {abs(found - voice):g} semitones apart from where they belong; "
        "only whole octaves (12) do no harm"
    )


def balance(answer: Any, voice: float, backing: float, new_voice: float, new_backing: float) -> str:
    """Check the gain (dB) that puts a new voice as far over its backing as the old one was."""
    found = number(answer)
    right = (voice - backing) - (new_voice - new_backing)
    if abs(found - right) <= 0.05:  # noqa: PLR2004
        return f"now it is {voice - backing:+.1f} LU against the band again"
    for value, text, part in (
        (-right, "the size is right, the direction is not: is the new voice too soft?", 0.5),
        (
            voice - new_voice,
            "that makes it as loud as the old voice; but the band has another loudness now, too",
            0.5,
        ),
        (
            voice - backing,
            "that is where the old voice was against its band; and the new one?",
            0.25,
        ),
        (
            new_voice - new_backing,
            "that is where the new voice is against its band; and where should it be?",
            0.25,
        ),
        (10 ** (right / 20), "that is a factor; in dB, please", 0.5),
    ):
        if abs(found - value) <= 0.05:  # noqa: PLR2004
            raise Wrong(text, part=part)
    there = new_voice + found - new_backing
    raise Wrong(
        f"with {found:+g} dB the voice is {there:+.1f} LU against the band, and was "
        f"{voice - backing:+.1f}"
    )


# ---- by ear --------------------------------------------------------------------------------------


def two_covers(along: str, semitones: int) -> dict[str, Any]:
    """Return what to ask, and a moved melody over a band that was moved too, and one that was not.

    Parameters
    ----------
    along : str
        Which is the one over the moved band, 'A' or 'B'.
    semitones : int
        By how much the melody is moved.
    """
    moved, left = (_cover(semitones, band) for band in (semitones, 0))
    return {
        "prompt": f"In both the melody was moved by {semitones:+d} semitones. In which was the "
        "band moved along?",
        "kind": "which",
        "sounds": {
            "first": moved if along == "A" else left,
            "second": left if along == "A" else moved,
        },
    }


def _cover(melody: int, band: int) -> Audio:
    from musicnb.audio.audio import Audio
    from musicnb.course.curves import FIRST, LONG, scale, sung

    voice = sung(scale(4, 0.0).transpose(melody)).samples[0]
    time = np.arange(round(LONG * RATE)) / RATE
    chords = []
    for root in ROOTS:
        hertz = [440 * 2 ** ((FIRST + root + band + each - 69) / 12) for each in (-12, 0, 4, 7)]
        waves = [np.sin(2 * np.pi * n * f * time) / n**2 for f in hertz for n in (1, 2, 3)]
        chords.append(np.sum(waves, axis=0) * np.exp(-2 * time) * np.minimum(1, time / 0.01))
    backing = np.concatenate(chords)[: voice.size]
    made = voice[: backing.size] / voice.std() + 0.8 * backing / backing.std()
    sound = Audio(made / np.abs(made).max() / 2, RATE)
    return sound.gain(-22 - sound.loudness)


def moved_along(answer: Any, along: str, semitones: int) -> str:
    """Check in which cover the band was moved along with the melody."""
    other = {"A": "B", "B": "A"}[along]
    return one_of(
        answer,
        along,
        why={
            other: f"there the band plays in the old key and the voice {abs(semitones)} semitones "
            "beside it: does it rub?"
        },
        praise="all tones moved alike, so all intervals between voice and band are as they were",
    )
