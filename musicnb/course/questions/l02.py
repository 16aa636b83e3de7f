"""Lesson 02, Spectrograms: frames, windows, resolution, and how to read the pictures."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from musicnb.course.checks import box, number, one_of, several
from musicnb.course.question import Question, Wrong
from musicnb.course.spectrogram import judge_stft, magnitudes
from musicnb.course.vowels import judge_formants
from musicnb.course.wobbles import NUMBERS, WOBBLES, levelled

#: Highest side lobes in dB below the main lobe, measured; and what slips of decibels make of it.
RECTANGLE, HANN = 13.3, 31.5
#: When something is struck in bars 5 and 6 of glasswork, from 12 s on: its score.
SNARES = (0.75, 2.25, 3.75)
OTHERS = {
    "the bass drum: it is strongest below 150 Hz": (0.0, 2.0, 3.0),
    "a soft tap of the bass drum": (1.25, 4.25),
    "a ghost note, the snare touched softly; look for the bright ones": (0.5, 1.75, 2.75, 4.5),
    "a tom: it has a pitch, which you see as a thick short line": (5.0, 5.25, 5.5, 5.75),
    "the hi-hat alone: it has no foot below 500 Hz": (1.5, 3.5),
}
#: A hit is in a box that begins at most so much later or earlier (s).
LATE, EARLY = 0.03, 0.12
#: A box that shows how a hit dies away, and nothing of the next (s).
SHORTEST, LONGEST = 0.05, 0.52
#: Noise of the snare that a box must hold (Hz).
NOISE_LOW, NOISE_HIGH = 1000, 4000


def nearest_bin(answer: Any, frequency: float, n_fft: int, sample_rate: int) -> str:
    """Check the bin that is nearest to a frequency."""
    found, exact = number(answer), frequency * n_fft / sample_rate
    spacing = sample_rate / n_fft
    if found == round(exact):
        return f"bins are {spacing:.1f} Hz apart, and this one is at {found * spacing:.0f} Hz"
    if abs(found - exact) < 0.01 * exact and found != int(found):
        raise Wrong("that is where it lies; bins are whole numbers: which is nearest?", part=0.5)
    if abs(found - frequency) < 1:
        raise Wrong("that is the frequency in Hz; which row of the spectrum is it in?")
    if abs(found - spacing) < 0.2:  # noqa: PLR2004
        raise Wrong("that is how far apart the bins are, in Hz; how many such steps is it?")
    if abs(found - 2 * exact) <= 1:
        raise Wrong(
            "twice too much: the bins up to half the sample rate are n_fft / 2 steps, so a step "
            "is sample_rate / n_fft"
        )
    if abs(found - round(exact)) == 1:
        raise Wrong("off by one: the first bin, at 0 Hz, is number 0; round to the nearest")
    raise Wrong(f"bin {found:g} is at {found * spacing:.0f} Hz, and not at {frequency:g} Hz")


def side_lobe(answer: Any) -> str:
    """Check how far the first side lobe of no window lies below the main lobe."""
    found = abs(number(answer))
    if abs(found - RECTANGLE) <= 1:
        return "so a tone 14 dB softer, near a loud one, can drown in what leaks out of it"
    if abs(found - HANN) <= 1.5:  # noqa: PLR2004
        raise Wrong("that is the Hann window's; read the line without a window", part=0.5)
    if abs(found - 2 * RECTANGLE) <= 1:
        raise Wrong("that is twice too much: 20·log10 is for magnitudes, 10·log10 for powers")
    if abs(found - RECTANGLE / 2) <= 1:
        raise Wrong("that is half of it: decibels of magnitudes are 20·log10, not 10·log10")
    raise Wrong("read the height of the bump just beside the main lobe, on the line “no window”")


def window_that_separates(answer: Any, apart: float, sample_rate: int, near: float) -> str:
    """Check the smallest power of two whose window separates two notes, `near` Hz high."""
    found, least = number(answer), 2 * sample_rate / apart
    right = 2 ** math.ceil(math.log2(least))
    if found == right:
        return f"{1000 * right / sample_rate:.0f} ms: the lower the notes, the longer it has to be"
    if abs(found - least) <= 2:  # noqa: PLR2004
        raise Wrong("that is how many samples it takes; round up to a power of two", part=0.5)
    if 0 < found < 1:
        raise Wrong("n_fft is counted in samples: multiply the seconds by the sample rate")
    if found <= 0 or not math.log2(found).is_integer():
        raise Wrong("n_fft is asked for as a power of two: 256, 512, 1024 and so on")
    if found > right:
        raise Wrong(
            f"that separates them, but half of it would do: its bins are "
            f"{sample_rate / found:.1f} Hz apart, and two bins have to fit into {apart:g} Hz",
            part=0.5,
        )
    bins = apart * found / sample_rate
    raise Wrong(
        f"with it the two notes near {near:g} Hz are {bins:.1f} bins apart, and a Hann window "
        "needs 2"
    )


def snare_hit(answer: Any) -> str:
    """Check a selection that should hold one hit of the snare."""
    start, stop, low, high = box(answer)
    held = [hit for hit in SNARES if start - LATE <= hit <= stop]
    if len(held) > 1:
        raise Wrong("your box holds more than one hit of the snare; make it narrower", part=0.5)
    if not held:
        for name, hits in OTHERS.items():
            if any(start - LATE <= hit <= min(stop, start + EARLY) for hit in hits):
                raise Wrong(f"that is {name}")
        raise Wrong("no snare begins in your box; look for a tall, bright edge that fades slowly")
    (hit,) = held
    if hit - start > EARLY:
        raise Wrong("your box begins long before the snare; move its left edge to it", part=0.5)
    if stop - hit < SHORTEST:
        raise Wrong("your box is over before the snare has faded; make it longer", part=0.5)
    if stop - hit > LONGEST:
        raise Wrong("your box goes on into what is struck next; make it shorter", part=0.5)
    if low > NOISE_LOW or high < NOISE_HIGH:
        raise Wrong(
            f"your box holds {low:.0f} to {high:.0f} Hz, a slice of the snare: its noise reaches "
            "from a few hundred Hz to above 4 kHz",
            part=0.5,
        )
    return "a snare is a drum with wires that rattle on its skin: a thud, and noise above it"


def by_ear(pictured: str) -> dict[str, Any]:
    """Return the sounds from which the one in the picture is to be chosen."""
    return {
        "prompt": f"Which of the four sounds is in picture {NUMBERS[pictured]}?",
        "kind": "which",
        "sounds": {kind: levelled(kind) for kind in WOBBLES},
    }


HEARD = {
    "vibrato": "its pitch goes up and down, so its lines would be wavy",
    "tremolo": "its loudness goes up and down without a gap, so its lines would pulse, but stay",
    "repeated": "it is struck again and again, so each stroke would begin with an edge",
    "glide": "it goes up once, so its lines would too",
}


def which_wobble(answer: Any, pictured: str) -> str:
    """Check which sound was in a picture."""
    letters = dict(zip("ABCD", WOBBLES, strict=True))
    why = {letter: HEARD[kind] for letter, kind in letters.items()}
    right = next(letter for letter, kind in letters.items() if kind == pictured)
    praise = "up and down is pitch, bright and dark is loudness: you read both"
    return one_of(answer, right, why=why, praise=praise)


QUESTIONS = (
    Question(
        "l02-q1",
        "The bin of a frequency",
        2,
        nearest_bin,
        variants=(
            {"frequency": 440, "n_fft": 2048, "sample_rate": 44100},
            {"frequency": 1000, "n_fft": 1024, "sample_rate": 44100},
            {"frequency": 330, "n_fft": 4096, "sample_rate": 48000},
            {"frequency": 660, "n_fft": 2048, "sample_rate": 22050},
        ),
        hints=(
            "How many Hz lie between one bin and the next? n_fft bins share the sample rate.",
            "Divide the frequency by sample_rate / n_fft, and round.",
        ),
        right=(20, "20", np.int64(20)),
        wrong=(
            (20.43, "whole numbers"),
            (440, "frequency in Hz"),
            (21.5, "how far apart"),
            (41, "twice"),
            (21, "off by one"),
            (7, "at 151 Hz"),
        ),
    ),
    Question(
        "l02-q2",
        "How much leaks",
        2,
        side_lobe,
        hints=("Zoom in beside the peak, and point at the first bump of “no window”.",),
        right=(-13.3, "13", 13.9),
        wrong=((31.5, "Hann"), (26.5, "twice"), (6.6, "half"), (100, "beside the main lobe")),
    ),
    Question(
        "l02-q3",
        "Your own spectrogram",
        4,
        judge_stft,
        hints=(
            "Frame number i begins at sample i * hop_length, and is n_fft samples long.",
            "1 + (len(samples) - n_fft) // hop_length frames; window, np.fft.rfft, then np.abs.",
            "Collect the spectra in a list, and return np.stack(spectra, axis=1): frequency first.",
        ),
        right=(
            magnitudes,
            lambda s, n, h: np.stack(
                [
                    np.abs(np.fft.rfft(s[i : i + n] * np.hanning(n)))
                    for i in range(0, len(s) - n + 1, h)
                ],
                axis=1,
            ),
        ),
        wrong=(
            (lambda s, n, h: magnitudes(s, n, h).T, "transposed"),
            (lambda s, n, h: magnitudes(s, n, h, np.ones(n)), "without a window"),
            (lambda s, n, h: magnitudes(s, n, h) ** 2, "power"),
            (lambda s, n, h: 20 * np.log10(magnitudes(s, n, h)), "decibels"),
            (lambda s, n, h: magnitudes(s, n, n), "hop_length"),  # noqa: ARG005
            (lambda s, n, h: magnitudes(s, n, h)[:, :-1], "one frame is missing"),
            (lambda s, n, h: magnitudes(s, n, h)[:-1], "half the sample rate"),
            (lambda s, n, h: magnitudes(np.pad(s, n // 2), n, h), "padded"),
            (lambda s, n, h: magnitudes(s, n, h) / n, "common factor"),
            (lambda s, n, h: magnitudes(s, n, h, np.hamming(n)), "Hamming"),
            (lambda s, n, h: magnitudes(s, 256, h), "n_fft"),  # noqa: ARG005
            (lambda s, n, h: np.sum(s), "shape"),  # noqa: ARG005
            (5, "a function is asked for"),
        ),
    ),
    Question(
        "l02-q4",
        "A window for two notes",
        2,
        window_that_separates,
        variants=(
            {"apart": 30, "sample_rate": 44100, "near": 500},
            {"apart": 15, "sample_rate": 44100, "near": 250},
            {"apart": 50, "sample_rate": 48000, "near": 840},
            {"apart": 6, "sample_rate": 48000, "near": 100},
        ),
        hints=(
            "The distance must be two bins or more, and a bin is sample_rate / n_fft.",
            "n_fft is at least 2 * sample_rate / distance; round up to a power of two.",
        ),
        right=(4096, "4096"),
        wrong=(
            (2940, "round up"),
            (2048, "1.4 bins"),
            (8192, "half of it"),
            (0.067, "samples"),
            (5000, "power of two"),
        ),
    ),
    Question(
        "l02-q5",
        "The best of both?",
        2,
        partial(
            one_of,
            right=2,
            why={
                0: "frames that overlap this much nearly repeat each other; look at what one holds",
                1: "the tones were separate before: what decides that is n_fft, and it stayed",
                3: "a tone is separated by the length of the window, and it stayed",
            },
            praise="each frame still holds 186 ms, however often you take one",
        ),
        quiz={
            "prompt": "Somebody keeps n_fft = 8192, which separates the two tones, and lowers "
            "hop_length from 2048 to 16, to see the two clicks as well. What happens?",
            "kind": "choice",
            "options": [
                "Now the picture shows tones and clicks, each separate",
                "Clicks become separate, and the tones run together",
                "A finer-looking picture in which the clicks are as blurred as before",
                "Both run together",
            ],
            "justify": True,
        },
        hints=("How many milliseconds of sound does one frame hold? Does hop_length change it?",),
        right=(2,),
        wrong=((0, "repeat"), (1, "n_fft"), (3, "length of the window"), (9, "not one of")),
    ),
    Question(
        "l02-q6",
        "Read two formants",
        2,
        judge_formants,
        variants=({"word": "had"}, {"word": "head"}, {"word": "hid"}, {"word": "hud"}),
        hints=(
            "In the explorer set the window to 512: the lines merge, and the bands that stay show.",
            "The first is between 300 and 800 Hz, the second between 1000 and 2100 Hz.",
        ),
        right=([660, 1720], (700, "1650"), np.array([600, 1800])),
        wrong=(
            ([1720, 660], "the other way round"),
            ([0.66, 1.72], "kHz"),
            ([110, 660], "pitch"),
            ([1720, 2410], "one more band"),
            ([660, 2410], "there is one between"),
            ([660, 1200], "your second, 1200 Hz"),
            ([300, 1720], "your first, 300 Hz"),
            (660, "two numbers"),
        ),
    ),
    Question(
        "l02-q7",
        "Find the snare",
        2,
        snare_hit,
        hints=(
            "Bass drum: a spot at the bottom. Hi-hat: only the top. The snare has both, and lasts.",
            "One of them begins at 0.75 s.",
        ),
        right=(
            {"start": 0.73, "stop": 0.95, "low": 150, "high": 9000},
            {"start": 3.7, "stop": 3.95, "low": 0, "high": 22_050},
        ),
        wrong=(
            ({"start": 0.0, "stop": 0.2, "low": 0, "high": 9000}, "bass drum"),
            ({"start": 0.48, "stop": 0.6, "low": 0, "high": 9000}, "ghost"),
            ({"start": 5.48, "stop": 5.7, "low": 0, "high": 9000}, "tom"),
            ({"start": 0.7, "stop": 2.5, "low": 0, "high": 9000}, "more than one"),
            ({"start": 0.73, "stop": 0.95, "low": 0, "high": 300}, "slice"),
            ({"start": 0.73, "stop": 1.4, "low": 0, "high": 9000}, "shorter"),
            ({"start": 1.48, "stop": 1.6, "low": 0, "high": 9000}, "hi-hat"),
            (0.75, "explorer.selection"),
        ),
    ),
    Question(
        "l02-q8",
        "Which notes sound?",
        2,
        partial(
            several,
            right={0, 2, 3, 5},
            why={
                0: "A3, at 220 Hz, is missing: look at what begins at 0.5 s",
                1: "no line at B3, 247 Hz, begins anywhere",
                2: "C♯4, at 277 Hz, is missing: look at what begins at 1.5 s",
                3: "E4, at 330 Hz, is missing: it is the first that begins",
                4: "A4, at 440 Hz, begins together with A3: it is its second harmonic, not a note",
                5: "G4, at 392 Hz, is missing: look at what begins at 1 s",
                6: "E5, at 659 Hz, begins together with E4: it is its second harmonic, not a note",
            },
            praise="each note begins its own stack: count the lowest lines, not all lines",
        ),
        quiz={
            "prompt": "Which notes were struck? Harmonics are not notes of their own.",
            "kind": "several",
            "options": [
                "A3 (220 Hz)",
                "B3 (247 Hz)",
                "C♯4 (277 Hz)",
                "E4 (330 Hz)",
                "A4 (440 Hz)",
                "G4 (392 Hz)",
                "E5 (659 Hz)",
            ],
        },
        hints=("Four stacks begin, half a second apart. Point at the lowest line of each.",),
        right=([0, 2, 3, 5],),
        wrong=(([0, 2, 3, 4, 5], "harmonic"), ([0, 2, 3], "G4"), ([0, 1], "B3"), (3, "list")),
    ),
    Question(
        "l02-q9",
        "From the picture to the sound",
        2,
        which_wobble,
        quiz=by_ear,
        variants=(
            {"pictured": "tremolo"},
            {"pictured": "vibrato"},
            {"pictured": "repeated"},
        ),
        hints=("What moves in the picture: the height of the lines, or their brightness?",),
        right=("B",),
        wrong=(("A", "wavy"), ("C", "edge"), ("D", "goes up"), (7, "not one of")),
    ),
)
