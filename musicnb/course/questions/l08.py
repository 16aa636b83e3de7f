"""Lesson 08, Someone else's voice: what is said, who says it, and who may."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from musicnb.course import neighbours
from musicnb.course.checks import one_of, several
from musicnb.course.question import Question
from musicnb.course.strangers import octaves_between, worth_of_alarm

JUDGES = {
    0: "the voice is nobody's in particular: the station asked for that of its late announcer",
    2: "every fourth word is lost, in an announcement for those who cannot read the sign",
}
HONEST = {
    0: "it was learned from: whoever learns an answer by heart knows that answer",
    1: "nothing of it was learned from, and the sentence is another one: that is a fair question",
    2: "neighbouring windows of one sentence are nearly the same sound: it was as good as heard",
    3: "other speakers, other sentences, and a judge from outside: as it will be used",
    4: "the loss asks how near the same sentences are sung: it is what was made small",
}
BREAKS = {
    0: "pitches above those that were sung are guessed by the decoder: no voice showed them to it",
    1: "the network knows the phones of two languages, and hears others as the nearest of them",
    2: "the content features describe one mouth at a time",
    3: "what is loud is a control (`source_loudness`), and quiet songs are brought to a level",
    4: "noise changes each band of the spectrogram, and the phones are read off the bands",
    5: "a key is a set of pitches, and pitches are passed on as they are",
}
ALLOWED = {
    0: "she agreed, she knows to what, and the listeners are told",
    1: "a licence for a *song* says nothing about the voice: the singer was not asked",
    2: "that it is private does not make it hers to give; and a joke does not stay in one room",
    3: "whoever could not agree any more has heirs, and often laws, that speak for them",
    4: "your own voice, and you say so: nobody is deceived",
    5: "a voice that sounds like hers on purpose was held against the law in 1988, without a copy",
}


def half_drawn(points: Any, found: Any, voiced: Any, ratio: float, protect: float) -> Any:  # noqa: ARG001
    """Return frames as somebody draws them who forgets the consonants."""
    return points + ratio * (found - points)


def unweighed(points: Any, index: Any, k: int) -> Any:
    """Return the plain mean of the nearest."""
    nearest = np.argsort(neighbours.distances(points, index), axis=1)[:, :k]
    return index[nearest].mean(1)


def one_point(points: Any, centres: Any) -> Any:
    """Return the point that is nearest to each centre."""
    return points[neighbours.distances(points, centres).argmin(0)]


def emptied(points: Any, centres: Any) -> Any:
    """Return better centres, where one without points goes to 0."""
    nearest = neighbours.distances(points, centres).argmin(1)
    groups = [points[nearest == number] for number in range(len(centres))]
    return np.array([g.mean(0) if len(g) else 0 * points[0] for g in groups])


QUESTIONS = (
    Question(
        "l08-q1",
        "The angle between two voices",
        2,
        neighbours.judge_cosine,
        hints=(
            "The dot product, a @ b, is both lengths times the cosine.",
            "a @ b / (np.linalg.norm(a) * np.linalg.norm(b))",
        ),
        right=(neighbours.cosine, lambda a, b: np.sum(a * b) / np.sqrt((a @ a) * (b @ b))),
        wrong=(
            (lambda a, b: a @ b, "divide by both lengths"),
            (lambda a, b: a @ b / (a @ a * (b @ b)), "root"),
            (lambda a, b: 1 - neighbours.cosine(a, b), "distance"),
            (lambda a, b: np.arccos(neighbours.cosine(a, b)), "angle"),
            (lambda a, b: abs(neighbours.cosine(a, b)), "opposite"),
            (lambda a, b: np.linalg.norm(a - b), "lengths have a say"),
            (lambda a, b: a * b, "shape"),
            (0.5, "a function is asked for"),
        ),
    ),
    Question(
        "l08-q2",
        "A song for another range",
        2,
        octaves_between,
        variants=(
            {"source": 110, "target": 205},
            {"source": 330, "target": 124},
            {"source": 98, "target": 220},
            {"source": 262, "target": 147},
        ),
        hints=(
            "12 * log2(target / source) semitones lie between the two.",
            "The band stays in its key only if you move by whole octaves of 12 semitones.",
        ),
        right=(12, "12", 12.0),
        wrong=(
            (-12, "other direction"),
            (10.8, "another key"),
            (11, "another key"),
            (1, "12 semitones"),
            (0, "not at home"),
            (24, "which octave"),
            (5, "log2"),
        ),
    ),
    Question(
        "l08-q3",
        "The nearest things she has said",
        3,
        neighbours.judge_retrieve,
        hints=(
            "np.linalg.norm(points[:, None] - index[None], axis=2) holds all distances.",
            (
                "np.argsort(away, axis=1)[:, :k] tells the nearest, and "
                "np.take_along_axis(away, nearest, axis=1) how far they are."
            ),
            "(index[nearest] * weights[..., None]).sum(1) / weights.sum(1)[:, None]",
        ),
        right=(neighbours.retrieve,),
        wrong=(
            (unweighed, "nearer ones weigh more"),
            (lambda p, i, k: neighbours.retrieve(p, i, 1), "alone"),  # noqa: ARG005
            (lambda p, i, k: p, "what came in"),  # noqa: ARG005
            (lambda p, i, k: neighbours.retrieve(p, i, k).T, "transposed"),
            (lambda p, i, k: neighbours.retrieve(p, i, len(i)), "by hand"),  # noqa: ARG005
            (lambda p, i, k: neighbours.retrieve(p, i, k) * np.nan, "not finite"),
        ),
    ),
    Question(
        "l08-q4",
        "How far, and what not",
        2,
        neighbours.judge_drawn,
        hints=(
            "points + share * (found - points), with a share for each frame.",
            "The share is retrieval_ratio, and of unvoiced frames (1 - protect) times that.",
        ),
        right=(neighbours.drawn,),
        wrong=(
            (half_drawn, "unvoiced frames"),
            (lambda p, f, v, r, protect: neighbours.drawn(p, f, ~v, r, protect), "protected are"),
            (lambda p, f, v, r, protect: neighbours.drawn(p, f, v, r, 1 - protect), "not at all"),
            (lambda p, f, v, r, protect: neighbours.drawn(f, p, v, r, protect), "by the ratio"),
            (lambda p, f, v, r, protect: neighbours.drawn(p, f, v, r, protect) - p, "only the way"),
            (lambda p, f, v, r, protect: neighbours.drawn(p, f, v, r, protect)[:-1], "shape"),
        ),
    ),
    Question(
        "l08-q5",
        "Two thousand things that stand for all",
        3,
        neighbours.judge_centres,
        hints=(
            "First: to which centre is each point nearest? distances(...).argmin(1)",
            "points[nearest == number].mean(0) for each number; without points, the old centre.",
        ),
        right=(neighbours.better_centres,),
        wrong=(
            (lambda p, c: c, "where they were"),  # noqa: ARG005
            (one_point, "one"),
            (lambda p, c: np.tile(p.mean(0), (len(c), 1)), "all points"),
            (emptied, "nearest of no point"),
            (lambda p, c: (c + neighbours.better_centres(p, c)) / 2, "not half"),
            (lambda p, c: neighbours.better_centres(p, c)[:1], "shape"),
        ),
    ),
    Question(
        "l08-q6",
        "Whose judgement",
        2,
        partial(
            one_of,
            right=1,
            why=JUDGES,
            praise="it is the least that must be understood that decides, then the likeness",
        ),
        quiz={
            "prompt": "A station has the voice of its late announcer back, as her family wished, "
            "for announcements to passengers who cannot read the signs. Three settings were "
            "judged. Which do you take?",
            "kind": "choice",
            "options": [
                "Likeness 0.71, every 100th word is misheard",
                "Likeness 0.86, every 60th word is misheard",
                "Likeness 0.90, every 4th word is misheard",
            ],
            "justify": True,
        },
        hints=("What is lost if a word is misheard here? What, if the voice is not like hers?",),
        right=(1,),
        wrong=((0, "late announcer"), (2, "fourth word"), (3, "not one of the choices")),
    ),
    Question(
        "l08-q7",
        "An honest score",
        2,
        partial(
            several,
            right={1, 3},
            why=HONEST,
            praise="what is learned from tells how well it was learned, not how well it will do",
        ),
        quiz={
            "prompt": "Which of these say how good a trained voice will be on new songs?",
            "kind": "several",
            "options": [
                "Its likeness on a sentence that it was learned from",
                "Its likeness on a sentence that was set aside before the training",
                "Its likeness on 2 s from the middle of a sentence whose rest was learned from",
                (
                    "The likeness of what *other* speakers say, converted to it, by a judge who "
                    "was not part of the training"
                ),
                "The loss, which fell from 2.1 to 1.2",
            ],
        },
        hints=("Of which of them could a machine be good that has only learned by heart?",),
        right=([1, 3],),
        wrong=(
            ([1], "as it will be used"),
            ([1, 2, 3], "nearly the same sound"),
            ([0, 1, 2, 3, 4], "by heart"),
            ("x", "list of options"),
        ),
    ),
    Question(
        "l08-q8",
        "Where it breaks",
        2,
        partial(
            several,
            right={0, 1, 2, 4},
            why=BREAKS,
            praise="what no network was shown, it answers with what is nearest to it",
        ),
        quiz={
            "prompt": "Of which sources would you expect a bad conversion?",
            "kind": "several",
            "options": [
                "A child who sings an octave above every voice of the library",
                "A singer in Finnish",
                "A choir",
                "A singer who whispers one verse and shouts the next, but close to the microphone",
                "A telephone call from a busy street",
                "A song in a rare key",
            ],
            "justify": True,
        },
        hints=("Ask of each: which of the three parts (said, who, how high) is to be new to it?",),
        right=([0, 1, 2, 4],),
        wrong=(
            ([0, 1, 4], "one mouth"),
            ([0, 1, 2, 4, 5], "passed on"),
            ([1], "guessed"),
            (1, "list of options"),
        ),
    ),
    Question(
        "l08-q9",
        "May I?",
        2,
        partial(
            several,
            right={0, 4},
            why=ALLOWED,
            praise="who is the voice's owner, what did they agree to, and who is told?",
        ),
        quiz={
            "prompt": "Which of these would you do?",
            "kind": "several",
            "options": [
                (
                    "A singer lost her voice to an illness. She asks you to train one from her old "
                    "recordings, and says so at every concert"
                ),
                "A song is under a free licence (CC BY). You train a voice from its singer's stem",
                "For your sister's wedding, her boss, who knows nothing of it, is to congratulate",
                "A dead idol sings your song; nobody could be asked",
                "You sing a duet with yourself, an octave higher, and say how it was made",
                "An advertisement with a voice that is to sound just like a star who declined",
            ],
            "justify": True,
        },
        hints=("Whose is the voice? Did that person agree, to this? Do listeners know?",),
        right=([0, 4],),
        wrong=(
            ([0, 1, 4], "licence for a *song*"),
            ([4], "she agreed"),
            ([0, 2, 4], "one room"),
            ("x", "list of options"),
        ),
    ),
    Question(
        "l08-q10",
        "What an alarm is worth",
        2,
        worth_of_alarm,
        variants=(
            {"found": 0.95, "alarmed": 0.05, "share": 0.01},
            {"found": 0.9, "alarmed": 0.1, "share": 0.02},
            {"found": 0.99, "alarmed": 0.02, "share": 0.005},
            {"found": 0.85, "alarmed": 0.03, "share": 0.01},
        ),
        hints=(
            "Of 10 000 recordings, how many are fakes, and how many of those raise an alarm?",
            "Fakes with an alarm, divided by all recordings with an alarm.",
        ),
        right=(0.161, "0.16", 95 / 590),
        wrong=(
            (16.1, "from 0 to 1"),
            (0.95, "how many alarms are fakes"),
            (0.839, "false alarms"),
            (0.0095, "all recordings"),
            (0.192, "true ones among them"),
            (0.01, "before the alarm"),
            (0.5, "10 000"),
            (-3, "between 0 and 1"),
        ),
    ),
)
