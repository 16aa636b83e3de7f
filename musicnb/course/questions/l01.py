"""Lesson 01, Sound as numbers: sampling, aliasing, decibels, bits, loudness."""

from __future__ import annotations

from functools import partial

import numpy as np

from musicnb.course import decibels, sampling
from musicnb.course.checks import one_of, several
from musicnb.course.question import Question


def _tone(frequency: float, seconds: float, sample_rate: int) -> np.ndarray:
    n = np.arange(round(seconds * sample_rate))
    return (0.2 * np.sin(2 * np.pi * frequency * n / sample_rate)).astype(np.float32)


def _levels(samples: np.ndarray) -> tuple[float, float]:
    peak, rms = np.abs(samples).max(), np.sqrt(np.mean(samples**2.0))
    return float(20 * np.log10(peak)), float(20 * np.log10(rms))


def _matched(samples: np.ndarray, target: float) -> np.ndarray:
    gain = target - 10 * np.log10(np.mean(samples**2.0))
    return np.asarray(samples * 10 ** (gain / 20))


QUESTIONS = (
    Question(
        "l01-q1",
        "A tone from numbers",
        2,
        sampling.tone,
        hints=(
            "Sample number n is heard n / sample_rate seconds after the beginning.",
            "One period of np.sin takes 2 * np.pi, and a tone has `frequency` of them a second.",
            "0.2 * np.sin(2 * np.pi * frequency * n / sample_rate), with n = np.arange(how many).",
        ),
        right=(_tone,),
        wrong=(
            (lambda f, s, r: _tone(f / 2 / np.pi, s, r), "6.28 times too low"),
            (lambda f, s, r: 5 * _tone(f, s, r), "too loud"),
            (lambda f, s, r: _tone(f, s, r).astype(float), "not float32"),
            (lambda f, s, r: _tone(f, s + 1, r), "samples, and yours has"),
            (lambda f, s, r: _tone(f * r, s, r), "divide it by the sample rate"),
            (
                lambda f, s, r: 0.2 * np.sin(2 * np.pi * f * np.linspace(0, s, round(s * r))),
                "linspace",
            ),
            (lambda f, s, r: _tone(f, s, r)[::-1], "look at the first samples"),
            (lambda f, _, r: f / r, "one number"),
        ),
    ),
    Question(
        "l01-q2",
        "Where a tone is heard",
        3,
        sampling.heard,
        hints=(
            "Tones that differ by the sample rate give the same samples: frequency % sample_rate.",
            "Of what is left, the upper half is a mirror image: r is heard at sample_rate - r.",
            "r = frequency % sample_rate; return min(r, sample_rate - r)",
        ),
        right=(sampling.folded, lambda f, r: min(f % r, r - f % r)),
        wrong=(
            (lambda f, _: f, "not heard where it was"),
            (lambda f, r: min(f, r / 2), "turns round there"),
            (lambda f, r: f % r, "comes down"),
            (lambda f, r: f % (r / 2), "jumps back to 0"),
            (lambda f, r: f if f <= r / 2 else abs(r - f), "again and again"),
            (lambda f, r: f - r * round(f / r), "negative"),
            (lambda f, r: r - f, "is heard at"),
        ),
    ),
    Question(
        "l01-q3",
        "The whistle in the recording",
        2,
        sampling.whistle,
        hints=(
            "Your function of question 2 knows it. By hand: how far is it from the sample rate?",
            "The sample rate itself would be heard at 0 Hz; from there, the distance counts.",
        ),
        variants=(
            {"frequency": 23_000, "rate": 32_000},
            {"frequency": 26_000, "rate": 32_000},
            {"frequency": 20_000, "rate": 24_000},
            {"frequency": 25_500, "rate": 24_000},
            {"frequency": 19_000, "rate": 22_050},
            {"frequency": 28_000, "rate": 22_050},
        ),
        right=(9000, "9000", 9050),
        wrong=(
            (23_000, "nothing above half"),
            (16_000, "exactly there"),
            (7000, "as far down"),
            (11_500, "does not halve"),
            (5000, "heard at 0 Hz"),
        ),
    ),
    Question(
        "l01-q4",
        "The line that is a mirror",
        2,
        sampling.the_mirror,
        hints=(
            "Every partial of a tone that rises must rise too. Does every line?",
            "It is above 2700 Hz, in the last second and a half.",
        ),
        right=(
            {"start": 2.6, "stop": 3.7, "low": 2900, "high": 4000},
            {"start": 3.0, "stop": 3.5, "low": 3000, "high": 3800},
        ),
        wrong=(
            ({"start": 0, "stop": 2, "low": 1800, "high": 4000}, "rises"),
            ({"start": 0, "stop": 4, "low": 0, "high": 16_000}, "from bottom to top"),
            ({"start": 2, "stop": 4, "low": 1000, "high": 4000}, "true lines too"),
            ({"start": 0, "stop": 1, "low": 3500, "high": 3900}, "hardly any line"),
            ("the upper one", "explorer.selection"),
        ),
    ),
    Question(
        "l01-q5",
        "Decibels",
        2,
        partial(
            several,
            right=(0, 1, 4),
            why={
                0: "-6 dB is a factor of 0.50 for amplitudes, and a peak is an amplitude",
                1: "10 dB is ten times the power, so 20 dB is 10 times 10; amplitude is its root",
                2: "0 dBFS is full scale, the loudest there is; silence is at minus infinity",
                3: "twice the power is 3 dB; twice the amplitude is 6 dB",
                4: "20 dB is a factor of 10 in amplitude, so three times that is 1000",
            },
            praise="amplitude counts double: its square is the power",
        ),
        quiz={
            "prompt": "Which of these are true?",
            "kind": "several",
            "options": [
                "A peak of -6 dBFS is about half of full scale",
                "20 dB more power is 100 times the power, and 10 times the amplitude",
                "0 dBFS is silence",
                "Twice the power is 6 dB more",
                "At -60 dBFS, the amplitude is a thousandth of full scale",
            ],
        },
        hints=("The table above has what you need: 3, 6, 10 and 20 dB, and steps add up.",),
        right=([0, 1, 4],),
        wrong=(
            ([0, 1, 2, 4], "loudest there is"),
            ([0, 1, 3, 4], "twice the amplitude"),
            ([], "and 2 more"),
        ),
    ),
    Question(
        "l01-q6",
        "Peak and RMS",
        3,
        decibels.levels,
        hints=(
            "Peak: the largest np.abs(samples). RMS: square, then the mean, then the root.",
            "Both are amplitudes, so both become decibels by 20 * np.log10(...).",
            "20 * np.log10(np.sqrt(np.mean(samples ** 2))) is the RMS level.",
        ),
        right=(_levels, lambda samples: np.array(_levels(samples))),
        wrong=(
            (lambda s: (_levels(s)[0] / 2, _levels(s)[1]), "20 log10, not 10"),
            (lambda s: (_levels(s)[0], _levels(s)[1] * 2), "square root"),
            (lambda s: (20 * np.log10(s.max()), _levels(s)[1]), "np.abs"),
            (lambda s: (np.abs(s).max(), np.sqrt(np.mean(s**2.0))), "not decibels"),
            (lambda s: (_levels(s)[0], 20 * np.log10(np.abs(s).mean())), "RMS squares"),
            (lambda s: tuple(level * np.log(10) for level in _levels(s)), "natural logarithm"),
            (lambda s: _levels(s)[0], "(peak, RMS)"),
        ),
    ),
    Question(
        "l01-q7",
        "How many bits?",
        1,
        decibels.bits,
        hints=(
            "Follow the line in the picture to that ratio, and read off the bits below.",
            "Divide by the decibels that each bit brings, and round.",
        ),
        variants=({"snr": 74}, {"snr": 62}, {"snr": 86}, {"snr": 122}, {"snr": 50}),
        right=(12, "12"),
        wrong=((24, "half the amplitude"), (16, "too many"), (8, "too few")),
    ),
    Question(
        "l01-q8",
        "Two violins",
        2,
        partial(
            one_of,
            right=1,
            why={
                0: "two violins are louder than one: powers add up",
                2: "+6 dB needs waves that stay in step, and no two players do",
                3: "levels in dB are not added: -40 dBFS would be softer than either",
            },
            praise="their waves drift in and out of step, so the powers add up: twice, +3 dB",
        ),
        quiz={
            "prompt": (
                "Two violinists play the same note. Alone, each is recorded at -20 dBFS (RMS). "
                "What is the level of both together, on average?"
            ),
            "kind": "choice",
            "options": ["-20 dBFS", "-17 dBFS", "-14 dBFS", "-40 dBFS"],
            "justify": True,
        },
        hints=("Are two players like the same sound twice, or like 440 and 441 Hz?",),
        right=(1,),
        wrong=((0, "louder than one"), (2, "in step"), (3, "not added")),
    ),
    Question(
        "l01-q9",
        "Bring it to a level",
        2,
        decibels.match,
        hints=(
            "How many dB are missing? The target, less the level that it has.",
            "A gain in dB becomes a factor by 10 ** (gain / 20), and all samples are multiplied.",
        ),
        right=(_matched,),
        wrong=(
            (lambda s, _: s, "nothing has changed"),
            (lambda s, t: s * 10 ** (t / 20), "what is missing"),
            (lambda s, t: s * (_matched(s, t) / s) ** 2, "amplitudes"),
            (lambda s, t: s * s / _matched(s, t), "wrong way"),
            (lambda s, t: s / np.abs(s).max() * 10 ** (t / 20), "its peak"),
            (lambda s, t: s + t - 10 * np.log10(np.mean(s**2.0)), "not added"),
            (lambda s, t: _matched(s, t + 3), "comes out at"),
        ),
    ),
    Question(
        "l01-q10",
        "Which copy was clipped?",
        2,
        decibels.clipped_copy,
        quiz=decibels.which_is_clipped,
        hints=(
            "Listen to the drums, and switch while they play. Headphones help.",
            "Clipping cuts off the peaks: a drum stroke loses its snap, and gets a crackle.",
        ),
        variants=({"clipped": "B"}, {"clipped": "A"}),
        right=("B",),
        wrong=(("A", "the original"), (1, "not one of the choices")),
    ),
)
