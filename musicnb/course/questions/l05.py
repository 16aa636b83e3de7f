"""Lesson 05, Effects: echoes, rooms, compressors, and settings that are found by themselves."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from musicnb.course.checks import one_of, several
from musicnb.course.dynamics import judge_curve, out_level, read_box
from musicnb.course.question import Question
from musicnb.course.repeats import best_lag, from_hit_to_echo, judge_lag
from musicnb.course.rooms import (
    by_ear,
    clear_hall,
    decay_curve,
    envelope,
    judge_room,
    judge_schroeder,
    longer_room,
    measured_rt60,
)
from musicnb.effects import EffectChain, Limiter, Reverb


def _selected(start: float, stop: float) -> dict[str, float]:
    return {"start": start, "stop": stop, "low": 100, "high": 9000}


def _in_room(samples: Any, noise: Any, rt60: float, sample_rate: int) -> Any:
    return np.convolve(samples, noise * envelope(len(noise), rt60, sample_rate))


def _time(noise: Any, sample_rate: int) -> Any:
    return np.arange(len(noise)) / sample_rate


QUESTIONS = (
    Question(
        "l05-q1",
        "Fuller and clearer",
        2,
        partial(
            one_of,
            right=2,
            why={
                0: "louder alone sounds fuller and clearer; how would you tell the two apart?",
                1: "perhaps it does, but from this nobody can know: the loudness changed too",
                3: "3 LU are three times what one just notices, and even less would do",
            },
            praise="turn it down by 3 LU, and ask again",
        ),
        quiz={
            "prompt": "A shop shows an effect: a switch is flipped, and the song sounds fuller and "
            "clearer. The meter has risen by 3 LU. What has been shown?",
            "kind": "choice",
            "options": [
                "That the effect improves this song",
                "That the effect brings out details",
                "That it makes the song louder; about the rest, nothing",
                "Nothing at all, for nobody hears 3 LU",
            ],
            "justify": True,
        },
        hints=("What would you have heard if somebody had only turned up the volume?",),
        right=(2,),
        wrong=((0, "tell the two apart"), (1, "nobody can know"), (3, "just notices")),
    ),
    Question(
        "l05-q2",
        "From the hit to its echo",
        2,
        from_hit_to_echo,
        variants=({"time": 0.31}, {"time": 0.24}, {"time": 0.38}, {"time": 0.27}),
        hints=(
            "Each bright edge is the hit, once more. Drag from the first edge to the second.",
            "A narrower “Window” shows the edges sharper. The first is at 0.25 s.",
        ),
        right=(_selected(0.25, 0.56), _selected(0.565, 0.87)),
        wrong=(
            (_selected(0.25, 0.87), "2 echoes"),
            (_selected(0.05, 0.36), "before anything sounds"),
            (_selected(0.40, 0.71), "does not begin where"),
            (_selected(0.25, 0.45), "before the next"),
            (_selected(0.25, 0.70), "behind the next"),
            (_selected(0.5, 0.5), "no width"),
            (0.31, "explorer.selection"),
        ),
    ),
    Question(
        "l05-q3",
        "An echo found by multiplying",
        3,
        judge_lag,
        hints=(
            "A lag of k samples: compare samples[k:] with samples[:-k]. Which k are asked for?",
            "np.sum(samples[k:] * samples[:-k]) for each k, in a list; np.argmax finds the largest",
            "Return (first + np.argmax(products)) / sample_rate, first being the smallest k.",
        ),
        right=(
            best_lag,
            lambda x, sr, a, b: (
                max(
                    range(round(a * sr), round(b * sr)),
                    key=lambda k: float(x[k:] @ x[:-k]) / len(x),
                )
                / sr
            ),
        ),
        wrong=(
            (lambda x, sr, a, b: best_lag(x, sr, a, b) * sr, "in samples"),
            (lambda x, sr, a, b: best_lag(x, sr, a, b) * 1000, "milliseconds"),
            (lambda x, sr, a, b: best_lag(x, sr, a, b) - round(a * sr) / sr, "counts from 0"),
            (lambda x, sr, a, b: best_lag(x, sr, 0, b), "lag 0"),  # noqa: ARG005
            (lambda x, sr, a, b: b + 1, "above the longest"),  # noqa: ARG005
            (lambda x, sr, a, b: a, "multiply the sound"),  # noqa: ARG005
            (5, "a function is asked for"),
        ),
    ),
    Question(
        "l05-q4",
        "A room from noise",
        3,
        judge_room,
        hints=(
            "The envelope is 1 at the beginning, and at t = rt60 it is 60 dB lower: a thousandth.",
            "t = np.arange(len(noise)) / sample_rate; the envelope is 10 ** (-3 * t / rt60).",
            "return np.convolve(samples, noise * envelope)",
        ),
        right=(
            _in_room,
            lambda x, n, r, sr: np.convolve(x, n * np.exp(-np.log(1000) * _time(n, sr) / r)),
        ),
        wrong=(
            (lambda x, n, r, sr: np.convolve(x, n * np.exp(-_time(n, sr) / r)), "37 %"),
            (lambda x, n, r, sr: np.convolve(x, n * 10 ** (-6 * _time(n, sr) / r)), "120 dB"),
            (lambda x, n, r, sr: np.convolve(x, n * 10 ** (-_time(n, sr) / r)), "by 20 dB"),
            (lambda x, n, r, sr: np.convolve(x, n * 10 ** (-60 * _time(n, sr) / r)), "exponent"),
            (lambda x, n, r, sr: np.convolve(x, n * 10 ** (3 * _time(n, sr) / r)), "sign"),
            (
                lambda x, n, r, sr: np.convolve(x, n * 10 ** (-3 * np.arange(len(n)) / r)),  # noqa: ARG005
                "in samples",
            ),
            (lambda x, n, r, sr: np.convolve(x, n), "never dies"),  # noqa: ARG005
            (lambda x, n, r, sr: _in_room(x, n, r, sr)[: len(x)], "cut off"),
            (lambda x, n, r, sr: 2 * _in_room(x, n, r, sr), "values are not"),
            (lambda x, n, r, sr: 1.0, "expected"),  # noqa: ARG005
            (5, "a function is asked for"),
        ),
    ),
    Question(
        "l05-q5",
        "Which room lasts longer?",
        2,
        longer_room,
        quiz=by_ear,
        variants=({"longer": "B"}, {"longer": "A"}),
        hints=("Not how much room there is: how long after the last hit can you hear it?",),
        right=("B",),
        wrong=(("A", "over sooner"), (7, "not one of")),
    ),
    Question(
        "l05-q6",
        "Schroeder's curve",
        3,
        judge_schroeder,
        hints=(
            "Square, sum from the end, and compare with the first value, in decibels.",
            "np.cumsum sums from the beginning: turn the squares round, sum, turn back ([::-1]).",
            "energy = np.cumsum((answer ** 2)[::-1])[::-1]; then 10 * np.log10(energy / energy[0])",
        ),
        right=(decay_curve,),
        wrong=(
            (lambda h: 2 * decay_curve(h), "not 20"),
            (lambda h: decay_curve(h)[::-1], "backwards"),
            (lambda h: 10 ** (decay_curve(h) / 10), "not yet in decibels"),
            (lambda h: 10 * np.log10(np.cumsum((h**2)[::-1])[::-1]), "begin at 0 dB"),
            (lambda h: 10 * np.log10(np.cumsum(h**2) / np.sum(h**2)), "which rises"),
            (lambda h: decay_curve(np.sqrt(np.abs(h))), "square the samples"),
            (lambda h: 10 * np.log10(h**2 / np.max(h**2)), "squares themselves"),
            (lambda h: decay_curve(h)[1:], "expected"),
            (lambda h: decay_curve(h) - 1, "for each sample"),
            (5, "a function is asked for"),
        ),
    ),
    Question(
        "l05-q7",
        "The reverberation time of your room",
        2,
        measured_rt60,
        variants=(
            {"room": "a stairwell"},
            {"room": "a rehearsal room"},
            {"room": "a church"},
            {"room": "a kitchen"},
        ),
        hints=(
            "When does the curve pass -5 dB, and when -25 dB? Between them lie 20 dB.",
            "Three times that time is the RT60.",
        ),
        right=(1.7, "1.62", 1.8),
        wrong=(
            (0.57, "20 dB"),
            (0.285, "10 dB"),
            (0.85, "half"),
            (1700, "milliseconds"),
            (0.124, "time constant"),
            (3.4, "too long"),
            (1.2, "too short"),
        ),
    ),
    Question(
        "l05-q8",
        "The curve of a compressor",
        2,
        judge_curve,
        hints=(
            "How many dB is the level over the threshold? These are divided by the ratio.",
            "np.where(level > threshold, threshold + (level - threshold) / ratio, level)",
        ),
        right=(out_level,),
        wrong=(
            (lambda x, t, r: x, "nothing is turned down"),  # noqa: ARG005
            (lambda x, t, r: np.minimum(x, t), "limiter"),  # noqa: ARG005
            (lambda x, t, r: np.where(x > t, x / r, x), "jump"),
            (lambda x, t, r: np.where(x > t, t + (x - t) * r, x), "expander"),
            (lambda x, t, r: np.where(x > t, x, t + (x - t) / r), "soft side"),
            (lambda x, t, r: t + (x - t) / r, "stays as it is"),
            (lambda x, t, r: x - out_level(x, t, r), "by how much"),
            (lambda x, t, r: out_level(x, t, r) - x, "the gain"),
            (lambda x, t, r: out_level(x, t, r) + 3, "come out as"),
            (5, "a function is asked for"),
        ),
    ),
    Question(
        "l05-q9",
        "What is in the box?",
        2,
        read_box,
        variants=({"box": "red"}, {"box": "blue"}, {"box": "green"}, {"box": "grey"}),
        hints=(
            "The threshold is where the line leaves the diagonal, read on the axis below.",
            "Above it: by how many dB does “in” grow until “out” has grown by 5?",
        ),
        right=([-30, 4], (-29, "4.3"), np.array([-31, 3.7])),
        wrong=(
            ([4, -30], "other way round"),
            ([30, 4], "negative"),
            ([-30, 0.25], "slope"),
            ([-30, 2], "threshold is right"),
            ([-20, 4], "ratio is right"),
            ([-10, 9], "neither"),
            (-30, "two numbers"),
        ),
    ),
    Question(
        "l05-q10",
        "A hall that stays clear",
        2,
        clear_hall,
        hints=(
            "Switch the reverb on, and set its RT60 to 2 s. Then move its mix, and run the cell.",
            "With 2 s, a mix near 0.5 does it.",
        ),
        right=(
            {"reverb": {"rt60": 2.0, "mix": 0.5}},
            EffectChain(reverb=Reverb(1.5, 0.55), limiter=Limiter(-1)),
        ),
        wrong=(
            ({"reverb": {"rt60": 0.6, "mix": 0.5}}, "a hall lasts"),
            ({"reverb": {"rt60": 2, "mix": 0.1}}, "hardly any"),
            ({"reverb": {"rt60": 2, "mix": 0.9}}, "drown"),
            (
                {"reverb": {"rt60": 2, "mix": 0.5}, "delay": {"time": 0.3, "mix": 0.5}},
                "fewer echoes",
            ),
            ({"reverb": {"rt60": 200}}, "panel.chain"),
            (2.0, "panel.chain"),
        ),
    ),
    Question(
        "l05-q11",
        "What a slope can find",
        2,
        partial(
            several,
            right={0, 2, 3},
            why={
                0: "the gain of a band: its curve has one valley, and every point leads into it",
                1: "a delay of 0.2 s that should be 0.35 s: between them lie many small valleys",
                2: "the output gain: louder and softer lead straight to it",
                3: "the mix of a reverb: its curve has one valley too",
                4: "which noise a room is made of: another seed is not a small step away",
            },
            praise="a slope shows the way where small steps make small differences",
        ),
        quiz={
            "prompt": "Which of these will gradient descent find, from a start far away?",
            "kind": "several",
            "options": [
                "The gain of an EQ band, from 0 dB",
                "The time of an echo, from 0.2 s, if it should be 0.35 s",
                "The output gain, from 0 dB",
                "The mix of a reverb, from nearly nothing",
                "The seed of the noise that a reverb is made of",
            ],
        },
        hints=("Look at the curves above: from where does the slope lead to the right value?",),
        right=([0, 2, 3],),
        wrong=(([0, 1, 2, 3], "small valleys"), ([0, 2], "mix"), ([], "gain"), (3, "list")),
    ),
)
