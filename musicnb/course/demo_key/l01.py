"""Hidden checks of lesson 01, for trying out how a class is graded."""

from __future__ import annotations

from typing import Any

import numpy as np

from musicnb.course.checks import array, explained, number
from musicnb.course.grading.key import Hidden
from musicnb.course.question import call

RANDOM = np.random.default_rng()


def tone(answer: Any) -> None:
    """Tones of a random frequency, length and rate, with the parts that the notebook gives."""
    frequency = float(RANDOM.uniform(100, 3000))
    sample_rate = int(RANDOM.choice([8000, 11_025, 16_000, 48_000]))
    frames = int(RANDOM.integers(500, 3000))
    given = call(answer, frequency, frames / sample_rate, sample_rate)
    angle = 2 * np.pi * frequency * np.arange(frames) / sample_rate
    mistakes = [(np.sin(angle), "too loud", 0.75), (0.2 * np.cos(angle), "a cosine", 0.5)]
    found = array(given, (frames,), "(frames,)").astype(float)
    explained(found, 0.2 * np.sin(angle), mistakes, otherwise="another tone")


def heard(answer: Any) -> None:
    """Random frequencies, up to three times the sample rate."""
    for _ in range(20):
        rate = float(RANDOM.uniform(4000, 50_000))
        frequency = float(RANDOM.uniform(0, 3 * rate))
        right = abs(frequency - rate * round(frequency / rate))
        found = number(call(answer, frequency, rate))
        explained([found], [right], [], otherwise=f"{frequency} Hz at {rate} Hz is {right} Hz")


def levels(answer: Any) -> None:
    """Noise at a random level whose largest swing is to the negative side."""
    samples = RANDOM.normal(0, RANDOM.uniform(0.01, 0.05), int(RANDOM.integers(100, 5000)))
    samples[RANDOM.integers(len(samples))] = -RANDOM.uniform(0.5, 0.9)
    samples = samples.astype(np.float32)
    right = np.array([np.abs(samples).max(), np.sqrt(np.mean(samples**2.0))])
    found = array(call(answer, samples), (2,), "(peak, RMS)")
    right = 20 * np.log10(right)
    near = np.isclose(found, right, rtol=0, atol=0.02)
    mistakes = [(found, "one of the two is wrong", 0.5)] if near.any() else []
    explained(found, right, mistakes, otherwise="neither is right", tolerance=0.02)


def match(answer: Any) -> None:
    """Sound with six channels, brought to a random level."""
    samples = RANDOM.normal(0, 0.03, (6, 400)).astype(np.float32)
    target = float(RANDOM.uniform(-40, -15))
    gain = target - 10 * np.log10(np.mean(samples**2.0))
    found = array(call(answer, samples, target), samples.shape, "that of the samples")
    explained(found, samples * 10 ** (gain / 20), [], otherwise="at another level", tolerance=1e-4)


HIDDEN = {
    "l01-q1": (Hidden("other tones", tone),),
    "l01-q2": (Hidden("other frequencies and rates", heard),),
    "l01-q6": (Hidden("other sounds", levels),),
    "l01-q9": (Hidden("sound with six channels", match),),
}
