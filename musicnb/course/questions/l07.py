"""Lesson 07, The singing voice: source and filter, f0 from scratch, curves edited and sung."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from musicnb.course import curves, periods, pulses, throats
from musicnb.course.checks import one_of, several
from musicnb.course.question import Question


def where(voiced: Any, curves: Any, middle: Any) -> Any:
    """Return what `middle` makes of the curves in the frames that are voiced, NaN in others."""
    made = np.full(curves.shape[1], np.nan)
    made[voiced] = middle(curves[:, voiced], axis=0)
    return made


def by_time(f0: Any, sample_rate: int) -> Any:
    """Return pulses as of f0 * time, which is right for steady tones only."""
    turns = f0 * np.arange(1, len(f0) + 1) / sample_rate
    return np.clip(np.diff(np.floor(turns), prepend=0), 0, 1)


def every_other(f0: Any, sample_rate: int) -> Any:
    """Return pulses of which some come late."""
    at = np.flatnonzero(pulses.pulse_train(f0, sample_rate))
    made = np.zeros(len(f0))
    made[at + np.where(np.arange(at.size) % 2, 3, 0)] = 1
    return made


def tapering(frame: Any, lags: int) -> Any:
    """Return an autocorrelation that is divided by the strength of the whole frame."""
    sums = [np.sum(frame[: len(frame) - lag] * frame[lag:]) for lag in range(lags)]
    return np.array(sums) / max(1e-9, np.sum(frame**2))


def around(frame: Any, lags: int) -> Any:
    """Return a circular autocorrelation."""
    sums = [np.sum(frame * np.roll(frame, -lag)) for lag in range(lags)]
    return np.array(sums) / max(1e-9, np.sum(frame**2))


def highest(r: Any, sample_rate: int, low: float, high: float) -> float:
    """Return the pitch by the highest value of an autocorrelation, which may be an octave off."""
    first = math.ceil(sample_rate / high)
    return sample_rate / (first + np.argmax(r[first : int(sample_rate / low)]))


def first_above(r: Any, sample_rate: int, low: float, high: float) -> float:
    """Return the pitch by the first value that is high enough, which is no peak yet."""
    first = math.ceil(sample_rate / high)
    part = r[first : int(sample_rate / low)]
    return sample_rate / (first + np.argmax(part >= 0.9 * part.max()))


def first_peak(r: Any, sample_rate: int, low: float, high: float) -> float:
    """Return the pitch by the first peak, however low it is."""
    first = math.ceil(sample_rate / high)
    lags = range(first, int(sample_rate / low))
    return sample_rate / next(k for k in lags if r[k - 1] < r[k] > r[k + 1])


FOLDS = {
    0: "air hisses at the teeth, and the throat does not hum: whisper it, and nothing changes",
    1: "the same hiss as in s, but with your fingers on your throat you feel it hum",
    2: "the nose takes over from the mouth; the folds go on",
    3: "breath that rubs in the throat, through the formants of the vowel that follows",
    4: "a stop: silence, then a burst of noise",
    5: "you can hold a note on it, so there are pulses",
}
IN_THE_CURVE = {
    0: "notes are stretches where the curve stays; that is how a melody is written down",
    1: "vibrato is the curve swinging, by its depth and its rate",
    2: "vowels are formants, and those are the filter's",
    3: "where the folds stop, the curve has a gap: consonants and breath",
    4: "how loud it is stands in no pitch; a soft note and a loud one may have one f0",
    5: "a glide is the slope of the curve between two notes",
    6: "a timbre is in the filter and in the shape of the pulses; two people can sing one curve",
}

QUESTIONS = (
    Question(
        "l07-q1",
        "Pulses that glide",
        3,
        pulses.judge_train,
        hints=(
            "From one sample to the next f0 / sample_rate of a period passes.",
            "np.cumsum of that says how many periods have passed. When does a new one begin?",
            "np.diff(np.floor(np.cumsum(f0 / sample_rate)), prepend=0)",
        ),
        right=(
            pulses.pulse_train,
            lambda f0, rate: np.diff(np.floor(np.cumsum(f0 / rate) + 0.999), prepend=0),
        ),
        wrong=(
            (by_time, "how far it would be by now"),
            (every_other, "not evenly"),
            (lambda f0, rate: np.sin(2 * np.pi * np.cumsum(f0 / rate)), "not all 0 or 1"),
            (lambda f0, rate: np.zeros(len(f0)), "no pulse at all"),  # noqa: ARG005
            (lambda f0, rate: pulses.pulse_train(f0 / 2, rate), "there should be 125 pulses"),
            (lambda f0, rate: np.flatnonzero(pulses.pulse_train(f0, rate)), "shape"),
            (5, "a function is asked for"),
        ),
    ),
    Question(
        "l07-q2",
        "Another filter",
        2,
        throats.other_filter,
        quiz=throats.three_voices,
        variants=({"odd": "B"}, {"odd": "C"}, {"odd": "A"}),
        hints=("Sing along with each. When does your mouth change, and when only your throat?",),
        right=("B",),
        wrong=(("C", "another pitch"), ("A", "which is which"), (4, "not one of the choices")),
    ),
    Question(
        "l07-q3",
        "High above the words",
        2,
        partial(
            one_of,
            right=1,
            why={
                0: "the mouth does what it did, and the formants stay: only the pulses come faster",
                2: "without any vibrato, as above, the vowels are as hard to tell",
                3: "they were as loud, and nothing else played",
            },
            praise="a filter can be heard only where there is something to filter: at harmonics",
        ),
        quiz={
            "prompt": "At 880 Hz the four vowels are hard to tell apart. Why?",
            "kind": "choice",
            "options": [
                "The formants went up three octaves with the pitch",
                "The harmonics are so far apart that they miss the formants",
                "High notes have more vibrato",
                "High notes are softer",
            ],
            "justify": True,
        },
        hints=("Count the harmonics of 110 Hz below 2400 Hz, and those of 880 Hz.",),
        right=(1,),
        wrong=((0, "formants stay"), (2, "vibrato"), (3, "as loud"), (9, "not one of the choices")),
    ),
    Question(
        "l07-q4",
        "Without the folds",
        2,
        partial(
            several,
            right={0, 3, 4},
            why=FOLDS,
            praise="noise alone; in z, m and l the folds swing, so they have an f0",
        ),
        quiz={
            "prompt": "Put two fingers on your throat and say each sound for itself. Which are "
            "made without the vocal folds?",
            "kind": "several",
            "options": [
                "s as in “see”",
                "z as in “zoo”",
                "m as in “moon”",
                "h as in “who”",
                "k as in “key”",
                "l as in “low”",
            ],
        },
        hints=("Which of them can you sing a melody on?",),
        right=([0, 3, 4],),
        wrong=(
            ([0, 4], "breath that rubs"),
            ([0, 1, 3, 4], "you feel it hum"),
            ([1, 2, 5], "hisses at the teeth"),
            ("s", "list of options"),
        ),
    ),
    Question(
        "l07-q5",
        "Somebody smaller",
        2,
        throats.formant_shift,
        variants=(
            {"old": 17.5, "new": 14.5},
            {"old": 14.5, "new": 17.0},
            {"old": 17.5, "new": 12.5},
            {"old": 12.0, "new": 16.0},
        ),
        hints=(
            "In a tube half as long every resonance is twice as high: 12 semitones.",
            "12 * np.log2(old / new)",
        ),
        right=(3.26, "3.3", 12 * math.log2(17.5 / 14.5)),
        wrong=(
            (-3.26, "direction"),
            (1.207, "ratio of the frequencies"),
            (0.829, "ratio of the lengths"),
            (20.7, "percent"),
            (0.271, "octaves"),
            (2.257, "log2"),
            (3.0, "in cm"),
            (3.5, "one digit"),
            (7, "would make a tube"),
        ),
    ),
    Question(
        "l07-q6",
        "A sound and itself",
        3,
        periods.judge_autocorrelation,
        hints=(
            "For a lag k: now = frame[: len(frame) - k], later = frame[k:].",
            "np.sum(now * later) / np.sqrt(np.sum(now**2) * np.sum(later**2))",
            "If that root is 0, the value is 0.",
        ),
        right=(periods.autocorrelation,),
        wrong=(
            (tapering, "peaks sink"),
            (around, "goes around"),
            (lambda f, n: np.correlate(f, f, "full")[len(f) - 1 :][:n], "divide by the strength"),
            (lambda f, n: np.correlate(f, f, "full"), "negative lags"),  # noqa: ARG005
            (lambda f, n: periods.autocorrelation(f, n) ** 2, "square root"),
            (
                lambda f, n: np.append(periods.autocorrelation(f, n)[1:], 0),
                "off by one",
            ),
            (
                lambda f, n: np.array([np.mean(f[: len(f) - k] * f[k:]) for k in range(n)]),
                "how loud",
            ),
            (lambda f, n: periods.autocorrelation(f, n)[1:], "shape"),
            (lambda f, n: np.ones(n), "for lag 0 it is 1"),  # noqa: ARG005
            (lambda f, n: periods.autocorrelation(f + 1e-9, n), "of silence"),
            (5, "a function is asked for"),
        ),
    ),
    Question(
        "l07-q7",
        "The right peak",
        3,
        periods.judge_pitch,
        hints=(
            "Peaks: r[lag - 1] < r[lag] >= r[lag + 1], of lags from rate / high to rate / low.",
            "best is the highest of them. Below 0.5 the answer is np.nan.",
            "The first lag that is a peak and has r[lag] >= 0.9 * best; the pitch is rate / lag.",
        ),
        right=(periods.pitch,),
        wrong=(
            (highest, "octave too low"),
            (first_peak, "octave too high"),
            (first_above, "slope before the peak"),
            (lambda r, rate, low, high: rate / periods.pitch(r, rate, low, high), "the lag"),
            (lambda r, rate, low, high: 1 / periods.pitch(r, rate, low, high), "in s"),
            (lambda r, rate, low, high: rate / (np.argmax(r) + 1e-12), "lag of 0"),  # noqa: ARG005
            (
                lambda r, rate, low, high: np.nan_to_num(
                    periods.pitch(r, rate, low, high), nan=111.0
                ),
                "there is no pitch",
            ),
            (lambda *_: math.nan, "finds none"),
            (lambda r, rate, low, high: high, "first lag"),  # noqa: ARG005
            (lambda r, rate, low, high: 100.0, "which lags are peaks"),  # noqa: ARG005
            (5, "a function is asked for"),
        ),
    ),
    Question(
        "l07-q8",
        "Outvoted",
        2,
        curves.judge_fused,
        hints=(
            "voiced = np.sum(~np.isnan(curves), axis=0) > len(curves) / 2",
            "The median of np.log2 there (np.nanmedian, axis=0), back by 2 ** it; NaN elsewhere.",
        ),
        right=(curves.fused,),
        wrong=(
            (lambda c: where(curves.fused(c) > 0, c, np.nanmean), "mean"),
            (lambda c: where(curves.fused(c) > 0, c, np.nanmedian), "half-way"),
            (
                lambda c: where(~np.isnan(c).all(axis=0), c, np.nanmax),
                "more than half",
            ),
            (lambda c: np.median(c, axis=0), "unvoiced where"),
            (lambda c: np.full(c.shape[1], np.nan), "unvoiced throughout"),
            (lambda c: np.nan_to_num(curves.fused(c)), "0 Hz"),
            (lambda c: np.log2(curves.fused(c)), "the logarithm"),
            (lambda c: curves.fused(c) + 1, "and yours"),
            (lambda c: c, "shape"),
            (5, "a function is asked for"),
        ),
    ),
    Question(
        "l07-q9",
        "One note is off",
        3,
        curves.judge_mended,
        variants=(
            {"note": 4, "off": 0.7},
            {"note": 2, "off": -0.7},
            {"note": 6, "off": 0.8},
            {"note": 5, "off": -0.7},
        ),
        hints=(
            "Compare each note with the major scale: 0, 2, 4, 5, 7, 9, 11, 12 above the first.",
            "Note n lasts from 0.6 * (n - 1) to 0.6 * n s: frames 60 * (n - 1) to 60 * n.",
            "np.median(curve.notes[...]) - 57, without the first 20 frames of the note.",
        ),
        right=([4, -0.7], (4, -0.72), ["4", "-0.65"]),
        wrong=(
            ([4, 0.7], "direction"),
            ([4, 0.3], "nearest key"),
            ([4, -70], "cents"),
            ([4, -0.2], "from its place"),
            ([5, -0.7], "note 5, sol"),
            ([0, -0.7], "1 for the first"),
            ([4.5, -0.7], "1 for the first"),
            (4, "two numbers"),
        ),
    ),
    Question(
        "l07-q10",
        "What a curve holds",
        2,
        partial(
            several,
            right={0, 1, 3, 5},
            why=IN_THE_CURVE,
            praise="all that the folds do; what the mouth does, and how loud, is elsewhere",
        ),
        quiz={
            "prompt": "You are given an f0 curve, and no sound. What can you read off it?",
            "kind": "several",
            "options": [
                "The notes of the melody",
                "How deep the vibrato is",
                "Which vowel is sung",
                "Where there may be consonants or breaths",
                "Which notes are loud",
                "How the singer goes from note to note",
                "Whether it is a child or an adult with the same range",
            ],
            "justify": True,
        },
        hints=("Source or filter?",),
        right=([0, 1, 3, 5],),
        wrong=(
            ([0, 1, 5], "the curve has a gap"),
            ([0, 1, 2, 3, 5], "formants"),
            ([0, 1, 3, 4, 5], "how loud"),
            ([2, 4, 6], "a melody is written down"),
            ("x", "list of options"),
        ),
    ),
)
