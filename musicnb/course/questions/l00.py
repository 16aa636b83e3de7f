"""Lesson 00, Welcome: listening, looking, a first separation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from musicnb.course.checks import in_order, number, one_of
from musicnb.course.question import Question, Wrong, call

#: When the singer of the demo song is silent, in seconds: heard and seen, to the half second.
SILENT_FROM, SILENT_TO = 18.5, 28.5
#: Between these (Hz) lie the harmonics of a voice that one sees.
VOICE_LOW, VOICE_HIGH = 100, 8000
#: A box shorter than this shows no vibrato.
SHORTEST = 0.3


def when_she_stops(answer: Any) -> str:
    """Check the second in which the singer stops."""
    second = number(answer)
    if abs(second - SILENT_FROM) <= 1:
        return "from there on the network's voice is more than 20 dB softer"
    if abs(second - SILENT_TO) <= 1:
        raise Wrong("that is where she begins again; look for where the wavy lines end", part=0.5)
    where = "she sings there" if not SILENT_FROM < second < SILENT_TO else "she is silent already"
    raise Wrong(f"at {second:g} s {where}; play the explorer around there, and watch the lines")


def box_around_the_voice(answer: Any) -> str:
    """Check a selection in the explorer."""
    if not isinstance(answer, Mapping) or not {"start", "stop", "low", "high"} <= set(answer):
        raise Wrong("draw a box in the explorer, and pass explorer.selection")
    start, stop, low, high = (float(answer[key]) for key in ("start", "stop", "low", "high"))
    if stop - start < SHORTEST:
        raise Wrong(f"a box of {stop - start:.2f} s is too short to show a wave; make it wider")
    silent = max(0.0, min(stop, SILENT_TO) - max(start, SILENT_FROM))
    if silent > (stop - start) / 2:
        raise Wrong("nobody sings where your box is; go where the lines are wavy")
    if low < VOICE_LOW / 2 and high > VOICE_HIGH:
        raise Wrong("your box holds all frequencies; choose the ones where the lines are", part=0.5)
    if high < 2 * VOICE_LOW:
        raise Wrong("that low there are bass and bass drum; the voice's lines are above 200 Hz")
    if low > VOICE_HIGH:
        raise Wrong("that high there are only cymbals and breath; the lines end at about 8 kHz")
    return "parallel lines that bend together are the harmonics of one voice"


def the_rest(answer: Any) -> str:
    """Check a function that leaves a stem out of a song."""
    random = np.random.default_rng(0)
    mixture, voice = random.normal(0, 0.1, (2, 2, 1000)).astype(np.float32)
    result = np.asarray(call(answer, mixture.copy(), voice.copy()))
    if result.shape != mixture.shape:
        raise Wrong(
            f"your result has the shape {result.shape}; expected that of the song, "
            f"{mixture.shape}: (channels, frames)"
        )
    if np.allclose(result, voice - mixture, atol=1e-6):
        raise Wrong(
            "your result is upside down (voice minus song); turn the subtraction round", part=0.5
        )
    if np.allclose(result, mixture + voice, atol=1e-6):
        raise Wrong("your result has the voice twice: it was added, not taken away")
    if np.allclose(result, mixture, atol=1e-6):
        raise Wrong("your result is the song itself; the voice is still in it")
    if not np.allclose(result, mixture - voice, atol=1e-6):
        raise Wrong("song and voice should differ by your result in every sample, and do not")
    return "song = voice + rest, so rest = song - voice, sample by sample"


STEPS = [
    "make a spectrogram of the song",
    "let the network guess how strong the voice is in each point",
    "divide by the sum of all guesses: a share between 0 and 1",
    "multiply the song's spectrogram by the share",
    "turn the spectrogram back into sound",
]
#: As they are shown: somebody who clicks through without reading gets nothing.
SHOWN = [3, 0, 4, 2, 1]


def softer() -> dict[str, Any]:
    """Return two sounds that differ by 3 dB."""
    import musicnb

    part = musicnb.load("demo:starfall")[8:14]
    return {
        "prompt": "Which of the two is softer? It is by 3 dB: half the power.",
        "kind": "which",
        "sounds": {"first": part.gain(-3), "second": part.gain(-6)},
    }


QUESTIONS = (
    Question(
        "l00-q1",
        "Which is softer?",
        2,
        partial(
            one_of,
            right="B",
            why={"A": "listen again, and switch between them while they play"},
            praise="3 dB is half the power, and yet only a little softer",
        ),
        quiz=softer,
        hints=("Switch while they play: the ear compares well only within seconds.",),
        right=("B",),
        wrong=(("A", "listen again"), (3, "not one of the choices")),
    ),
    Question(
        "l00-q2",
        "When does the singer stop?",
        2,
        when_she_stops,
        hints=(
            "Play the explorer from 0:16 and watch the wavy lines between 500 Hz and 3 kHz.",
            "It is between 0:17 and 0:20.",
        ),
        right=(18.5, "18", 19.4),
        wrong=((28.5, "begins again"), (10, "she sings there"), (23, "silent already")),
    ),
    Question(
        "l00-q3",
        "A box around the voice",
        2,
        box_around_the_voice,
        hints=(
            "Choose “Drag to select” in the explorer, and drag over the wavy lines.",
            "From 0:15 to 0:17, between 400 and 4000 Hz, for example.",
        ),
        right=(
            {"start": 14.5, "stop": 18, "low": 300, "high": 4000},
            {"start": 30, "stop": 33, "low": 200, "high": 9000},
        ),
        wrong=(
            ({"start": 20, "stop": 25, "low": 300, "high": 4000}, "nobody sings"),
            ({"start": 14, "stop": 18, "low": 0, "high": 22_050}, "all frequencies"),
            ({"start": 14, "stop": 18, "low": 20, "high": 120}, "bass"),
            (17.5, "explorer.selection"),
        ),
    ),
    Question(
        "l00-q4",
        "The steps of separation",
        2,
        partial(
            in_order, steps=STEPS, shown=SHOWN, praise="guess, share, multiply: so every mask works"
        ),
        quiz={
            "prompt": "How does a network take a voice out of a song? Put the steps in order.",
            "kind": "order",
            "options": [STEPS[step] for step in SHOWN],
        },
        hints=("A network sees pictures: the first step makes one, the last undoes it.",),
        right=([SHOWN.index(step) for step in range(len(STEPS))],),
        wrong=(([0, 1, 2, 3, 4], "cannot be the first"), ([1, 0, 2, 3, 4], "up to step 1")),
    ),
    Question(
        "l00-q5",
        "Why something is left behind",
        2,
        partial(
            one_of,
            right=1,
            why={
                0: "the parts add up to the song: nothing got lost on the way",
                2: "a GPU computes the same numbers, only sooner",
                3: "both stems are stereo, and mono songs leave just as much behind",
            },
            praise="one point of the picture can hold both, and a mask can only share it out",
        ),
        quiz={
            "prompt": "Some voice is left in the band's stem. Why?",
            "kind": "choice",
            "options": [
                "Sound was lost when the spectrogram was turned back",
                "Voice and guitars meet in the same points of the spectrogram",
                "There was no GPU",
                "The song is in stereo",
            ],
            "justify": True,
        },
        hints=("Look at the same second in both stems: what stands in the same place?",),
        right=(1,),
        wrong=((0, "add up"), (2, "GPU"), (3, "mono")),
    ),
    Question(
        "l00-q6",
        "Everything but the voice",
        2,
        the_rest,
        hints=(
            "What must you add to the voice to get the song again?",
            "Arrays are subtracted sample by sample: a - b.",
        ),
        right=(np.subtract,),
        wrong=(
            (lambda song, voice: voice - song, "upside down"),
            (lambda song, voice: song + voice, "twice"),
            (lambda song, voice: (song - voice)[0], "shape"),
            (5, "a function is asked for"),
        ),
    ),
)
