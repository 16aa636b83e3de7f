"""Curves of f0: one made of several, and a scale that somebody sang with one note off."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.checks import array, explained
from musicnb.course.question import Wrong, call

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicnb.audio.audio import Audio
    from musicnb.voices.f0 import F0

    Floats = NDArray[np.float64]

#: The steps of a major scale above its first note, in semitones, and what they are called.
STEPS = (0, 2, 4, 5, 7, 9, 11, 12)
NAMES = ("do", "re", "mi", "fa", "sol", "la", "ti", "do")
#: MIDI number of the first, and seconds of each.
FIRST, LONG = 57, 0.6
#: What counts as found (semitones).
NEAR = 0.15


# ---- one curve of several ------------------------------------------------------------------------


def fused(curves: Floats) -> Floats:
    """Return one curve (frames,) of several (methods, frames) in Hz, NaN where unvoiced.

    Voiced where more than half of them are; there the median, of semitones.

    Examples
    --------
    >>> fused(np.array([[110.0, 100], [220, np.nan], [221, np.nan]]))
    array([220.,  nan])
    """
    voiced = np.sum(~np.isnan(curves), axis=0) > len(curves) / 2
    made = np.full(curves.shape[1], np.nan)
    made[voiced] = 2 ** np.nanmedian(np.log2(curves[:, voiced]), axis=0)
    return made


def found_by_methods(random: np.random.Generator, methods: int, frames: int = 40) -> Floats:
    """Return what methods find of one curve: small errors, octave errors, other voicing."""
    true = 220 * 2 ** np.cumsum(random.normal(0, 0.02, frames))
    made = np.asarray(true * 2 ** random.normal(0, 0.005, (methods, frames)))
    made[random.uniform(size=made.shape) < 0.08] /= 2  # noqa: PLR2004
    made[random.uniform(size=made.shape) < 0.2] = np.nan  # noqa: PLR2004
    made[:, -6:] = np.nan
    made[0, -5:] = 500  # one of them hears a voice in the noise at the end
    return made


def judge_fused(answer: Any) -> str:
    """Check a function that makes one curve of several."""
    random = np.random.default_rng(7)
    for methods in (3, 4):
        compare_fused(answer, found_by_methods(random, methods))
    return "one method's octave error, or its ghost in the noise, is outvoted"


def compare_fused(answer: Any, curves: Floats) -> None:
    """Raise `Wrong`, with the mistake that was made, unless the curve is right."""
    with warnings.catch_warnings():  # numpy warns of frames in which nobody hears a voice
        warnings.simplefilter("ignore")
        given = call(answer, curves.copy())
    try:
        found = np.asarray(given, float)
    except (TypeError, ValueError):
        found = np.zeros(0)
    right, voiced = fused(curves), np.sum(~np.isnan(curves), axis=0) / len(curves)
    if found.shape != right.shape:
        array(np.nan_to_num(found), right.shape, "(frames,)")
    has = ~np.isnan(found)
    if not has.any():
        raise Wrong("yours is unvoiced throughout; np.median of a NaN is NaN: np.nanmedian")
    if (has & (found <= 0)).any():
        raise Wrong("a pitch of 0 Hz stands in it; NaN is what unvoiced is")
    if (has & (voiced <= 0.5)).any():  # noqa: PLR2004
        share = voiced[has].min()
        raise Wrong(
            f"yours is voiced where only {share:.0%} of the methods hear a voice: more than half "
            "are needed",
            part=0.5,
        )
    if (~has & (voiced > 0.5)).any():  # noqa: PLR2004
        share = voiced[~has].max()
        raise Wrong(f"yours is unvoiced where {share:.0%} of the methods hear a voice", part=0.5)
    inside, there = curves[:, has], right[has]
    explained(
        found[has],
        there,
        (
            (np.nanmean(inside, axis=0), "the mean is drawn along by an octave error", 0.5),
            (2 ** np.nanmean(np.log2(inside), axis=0), "the mean is drawn along by one error", 0.5),
            (
                np.nanmedian(inside, axis=0),
                (
                    "of four the median is between two: half-way in *semitones*, so take the "
                    "logarithm first"
                ),
                0.75,
            ),
            (np.log2(there), "that is the logarithm; back to Hz, please", 0.75),
            (np.nanmax(inside, axis=0), "the highest is one method's opinion", 0.25),
        ),
        otherwise=f"in a frame where the methods find {_listed(inside[:, 0])} Hz the median of the "
        f"semitones is {there[0]:.1f} Hz, and yours {found[has][0]:.1f}",
        tolerance=0.01,
    )


def _listed(values: Floats) -> str:
    return ", ".join(f"{value:.1f}" for value in values if not np.isnan(value))


# ---- a scale with a note that is off -------------------------------------------------------------


def scale(note: int, off: float) -> F0:
    """Return the f0 of a major scale from A3 up, sung with vibrato, with one note off.

    Parameters
    ----------
    note : int
        Which is off, 1 to 8.
    off : float
        By how many semitones.

    Examples
    --------
    >>> scale(4, 0.7).method
    'sung'
    """
    from musicnb.voices.f0 import F0, STEP

    frames = round(LONG / STEP)
    steps = np.array(STEPS, float)
    steps[note - 1] += off
    line = np.repeat(FIRST + steps, frames)
    # From note to note a voice glides; the vibrato comes in during each note.
    kernel = np.hanning(9) / np.hanning(9).sum()
    line = np.convolve(np.pad(line, 4, mode="edge"), kernel, "valid")
    inside = np.tile(np.arange(frames) * STEP, len(STEPS))
    depth = 0.3 * np.clip((inside - 0.12) / 0.2, 0, 1)
    line = line + depth * np.sin(2 * np.pi * 5.5 * inside)
    hz = 440 * 2 ** ((line - 69) / 12)
    return F0(hz.astype(np.float32), np.ones(hz.size, np.float32), "sung")


def sung(curve: F0) -> Audio:
    """Return an "a" sung to a curve.

    Examples
    --------
    >>> sung(scale(4, 0.7))
    Audio(1 channel, 4.800 s, 44100 Hz)
    """
    from musicnb.audio.audio import Audio
    from musicnb.course.throats import RATE, sing
    from musicnb.course.vowels import FORMANTS
    from musicnb.voices.f0 import STEP

    samples = np.arange(round(len(curve.hz) * STEP * RATE)) / RATE
    f0 = np.interp(samples, curve.times, np.nan_to_num(curve.hz, nan=100.0))
    return Audio(sing(f0, FORMANTS["hod"]), RATE)


def judge_mended(answer: Any, note: int, off: float) -> str:
    """Check which note is off, and by how many semitones it is to be moved."""
    try:
        which, moved = (float(each) for each in answer)
    except (TypeError, ValueError):
        raise Wrong("two numbers are asked for: which note, and how many semitones") from None
    if which != note:
        if not which.is_integer() or not 1 <= which <= len(STEPS):
            raise Wrong("the first number is the note, 1 for the first do to 8 for the last")
        raise Wrong(
            f"note {which:.0f}, {NAMES[int(which) - 1]}, is sung as it should be; in a major scale "
            f"the notes are at {', '.join(map(str, STEPS))} semitones"
        )
    if abs(moved + off) <= NEAR:
        return f"{NAMES[note - 1]} was {abs(off):g} semitones too {'high' if off > 0 else 'low'}"
    if abs(moved - off) <= NEAR:
        raise Wrong("the note is right, the direction is not: move it back", part=0.5)
    nearest = round(off) - off
    if abs(moved - nearest) <= NEAR:
        raise Wrong(
            "that leads to the nearest key of the piano, and that one is not in the scale: the "
            f"{NAMES[note - 1]} of it lies on the other side",
            part=0.5,
        )
    if abs(moved + 100 * off) <= 100 * NEAR:
        raise Wrong("that is in cents, hundredths of a semitone; in semitones, please", part=0.75)
    raise Wrong(
        f"the right note; moved by {moved:g} semitones it would be {off + moved:+.2f} from its "
        "place. Take its median, without the glide at its beginning",
        part=0.5,
    )
