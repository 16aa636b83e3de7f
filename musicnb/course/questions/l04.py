"""Lesson 04, A network that listens: tempo and key, saliency, leakage, calibration."""

from __future__ import annotations

from functools import partial

import numpy as np

from musicnb.course.calibration import calibration_error, in_bins, judge_error, judge_temperature
from musicnb.course.checks import one_of, several
from musicnb.course.listening import (
    by_song,
    four_beats,
    judge_matches,
    judge_split,
    leaking,
    matches,
    receptive_field,
)
from musicnb.course.loops import three_feels
from musicnb.course.question import Question

QUESTIONS = (
    Question(
        "l04-q1",
        "Four beats",
        2,
        four_beats,
        hints=(
            "The bass drum at 6 s begins a bar. Play from there, tap along, and count to four.",
            "On the fifth tap, where you would say “one” again, your box ends.",
        ),
        right=(
            {"start": 6.0, "stop": 9.0, "low": 0, "high": 9000},
            {"start": 6.75, "stop": 9.7, "low": 30, "high": 200},
        ),
        wrong=(
            ({"start": 6.0, "stop": 7.5, "low": 0, "high": 9000}, "half beats"),
            ({"start": 6.0, "stop": 8.0, "low": 0, "high": 9000}, "triplets"),
            ({"start": 6.0, "stop": 12.0, "low": 0, "high": 9000}, "every second beat"),
            ({"start": 6.0, "stop": 6.75, "low": 0, "high": 9000}, "one beat, not four"),
            ({"start": 6.0, "stop": 8.4, "low": 0, "high": 9000}, "tap along"),
            ({"start": 6.0, "stop": 6.0, "low": 0, "high": 9000}, "no length"),
            (80, "explorer.selection"),
        ),
    ),
    Question(
        "l04-q2",
        "Half time",
        2,
        partial(
            one_of,
            right="C",
            why={
                "A": "its snare is on every second beat; in one of the others it is rarer",
                "B": "that one has the most strokes: most people tap fastest to it",
            },
            praise="the snare comes half as often as in A, and the hi-hat as fast as ever",
        ),
        quiz=three_feels,
        hints=("Do not listen to the hi-hat. How often does the snare come?",),
        right=("C",),
        wrong=(("A", "rarer"), ("B", "fastest"), (3, "not one of the choices")),
    ),
    Question(
        "l04-q3",
        "Around the octave",
        3,
        judge_matches,
        hints=(
            "For the tonic C, nothing turns: multiply the two arrays, and add up.",
            "For the next one, turn the profile up by one place: np.roll(profile, 1).",
            "[np.sum(chroma * np.roll(profile, k)) for k in range(12)], as an array.",
        ),
        right=(
            matches,
            lambda chroma, profile: [
                sum(chroma[(k + i) % 12] * profile[i] for i in range(12)) for k in range(12)
            ],
        ),
        wrong=(
            (lambda c, p: [np.dot(np.roll(p, -k), c) for k in range(12)], "wrong way"),
            (lambda c, p: [np.dot(c[k:], p[: 12 - k]) for k in range(12)], "falls off"),
            (lambda c, p: matches(c, p[::-1]), "back to front"),
            (lambda c, p: c * p, "add up, for each"),
            (lambda c, p: matches(c, p) / 12, "no mean"),
            (np.dot, "one number"),
            (lambda c, p: matches(c, p)[:7], "shape"),
            (lambda c, p: -matches(c, p), "np.roll"),
            (5, "a function is asked for"),
        ),
    ),
    Question(
        "l04-q4",
        "Why one of them knows all keys",
        2,
        partial(
            one_of,
            right=2,
            why={
                0: "it has fewer weights than the other one: count them in the output above",
                1: "both saw the same loops, and all of them were in C",
                3: "both see the same picture, in which all twelve pitch classes stand",
            },
            praise="what it learned of C it has learned of every tonic: the weights are shared",
        ),
        quiz={
            "prompt": "Both networks heard nothing but loops in C. Why does the convolution find "
            "most other keys, and the dense network none?",
            "kind": "choice",
            "options": [
                "It has more weights",
                "It heard more loops",
                "It looks for the same pattern at every place of the octave",
                "Its picture holds more pitch classes",
            ],
            "justify": True,
        },
        hints=("What happens to its output if the picture is moved up by a semitone?",),
        right=(2,),
        wrong=((0, "fewer weights"), (1, "same loops"), (3, "same picture"), (7, "not one of")),
    ),
    Question(
        "l04-q5",
        "How far it sees",
        2,
        receptive_field,
        variants=(
            {"taps": 5, "layers": 5},
            {"taps": 3, "layers": 7},
            {"taps": 7, "layers": 5},
            {"taps": 3, "layers": 6},
        ),
        hints=(
            "With `taps` taps, a layer of dilation d reaches (taps - 1) * d frames further.",
            "1 + (taps - 1) * (1 + 2 + 4 + ...), with one term for each layer.",
        ),
        right=(125, "125", np.int64(125)),
        wrong=(
            (21, "without gaps"),
            (25, "share a frame"),
            (65, "last layer adds alone"),
            (80, "last layer alone"),
            (3125, "multiply"),
            (124, "off by one"),
            (253, "one layer too many"),
            (99, "two see 13"),
        ),
    ),
    Question(
        "l04-q6",
        "Split by song",
        3,
        judge_split,
        hints=(
            "Draw songs for the test, not windows: np.unique(songs) lists them.",
            "Shuffle that list, take the first share of it, and ask np.isin(songs, taken).",
        ),
        right=(
            by_song,
            lambda songs, share: songs <= np.quantile(np.unique(songs), share),
        ),
        wrong=(
            (
                lambda songs, share: np.random.default_rng(0).uniform(size=len(songs)) < share,
                "draw songs",
            ),
            (leaking, "a single one"),
            (lambda songs, share: by_song(songs, 1 - share), "other way round"),
            (lambda songs, share: by_song(songs, share / 4), "about 25%"),
            (lambda songs, share: songs > -1, "empty"),  # noqa: ARG005
            (lambda songs, share: np.flatnonzero(by_song(songs, share)), "shape"),
            (lambda songs, share: songs / 7, "True or False"),  # noqa: ARG005
            (5, "a function is asked for"),
        ),
    ),
    Question(
        "l04-q7",
        "Expected calibration error",
        3,
        judge_error,
        hints=(
            "Which bin? int(confidence * 10), and 1.0 belongs into the last, number 9.",
            "In each bin: abs(mean confidence - mean of right), times its share of all answers.",
            "Empty bins have no mean: leave them out.",
        ),
        right=(calibration_error, in_bins),
        wrong=(
            (lambda c, r: in_bins(c, r, weigh=False), "weigh each"),
            (lambda c, r: in_bins(c, r, absolute=False), "cancel"),
            (lambda c, r: abs(np.mean(c) - np.mean(r)), "must not cancel"),
            (lambda c, r: np.abs(c - r).mean(), "means of a whole bin"),
            (lambda c, r: 100 * calibration_error(c, r), "per cent"),
            (lambda c, r: 0.5, "yours says 0.500"),  # noqa: ARG005
            (5, "a function is asked for"),
        ),
    ),
    Question(
        "l04-q8",
        "The temperature",
        2,
        judge_temperature,
        variants=({"sharpness": 2.5}, {"sharpness": 1.8}, {"sharpness": 3.2}, {"sharpness": 0.6}),
        hints=(
            "Too sure: divide by more than 1. Try some, and watch the calibration error.",
            "It is smallest near the right one: try 0.5 to 4 in steps of 0.1.",
        ),
        right=(2.5, "2.4", np.float64(2.6)),
        wrong=(
            (0.4, "other way round"),
            (1, "stays as it was"),
            (5, "not sure enough"),
            (-1, "above"),
        ),
    ),
    Question(
        "l04-q9",
        "What may be said",
        2,
        partial(
            several,
            right={0, 2, 5},
            why={
                0: "that is what calibrated means, on music like that of the test",
                1: "one answer is right or wrong; 90 % is about many of them",
                2: "the scales that are neither major nor minor got very sure answers",
                3: "what is unlike the training may well look like one of the answers",
                4: "it divides all logits by one number: the largest stays the largest",
                5: "who is not in the list cannot be answered rightly, however good the network",
            },
            praise="a confidence is a promise about one kind of music, made in a list of answers",
        ),
        quiz={
            "prompt": "A calibrated network says of a song: “rock, 90 %”. Which of these are true?",
            "kind": "several",
            "options": [
                "Of many answers like this, on music like its test, about nine in ten are right",
                "The song is rock to nine tenths",
                "On music of another kind, 90 % may mean nothing",
                "Of music that it never heard, it would be unsure",
                "Temperature scaling has made more of its answers right",
                "The list of genres has already decided whose music it can get right",
            ],
        },
        hints=("Three are true. How sure was it of the scales that it does not know?",),
        right=([0, 2, 5],),
        wrong=(
            ([0, 2], "who is not"),
            ([0, 2, 4, 5], "largest"),
            ([0, 2, 3, 5], "look like"),
            ([0, 1, 2, 5], "many"),
            (7, "list"),
        ),
    ),
)
