"""Lesson 06, Changing a song: tempo, key, swing and parts, and what breaks."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from musicnb.course import phases
from musicnb.course.checks import several
from musicnb.course.grooves import judge_ratio, judge_swing, ratios
from musicnb.course.question import Question
from musicnb.course.semitones import key_distance, tape_speed
from musicnb.course.singers import same_singer, two_singers
from musicnb.course.smears import pre_echo

TURN = 2 * math.pi


def by_accumulating(first: Any, hertz: Any, hop: int, rate: int, **change: Any) -> np.ndarray:
    """Return phases as somebody makes them who adds up, but not all of it right."""
    turns = change.get("turn", TURN) * hertz * hop / rate
    start = change.get("start", 1) * first[:, None]
    return np.cumsum(np.concatenate([start, turns], axis=1), axis=change.get("axis", 1))


def off(before: Any, after: Any, hop: int, n_fft: int, _: int) -> Any:
    """Return how much further than expected each bin has turned, with whole turns left in."""
    return after - before - TURN * np.arange(len(before)) * hop / n_fft


SLOWER = {
    0: "a vibrato of 6 swings a second has 3: everything that moves in the sound is slowed",
    1: "a room that rang for 2 s rings for 4: the tail is part of the sound",
    2: "vowels are formants, in Hz, and those stay where they are",
    3: "a cymbal dies away over twice the time: nobody can tell its tail from the music",
    4: "all pitches stay as they are, so both are as much in tune as before",
    5: "a “t” that took 10 ms takes 20: for the method it is sound like any other",
}
JUDGED = {
    0: "half the beats is the same music, counted otherwise: an octave error of the listener",
    1: "the onsets lie elsewhere than asked: this edit went wrong",
    2: "E minor and G major have all their tones in common: an ear may hear either as home",
    3: "the tones themselves are elsewhere than asked: this edit went wrong",
    4: "in triplets, three steps of two fit where two steps of three do: another count again",
}
KEPT = {
    0: "her stem is kept, bit by bit: how she sings is hers",
    1: "the new band plays on the beats that were heard in the song",
    2: "the chords were heard in the song; only how they are played is new",
    3: "the drummer is new, and plays the pattern of the genre",
    4: "the bass is new: between the roots it walks as a pattern says",
    5: "nobody played that melody in the song: it is made up from the chords",
}

QUESTIONS = (
    Question(
        "l06-q1",
        "A faster tape",
        2,
        tape_speed,
        variants=tuple({"semitones": each} for each in (3, -4, 7, -5)),
        hints=(
            "12 equal ratios, one after the other, make an octave, which is 2.",
            "2 ** (semitones / 12).",
        ),
        right=(1.189, "1.1892", 2 ** (3 / 12)),
        wrong=(
            (0.841, "other way round"),
            (1.25, "multiply"),
            (1.346, "white keys"),
            (8, "octaves"),
            (118.9, "percent"),
            (1.2, "three digits"),
            (3, "how many times"),
            (0, "more than 0"),
            (1.5, "semitones higher"),
        ),
    ),
    Question(
        "l06-q2",
        "Two phases, one frequency",
        3,
        phases.judge_frequencies,
        hints=(
            (
                "In hop_length samples the middle of bin k turns by 2 pi * k * hop_length / n_fft. "
                "How much further did it turn? That difference is known up to whole turns."
            ),
            (
                "wrap: (x + np.pi) % (2 * np.pi) - np.pi. Expected turn plus wrapped difference "
                "is the whole turn."
            ),
            "A turn of 2 pi in a hop is sample_rate / hop_length Hz.",
        ),
        right=(phases.frequencies,),
        wrong=(
            (lambda b, a, h, n, r: np.arange(len(b)) * r / n, "middles of the bins"),  # noqa: ARG005
            (
                lambda b, a, h, n, r: np.arange(len(b)) * r / n + off(b, a, h, n, r) / TURN * r / h,
                "no whole turns",
            ),
            (
                lambda b, a, h, n, r: phases.wrapped(off(b, a, h, n, r)) / TURN * r / h,
                "add the middle",
            ),
            (
                lambda b, a, h, n, r: (
                    np.arange(len(b)) * r / n - phases.wrapped(off(b, a, h, n, r)) / TURN * r / h
                ),
                "sign",
            ),
            (lambda b, a, h, n, r: phases.wrapped(a - b) / TURN * r / h, "whole turns are lost"),  # noqa: ARG005
            (
                lambda b, a, h, n, r: (
                    np.arange(len(b)) * r / n + phases.wrapped(off(b, a, h, n, r)) / TURN * r / n
                ),
                "not n_fft",
            ),
            (lambda *given: TURN * phases.frequencies(*given), "radians a second"),
            (lambda *given: phases.frequencies(*given) + 1, "the tone in bin"),
            (lambda *given: phases.frequencies(*given)[:-1], "shape"),
            (5, "a function is asked for"),
        ),
    ),
    Question(
        "l06-q3",
        "Phases that go on",
        3,
        phases.judge_accumulated,
        hints=(
            "From one frame to the next a tone turns by 2 pi * frequency * (seconds of a hop).",
            "Put the first frame's phases in front of those turns, and add up along the frames.",
            "np.cumsum(np.concatenate([first[:, None], turns], axis=1), axis=1)",
        ),
        right=(
            phases.accumulated,
            lambda f, hz, hop, rate: phases.accumulated(f, hz, hop, rate) % TURN,
        ),
        wrong=(
            (partial(by_accumulating, start=0), "begins with 0"),
            (partial(by_accumulating, turn=1), "one turn is 2 pi"),
            (partial(by_accumulating, axis=0), "over the bins"),
            (
                lambda f, hz, hop, rate: np.concatenate(
                    [f[:, None], f[:, None] + TURN * hz * hop / rate], axis=1
                ),
                "not from the first",
            ),
            (
                lambda f, hz, hop, rate: np.concatenate(
                    [f[:, None], TURN * hz * hop / rate], axis=1
                ),
                "from frame to frame",
            ),
            (lambda f, hz, hop, rate: phases.accumulated(f, hz, 1, rate), "hop_length samples"),  # noqa: ARG005
            (lambda f, hz, hop, rate: phases.accumulated(f, hz, hop, 1), "seconds"),  # noqa: ARG005
            (lambda *given: phases.accumulated(*given)[:, 1:], "shape"),
            (lambda *given: phases.accumulated(*given).T, "transposed"),
            (lambda f, hz, hop, rate: phases.accumulated(f, hz, 2 * hop, rate), "72.95"),
        ),
    ),
    Question(
        "l06-q4",
        "Before the hit",
        2,
        pre_echo,
        hints=(
            "The line marks the moment of the hit. What is there to the left of it?",
            "From 0.94 to 1 s, from the bottom to the top.",
        ),
        right=(
            {"start": 0.94, "stop": 1.0, "low": 0, "high": 10_000},
            {"start": 2.92, "stop": 2.99, "low": 500, "high": 16_000},
        ),
        wrong=(
            ({"start": 1.0, "stop": 1.1, "low": 0, "high": 9000}, "what sounds before"),
            ({"start": 0.94, "stop": 1.06, "low": 0, "high": 9000}, "the hit itself"),
            ({"start": 0.2, "stop": 0.3, "low": 0, "high": 9000}, "silent there"),
            ({"start": 0.85, "stop": 1.0, "low": 0, "high": 9000}, "in the silence"),
            ({"start": 0.5, "stop": 1.5, "low": 0, "high": 9000}, "zoom in"),
            ({"start": 0.94, "stop": 1.0, "low": 100, "high": 900}, "a slice"),
            ({"start": 0.98, "stop": 1.0, "low": 0, "high": 9000}, "only the end"),
            (0.95, "explorer.selection"),
        ),
    ),
    Question(
        "l06-q5",
        "Slowed, and played slowly",
        2,
        partial(
            several,
            right={0, 1, 3, 5},
            why=SLOWER,
            praise="whatever moves in the sound moves at half the speed, music or not",
        ),
        quiz={
            "prompt": "A perfect method slows a song to half its speed. What differs from a band "
            "that plays it at half the speed?",
            "kind": "several",
            "options": [
                "The vibrato of the singer is slower",
                "The room rings for longer",
                "The vowels become other vowels",
                "The cymbals ring for longer",
                "The guitar is out of tune with the singer",
                "A “t” or “k” takes longer",
            ],
        },
        hints=("What would the band, the room and the cymbals do, and what does the method do?",),
        right=([0, 1, 3, 5],),
        wrong=(
            ([0, 1, 2, 3, 5], "formants"),
            ([0, 3, 5], "rings for 4"),
            ([4], "3: everything"),
            (2, "list of options"),
        ),
    ),
    Question(
        "l06-q6",
        "The same singer?",
        2,
        same_singer,
        quiz=two_singers,
        variants=({"semitones": 5}, {"semitones": -5}),
        hints=("Which of the two could be a cartoon? Formants show how large a head is.",),
        right=("B",),
        wrong=(("A", "not to the pitch"), (4, "not one of the choices")),
    ),
    Question(
        "l06-q7",
        "How far from A to C",
        2,
        key_distance,
        variants=(
            {"source": "A minor", "target": "C minor"},
            {"source": "E minor", "target": "B minor"},
            {"source": "G major", "target": "E♭ major"},
            {"source": "F♯ minor", "target": "A minor"},
        ),
        hints=(
            "Count every key of the piano, black and white, from one tonic to the other.",
            "C C♯ D E♭ E F F♯ G A♭ A B♭ B, and again C. More than 6 up? Then down is nearer.",
        ),
        right=(3, "3", 3.0),
        wrong=(
            (-9, "nearer"),
            (-3, "direction"),
            (2, "white keys"),
            (4, "off by one"),
            (3.5, "whole semitones"),
            (7, "count all keys"),
        ),
    ),
    Question(
        "l06-q8",
        "A measure of swing",
        2,
        judge_ratio,
        hints=(
            "np.diff(onsets) gives the lengths: first, second, first, second, and so on.",
            "lengths[0::2] / lengths[1::2], and of these the median.",
        ),
        right=(lambda onsets: np.median(ratios(onsets)), lambda o: float(np.median(ratios(o)))),
        wrong=(
            (lambda o: 1 / np.median(ratios(o)), "upside down"),
            (lambda o: np.median(ratios(o)) / (1 + np.median(ratios(o))), "first over second"),
            (lambda o: np.median(np.diff(o)[::2]), "in seconds"),
            (lambda o: np.mean(ratios(o)), "median"),
            (np.median, "the lengths are"),
            (ratios, "a number is asked for"),
        ),
    ),
    Question(
        "l06-q9",
        "How much does it swing?",
        2,
        judge_swing,
        variants=(
            {"swing": 1.5, "bpm": 96},
            {"swing": 2.5, "bpm": 104},
            {"swing": 3.0, "bpm": 88},
            {"swing": 1.75, "bpm": 112},
        ),
        hints=(
            "swing_ratio(onsets), with the onsets that were found above.",
            "Or by eye: in the explorer, from a beat to the off-beat, and from there to the next.",
        ),
        right=(1.5, "1.52", 1.45),
        wrong=(
            (0.667, "upside down"),
            (0.6, "in the beat"),
            (60, "percent"),
            (0.375, "seconds"),
            (1.0, "straight"),
            (2.4, "measure once more"),
        ),
    ),
    Question(
        "l06-q10",
        "Which warning counts",
        2,
        partial(
            several,
            right={1, 3},
            why=JUDGED,
            praise="speed and interval are compared with the source itself; a count or a home note "
            "is a listener's opinion",
        ),
        quiz={
            "prompt": "Five edits, five warnings. Which of the edits would you throw away?",
            "kind": "several",
            "options": [
                "“The result is heard at 71.2 BPM, half the 142.4 that were expected.”",
                "“The result is 1.312 times as fast instead of 1.500.”",
                "“The result is heard in G major instead of E minor.”",
                "“The tones are 4 semitones higher instead of 3.”",
                (
                    "“The result is heard at 96.1 BPM, one and a half times the 64.0 that were "
                    "expected.”"
                ),
            ],
            "justify": True,
        },
        hints=("Which of them is about the sound itself, and which about how somebody counts?",),
        right=([1, 3],),
        wrong=(
            ([0, 1, 3], "octave error"),
            ([1], "tones themselves"),
            ([1, 2, 3], "in common"),
            ([0, 1, 2, 3, 4], "(and 2 more)"),
            ("x", "list of options"),
        ),
    ),
    Question(
        "l06-q11",
        "Kept, or made up",
        2,
        partial(
            several,
            right={0, 1, 2},
            why=KEPT,
            praise="a voice, a grid of beats and a row of chords; all else is a table's",
        ),
        quiz={
            "prompt": "Which of these has the jazz version from the recording of the song?",
            "kind": "several",
            "options": [
                "How she shapes each word",
                "When the beats come",
                "Which chord sounds when",
                "The rhythm of the drums",
                "The notes of the bass between the chords",
                "The melody that the saxophone plays",
            ],
        },
        hints=("Mute the singer in the mixer. What of the old song do you still know again?",),
        right=([0, 1, 2],),
        wrong=(
            ([0, 1], "chords"),
            ([0, 1, 2, 3], "pattern"),
            ([0, 1, 2, 5], "nobody played"),
            ("?", "list of options"),
        ),
    ),
)
