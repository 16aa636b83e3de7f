"""Lesson 09, Make a cover: permission, leakage, pitch, balance, keys, and where it fails."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from musicnb.course import covers
from musicnb.course.checks import one_of, several
from musicnb.course.question import Question


def by_hertz(wanted: Any, sung: Any) -> Any:
    """Return the comparison of two curves, correlated in Hz."""
    both = ~np.isnan(wanted) & ~np.isnan(sung)
    found = np.corrcoef(wanted[both], sung[both])[0, 1]
    return found, covers.compared(wanted, sung)[1]


def with_zeros(wanted: Any, sung: Any) -> Any:
    """Return the comparison of two curves, gaps filled with zeros."""
    found = np.corrcoef(np.nan_to_num(wanted), np.nan_to_num(sung))[0, 1]
    return found, covers.compared(wanted, sung)[1]


def steps(wanted: Any, sung: Any) -> Any:
    """Return how many cents a curve is off wherever both are voiced."""
    both = ~np.isnan(wanted) & ~np.isnan(sung)
    return 1200 * np.log2(sung[both] / wanted[both])


RIGHTS = {
    0: "the song, its words and tune, belongs to whoever wrote it, however it is sung",
    1: "the backing is cut out of their recording, and still is their recording",
    2: "when she breathes, glides and shouts is still hers: her performance drives the new voice",
    3: "a voice is part of a person; a licence for the song says nothing about it",
    4: "a tool's licence binds the tool; what you make with this one is not the maker's",
    5: "nobody needs to agree to hear something, but they should be told what it is",
}
FAILS = {
    0: "two voices have two pitches, and a curve of f0 holds one",
    1: "an echo is the last note, sung under the next: wrong pitch, and smeared consonants",
    2: "drums have no pitch, and separation takes them out well",
    3: "a whisper has no pulses, so there is no melody to move, only noise to filter",
    4: "a key change is a few more semitones in the curve, like any other step",
    5: "a scream has a rough pitch or none, and the target has never screamed",
}
LABELS = {
    0: "what was done: that a machine made the voice belongs in the same line as the name",
    1: "whose recording it is: the licence of most songs demands the credit",
    2: "whose voice it is made after, and on what grounds",
    3: "that would be a lie, and of the kind that the label is there against",
    4: "how to make it again, which shows what is from the recording and what is not",
    5: "how good a network was in a test says nothing about consent or origin",
}

QUESTIONS = (
    Question(
        "l09-q1",
        "Whom to ask",
        2,
        partial(
            several,
            right={0, 1, 2, 3},
            why=RIGHTS,
            praise="a song, a recording, a performance and a voice: four things, often four owners",
        ),
        quiz={
            "prompt": "From a record you take the band as it is, and have a friend's voice sing "
            "instead of the singer, following her pitch and timing. You want to publish that. "
            "Who has to agree, as a rule?",
            "kind": "several",
            "options": [
                "Whoever wrote the song",
                "Whoever owns the recording",
                "The singer on it, for her performance",
                "The friend",
                "Whoever trained the network that separates",
                "Everybody who will hear it",
            ],
        },
        hints=("What in the result comes from whom? Go through words, band, timing and sound.",),
        right=([0, 1, 2, 3],),
        wrong=(
            ([0, 3], "still is their recording"),
            ([0, 1, 3], "her performance"),
            ([0, 1, 2], "part of a person"),
            ([0, 1, 2, 3, 4], "a tool's licence"),
            ("x", "list of options"),
        ),
    ),
    Question(
        "l09-q2",
        "What leaks",
        3,
        covers.judge_leakage,
        hints=(
            "stem[silent] are the samples of the stem where she is silent.",
            "10 * np.log10(np.sum(stem[silent] ** 2) / np.sum(mixture[silent] ** 2))",
        ),
        right=(
            covers.leakage,
            lambda s, m, where: 20 * np.log10(np.std(s[where]) / np.std(m[where])),
        ),
        wrong=(
            (lambda s, m, where: -covers.leakage(s, m, where), "sign"),
            (lambda s, m, where: 2 * covers.leakage(s, m, where), "20 is for amplitudes"),
            (lambda s, m, where: covers.leakage(s, m, where) / 2, "square the samples"),
            (lambda s, m, where: 10 ** (covers.leakage(s, m, where) / 10), "ratio of powers"),
            (lambda s, m, where: covers.leakage(s, m, where | True), "all of the song"),
            (lambda s, m, where: covers.leakage(s, m, ~where), "upside down"),
            (lambda s, m, where: covers.leakage(s, s, where), "yours says 0.00"),  # noqa: ARG005
            (lambda s, m, where: 10 * np.log10(np.mean(s[where] ** 2)), "with the mixture"),  # noqa: ARG005
            (5, "a function is asked for"),
        ),
    ),
    Question(
        "l09-q3",
        "Nearest octave",
        2,
        covers.octaves,
        variants=(
            {"song": 466, "voice": 124},
            {"song": 330, "voice": 147},
            {"song": 131, "voice": 233},
            {"song": 440, "voice": 98},
        ),
        hints=(
            "12 * np.log2(voice / song) is how far it is exactly.",
            "The multiple of 12 that is nearest to it.",
        ),
        right=(-24, "-24", -24.0),
        wrong=(
            (-22.9, "another key"),
            (-23, "another key"),
            (24, "direction"),
            (-2, "in octaves"),
            (-7, "whole number of octaves"),
            (-12, "comes nearer"),
        ),
    ),
    Question(
        "l09-q4",
        "The same melody, in tune",
        3,
        covers.judge_compared,
        hints=(
            "both = ~np.isnan(wanted) & ~np.isnan(sung), and everything only there.",
            "np.corrcoef(np.log2(wanted[both]), np.log2(sung[both]))[0, 1]",
            "1200 * np.median(np.abs(np.log2(sung[both] / wanted[both])))",
        ),
        right=(covers.compared, lambda w, s: np.array(covers.compared(w, s))),
        wrong=(
            (by_hertz, "the logarithm"),
            (with_zeros, "zeros for NaN"),
            (lambda w, s: (np.corrcoef(w, s)[0, 1], 1.0), "yours is NaN"),
            (lambda w, s: (covers.compared(w, s)[0], np.median(steps(w, s))), "high and low"),
            (lambda w, s: (covers.compared(w, s)[0], np.mean(np.abs(steps(w, s)))), "mean"),
            (lambda w, s: (covers.compared(w, s)[0], covers.compared(w, s)[1] / 100), "semitones"),
            (lambda w, s: (covers.compared(w, s)[0], covers.compared(w, s)[1] + 9), "and yours"),
            (lambda w, s: (0.5, covers.compared(w, s)[1]), "and yours 0.500"),
            (lambda w, s: covers.compared(w, s)[0], "two numbers"),
            (5, "a function is asked for"),
        ),
    ),
    Question(
        "l09-q5",
        "Two numbers, one mistake",
        2,
        partial(
            one_of,
            right=1,
            why={
                0: "an octave off throughout is a shift: the correlation would still be near 1",
                2: "a quarter tone off throughout would be 50 cents, and a correlation near 1",
                3: "another melody would be off by semitones, not by 6 cents, most of the time",
            },
            praise="most of the time right (6 cents), and now and then an octave away, which a "
            "median forgives and a correlation does not",
        ),
        quiz={
            "prompt": "A cover has a median error of 6 cents and a correlation of only 0.6. What "
            "has happened?",
            "kind": "choice",
            "options": [
                "It is sung an octave lower throughout",
                "It jumps to another octave now and then",
                "It is a little out of tune throughout",
                "It has another melody",
            ],
            "justify": True,
        },
        hints=("Which of the two cares about a few values that are far off?",),
        right=(1,),
        wrong=((0, "a shift"), (2, "50 cents"), (3, "another melody"), (7, "not one of the")),
    ),
    Question(
        "l09-q6",
        "As far in front",
        2,
        covers.balance,
        variants=(
            {"voice": -14.0, "backing": -10.0, "new_voice": -18.5, "new_backing": -11.0},
            {"voice": -12.5, "backing": -9.5, "new_voice": -21.0, "new_backing": -8.5},
            {"voice": -16.0, "backing": -13.0, "new_voice": -14.5, "new_backing": -14.0},
            {"voice": -13.0, "backing": -15.0, "new_voice": -19.0, "new_backing": -14.5},
        ),
        hints=(
            "How many LU was the old voice against its band? And the new one against its own?",
            "(voice - backing) - (new_voice - new_backing)",
        ),
        right=(3.5, "3.5"),
        wrong=(
            (-3.5, "direction"),
            (4.5, "another loudness"),
            (-4, "where the old voice was"),
            (-7.5, "where the new voice is"),
            (1.496, "factor"),
            (1, "against the band, and was"),
        ),
    ),
    Question(
        "l09-q7",
        "The band's way",
        2,
        covers.backing_transpose,
        variants=({"voice": -16}, {"voice": -7}, {"voice": 14}, {"voice": -9}),
        hints=(
            "A voice moved by 12 semitones is in the same key as before.",
            "Add or take away 12 until it is the smallest number, up or down.",
        ),
        right=(-4, "-4"),
        wrong=(
            (-16, "shorter way"),
            (8, "shorter way"),
            (4, "direction"),
            (0, "old key"),
            (-4.5, "whole semitones"),
            (-3, "only whole octaves"),
        ),
    ),
    Question(
        "l09-q8",
        "Moved along?",
        2,
        covers.moved_along,
        quiz=covers.two_covers,
        variants=({"along": "B", "semitones": -4}, {"along": "A", "semitones": 3}),
        hints=("Wait for the last note. In which does it come home?",),
        right=("B",),
        wrong=(("A", "does it rub"), (4, "not one of the choices")),
    ),
    Question(
        "l09-q9",
        "What no voice can save",
        2,
        partial(
            several,
            right={0, 1, 3, 5},
            why=FAILS,
            praise="one voice, dry, with a pitch: whatever breaks that, breaks the cover",
        ),
        quiz={
            "prompt": "Which of these in a song will harm its cover, however good the target's "
            "voice is?",
            "kind": "several",
            "options": [
                "Backing singers who sing along with the lead",
                "A long reverb on the voice",
                "Loud drums",
                "A whispered verse",
                "A change of key before the last chorus",
                "A scream",
            ],
            "justify": True,
        },
        hints=("What does the f0 look like in each? And what has the target voice learned from?",),
        right=([0, 1, 3, 5],),
        wrong=(
            ([0, 1, 3], "never screamed"),
            ([0, 1, 2, 3, 5], "no pitch, and"),
            ([0, 1, 3, 4, 5], "any other step"),
            ([2, 4], "two pitches"),
            ("x", "list of options"),
        ),
    ),
    Question(
        "l09-q10",
        "The label",
        2,
        partial(
            several,
            right={0, 1, 2, 4},
            why=LABELS,
            praise="what it is, from whom, whose voice, and how: then nobody is misled",
        ),
        quiz={
            "prompt": "You hand your cover to a friend who will play it to others. What belongs "
            "on its label?",
            "kind": "several",
            "options": [
                "That the voice was made by a machine",
                "The band, the song and its licence",
                "Whose voice was the target, and why it may be used",
                "“Sung by” and the name of the target",
                "The recipe: which program, which settings",
                "The network's score in a test",
            ],
        },
        hints=("What would somebody have to know who takes it for a real recording?",),
        right=([0, 1, 2, 4],),
        wrong=(
            ([0, 1, 2], "how to make it again"),
            ([0, 1, 2, 3, 4], "a lie"),
            ([0, 1, 2, 4, 5], "in a test"),
            ([3], "what was done"),
            ("x", "list of options"),
        ),
    ),
)
